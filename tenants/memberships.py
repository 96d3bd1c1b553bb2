"""What upper floors do when a membership begins or ends: explicit steps, called inside the act's transaction."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One floor's part of the beginning and the end of a membership.

    `preview(member)` lists sentences about what ends; `stays(member)` lists what stays behind;
    `end(actor, member)` ends it; `accept(inviter, invitation, member)` gives what the invitation offers by the
    inviter's rights of now and returns sentences about what was left out; `offered(invitation)` lists
    sentences about what the invitation offers; `move(member, user)` hands what a pending member was given to the
    account that the invited address turned out to belong to.
    """

    preview: Callable = lambda member: []
    stays: Callable = lambda member: []
    end: Callable = lambda actor, member: None
    accept: Callable = lambda inviter, invitation, member: []
    offered: Callable = lambda invitation: []
    move: Callable = lambda member, user: None


STEPS: list[Step] = []


def register(step):
    """Add a floor's part."""
    STEPS.append(step)


def endings(member):
    """Return every sentence about what ends with this membership."""
    return [line for step in STEPS for line in step.preview(member)]


def remains(member):
    """Return every sentence about what stays when this membership ends."""
    return [line for step in STEPS for line in step.stays(member)]


def end(actor, member):
    """End all that hangs on a membership."""
    for step in STEPS:
        step.end(actor, member)


def accept(inviter, invitation, member):
    """Give what the invitation offers on every floor; return sentences about what was left out."""
    return [line for step in STEPS for line in step.accept(inviter, invitation, member)]


def offered(invitation):
    """Return every sentence about what the invitation offers."""
    return [line for step in STEPS for line in step.offered(invitation)]


def move(member, user):
    """Hand what was given to a pending member to another account of the same person."""
    for step in STEPS:
        step.move(member, user)
