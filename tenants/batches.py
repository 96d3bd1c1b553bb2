"""Many at once: many subjects judged by the live rules, then the ready ones done after one confirmation.

A floor contributes a Kind, in its `ready()`: who may do it, how lines are judged, and what does one line.

    batches.contribute("members_end", Kind(
        title=lambda parameters: "End access",
        may=batches.on_platform("manage_members"),
        judge=judge_endings,  # (actor, parameters, lines) -> [Verdict]; few queries for any number of lines
        act=end_one,  # (actor, parameters, line) -> sentence; calls the audited service and lets it refuse
        button=lambda number: f"End the access of {number} people",
    ))

A view then makes a batch and leads to its page; nothing but the batch is stored:

    batch = batches.make(actor=actor, kind="members_end", parameters={}, subjects=[Subject("7", "Mara Holm")])
    return redirect("tenants:batch_detail", actor.platform.slug, batch.pk)

The page tenants:batch_detail shows verdicts, the confirmation, progress and results to the maker alone, for as long
as they may do the act. `batch_runs.confirm` lets the worker do it: each line in a transaction of its own, by its
service, as the maker by the rows of that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import batched

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from tenants import access
from tenants.access import Decision
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import Batch, BatchLine, BatchState, Outcome

READY = "ready"
MOST_LINES = 10_000
PIECE = 500  # lines of a file at a time
KINDS: dict[str, "Kind"] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a line before anything happens; only `ready` ones, and confirmed doubts, are done."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One line to be: the key that finds its subject, the subject in words, and what is asked for it by column."""

    key: str
    words: str
    data: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of batch.

    `title(parameters)` names it, `says(parameters)` lists sentences about what was chosen for all lines.
    `may(actor, parameters)` is the Decision who may make, see and run it. `judge` and `act`: see the module.
    `button(number)` words the confirmation. `doubts` are codes whose lines the maker may include by a tick.
    `columns` name the parts of a line's data; with `mends` they can be changed on the page and are judged again,
    and `reread(data)` returns the changed line as a Subject. `names(actor, lines)` returns {key: words} of the
    subjects that the maker may see now; without it the words of the line stand. `links(actor, lines)` returns
    {key: address} of what came of lines. `effects` is a template and `facts(actor, parameters, lines)`: what the lines
    that will be done change for people, shown before the confirmation, which asks again: a `token` among the facts
    tells whether it is still that. `home` is the page to go back to.
    """

    title: Callable
    may: Callable
    judge: Callable
    act: Callable
    button: Callable
    says: Callable = lambda parameters: []
    doubts: frozenset = frozenset()
    columns: tuple[str, ...] = ()
    reread: Callable | None = None
    names: Callable | None = None
    links: Callable = lambda actor, lines: {}
    effects: tuple[str, Callable] | None = None
    home: tuple[str, str] = ("tenants:home", "Home")
    many: str = ""


def contribute(name, kind):
    """Let a floor offer one more sort of batch."""
    KINDS[name] = kind


def on_platform(action):
    """Return a `may` that asks for an act on the platform."""
    return lambda actor, parameters: access.can(actor, action, actor.platform)


def kind_of(batch):
    """Return the Kind of a batch; a kind that no floor offers any more is not visible."""
    if batch.kind not in KINDS:
        raise NotVisible
    return KINDS[batch.kind]


def may(actor, batch):
    """Answer whether the actor may see, change and run the batch now."""
    if batch.platform_id != actor.platform_id or batch.maker_id != actor.user.pk:
        return Decision(False, "Somebody else made this.")
    return kind_of(batch).may(actor, batch.parameters)


def find(actor, pk):
    """Return a batch of the actor. Raises NotVisible for any other, and for what they may no longer do."""
    return _visible(actor, Batch.objects.filter(pk=pk).first())


def _visible(actor, batch):
    if batch is None or not may(actor, batch):
        raise NotVisible
    batch.platform = actor.platform
    return batch


@transaction.atomic
def make(*, actor, kind, parameters, subjects):
    """Store a judged batch of the actor and return it. Raises AccessDenied or Unacceptable."""
    decision = KINDS[kind].may(actor, parameters)
    if not decision:
        raise AccessDenied(decision)
    if not subjects:
        raise Unacceptable("Choose at least one.")
    if len(subjects) > MOST_LINES:
        raise Unacceptable(f"{len(subjects):,} are too many; {MOST_LINES:,} at once is the most.")
    batch = Batch.objects.create(
        platform=actor.platform, maker=actor.user, kind=kind, parameters=parameters, touched_at=timezone.now()
    )
    lines = [_fill(BatchLine(batch=batch, number=number), one) for number, one in enumerate(subjects, 1)]
    _judge(actor, batch, lines)
    BatchLine.objects.bulk_create(lines, batch_size=1000)
    return batch


def _fill(line, subject):
    line.key, line.subject, line.data = subject.key[:254], subject.words[:254], subject.data
    return line


def _judge(actor, batch, lines):
    """Put verdicts on lines; return those that changed."""
    kind, changed = kind_of(batch), []
    for line, verdict in zip(lines, kind.judge(actor, batch.parameters, lines), strict=True):
        runs = verdict.code == READY or (verdict.code in kind.doubts and line.confirmed)
        told = (verdict.code, verdict.sentence[:500], runs)
        if (line.code, line.sentence, line.runs) != told:
            line.code, line.sentence, line.runs = told
            changed.append(line)
    return changed


def lock(actor, pk):
    """Return a batch of the actor, locked and not yet confirmed. Raises NotVisible or Conflict."""
    batch = _visible(actor, Batch.objects.select_for_update(no_key=True).filter(pk=pk).first())
    if batch.state != BatchState.JUDGED:
        raise Conflict("It was confirmed already.", "Look at what came of it.")
    return batch


@transaction.atomic
def judge_again(*, actor, pk):
    """Judge every line by the rules of now; return the batch."""
    batch = lock(actor, pk)
    _judge_all(actor, batch)
    return batch


def _judge_all(actor, batch):
    changed = _judge(actor, batch, list(batch.lines.order_by("number")))
    BatchLine.objects.bulk_update(changed, ["code", "sentence", "runs"], batch_size=500)
    batch.version += 1
    batch.touched_at = timezone.now()
    batch.save(update_fields=["version", "touched_at"])


def _line(batch, number):
    line = batch.lines.filter(number=number).first()
    if line is None:
        raise NotVisible
    return line


def _clean(text):
    """Return typed text without the signs that no database keeps."""
    return "".join(sign for sign in str(text)[:500] if sign.isprintable()).strip()


@transaction.atomic
def mend_line(*, actor, pk, number, data):
    """Store other values for one line and judge all again, because lines depend on each other."""
    batch = lock(actor, pk)
    kind, line = kind_of(batch), _line(batch, number)
    if kind.reread is None:
        raise NotVisible
    kept = {name: _clean(data.get(name, line.data.get(name, ""))) for name in kind.columns}
    _fill(line, kind.reread(kept))
    line.confirmed = False
    line.save()
    _judge_all(actor, batch)
    return batch


@transaction.atomic
def include_line(*, actor, pk, number, included):
    """Take a doubtful line in, or leave it out again."""
    batch = lock(actor, pk)
    line = _line(batch, number)
    if line.code not in kind_of(batch).doubts:
        raise Conflict("Only a line in doubt is included by a tick.", "Mend it instead.")
    line.confirmed = included
    line.save(update_fields=["confirmed"])
    _judge_all(actor, batch)
    return batch


@transaction.atomic
def drop_line(*, actor, pk, number):
    """Take one line out of the batch."""
    batch = lock(actor, pk)
    _line(batch, number).delete()
    _judge_all(actor, batch)
    return batch


@transaction.atomic
def discard(*, actor, pk):
    """Throw away a batch of which nothing was done."""
    lock(actor, pk).delete()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines there are, by verdict and by outcome."""

    total: int
    running: int
    verdicts: dict
    outcomes: dict

    @property
    def left(self):
        """How many lines are not going to be done."""
        return self.total - self.running

    @property
    def finished(self):
        """How many of the lines that are done have an outcome."""
        return sum(number for outcome, number in self.outcomes.items() if outcome)


