from collections import Counter

from django.db import migrations
from django.utils import timezone

from tenants import append_only


def write(apps, schema_editor):
    """Guard the ledger, then write one opening row for each unit in use."""
    append_only.install(schema_editor.connection, append_only.LEDGER)
    grants = apps.get_model("tenants", "RoleGrant").objects.filter(assigned=True, member__status="active")
    entries, stocks = apps.get_model("tenants", "LicenceEntry").objects, apps.get_model("tenants", "RoleStock").objects
    used, now = Counter(), timezone.now()
    for grant in grants.select_related("member").order_by("pk"):
        used[grant.member.platform_id, grant.role_id] += 1
        entries.create(
            platform_id=grant.member.platform_id, role_id=grant.role_id, member_id=grant.member_id,
            at=now, change=1, cause="opening",
        )
    for (platform, role), number in used.items():
        stock, _made = stocks.get_or_create(platform_id=platform, role_id=role, defaults={"quantity": number})
        stock.used, stock.quantity = number, max(stock.quantity, number)
        stock.save(update_fields=["used", "quantity"])


def unguard(apps, schema_editor):
    append_only.lift(schema_editor.connection, append_only.LEDGER)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_ledger_of_licences")]

    operations = [migrations.RunPython(write, unguard)]
