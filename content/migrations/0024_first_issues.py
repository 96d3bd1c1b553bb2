"""Let every item of the type issue tell what issues tell."""

from django.db import migrations


def forward(apps, schema_editor):
    """Store what is missing."""
    issue = apps.get_model("content", "Issue")
    items = apps.get_model("content", "Item").objects.filter(type__code="issue", issue=None).order_by("pk")
    issue.objects.bulk_create((issue(item_id=pk) for pk in items.values_list("pk", flat=True)), batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("content", "0023_issues")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