def tally(batch):
    """Return the Tally of a batch; one query."""
    verdicts, outcomes, running = {}, {}, 0
    rows = batch.lines.order_by().values_list("code", "runs", "outcome").annotate(number=Count("pk"))
    for code, runs, outcome, number in rows:
        verdicts[code] = verdicts.get(code, 0) + number
        if runs:
            running += number
            outcomes[outcome] = outcomes.get(outcome, 0) + number
    return Tally(sum(verdicts.values()), running, verdicts, outcomes)


def name_lines(actor, batch, lines):
    """Put on each line as `shown` what the maker may read of its subject now; return them."""
    kind, lines = kind_of(batch), list(lines)
    known = kind.names(actor, lines) if kind.names else {line.key: line.subject for line in lines}
    links = kind.links(actor, lines)
    for line in lines:
        line.url = links.get(line.key, "")
        line.hidden = line.key not in known
        line.shown = "Something you can no longer see" if line.hidden else known[line.key]
        if line.hidden:
            line.sentence = line.told = ""  # they may name it
    return lines


def effects(actor, batch):
    """Return (template, facts) of what the lines that will be done change, or None where the kind says nothing."""
    kind = kind_of(batch)
    if kind.effects is None or batch.state != BatchState.JUDGED:
        return None
    template, facts = kind.effects
    return template, facts(actor, batch.parameters, list(batch.lines.filter(runs=True)))


def token(effects):
    """Return what tells these `effects` from others; nothing where there are none."""
    return effects[1]["token"] if effects and effects[1] else ""


def file_rows(actor, batch, *, rest):
    """Yield the rows of a CSV of the lines, in pieces; `rest` leaves out what is done or is going to be."""
    kind, rows = kind_of(batch), batch.lines.order_by("number")
    if rest:
        rows = rows.exclude(runs=True, outcome__in=("", Outcome.DONE))
    for lines in batched(rows.iterator(chunk_size=PIECE), PIECE):
        for line in name_lines(actor, batch, lines):
            cells = [line.data.get(name, "") for name in kind.columns] or [line.shown]
            outcome = line.get_outcome_display() if line.runs else ""
            yield [*cells, line.code, line.sentence, outcome, line.told]


def mine(actor, kind):
    """Return the actor's own batches of a kind on their platform, newest first."""
    return Batch.objects.filter(platform=actor.platform, maker=actor.user, kind=kind)
