"""Who is in a space, as far as somebody may know it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from spaces import holders
from spaces.giving import spec_of
from spaces.models import LADDER, Credential, GroupCredential, InvitationCredential, Responsibility
from spaces.owners import lasts
from spaces.rules import people_known
from tenants import access, naming
from tenants import actor as actors
from tenants.ids import id_of
from tenants.models import GroupMember, InvitationState, Member, Organization, Right, Status, User

SHORTEST_SEARCH = 2
LAST_OWNER = "last unrestricted Owner"
MOST_FOUND = 12
SOURCES = {"creator": "Creator", "invitation": "Invitation", "platform": "Took over"}


@dataclass(frozen=True, slots=True)
class Person:
    """A credential of somebody in a space, as Manage members shows it.

    `credential` is their own; `group` says that they hold it through one. Neither: an invitation will give it.
    """

    member: Member
    responsibility: Responsibility
    restricted: bool
    organization: Organization
    ends_at: datetime | None
    credential: Credential | None = None
    starts_at: datetime | None = None
    given_by: User | None = None
    note: str = ""
    editable: bool = False
    first: bool = True
    group: str = ""
    group_credential: GroupCredential | None = None

    @property
    def label(self):
        """The responsibility, without (Restricted)."""
        return self.responsibility.label

    @property
    def level(self):
        """Its rung on the design ladder."""
        return LADDER.get(self.responsibility, 0)

    @property
    def is_owner(self):
        """True for Owner and Owner (Restricted)."""
        return self.responsibility == Responsibility.OWNER

    @property
    def free(self):
        """True for what opens every organization's content."""
        return not self.restricted and self.responsibility != Responsibility.PUBLIC_READER

    @property
    def pending(self):
        """True for people who have not accepted yet."""
        return self.member.status == Status.PENDING or not self.stored

    @property
    def stored(self):
        """True for what stands already, False for what an invitation will give."""
        return self.credential is not None or bool(self.group)

    @property
    def outside(self):
        """The company of somebody whom the host does not employ, for the mark on their face."""
        return None if self.member.company.is_host else self.member.company

    @property
    def source(self):
        """How it came about, in words; who gave it is `given_by`."""
        return SOURCES.get(self.credential.source, "") if self.credential else "starts when accepted"


def people_of(actor, space):
    """Return a Person for each credential in `space` that `actor` may know of, in a fixed number of queries."""
    credentials = list(
        Credential.objects.unended()
        .filter(content_object=space)
        .select_related("permission", "organization", "user", "given_by")
        .order_by("user__name", "user__email", "pk")
    )
    members = _members(space, {row.user_id for row in credentials} | {row.given_by_id for row in credentials})
    invited, through = _invited(space), _through_groups(actor, space)
    known_members = {member.user_id: member for member in members}
    known_members |= {person.member.user_id: person.member for person in (*invited, *through)}
    by_user = {found.user.pk: found for found in actors.build(list(known_members.values()))}
    lasting = {
        held.id for found in by_user.values() for held in found.held if held.space_id == space.pk and lasts(held)
    }
    known = _known(actor, space, by_user)
    free = {row.user_id for row in credentials if spec_of(row).unrestricted}
    free |= {person.member.user_id for person in through if person.free}
    may_edit = _editing(actor, space, free, by_user)
    people = [
        _person(row, by_user[row.user_id], lasting, known, may_edit)
        for row in credentials
        if row.user_id in known and by_user[row.user_id].member.status in (Status.ACTIVE, Status.PENDING)
    ]
    people += [person for person in (*through, *invited) if person.member.user_id in known]
    return _marked(sorted(people, key=lambda person: (str(person.member), person.member.pk)))


def _owns(held, space):
    return held.space_id == space.pk and held.is_owner and not held.restricted


def _members(space, user_ids):
    members = Member.objects.filter(platform=space.platform_id, user__in=user_ids)
    return list(members.select_related("platform", "company", "unit", "user"))


def _invited(space):
    """Return the credentials that standing invitations will give here."""
    rows = InvitationCredential.objects.filter(
        space=space, invitation__state=InvitationState.SENT, invitation__expires_at__gt=timezone.now()
    ).select_related(
        "organization",
        "invitation__inviter",
        "invitation__member__user",
        "invitation__member__company",
        "invitation__member__unit",
        "invitation__member__platform",
    )
    return [
        Person(
            member=row.invitation.member,
            responsibility=Responsibility(row.responsibility),
            restricted=row.restricted,
            organization=row.organization,
            ends_at=row.ends_at,
        )
        for row in rows
    ]


def _through_groups(actor, space):
    """Return a Person for each member of each group that holds something here. Two queries."""
    rows = list(groups_in(space))
    entries = GroupMember.objects.filter(
        group__in={row.group_id for row in rows}, member__status__in=(Status.ACTIVE, Status.PENDING)
    ).select_related("group", "member__platform", "member__company", "member__unit", "member__user")
    inside = {}
    for entry in entries:
        inside.setdefault(entry.group_id, []).append(entry.member)
    knows_all = people_known(actor, space.pk) is None
    return [
        _group_person(row, member, knows_all or actor.user.pk in {other.user_id for other in inside[row.group_id]})
        for row in rows
        for member in inside.get(row.group_id, ())
    ]


