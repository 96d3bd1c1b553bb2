"""What was set when, by whom and why; and taking it back: a new act, shown before, that can itself be taken back."""

from dataclasses import dataclass

from django.db import transaction

from tenants import access, audit, options
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible
from tenants.models import AuditEvent, Platform

SET, UNDONE = "options_set", "options_undone"
audit.verbs({UNDONE: "took back a change of the options of"})


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking back one entry sets, and why parts of it cannot be taken back."""

    entry: AuditEvent
    wanted: dict
    conflicts: tuple[str, ...]


def history(platform):
    """Return the entries of the record about options of this platform, the newest first."""
    return AuditEvent.objects.filter(platform=platform, verb__in=(SET, UNDONE)).select_related("actor", "subject")


def find_entry(platform, pk):
    """Return one of them. Raise NotVisible for anything else."""
    entry = history(platform).filter(pk=pk).first()
    if entry is None:
        raise NotVisible
    return entry


def undoing(platform, entry):
    """Return the Undoing of an entry by what `platform` is now: what was set again since then stays."""
    wanted, conflicts = {}, []
    for code, value in entry.before.items():
        option = options.OPTIONS.get(code)
        if option is None or not option.holds(value):
            conflicts.append(f"{code.replace('_', ' ').capitalize()} can no longer be set to what it was.")
        elif (now := getattr(platform, code)) == entry.after[code]:
            wanted[code] = value
        else:
            conflicts.append(
                f"{option.title} was set again since then: it is {option.say(now)} now and stays so."
                f" Then it was changed from {option.say(value)} to {option.say(entry.after[code])}."
            )
    return Undoing(entry, wanted, tuple(conflicts))


@transaction.atomic
def undo_options(*, actor, pk, reason="", seen=None):
    """Set back what an entry changed, as far as nothing was set again since. Returns the platform.

    `seen` is the state that was shown. Raises NotVisible, and what `set_options` raises; Conflict when nothing is
    left to take back.
    """
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = actors.of(actor.user, platform)  # as stored now
    access.require(actor, "set_options", platform)
    found = undoing(platform, find_entry(platform, pk))
    if not found.wanted:
        raise Conflict("Nothing of this is left to take back.", "Set the options themselves instead.")
    return options.set_options(actor=actor, wanted=found.wanted, reason=reason, verb=UNDONE, seen=seen)
