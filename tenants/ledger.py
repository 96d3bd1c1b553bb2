"""The ledger of licences: every act that may take or free a unit runs inside `accounted`, which writes it down.

The sum of the ledger, the units kept in the stock and the grants that count are one number, never above the
quantity; the database holds the last by a check, `manage.py check_licences` compares them all.
"""

from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from tenants.models import Cause, LicenceEntry, Member, Platform, Role, RoleGrant, RoleStock, Status


@contextmanager
def accounted(member, cause, by=None):
    """Write down every unit that the block takes or frees for `member`, and bring the stock up to date.

    `by` is the User who acts, None for the system. Call inside the act's transaction with the member locked; what
    takes a unit has locked the stock before (`stock.has_unit`).
    """
    before = _held(member)
    yield
    after = _held(member)
    changes = dict.fromkeys(before - after, -1) | dict.fromkeys(after - before, 1)
    if changes:
        _write(member, changes, Cause(cause), by)


def _held(member):
    """Return the ids of the roles of which `member` holds a unit, as stored now."""
    rows = RoleGrant.objects.filter(member=member, member__status=Status.ACTIVE, assigned=True)
    return set(rows.values_list("role", flat=True))


def _write(member, changes, cause, by):
    if not connection.in_atomic_block:
        raise RuntimeError("a unit and its row in the ledger share one transaction")
    stocks = RoleStock.objects.select_for_update(of=["self"]).filter(platform=member.platform_id)
    for stock in stocks.filter(role__in=changes).order_by("role_id"):
        stock.used = counting(platform=member.platform_id, role=stock.role_id)
        stock.save(update_fields=["used"])
    now = timezone.now()
    LicenceEntry.objects.bulk_create(
        LicenceEntry(
            platform_id=member.platform_id, role_id=role, member=member, at=now, change=change, cause=cause, by=by
        )
        for role, change in sorted(changes.items())
    )


def counting(*, platform, role):
    """Count the people who use a unit: active members with an assigned grant; pending and ended ones use none."""
    grants = RoleGrant.objects.filter(role=role, member__platform=platform, assigned=True)
    return grants.filter(member__status=Status.ACTIVE).aggregate(used=Count("member", distinct=True))["used"]


def entries(platform, role):
    """Return the rows of one stock, newest first, with all that a page shows of them."""
    rows = LicenceEntry.objects.filter(platform=platform, role=role)
    return rows.select_related("member__user", "member__company", "by")


def totals(platform, role):
    """Return {"taken": n, "freed": n} of one stock since the ledger began."""
    rows = LicenceEntry.objects.filter(platform=platform, role=role)
    return rows.aggregate(taken=Count("pk", filter=Q(change=1)), freed=Count("pk", filter=Q(change=-1)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A stock of which the four numbers do not agree."""

    platform: str
    role: str
    quantity: int
    used: int
    counted: int
    written: int

    def __str__(self):
        return (
            f"{self.role} on {self.platform}: quantity {self.quantity}, used {self.used},"
            f" grants that count {self.counted}, ledger {self.written}"
        )


def differences():
    """Yield a Difference for every platform and role whose numbers disagree, in five queries."""
    stocks = {(stock.platform_id, stock.role_id): stock for stock in RoleStock.objects.all()}
    grants = RoleGrant.objects.filter(assigned=True, member__status=Status.ACTIVE).order_by()
    keys = F("member__platform"), F("role")
    counted = {row[:2]: row[2] for row in grants.values_list(*keys).annotate(Count("member", distinct=True))}
    rows = LicenceEntry.objects.order_by().values_list("platform", "role").annotate(Sum("change"))
    written = {row[:2]: row[2] for row in rows}
    platforms, roles = Platform.objects.in_bulk(), Role.objects.in_bulk()
    for key in sorted(stocks.keys() | counted.keys() | written.keys()):
        stock = stocks.get(key)
        quantity, used = (stock.quantity, stock.used) if stock else (0, 0)
        found = counted.get(key, 0), written.get(key, 0)
        if set(found) != {used} or used > quantity:
            yield Difference(str(platforms[key[0]]), str(roles[key[1]]), quantity, used, *found)


def open_entries(member_ids):
    """Write an opening row for each unit that these members hold, past every act: for worlds that are set up."""
    now = timezone.now()
    grants = RoleGrant.objects.filter(member__in=member_ids, member__status=Status.ACTIVE, assigned=True)
    grants = list(grants.select_related("member"))
    LicenceEntry.objects.bulk_create(
        LicenceEntry(
            platform_id=member.platform_id, role_id=role_id, member=member, at=now, change=1, cause=Cause.OPENING
        )
        for member, role_id in dict.fromkeys((grant.member, grant.role_id) for grant in grants)
    )
    for stock in RoleStock.objects.filter(platform__in=Member.objects.filter(pk__in=member_ids).values("platform")):
        stock.used = counting(platform=stock.platform_id, role=stock.role_id)
        stock.save(update_fields=["used"])
