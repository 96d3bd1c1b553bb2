"""With whom somebody may share an item: the people and groups that they may know of and that the share could reach."""

from django.db.models import Q

from content.models import GroupShare, Share
from content.names import around
from content.shares import is_bound
from spaces import people
from spaces.rules import people_known
from tenants import actor as actors
from tenants import groups
from tenants.ids import id_of
from tenants.models import GroupMember, Member, UserGroup

PERSON, GROUP = "person", "group"


def place(actor, item):
    """Return the space whose credentials say whom the actor may know around an item; None: all that they hold."""
    return around(actor, item.space_id)


def known(actor, item):
    """Return the organizations whose people the actor may know around an item, None for everybody."""
    return people_known(actor, place(actor, item))


def address_of(recipient):
    """Return what stands for a Member or a UserGroup in an address."""
    return f"{GROUP if isinstance(recipient, UserGroup) else PERSON}-{recipient.pk}"


def _read(to):
    kind, _dash, pk = to.partition("-")
    return (kind, number) if kind in (PERSON, GROUP) and (number := id_of(pk)) else ("", 0)


def find(actor, item, to):
    """Return the Member or UserGroup that an address names, as far as the actor may share with them, else None."""
    kind, pk = _read(to)
    if kind == PERSON:
        found = people.find_known(item.platform_id, known(actor, item), pk)
        return found if found and _people(actor, item, [found]) else None
    rows = UserGroup.objects.filter(platform=item.platform_id, pk=pk) if kind else []
    return next(iter(_groups(actor, item, rows)), None)


def find_share(item, to):
    """Return the live share of the item with whom an address names, else None."""
    kind, pk = _read(to)
    model = GroupShare if kind == GROUP else Share
    members = Member.objects.filter(pk=pk, platform=item.platform_id)
    who = Q(group=pk) if kind == GROUP else Q(user__in=members.values("user")) if kind else Q(pk__in=())
    rows = model.objects.live().filter(who, content_object=item)
    return rows.select_related("permission", "given_by").first()


def search(actor, item, words):
    """Return ([Member], [UserGroup]) whose names begin like `words`, within what the actor may know and share with."""
    words = words.strip()
    if len(words) < people.SHORTEST_SEARCH:
        return [], []
    members = people.search_known(item.platform_id, known(actor, item), words)
    members = [member for member in members if member.user_id != actor.user.pk]
    rows = UserGroup.objects.filter(platform=item.platform_id, name__icontains=words).order_by("name")
    return _people(actor, item, members), _groups(actor, item, rows)[: people.MOST_FOUND]


def exactly(actor, item, words):
    """Return the one person or group of this address or name that the actor may know and share with, else None."""
    people, groups = search(actor, item, words)
    wanted = words.strip().casefold()
    fitting = [member for member in people if wanted in (member.user.email.casefold(), member.user.name.casefold())]
    fitting += [group for group in groups if group.name.casefold() == wanted]
    return fitting[0] if len(fitting) == 1 else None


def _people(actor, item, members):
    if not is_bound(actor, item):
        return members
    return [found.member for found in actors.build(members) if item.organization_id in found.organizations]


def _groups(actor, item, rows):
    """Keep the groups whose people the actor may all know and share with; an empty one only who knows everybody."""
    organizations, bound = known(actor, item), is_bound(actor, item)
    if organizations is None and not bound:
        return list(rows)
    rows, inside = list(rows), {}
    entries = GroupMember.objects.filter(group__in=rows, member__status__in=groups.JOINING)
    entries = list(entries.select_related("member__platform", "member__company", "member__unit", "member__user"))
    built = {found.member.pk: found for found in actors.build([entry.member for entry in entries])}
    for entry in entries:
        inside.setdefault(entry.group_id, []).append(built[entry.member_id])
    return [group for group in rows if _all_within(inside.get(group.pk, ()), organizations, bound and item)]


def _all_within(found, organizations, item):
    reachable = all(organizations is None or one.organizations & organizations for one in found)
    return bool(found) and reachable and (not item or all(item.organization_id in one.organizations for one in found))