def groups_in(space):
    """Return the group credentials of a space that have not ended, by the name of the group."""
    rows = GroupCredential.objects.unended().filter(content_object=space)
    return rows.select_related("permission", "group__user_group", "given_by", "content_object").order_by(
        "group__user_group__name", "pk"
    )


def _group_person(row, member, named):
    """Return what `member` holds through a group; its name is told to whoever knows its people."""
    return Person(
        member=member,
        responsibility=row.get_responsibility(),
        restricted=row.restricted,
        organization=member.employment,
        ends_at=row.ends_at,
        starts_at=_ahead(row.starts_at),
        note="counts from acceptance" if member.is_pending else "",
        group=f"through the group {row.group.user_group}" if named else "through a group",
        group_credential=row,
    )


def _ahead(starts_at):
    return starts_at if starts_at and starts_at > timezone.now() else None


def _known(actor, space, by_user):
    """Return the ids of the people of this space whom `actor` may know of."""
    organizations = people_known(actor, space.pk)
    if organizations is None:
        return set(by_user)
    owners = {pk for pk, found in by_user.items() if any(_owns(held, space) for held in found.held)}
    near = {pk for pk, found in by_user.items() if found.organizations & organizations}
    return near | owners | {actor.user.pk}


def _editing(actor, space, free, by_user):
    """Return a test of one credential: may `actor` change it? Says what `giving.may_touch` says, without a query.

    `free` are the ids of the people who hold an unrestricted credential here, their own or through a group.
    """
    if not access.can(actor, "manage_members", space):
        return lambda row: False
    if access.can(actor, "give_any", space):
        return lambda row: True
    mine = {held.organization_id for held in actor.held if held.space_id == space.pk and held.is_owner}
    return lambda row: (
        row.restricted
        and row.organization_id in mine
        and row.user_id not in free
        and row.organization_id in by_user[row.user_id].organizations
    )


def _person(row, found, lasting, known, may_edit):
    counts = row.organization_id in found.organizations
    note = "" if counts else f"does not count: {found.member} left {row.organization}"
    if found.member.is_pending:
        note = "counts from acceptance"
    if lasting == {row.pk}:
        note = LAST_OWNER
    return Person(
        member=found.member,
        responsibility=row.get_responsibility(),
        restricted=row.restricted,
        organization=row.organization,
        ends_at=row.ends_at,
        credential=row,
        starts_at=_ahead(row.starts_at),
        given_by=row.given_by if row.given_by_id in known else None,
        note=note,
        editable=may_edit(row),
    )


def _marked(people):
    """Mark the first row of each person, so that a list names them once."""
    seen, marked = set(), []
    for person in people:
        key = person.member.user_id
        marked.append(person if key not in seen else _again(person))
        seen.add(key)
    return marked


def _again(person):
    values = {name: getattr(person, name) for name in Person.__dataclass_fields__}
    return Person(**values | {"first": False})


def bound_people(people):
    """Return [(organization, [member, ...])] of those whose credentials here are all (Restricted)."""
    free = {person.member.user_id for person in people if person.free}
    found = {}
    for person in people:
        if person.restricted and person.member.user_id not in free:
            members = found.setdefault(person.organization, [])
            if person.member not in members:
                members.append(person.member)
    return list(found.items())


def search_people(actor, space, words):
    """Return Members of the platform, pending ones too, by the beginning of a name or address, as far as known.

    At least two characters. Who may not know everybody finds the people of their own organizations.
    """
    return search_known(space.platform_id, people_known(actor, space.pk), words)


def search_known(platform_id, organizations, words):
    """Return the same within what `people_known` answered."""
    words = words.strip()
    if len(words) < SHORTEST_SEARCH:
        return []
    name = Q(user__name__istartswith=words) | Q(user__name__icontains=f" {words}")
    members = (
        Member.objects.filter(platform=platform_id, status__in=(Status.ACTIVE, Status.PENDING))
        .filter(~naming.unmet() & name | Q(user__email__istartswith=words))
        .select_related("platform", "company", "unit", "user")
        .order_by(*naming.by_name())
    )
    return _within(organizations, members)[:MOST_FOUND]


def find_person(actor, space, member_id):
    """Return the Member with this id as far as `actor` may know of them, else None."""
    return find_known(space.platform_id, people_known(actor, space.pk), member_id)


def find_known(platform_id, organizations, member_id):
    """Return the same within what `people_known` answered."""
    members = Member.objects.filter(
        platform=platform_id, pk=id_of(member_id), status__in=(Status.ACTIVE, Status.PENDING)
    )
    found = _within(organizations, members.select_related("platform", "company", "unit", "user"))
    return found[0] if found else None


def _within(organizations, members):
    if organizations is None:
        return list(members[:MOST_FOUND])
    return [found.member for found in actors.build(list(members)) if found.organizations & organizations]


def within_reach(spaces, besides):
    """Return {space id: Members} who may take a space over: Administrators and its active people, `besides` left out.

    A constant number of queries for any number of spaces.
    """
    platform, ids = besides.platform_id, [space.pk for space in spaces]
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE, user__is_active=True).exclude(pk=besides.pk)
    rows = rows.filter(Q(right=Right.ADMINISTRATOR) | holders.inside(ids)) if ids else rows.none()
    people = actors.build(list(rows.select_related("platform", "company", "unit", "user")))
    return {
        space_id: tuple(
            found.member
            for found in people
            if found.is_administrator or any(held.space_id == space_id for held in found.held)
        )
        for space_id in ids
    }
