"""What upper floors do when a membership begins or ends: explicit steps, called inside the act's transaction."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estate:
    """Something that needs somebody else when a person goes: what it is, who may take it, and what happens if nobody.

    `heirs` are the Members who may take it by the rules of now.
    """

    key: str
    what: str
    heirs: tuple
    otherwise: str


@dataclass(frozen=True, slots=True)
class Step:
    """One floor's part of the beginning and the end of a membership.

    `preview(member)` lists sentences about what ends; `stays(member)` lists what stays behind;
    `end(actor, member)` ends it; `accept(inviter, invitation, member)` gives what the invitation offers by the
    inviter's rights of now and returns sentences about what was left out; `offered(invitation)` lists
    sentences about what the invitation offers; `move(member, user)` hands what a pending member was given to the
    account that the invited address turned out to belong to.

    `lock(member)` locks, before anything is written, what the floor will write to; `held(member)` returns what the
    person holds, as values that an invitation draft or `accept` takes; `estates(member)` lists Estates, and
    `hand_over(actor, member, heirs)` gives those that `heirs` names, a dict from key to Member, to them before
    anything ends. `leaving(member, organizations)` lists sentences about what ends when the person no longer
    belongs to these ids, `leave(actor, member, organizations)` ends it. What `end`, `hand_over` and `leave` return,
    if anything, is a dict that the entry of the act keeps.

    `vouches(inviter, invitation)` tells whether the inviter, no Administrator, still owns what the invitation opens.
    """

    preview: Callable = lambda member: []
    stays: Callable = lambda member: []
    end: Callable = lambda actor, member: None
    accept: Callable = lambda inviter, invitation, member: []
    offered: Callable = lambda invitation: []
    move: Callable = lambda member, user: None
    lock: Callable = lambda member: None
    held: Callable = lambda member: {}
    estates: Callable = lambda member: []
    hand_over: Callable = lambda actor, member, heirs: {}
    leaving: Callable = lambda member, organizations: []
    leave: Callable = lambda actor, member, organizations: {}
    vouches: Callable = lambda inviter, invitation: False


STEPS: list[Step] = []


def register(step, *, first=False):
    """Add a floor's part; `first` puts it before those that lock spaces."""
    STEPS.insert(0 if first else len(STEPS), step)


def endings(member):
    """Return every sentence about what ends with this membership."""
    return [line for step in STEPS for line in step.preview(member)]


def remains(member):
    """Return every sentence about what stays when this membership ends."""
    return [line for step in STEPS for line in step.stays(member)]


def lock(member):
    """Lock what ending the membership will write to."""
    for step in STEPS:
        step.lock(member)


def end(actor, member):
    """End all that hangs on a membership; return what the record keeps of it."""
    return _merged(step.end(actor, member) for step in STEPS)


def held(member):
    """Return everything the person holds, as values that an invitation draft takes."""
    return _merged(step.held(member) for step in STEPS)


def estates(member):
    """Return everything that needs somebody else when the person goes."""
    return [estate for step in STEPS for estate in step.estates(member)]


def hand_over(actor, member, heirs):
    """Give what each floor's heirs are named for to them; return what the record keeps of it."""
    return _merged(step.hand_over(actor, member, heirs) for step in STEPS)


def leaving(member, organizations):
    """Return every sentence about what ends when the person no longer belongs to these organizations."""
    return [line for step in STEPS for line in step.leaving(member, organizations)]


def leave(actor, member, organizations):
    """End what hangs on belonging to these organizations; return what the record keeps of it."""
    return _merged(step.leave(actor, member, organizations) for step in STEPS)


def _merged(parts):
    found = {}
    for part in parts:
        for key, value in (part or {}).items():
            found[key] = [*found.get(key, []), *value] if isinstance(value, list) else value
    return found


def accept(inviter, invitation, member):
    """Give what the invitation offers on every floor; return sentences about what was left out."""
    return [line for step in STEPS for line in step.accept(inviter, invitation, member)]


def vouches(inviter, invitation):
    """Tell whether something that the invitation opens is still the inviter's to open."""
    return any(step.vouches(inviter, invitation) for step in STEPS)


def offered(invitation):
    """Return every sentence about what the invitation offers."""
    return [line for step in STEPS for line in step.offered(invitation)]


def move(member, user):
    """Hand what was given to a pending member to another account of the same person."""
    for step in STEPS:
        step.move(member, user)
