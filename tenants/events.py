"""Entries of the record in words, for whoever may read them: names and labels as far as the reader may know."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.urls import reverse

from tenants import access, audit, options
from tenants.models import AuditEvent, Member

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$")
STRANGER = "Somebody of another organization"
FORGOTTEN = "something whose words are forgotten"
LINKS: dict[str, Callable] = {}
HIDDEN = []
LABELS: dict[str, str] = {}
NOTHING = (None, "")
THINGS: dict[str, Callable] = {}


def contribute_link(object_type, link):
    """Let a floor lead from an entry to its object: `link(slug, object_id)` returns an address or ""."""
    LINKS[object_type] = link


def contribute_hidden(hidden):
    """Let a floor keep entries out of the record: `hidden(actor)` returns a Q over AuditEvent, or None."""
    HIDDEN.append(hidden)


def contribute_labels(words):
    """Let a floor name what entries keep in before and after: a dict from key to words."""
    LABELS.update(words)


def contribute_things(key, known):
    """Let a floor say what ids under `key` in before and after stand for: `known(actor, ids)` returns {id: words}.

    An entry with an id that the reader does not know is left out.
    """
    THINGS[key] = known


@dataclass(frozen=True, slots=True)
class Change:
    """One fact before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as one reader sees it."""

    pk: int
    seq: int
    at: object
    person: str
    known: bool
    company: object
    words: str
    label: str
    link: str
    changes: tuple[Change, ...]
    credential: str
    rule: str
    reason: str


def visible(actor, rows):
    """Keep the entries of the actor's platform that its pages list for this actor."""
    hidden = [part for floor in HIDDEN if (part := floor(actor)) is not None]
    rows = rows.filter(platform=actor.platform)
    for part in hidden:
        rows = rows.exclude(part)
    return rows


def entries(actor, rows, *, known=None, also=frozenset()):
    """Return loaded AuditEvents as Entries; a fixed number of queries whatever their number.

    `known` is None when the reader may know everybody, else the organizations whose people they may know;
    `also` holds ids of further users that they may know, such as the unrestricted Owners of a space.
    """
    rows = _worded(actor, rows)
    counts = access.can(actor, "see_record", actor.platform)  # a place tells how much else there is
    spaces = frozenset(held.space_id for held in actor.held if held.works or held.visibility != "private")
    names = _Names(_people(actor, rows), known, frozenset(also) | {actor.user.pk}, None if counts else spaces)
    return [_entry(actor, row, row.seq if counts else 0, names) for row in rows]


def _worded(actor, rows):
    """Return the rows with words for ids of things, without those that tell of things the reader does not know."""
    rows = list(rows)
    for key, known in THINGS.items():
        held = [(facts, facts[key]) for row in rows for facts in (row.before, row.after) if key in facts]
        words = known(actor, {thing for _facts, thing in held}) if held else {}
        rows = [row for row in rows if {row.before.get(key), row.after.get(key)} - {None} <= words.keys()]
        for facts, thing in held:
            facts[key] = words.get(thing, "")
    return rows


def activity(actor, member, *, most=8):
    """Return the newest entries about what `member` did on the platform, as far as `actor` has them in lists."""
    rows = AuditEvent.objects.filter(actor=member.user_id).select_related("actor", "subject")
    return entries(actor, visible(actor, rows)[:most])


@dataclass(frozen=True, slots=True)
class _Names:
    people: dict
    known: frozenset | None
    allowed: frozenset
    spaces: frozenset | None

    def hold(self, stored):
        """Say by which credential somebody acted: its space and organization as far as the reader may know them."""
        sees = self.spaces is None or stored.get("space_id") in self.spaces
        knows = self.known is None or stored.get("organization_id") in self.known
        where = f" in {stored.get('space', '')}" if sees else ""
        return f"{stored.get('responsibility', '')}{where}" + (
            f" for {stored.get('organization', '')}" if knows else ""
        )

    def may(self, user_id):
        """Tell whether the reader may know this person."""
        if user_id is None or self.known is None or user_id in self.allowed:
            return True
        member = self.people.get(user_id)
        return member is not None and not {member.company_id, member.unit_id}.isdisjoint(self.known)

    def say(self, user):
        """Name the person as far as the reader may know them."""
        if user is None:
            return "The system"
        return str(user) if self.may(user.pk) else STRANGER


