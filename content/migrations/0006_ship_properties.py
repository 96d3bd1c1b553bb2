"""Store the properties of the types that ship, and every number that was given out."""

from django.db import migrations

from content.catalogue import ship_properties


def forward(apps, schema_editor):
    """Store what is missing; of each number the latest revision."""
    ship_properties(apps.get_model("content", "ItemType"), apps.get_model("content", "Property"))
    latest = {}
    rows = apps.get_model("content", "Item").objects.order_by("pk").values_list("platform", "number", "revision")
    for platform, text, revision in rows.iterator():
        known = latest.get((platform, text), "")
        latest[platform, text] = max(known, revision, key=lambda letters: (len(letters), letters))
    number = apps.get_model("content", "Number")
    number.objects.bulk_create(
        (number(platform_id=platform, text=text, latest=letters) for (platform, text), letters in latest.items()),
        batch_size=2000,
    )


class Migration(migrations.Migration):
    dependencies = [("content", "0005_types_with_properties")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
