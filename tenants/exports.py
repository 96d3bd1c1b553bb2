"""Lists that leave as CSV: for those who may see them, in pieces of constant cost, each asked for once in the record.

A floor contributes an Export in its `ready()`. Its rows are made while the file is sent; the right to them is asked
again for every piece, and a file that cannot be ended says so in its last line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import methodcaller

from django.db import transaction

from tenants import access, audit, roster
from tenants import actor as actors
from tenants.errors import NotVisible
from tenants.member_forms import MemberFilter
from tenants.models import Invitation, RoleGrant

PIECE = 500  # rows of the database at a time
EXPORTS: dict[str, "Export"] = {}
ENDED = "The rest is missing: the right to see it ended while this file was made."


@dataclass(frozen=True, slots=True)
class Export:
    """One list. `rows(actor, query)` returns a queryset, `say(actor, piece)` yields lines for loaded rows of it.

    `more` are further Parts that follow in the same file.
    """

    title: str
    action: str
    header: tuple[str, ...]
    rows: Callable
    say: Callable
    more: tuple["Part", ...] = ()

    def parts(self, actor, query):
        """Return [(queryset, say, number of lines), ...]."""
        parts = (Part(self.rows, self.say), *self.more)
        return [(rows := part.rows(actor, query), part.say, part.lines(rows)) for part in parts]


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a list from rows of another kind; `lines(rows)` counts them where a row makes more than one."""

    rows: Callable
    say: Callable
    lines: Callable = methodcaller("count")


def contribute(name, export):
    """Let a floor offer one more list."""
    EXPORTS[name] = export


@transaction.atomic
def begin(*, actor, name, query):
    """Write down that the actor takes a list away, and return (Export, lines). Raises NotVisible or AccessDenied."""
    export = EXPORTS.get(name)
    if export is None:
        raise NotVisible
    decision = access.require(actor, export.action, actor.platform)
    parts = export.parts(actor, query)
    filters = {key[:40]: value[:100] for key, value in query.items() if value and (key + value).isprintable()}
    after = {"list": export.title, "rows": sum(number for _rows, _say, number in parts)}
    after |= {"filters": filters} if filters else {}
    audit.record(actor, "list_exported", actor.platform, decision=decision, after=after)
    return export, _lines(actor, export, parts)


def _lines(actor, export, parts):
    for say, piece in _pieces(parts):
        actor = actors.of(actor.user, actor.platform)
        if actor is None or not access.can(actor, export.action, actor.platform):
            yield [ENDED]
            return
        yield from say(actor, piece)


def _pieces(parts):
    for rows, say, _number in parts:
        last = 0
        while piece := list(rows.order_by("pk").filter(pk__gt=last)[:PIECE]):
            yield say, piece
            last = piece[-1].pk


def name_of(member):
    """Return the name of a member, nothing of who has not come in: it would tell that the address has an account."""
    return "" if member.is_unmet else member.user.name


def moment(value, zone):
    """Return a time as a spreadsheet sorts it, in the platform's time zone."""
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _members(actor, query):
    form = MemberFilter(query, platform=actor.platform)
    form.is_valid()
    return form.narrow(roster.everybody(actor.platform), actor.now)


def _say_members(actor, piece):
    zone = actor.platform.zone
    for row in roster.page_rows(piece):
        member = row.member
        yield [
            member.user.email,
            name_of(member),
            member.right,
            member.get_status_display(),
            member.company.name,
            member.unit.name if member.unit else "",
            ", ".join(f"{', '.join(source.names)}: {source.answer.words}" for source in row.sources),
            row.spaces,
            member.two_factor,
            str(member.sponsor or ""),
            *(moment(value, zone) for value in (member.joined_at, member.last_seen_at, member.ends_at)),
        ]


def _roles(actor, query):
    return RoleGrant.objects.filter(member__platform=actor.platform).select_related(
        "role", "through__group", "member__user", "member__company", "member__unit", "member__platform"
    )


def _say_roles(actor, piece):
    members = {grant.member_id: grant.member for grant in piece}
    answers = {found.member.pk: found.resolutions for found in actors.build(list(members.values()))}
    for grant in piece:
        member, answer = grant.member, answers[grant.member_id].get(grant.role.code)
        yield [
            member.user.email,
            name_of(member),
            member.company.name,
            member.get_status_display(),
            grant.role.code,
            grant.role.name,
            grant.through.group.name if grant.through else "",
            grant.assigned,
            grant.restricted,
            answer.words if answer else "",
            moment(grant.granted_at, actor.platform.zone),
        ]


def _invitations(actor, query):
    return (
        Invitation.objects.filter(platform=actor.platform)
        .select_related("inviter", "company")
        .prefetch_related("roles__role")
    )


def _say_invitations(actor, piece):
    zone = actor.platform.zone
    for row in piece:
        yield [
            row.email,
            row.shown_state(actor.now),
            row.right,
            row.company.name,
            ", ".join(offer.role.name for offer in row.roles.all()),
            str(row.inviter),
            *(moment(value, zone) for value in (row.sent_at, row.expires_at, row.answered_at)),
            " ".join(row.left_out),
        ]


MEMBERS = Export(
    "members",
    "manage_members",
    (
        *("user", "name", "right", "status", "company", "unit", "roles", "spaces", "two-factor", "sponsor"),
        *("member since", "last seen", "ends"),
    ),
    _members,
    _say_members,
)
ROLES = Export(
    "roles and licences",
    "manage_members",
    (
        *("user", "name", "company", "status", "code", "role", "through group", "assign licence", "restrict usage"),
        *("licence source", "granted"),
    ),
    _roles,
    _say_roles,
)
INVITATIONS = Export(
    "invitations",
    "invite",
    ("user", "state", "right", "company", "roles", "invited by", "sent", "until", "answered", "left out"),
    _invitations,
    _say_invitations,
)


def register():
    """Offer the lists of this floor, and the words to the record."""
    contribute("members", MEMBERS)
    contribute("roles", ROLES)
    contribute("invitations", INVITATIONS)
    audit.verbs({"list_exported": "exported a list of"})
