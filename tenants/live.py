"""What open pages are told: the versions of what they show, never what it says. What changed they fetch by its address.

Every answer is asked of the rows of now: who is out is told nothing, and what somebody no longer reads is gone.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants import actor as actors
from tenants.ids import id_of
from tenants.models import Member, Notification

KINDS = {}
MOST = 3  # things that one page shows
THING = re.compile(r"(?P<kind>[a-z]+\.[a-z]+):(?P<key>.{1,2000})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that pages show; for many it costs what it costs for one.

    `key` reads what an address names, mostly an id; None makes no sense. `states(asked)` returns for each (actor, key)
    {piece: version}, or None for what the actor does not read, and notes that they have it open; `leaves(closed)` notes
    that pages of (member's id, key) were closed. `words` tells what is announced when a key changes, its own name
    otherwise. Any item of the platform may change what is `wide`. What is `slow` costs some statements for each page.
    """

    states: Callable
    leaves: Callable | None = None
    wide: bool = False
    slow: bool = False
    key: Callable = id_of
    words: Callable | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An open page: whose, by which session, and what it shows as (kind, key)."""

    member_id: int
    session: str
    proof: str
    see: tuple = ()
    platform_id: int = 0

    @property
    def words(self):
        """What is announced when one of the things changes."""
        found = {wide(self.platform_id) for kind, _key in self.see if KINDS[kind].wide}
        return found.union(*(_words(kind, key) for kind, key in self.see))

    @property
    def slow(self):
        """Whether it costs something to say how the things stand."""
        return any(KINDS[kind].slow for kind, _key in self.see)


def _words(kind, key):
    words = KINDS[kind].words
    return words(key) if words else {f"{kind}:{key}"}


def wide(platform_id):
    """Return what is announced when any item of a platform changes."""
    return f"items:{platform_id}"


def contribute(kind, **given):
    """Let a floor say how a kind of thing stands: see Kind."""
    KINDS[kind] = Kind(**given)


def read(words):
    """Return what an address names as (kind, key); what makes no sense is left out."""
    found = [match for word in words[:MOST] if (match := THING.fullmatch(word)) and match["kind"] in KINDS]
    pairs = [(match["kind"], KINDS[match["kind"]].key(match["key"])) for match in found]
    return tuple((kind, key) for kind, key in pairs if key is not None)


def version(*facts):
    """Return a short word that differs when one of the facts does."""
    return hashlib.blake2s(repr(facts).encode(), digest_size=8).hexdigest()


def states(asked):
    """Return for each (actor, things seen) {piece: version} of the bell and the things; `gone` for one not read.

    It is noted that they have them open.
    """
    bells = _bells([actor for actor, _see in asked])
    found = [dict(bells[actor.user.pk, actor.platform_id]) for actor, _see in asked]
    for kind, told_by in KINDS.items():
        places = [(at, (actor, key)) for at, (actor, see) in enumerate(asked) for name, key in see if name == kind]
        told = told_by.states([pair for _at, pair in places]) if places else []
        for (at, _pair), state in zip(places, told, strict=True):
            found[at] |= {"gone": "1"} if state is None else state
    return found


def _bells(people):
    """Return {(user, platform): how the bell stands there}."""
    mine = Notification.objects.filter(user__in={actor.user.pk for actor in people}).order_by()
    counts = {"all": Count("pk"), "unread": Count("pk", filter=Q(read_at=None)), "last": Max("at")}
    rows = defaultdict(list)
    for user_id, platform_id, *row in mine.values_list("user", "platform").annotate(**counts):
        rows[user_id, platform_id].append(tuple(row))
    found = {}
    for actor in people:
        here = rows[actor.user.pk, actor.platform_id] + rows[actor.user.pk, None]
        number = sum(unread for _all, unread, _last in here)
        found[actor.user.pk, actor.platform_id] = {"bell": str(number), "news": version(*here)}
    return found


def leave(pages):
    """Note that these pages, of which no other of the same person is open, were closed."""
    for kind, told_by in KINDS.items():
        pairs = {(page.member_id, key) for page in pages for name, key in page.see if name == kind}
        if pairs and told_by.leaves:
            told_by.leaves(pairs)


def ask(request, see):
    """Return the page of a request as Asked."""
    member = request.actor.member
    return Asked(member.pk, request.session.session_key or "", proof_of(request.user), see, member.platform_id)


def proof_of(user):
    """Return what changes with the password: a session that was opened before it is no longer one."""
    return user.get_session_auth_hash()


def answer(pages):
    """Return {page: how all it shows stands} for those that may still be told; the others are over."""
    members = Member.objects.select_related("platform", "company", "unit", "user")
    found = members.in_bulk({page.member_id for page in pages})
    people = {actor.member.pk: actor for actor in actors.build(list(found.values()))}
    live = Session.objects.filter(session_key__in={page.session for page in pages}, expire_date__gt=timezone.now())
    sessions = set(live.values_list("session_key", flat=True))
    standing = [page for page in pages if page.session in sessions and _enters(people.get(page.member_id), page)]
    asked = [(people[page.member_id], page.see) for page in standing]
    return dict(zip(standing, states(asked), strict=True))


def _enters(actor, page):
    return (
        actor is not None
        and actor.is_active
        and actor.may("enter")
        and constant_time_compare(proof_of(actor.user), page.proof)
    )