def _people(actor, rows):
    ids = {user_id for row in rows for user_id in (row.actor_id, row.subject_id) if user_id}
    members = Member.objects.filter(platform=actor.platform, user__in=ids).select_related("user", "company")
    return {member.user_id: member for member in members}


def _entry(actor, row, seq, names):
    member = names.people.get(row.actor_id)
    person = member.user if member else row.actor
    open_subject = names.may(row.subject_id)
    link = LINKS.get(row.object_type)
    return Entry(
        pk=row.pk,
        seq=seq,
        at=row.at,
        person=names.say(person),
        known=names.may(row.actor_id),
        company=member.company if member and names.may(row.actor_id) else None,
        words=_words(row),
        label=_label(row) if open_subject else "somebody of another organization",
        link=link(actor.platform.slug, row.object_id) if link and open_subject else "",
        changes=changes(row, actor.platform.zone) if open_subject else (),
        credential=names.hold(row.credential) if row.credential else "",
        rule=row.rule,
        reason=row.reason,
    )


def _label(row):
    return FORGOTTEN if row.is_forgotten else row.object_label


def acts(rows):
    """Return (row, its act in words) of entries of which nothing else may be told."""
    return [(row, _words(row)) for row in rows]


def _words(row):
    return audit.VERBS.get(row.verb, row.verb.replace("_", " "))


def changes(row, zone=UTC):
    """Return what an entry says of before and after, facts that stayed the same left out; times in `zone`."""
    return tuple(
        Change(LABELS.get(key, key.replace("_", " ")), _word(key, before, zone), _word(key, after, zone))
        for key, before, after in _differing(row.before, row.after)
    )


def _differing(before, after):
    """Yield (name, before, after) of what differs, each part of a group of facts, such as properties, by itself."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differing(old, new)
        elif old != new and not (old in NOTHING and new in NOTHING):
            yield key, old, new


def _word(key, value, zone):
    """Return a fact in words; an option knows its own."""
    option = options.OPTIONS.get(key)
    return option.say(value) if option and option.holds(value) else _say(value, zone)


def _say(value, zone=UTC):
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(_say(part, zone) for part in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')}: {_say(part, zone)}" for key, part in value.items())
    if isinstance(value, str) and MOMENT.match(value):
        return f"{datetime.fromisoformat(value).astimezone(zone):%-d %B %Y %H:%M}"
    return str(value).replace("_", " ") if str(value).islower() else str(value)


def older_than(rows, cursor):
    """Keep the entries before a cursor `<at>~<pk>`; a cursor that is none keeps them all."""
    at, _, pk = cursor.partition("~")
    try:
        moment, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return rows
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200 or not 0 <= number < 2**63:
        return rows
    return rows.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=number))


def cursor_of(row):
    """Return the cursor that leads to what is older than `row`."""
    return f"{row.at.isoformat()}~{row.pk}"


def _member_link(slug, object_id):
    return reverse("tenants:member_detail", args=[slug, object_id])


def _organization_link(slug, object_id):
    return reverse("tenants:organization_detail", args=[slug, object_id])


def _options_link(slug, object_id):
    return reverse("tenants:options", args=[slug])


def register():
    """Lead from entries to what this floor shows, and name the facts it records."""
    contribute_link("tenants.member", _member_link)
    contribute_link("tenants.organization", _organization_link)
    contribute_link("tenants.platform", _options_link)
    contribute_labels({code: option.title for code, option in options.OPTIONS.items()})
