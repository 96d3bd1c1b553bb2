"""Checks the record: that no entry was changed, taken out, put in, put elsewhere or cut off, and names the first.

A long chain is cut into ranges that every core reads by itself, beginning with what the first entry says it follows;
where two ranges meet, that is compared with what the one before ended with.
"""

import json
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from tenants import chain, checkpoints, forgetting, workers
from tenants.models import AuditEvent, AuditHead, AuditOrigin, Checkpoint, KeptCheckpoint, Platform

PIECE = 1000  # entries at a time
RANGE = 50_000  # entries that one process reads at a stretch
COLUMNS = (
    *(
        "pk",
        "platform_id",
        "seq",
        "at",
        "actor_id",
        "verb",
        "object_type",
        "object_id",
        "space_id",
        "subject_id",
        "rule",
    ),
    *("words_digest", "origin_digest", "previous", "hash", "words_salt", "object_label", "reason"),
)
UNHURRIED = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0
"""  # the limits of the web: who waits here for the ranges is idle
TEXTS = ("credential", "before", "after")  # JSON, as the database spells it
Entry = namedtuple("Entry", [*COLUMNS, *TEXTS])


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
    """What is remembered while entries are read, the first to the last: of a range, or of all ranges so far."""

    previous: str | None = None  # None: whatever the first entry says
    seq: int = 0
    follows: str | None = None  # what the first entry said
    entries: int = 0
    problem: str = ""
    hashes: dict = field(default_factory=dict)
    blank: list = field(default_factory=list)
    allowed: list = field(default_factory=list)

    def take(self, part):
        """Go on to the end of a range that was read by itself."""
        if part.follows not in (None, self.previous):
            self.problem = _bad(self.seq, "it does not follow the one before.")
            return
        self.entries += part.entries
        self.seq, self.previous, self.problem = part.seq, part.previous or self.previous, part.problem
        self.hashes |= part.hashes
        self.blank += part.blank
        self.allowed += part.allowed


def chains():
    """Return (number, platform or None) of every chain there is."""
    platforms = {platform.pk: platform for platform in Platform.objects.all()}
    known = set(AuditHead.objects.values_list("chain", flat=True))
    known |= {pk or 0 for pk in AuditEvent.objects.order_by().values_list("platform", flat=True).distinct()}
    return [(number, platforms.get(number)) for number in sorted(known)]


def check(number, platform=None):
    """Return the Report on one chain: entries, head, own checkpoints, and those that partners keep."""
    report = Report(number, platform.name if platform else "acts of no platform")
    with _one_moment() as moment:
        own = list(Checkpoint.objects.filter(platform=platform)) if platform else []
        kept = list(KeptCheckpoint.objects.filter(chain=number).select_related("keeper")) if number else []
        reading = _read(platform, frozenset(one.seq for one in (*own, *kept)), moment)
        report.entries, report.problem = reading.entries, reading.problem
        if report.problem:
            return report
        report.forgotten = len(reading.blank)
        report.problem = _wrong_whole(number, reading) or _wrong_marks(own, kept, reading, platform)
    report.checkpoints, report.witnessed = len(own), len(kept)
    return report


@contextmanager
def _one_moment():
    """Show the database as it is now until the end, whoever goes on writing; give others the name of the moment."""
    if connection.in_atomic_block or connection.vendor != "postgresql":
        yield None
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNHURRIED)
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _read(platform, marks, moment):
    """Return the _Reading of a whole chain, ended by the first bad entry."""
    number = AuditEvent.objects.filter(platform=platform).count()  # what `seq` says may be forged
    starts = range(1, number + 1, RANGE) or (1,)
    ends = (*starts[1:], None)  # None: to the end, whatever follows
    parts = [(platform and platform.pk, *each, marks, moment) for each in zip(starts, ends, strict=True)]
    whole = _Reading(previous=chain.BEGINNING)
    with workers.mapping(len(parts) if moment else 1) as mapping:
        for part in mapping(_read_range, parts):
            whole.take(part)
            if whole.problem:
                break
    return whole


def _read_range(part):
    """Return the _Reading of a range; called in a process of its own where there are several."""
    platform_id, start, end, marks, moment = part
    rows = AuditEvent.objects.filter(platform=platform_id)
    rows = rows if start == 1 else rows.filter(seq__gte=start)
    wanted = rows if end is None else rows.filter(seq__lt=end)
    reading = _Reading(seq=start - 1)
    with _that_moment(moment):
        origins = _origins(wanted)
        for entry in _entries(wanted):
            if problem := _wrong(entry, origins.get(entry.pk), reading, marks):
                reading.problem = _bad(reading.seq, problem)
                break
            reading.entries += 1
        else:
            if end is not None and reading.seq != end - 1:
                reading.problem = _bad(reading.seq, _missing(rows.filter(seq__gt=reading.seq)))
    return reading


@contextmanager
def _that_moment(name):
    if not name or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(UNHURRIED)
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])
        yield


def _entries(rows):
    texts = {f"{name}_text": Cast(name, TextField()) for name in TEXTS}
    rows = rows.order_by("seq").annotate(**texts).values_list(*COLUMNS, *texts)
    return map(Entry._make, rows.iterator(chunk_size=PIECE))  # no models: there may be millions


def _origins(rows):
    """Return {entry: (salt, what it says)} of the entries that still tell where they came from."""
    kept = AuditOrigin.objects.filter(event__in=rows.values("pk")).values_list("pk", "salt", "address", "agent")
    return {pk: (salt, {"address": address, "agent": agent}) for pk, salt, address, agent in kept}


def _bad(seq, problem):
    return f"Entry {seq + 1}: {problem}"


def _missing(rows):
    return f"it is missing, the next one is {rows.order_by('seq').values_list('seq', flat=True)[0]}."


def _wrong(entry, origin, reading, marks):
    """Return what is wrong with the next entry, and go on to it."""
    if entry.seq != reading.seq + 1:
        return (
            f"it is missing, the next one is {entry.seq}." if entry.seq > reading.seq else "its place is taken twice."
        )
    if reading.previous is None:
        reading.follows = entry.previous
    elif entry.previous != reading.previous:
        return "it does not follow the one before."
    if problem := _wrong_inside(entry, origin):
        return problem
    if not entry.words_salt:
        reading.blank.append((entry.seq, entry.actor_id, entry.subject_id))
    if entry.verb in forgetting.ENTRIES_OF_FORGETTING:
        after = json.loads(entry.after)
        reading.allowed.append((after.get("until", 0), entry.subject_id, frozenset(after.get("named_in", ()))))
    reading.seq, reading.previous = entry.seq, entry.hash
    if entry.seq in marks:
        reading.hashes[entry.seq] = entry.hash
    return ""


def _wrong_inside(entry, origin):
    try:
        return _otherwise(entry, origin)
    except ValueError:
        return "it is not JSON any more."


def _otherwise(entry, origin):
    if chain.link_of_row(entry) != entry.hash:
        return "it was changed after it was written."
    words = (entry.object_label, entry.reason, entry.before, entry.after)
    if not entry.words_salt and words != ("", "", "{}", "{}"):
        return "its words were changed after they were forgotten."
    if entry.words_salt and chain.words_digest_of_row(entry) != entry.words_digest:
        return "its words were changed after they were written."
    if origin and chain.digest(*origin) != entry.origin_digest:
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
        if reading.hashes.get(mark.seq) != mark.hash:
            return (
                f"Entry {mark.seq}: the checkpoint kept by {witness} says otherwise; the record was cut or rewritten."
            )
    return ""
