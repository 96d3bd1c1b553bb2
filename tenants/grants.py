"""Loads grants of roles as facts: what people were granted on every platform, and what their licences say."""

import json

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from tenants import licences
from tenants.models import PlatformStatus, RoleGrant, RoleStock, member_counts

GRANTED = (
    "role_id",
    "assigned",
    "restricted",
    "member__status",
    "member__ends_at",
    "through__group__name",
    "expires_at",
)
SAME = (
    "member__user_id",
    "pk",
    "role_id",
    "assigned",
    "restricted",
    "through_id",
    "member__platform_id",
    "member__status",
    "member__ends_at",
)
ON = ("pk", "name", "status", "member_locations", "invitations_from_administrators")
OF = ("code", "name", "portable")
ABLE = ("capabilities", "prerequisites")


def rows(users):
    """Return what is stored of the grants of `users` on all platforms: of ids, or of a subquery that finds them."""
    return _told(RoleGrant.objects.filter(member__user__in=users), "member__user_id")


def _told(found, key):
    stock = RoleStock.objects.filter(platform=OuterRef("member__platform"), role=OuterRef("role"))
    texts = {name: Cast(f"role__{name}", TextField()) for name in ABLE}
    return (
        found.annotate(expires_at=Subquery(stock.values("expires_at")[:1]), **texts)
        .order_by("role__position", "pk")
        .values_list(key, *GRANTED, *ABLE, *(f"role__{name}" for name in OF), *(f"member__platform__{n}" for n in ON))
    )


def alike(users, now):
    """Return what `of(rows(users), now)` does, for many people: of grants that tell the same one is looked at."""
    bits, sample, granted = {}, {}, {}  # what a grant tells is a bit of what somebody was granted
    for row in RoleGrant.objects.filter(member__user__in=users).order_by().values_list(*SAME):
        if (bit := bits.get(row[2:])) is None:
            bit = bits[row[2:]] = 1 << len(bits)
            sample[row[1]] = bit
        granted[row[0]] = granted.get(row[0], 0) | bit
    told = [
        (sample[pk], grant) for pk, (grant,) in of(_told(RoleGrant.objects.filter(pk__in=sample), "pk"), now).items()
    ]
    known = {bits: tuple(grant for bit, grant in told if bit & bits) for bits in set(granted.values())}
    return {user_id: known[bits] for user_id, bits in granted.items()}


def of(rows, now):
    """Return {user_id: [Grant]} for rows() at `now`; equal grants of several people are one object."""
    found, known = {}, {}
    for row in rows:
        user_id, facts = row[0], row[1:]
        if facts not in known:
            known[facts] = _grant(facts, now)
        found.setdefault(user_id, []).append(known[facts])
    return found


def _grant(facts, now):
    """Return the pure Grant that `licences.resolve` reads at `now`."""
    told = dict(zip((*GRANTED, *ABLE, *(f"role__{name}" for name in OF), *ON), facts, strict=True))
    return licences.Grant(
        platform_id=told["pk"],
        platform_name=told["name"],
        platform_active=told["status"] == PlatformStatus.ACTIVE,
        member_active=member_counts(told["member__status"], told["member__ends_at"], now),
        locations_on=told["member_locations"],
        invitations_on=told["invitations_from_administrators"],
        code=told["role__code"],
        name=told["role__name"],
        capabilities=tuple(json.loads(told["capabilities"])),
        prerequisites=tuple(json.loads(told["prerequisites"])),
        portable=told["role__portable"],
        assigned=told["assigned"],
        restricted=told["restricted"],
        expires_at=told["expires_at"],
        group=told["through__group__name"] or "",
    )
