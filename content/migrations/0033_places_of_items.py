"""Tell PostgreSQL how items of organizations are spread over spaces: a company's stand in few, so one is not a guess."""

from django.db import migrations

INSTALL = (
    "CREATE STATISTICS item_places (mcv) ON space_id, organization_id FROM content_item",
    "ALTER STATISTICS item_places SET STATISTICS 1000",
)
LIFT = ("DROP STATISTICS item_places",)


def run(statements):
    """Return a function that runs these on PostgreSQL; SQLite plans without."""

    def work(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return work


class Migration(migrations.Migration):

    dependencies = [("content", "0032_matches_instead_of_known")]

    operations = [migrations.RunPython(run(INSTALL), run(LIFT))]
