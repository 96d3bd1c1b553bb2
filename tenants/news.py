"""The kinds of news: what each is called, why somebody gets it, how it comes by mail, and who may still see it.

Every floor contributes its kinds. A kind's `still` is asked when the bell is shown and when a mail leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from tenants.models import Delivery, Invitation, InvitationState

KINDS = {}
SPACES = []


@dataclass(frozen=True, slots=True)
class NewsKind:
    """A kind of news.

    `why` completes "You get this because ..."; `quiet` is what the bell keeps, without a title, of news that one may
    not see any more. `still(user, actor, rows)` returns the ids of the `rows` (of this kind, of one person and one
    platform or none; then `actor` is None) that the person may see now; without it, news of a space want the space.
    `mailed` is off for what has a mail of its own, `everywhere` on for what comes without a platform too,
    `administrators` on for what is told to them alone.
    """

    code: str
    label: str
    why: str
    delivery: str = Delivery.NOW
    may_be_off: bool = True
    mailed: bool = True
    everywhere: bool = False
    administrators: bool = False
    icon: str = "bell"
    quiet: str = "Something changed that you no longer see."
    still: Callable | None = None

    @property
    def deliveries(self):
        """The ways by mail that a person may choose."""
        return [way for way in Delivery if self.may_be_off or way != Delivery.NONE]


def contribute(*kinds):
    """Let a floor declare kinds of news."""
    KINDS.update({kind.code: kind for kind in kinds})


def contribute_spaces(titles):
    """Let the floor of spaces answer `titles(actor, ids) -> {id: title}` for those that the actor sees."""
    SPACES.append(titles)


def kind_of(code):
    """Return a kind. One that nobody declared is plain news of the platform."""
    return KINDS.get(code) or NewsKind(code, "Other news", "it concerns you", Delivery.DIGEST)


def space_titles(actor, ids):
    """Return {id: title} of those spaces that the actor sees."""
    return {pk: title for titles in SPACES if actor and ids for pk, title in titles(actor, ids).items()}


def visible(user, actor, rows):
    """Return the ids of those `rows` of news that the person may see now, each kind asked once."""
    found = set()
    for code, group in groupby(sorted(rows, key=attrgetter("kind")), key=attrgetter("kind")):
        found |= (kind_of(code).still or _in_their_spaces)(user, actor, list(group))
    return found


def anyone(user, actor, rows):
    """Let the person see all: news about themselves alone."""
    return {row.pk for row in rows}


def _in_their_spaces(user, actor, rows):
    titles = space_titles(actor, {row.space_id for row in rows if row.space_id})
    return {row.pk for row in rows if row.space_id is None or row.space_id in titles}


def _standing(user, actor, rows):
    """Keep invitations that were not taken back; what was left out of one stays said."""
    numbers = {row.number for row in rows if row.subject.startswith("invitation:")}
    back = Invitation.objects.filter(pk__in=numbers - {None}, state=InvitationState.REVOKED)
    revoked = set(back.values_list("pk", flat=True))
    return {row.pk for row in rows if row.number not in revoked}


def register():
    """Declare the kinds of this floor."""
    contribute(
        NewsKind(
            "invitation",
            "Invitations to me",
            "somebody invited you",
            mailed=False,
            icon="mail",
            quiet="An invitation to you was taken back.",
            still=_standing,
        ),
        NewsKind("answer", "Answers to my invitations", "you sent the invitation", icon="mail"),
        NewsKind(
            "membership",
            "Members and my membership",
            "it is about your membership or people you look after",
            icon="users",
        ),
        NewsKind("group", "User groups", "an Administrator put you in or took you out", still=anyone, icon="users"),
        NewsKind(
            "roles",
            "Roles and licences",
            "a role or licence is yours, or you look after those of the platform",
            icon="ticket",
        ),
        NewsKind("handover", "What I take over", "something is yours now", may_be_off=False, icon="swap"),
        NewsKind(
            "partner",
            "Partners",
            "it is about partners of the platform or your licences",
            everywhere=True,
            administrators=True,
            icon="building",
        ),
        NewsKind("batch", "Work on many members", "you started it", Delivery.NONE, administrators=True, icon="users"),
    )
