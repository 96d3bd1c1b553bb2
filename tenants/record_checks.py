"""Checks the record: that no entry was changed, taken out, put in, put elsewhere or cut off, and names the first."""

from dataclasses import dataclass, field

from tenants import chain, checkpoints, forgetting
from tenants.models import AuditEvent, AuditHead, Checkpoint, KeptCheckpoint, Platform

PIECE = 5000  # entries at a time
COLUMNS = (
    *("platform_id", "seq", "at", "actor_id", "credential", "verb", "object_type", "object_id", "space_id"),
    *("subject_id", "rule", "words_digest", "origin_digest", "previous", "hash", "words_salt", "object_label"),
    *("before", "after", "reason", "origin__salt", "origin__address", "origin__agent"),
)


@dataclass(slots=True)
class Report:
    """What a check found; `problem` names the first bad entry, and is empty when the record holds."""

    chain: int
    name: str
    entries: int = 0
    forgotten: int = 0
    checkpoints: int = 0
    witnessed: int = 0
    problem: str = ""


@dataclass(slots=True)
class _Reading:
    """What is remembered while a chain is read from its first entry to its last."""

    previous: str = chain.BEGINNING
    seq: int = 0
    hashes: dict = field(default_factory=dict)
    blank: list = field(default_factory=list)
    allowed: list = field(default_factory=list)


def chains():
    """Return (number, platform or None) of every chain there is."""
    platforms = {platform.pk: platform for platform in Platform.objects.all()}
    known = set(AuditHead.objects.values_list("chain", flat=True))
    known |= {pk or 0 for pk in AuditEvent.objects.order_by().values_list("platform", flat=True).distinct()}
    return [(number, platforms.get(number)) for number in sorted(known)]


def check(number, platform=None):
    """Return the Report on one chain: entries, head, own checkpoints, and those that partners keep."""
    report = Report(number, platform.name if platform else "acts of no platform")
    own = list(Checkpoint.objects.filter(platform=platform)) if platform else []
    kept = list(KeptCheckpoint.objects.filter(chain=number).select_related("keeper")) if number else []
    reading = _Reading(hashes={one.seq: None for one in (*own, *kept)})
    for event in _entries(platform):
        if problem := _wrong(event, reading):
            report.problem = f"Entry {reading.seq + 1}: {problem}"
            return report
        report.entries += 1
    report.forgotten = len(reading.blank)
    report.problem = _wrong_whole(number, reading) or _wrong_marks(own, kept, reading, platform)
    report.checkpoints, report.witnessed = len(own), len(kept)
    return report


def _entries(platform):
    rows = AuditEvent.objects.filter(platform=platform).order_by("seq")
    return rows.values_list(*COLUMNS, named=True).iterator(chunk_size=PIECE)  # no models: there may be millions


def _wrong(event, reading):
    """Return what is wrong with the next entry, and go on to it."""
    if event.seq != reading.seq + 1:
        return (
            f"it is missing, the next one is {event.seq}." if event.seq > reading.seq else "its place is taken twice."
        )
    if event.previous != reading.previous:
        return "it does not follow the one before."
    if problem := _wrong_inside(event):
        return problem
    if not event.words_salt:
        reading.blank.append((event.seq, event.actor_id, event.subject_id))
    if event.verb in forgetting.ENTRIES_OF_FORGETTING:
        named = frozenset(event.after.get("named_in", ()))
        reading.allowed.append((event.after.get("until", 0), event.subject_id, named))
    reading.seq, reading.previous = event.seq, event.hash
    if event.seq in reading.hashes:
        reading.hashes[event.seq] = event.hash
    return ""


def _wrong_inside(event):
    if chain.link(chain.facts_of(event)) != event.hash:
        return "it was changed after it was written."
    words = chain.words_of(event)
    if not event.words_salt and any(words.values()):
        return "its words were changed after they were forgotten."
    if event.words_salt and chain.digest(event.words_salt, words) != event.words_digest:
        return "its words were changed after they were written."
    origin = {"address": event.origin__address, "agent": event.origin__agent}
    if event.origin__salt is not None and chain.digest(event.origin__salt, origin) != event.origin_digest:
        return "where it came from was changed after it was written."
    return ""


def _wrong_whole(number, reading):
    head = AuditHead.objects.filter(chain=number).first()
    if head is None or (head.seq, head.hash) != (reading.seq, reading.previous):
        return f"Entry {reading.seq + 1}: the end of the record is missing, its head says {head.seq if head else 0}."
    for seq, actor_id, subject_id in reading.blank:
        people = (None, actor_id, subject_id)
        if not any(seq <= until and (who in people or seq in named) for until, who, named in reading.allowed):
            return f"Entry {seq}: its words are gone, and no later entry says that they were forgotten."
    return ""


def _wrong_marks(own, kept, reading, platform):
    for mark, witness in [*((one, "our own checkpoint") for one in own), *((one, one.keeper.name) for one in kept)]:
        if not checkpoints.holds(mark, platform):
            return f"Entry {mark.seq}: the signature of the checkpoint kept by {witness} is not ours."
        if reading.hashes[mark.seq] != mark.hash:
            return (
                f"Entry {mark.seq}: the checkpoint kept by {witness} says otherwise; the record was cut or rewritten."
            )
    return ""
