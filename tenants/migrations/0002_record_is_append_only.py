from django.db import migrations

from tenants import append_only


def install(apps, schema_editor):
    append_only.install_strict(schema_editor.connection, append_only.RECORD)


def lift(apps, schema_editor):
    append_only.lift(schema_editor.connection, append_only.RECORD)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [migrations.RunPython(install, lift)]
