"""Keep what every item says now as its first iteration."""

from django.db import migrations

CHUNK = 1000


def forward(apps, schema_editor):
    """Make one iteration of each item, with the latest versions of its files."""
    names = ("Item", "Iteration", "FileVersion")
    item, iteration, version = (apps.get_model("content", name) for name in names)
    held, last = iteration.versions.through, 0
    while rows := list(item.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        made = iteration.objects.bulk_create(_first(iteration, row) for row in rows)
        numbers = {one.item_id: one.pk for one in made}
        latest = {}
        known = version.objects.filter(file__item__in=numbers).order_by("number")
        for pk, file_id, item_id in known.values_list("pk", "file", "file__item"):
            latest[file_id] = (numbers[item_id], pk)
        held.objects.bulk_create(held(iteration_id=one, fileversion_id=pk) for one, pk in latest.values())
        last = rows[-1].pk


def _first(iteration, row):
    state = {name: getattr(row, name) for name in ("title", "description", "properties")}
    return iteration(item=row, number=1, what="As it stood", by_id=row.owner_id, at=row.modified_at, **state)


class Migration(migrations.Migration):
    dependencies = [("content", "0017_iterations")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
