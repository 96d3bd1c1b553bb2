"""Store the roles that ship."""

from django.db import migrations

from tenants.catalogue import ship


def forward(apps, schema_editor):
    """Store what is missing."""
    ship(apps.get_model("tenants", "Role"))


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_record_is_append_only")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
