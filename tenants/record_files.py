"""The record as a file: JSON lines that hold together without us (docs/record.md), and a table for people."""

import json

from django.db import transaction
from django.utils import timezone

from tenants import access, audit, chain, checkpoints, events, exports
from tenants import actor as actors
from tenants.models import AuditEvent
from tenants.record_forms import RecordFilter

PIECE = 500  # entries at a time


@transaction.atomic
def take(*, actor, query):
    """Write down that the actor takes the record away, and return its lines. Raises AccessDenied."""
    decision = access.require(actor, "see_record", actor.platform)
    form = RecordFilter(query, platform=actor.platform)
    form.is_valid()
    after = {"list": "the record as JSON lines"} | ({"filters": form.asked} if form.asked else {})
    audit.record(actor, "list_exported", actor.platform, decision=decision, after=after)
    return _lines(actor, form)


def _lines(actor, form):
    platform, complete, count = actor.platform, not form.asked, 0
    yield _header(platform, complete)
    rows = AuditEvent.objects.filter(platform=platform)
    if not complete:
        rows = events.visible(actor, rows)  # what is narrowed by words tells nothing of what is withheld
    rows = form.narrow(rows).select_related("origin").order_by("seq")
    last = 0
    while piece := list(rows.filter(seq__gt=last)[:PIECE]):
        actor = actors.of(actor.user, platform)
        if actor is None or not access.can(actor, "see_record", actor.platform):
            return  # without its last line the file tells that it was cut off
        shown = set(
            events.visible(actor, AuditEvent.objects.filter(pk__in=[row.pk for row in piece])).values_list("pk")
        )
        for row in piece:
            yield _entry(row, (row.pk,) in shown)
        last, count = piece[-1].seq, count + len(piece)
    for mark in platform.checkpoints.filter(seq__lte=last).order_by("seq") if complete else ():
        yield _line("checkpoint", _mark(platform.pk, mark))
    for mark in platform.kept_checkpoints.order_by("chain", "seq"):
        more = {"platform": mark.slug, "key": mark.public, "kept_at": chain.moment(mark.kept_at)}
        yield _line("kept", _mark(mark.chain, mark) | more)
    yield _line("footer", {"entries": count})


def _header(platform, complete):
    facts = {"format": chain.FORMAT, "chain": platform.pk, "platform": platform.slug, "name": platform.name}
    key, made_at = checkpoints.key_of(platform).public, chain.moment(timezone.now())
    return _line("header", facts | {"key": key, "made_at": made_at, "complete": complete})


def _entry(row, shown):
    told = {"facts": chain.facts_of(row), "hash": row.hash, "said": None}
    if shown and not row.is_forgotten:
        told["said"] = {"salt": row.words_salt, "words": chain.words_of(row)}
    elif not shown:
        told["withheld"] = True
    origin = getattr(row, "origin", None)
    if shown and origin:
        told["from"] = {"salt": origin.salt} | origin.said()
    return _line("entry", told)


def _mark(number, mark):
    return {
        "chain": number,
        "seq": mark.seq,
        "hash": mark.hash,
        "at": chain.moment(mark.at),
        "signature": mark.signature,
    }


def _line(kind, facts):
    return json.dumps({"kind": kind} | facts) + "\n"


def _rows(actor, query):
    form = RecordFilter(query, platform=actor.platform)
    form.is_valid()
    rows = events.visible(actor, AuditEvent.objects.select_related("actor", "subject", "origin"))
    return form.narrow(rows)


def _say(actor, piece):
    zone = actor.platform.zone
    rows = {row.pk: row for row in piece}
    for entry in events.entries(actor, piece):
        row = rows[entry.pk]
        origin = getattr(row, "origin", None)
        yield [
            row.seq,
            exports.moment(entry.at, zone),
            entry.person,
            str(entry.company or ""),
            entry.credential,
            f"{entry.words} {entry.label}",
            "; ".join(f"{change.label}: {change.before} > {change.after}" for change in entry.changes),
            entry.rule,
            entry.reason,
            origin.address if origin else "",
            row.hash,
        ]


HEADER = ("place", "when", "who", "company", "as", "what", "changes", "rule", "reason", "address", "hash")
RECORD = exports.Export("the record", "see_record", HEADER, _rows, _say)


def register():
    """Offer the table among the lists."""
    exports.contribute("record", RECORD)
