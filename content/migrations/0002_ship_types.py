"""Store the types that ship."""

from django.db import migrations

from content.catalogue import ship


def forward(apps, schema_editor):
    """Store what is missing."""
    ship(apps.get_model("content", "ItemType"))


class Migration(migrations.Migration):
    dependencies = [("content", "0001_initial")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
