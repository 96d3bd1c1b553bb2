"""What somebody leaves behind: their Private items in a space, and all they own when they are removed."""

from django.db.models import Count, F, Q
from django.utils import timezone

from content.models import Category, Item, Maturity
from spaces import holders, hooks
from spaces.models import Space
from spaces.rules import reach
from tenants import actor as actors
from tenants.memberships import Estate
from tenants.models import Member, Status

CONTENT = "content-"


def private_items(space_id, user):
    """Count the Private items of `user` in the space."""
    return _left(space_id, user).count()


def hand_over(space_id, user, heir):
    """Make the Actor `heir` content owner of them, as far as their credentials in the space reach; return how many.

    Items that somebody else has locked stay. Part of ending a credential: it writes no entry in the record.
    """
    return _give(_left(space_id, user).filter(_free(user), _reached(space_id, heir)), heir)


def _free(user):
    """Hold for items whose content owner may change now: nobody else has locked them."""
    return Q(locked_by=None) | Q(locked_by=user)


def _reached(space_id, heir):
    """Hold for items of the space of which the Actor `heir` may be content owner (rule 3.6)."""
    return reach([held for held in heir.held if held.space_id == space_id and held.works])


def _give(items, heir):
    ids = [item.pk for item in items.select_for_update()]
    return Item.objects.filter(pk__in=ids).update(owner=heir.user, version=F("version") + 1, modified_at=timezone.now())


def _left(space_id, user):
    return Item.objects.filter(space=space_id, owner=user, maturity=Maturity.PRIVATE)


def _owned(member):
    """Return what may change hands: personal items never do, and what somebody else has locked waits for its key."""
    rows = Item.objects.filter(_free(member.user), platform=member.platform_id, owner=member.user_id)
    return rows.exclude(category=Category.PERSONAL).order_by()


def spaces_of(member):
    """Return the ids of the spaces in which something changes when the membership ends."""
    mine = Item.objects.filter(platform=member.platform_id).filter(
        Q(owner=member.user_id) | Q(locked_by=member.user_id)
    )
    return mine.order_by().values_list("space", flat=True).distinct()


def estates(member):
    """Return what the person owns as content owner, space by space, with who may be content owner of all of it."""
    found = {}
    rows = _owned(member).values_list("space", "space__title", "organization").annotate(number=Count("pk"))
    for space_id, title, organization, number in rows:
        _title, owned = found.setdefault(space_id, (title, {}))
        owned[organization] = number
    people = _people(member, found)
    return [
        Estate(
            f"{CONTENT}{space_id}",
            f"Content owner of {sum(owned.values())} {'item' if sum(owned.values()) == 1 else 'items'} in {title}",
            tuple(actor.member for actor in people if _may_own(actor, space_id, owned)),
            "They stay as they are; the Owners of the space reach them.",
        )
        for space_id, (title, owned) in sorted(found.items(), key=lambda pair: pair[1][0])
    ]


def _people(member, space_ids):
    rows = Member.objects.filter(platform=member.platform_id, status=Status.ACTIVE, user__is_active=True)
    rows = rows.filter(holders.inside(list(space_ids))).exclude(pk=member.pk)
    return actors.build(list(rows.select_related("platform", "company", "unit", "user")))


def _may_own(actor, space_id, organizations):
    held = [held for held in actor.held if held.space_id == space_id and held.works]
    bound = {held.organization_id for held in held if held.restricted}
    return any(not held.restricted for held in held) or (bool(held) and set(organizations) <= bound)


def pass_on(actor, member, heirs):
    """Make the heirs content owners, space by space; return what the record keeps of it."""
    given = {}
    for key, heir in heirs.items():
        if not key.startswith(CONTENT):
            continue
        space_id = int(key.removeprefix(CONTENT))
        items = _owned(member).filter(space=space_id)
        number = _give(items.filter(_reached(space_id, actors.build([heir])[0])), heir)
        given[Space.objects.get(pk=space_id).title] = f"{number} to {heir}"
    return {"new_content_owners": given} if given else {}


def register():
    """Hand both to the floor of spaces."""
    hooks.contribute_leaving(private_items, hand_over)
    hooks.contribute_concerned(spaces_of)
