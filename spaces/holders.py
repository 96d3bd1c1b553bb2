"""Who holds something in spaces, their own or through a group, as the database finds and counts it."""

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from spaces.models import Credential, GroupCredential, Responsibility
from tenants.models import GroupMember, Member, Right, Status, User

PRESENT = (Status.ACTIVE, Status.PENDING)
MEMBER = "group__user_group__entries__member"


def owned_by(**user):
    """Return the Q of the spaces owned by people whom the lookups on User find."""
    own, through = _owning()
    own = own.filter(**{f"user__{name}": value for name, value in user.items()})
    through = through.filter(**{f"{MEMBER}__user__{name}": value for name, value in user.items()})
    return Q(pk__in=own.values("content_object")) | Q(pk__in=through.values("content_object"))


def with_externals():
    """Return the condition of the spaces in which an External holds something."""
    external = Member.objects.filter(
        user=OuterRef("user"), platform=OuterRef("content_object__platform"), right=Right.EXTERNAL, status__in=PRESENT
    )
    own = Credential.objects.unended().filter(Exists(external), content_object=OuterRef("pk"))
    through = GroupCredential.objects.unended().filter(
        **{f"{MEMBER}__right": Right.EXTERNAL, f"{MEMBER}__status__in": PRESENT, "content_object": OuterRef("pk")}
    )
    return Exists(own) | Exists(through)


def owners_of(platform):
    """Return the people who own a space of `platform`."""
    own, through = _owning()
    own = own.filter(content_object__platform=platform).values("user")
    through = through.filter(content_object__platform=platform).values(f"{MEMBER}__user")
    return User.objects.filter(Q(pk__in=own) | Q(pk__in=through)).order_by("name", "email")


def owners_in(space_ids):
    """Return {space_id: {User: restricted}}; who owns it unrestricted too counts as that. Three queries."""
    own, through = _owning()
    rows = list(own.filter(content_object__in=space_ids).values_list("content_object", "user", "restricted"))
    rows += through.filter(content_object__in=space_ids).values_list("content_object", f"{MEMBER}__user", "restricted")
    users, found = User.objects.in_bulk({user_id for _space, user_id, _restricted in rows}), {}
    for space_id, user_id, restricted in rows:
        people = found.setdefault(space_id, {})
        people[users[user_id]] = restricted and people.get(users[user_id], True)
    return found


def counted(platform, space_ids):
    """Return {space_id: (members, externals)}: people who hold something there that has not ended. Two queries."""
    right = Member.objects.filter(platform=platform, status__in=PRESENT)
    external = Q(user__in=right.filter(right=Right.EXTERNAL).values("user"))
    own = Credential.objects.unended().filter(content_object__in=space_ids, user__in=right.values("user"))
    besides = Credential.objects.unended().filter(
        content_object=OuterRef("content_object"), user=OuterRef(f"{MEMBER}__user")
    )
    through = GroupCredential.objects.unended().filter(
        ~Exists(besides), **{"content_object__in": space_ids, f"{MEMBER}__status__in": PRESENT}
    )
    totals = {}
    for rows, person, outside in (
        (own, "user", external),
        (through, MEMBER, Q(**{f"{MEMBER}__right": Right.EXTERNAL})),
    ):
        numbers = (
            rows.order_by()
            .values_list("content_object")
            .annotate(
                inside=Count(person, filter=~outside, distinct=True),
                outside=Count(person, filter=outside, distinct=True),
            )
        )
        for space_id, inside, abroad in numbers:
            known = totals.get(space_id, (0, 0))
            totals[space_id] = (known[0] + inside, known[1] + abroad)
    return totals


def inside(space_ids):
    """Return the Q of the Members who hold something live in one of the spaces."""
    own, through = (rows.objects.live().filter(content_object__in=space_ids) for rows in (Credential, GroupCredential))
    entries = GroupMember.objects.filter(group__in=through.values("group"))
    return Q(user__in=own.values("user")) | Q(pk__in=entries.values("member"))


def number_of_spaces():
    """Return in how many spaces the Member of the outer query holds something live, for sorting by it."""
    own = Credential.objects.live().filter(user=OuterRef("user"), content_object__platform=OuterRef("platform"))
    besides = Credential.objects.live().filter(
        content_object=OuterRef("content_object"), user=OuterRef(f"{MEMBER}__user")
    )
    through = GroupCredential.objects.live().filter(~Exists(besides), **{MEMBER: OuterRef("pk")})
    return _number(own, "user") + _number(through, MEMBER)


def _number(rows, person):
    counted = rows.order_by().values(person).annotate(number=Count("content_object", distinct=True))
    return Coalesce(Subquery(counted.values("number")), 0)


def _owning():
    """Return the live Owner credentials of people, and those of groups that somebody is in."""
    own, through = (
        rows.objects.live().filter(permission__codename=Responsibility.OWNER) for rows in (Credential, GroupCredential)
    )
    return own, through.filter(**{f"{MEMBER}__status__in": PRESENT})
