"""How entries of the record hold together: canonical bytes, salted digests, one hash a link. Knows no database.

docs/record.md tells the format to people outside; docs/check_record.py checks it without any of this code.
"""

import hashlib
import json
from datetime import UTC
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quote

FORMAT = 1
BEGINNING = "0" * 64  # what the first entry of a chain follows
MOST_EXACT = 1e15  # a float from here on is kept as text: databases write such numbers in their own way


def plain(value):
    """Return `value` as every database gives it back: JSON's own types, no number that changes on the way."""
    return _settled(json.loads(json.dumps(value)))


def _settled(value):
    if isinstance(value, dict):
        return {key: _settled(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_settled(part) for part in value]
    if isinstance(value, float):
        return str(value) if abs(value) >= MOST_EXACT else value + 0.0  # minus nought becomes nought
    return value


def _speller():
    """Return what spells a JSON value: keys sorted, no space, ASCII; made once, for a check asks it two million times.

    JSONEncoder makes the encoder in C anew for each value, which takes a third of the time; elsewhere there is none.
    """
    if json.encoder.c_make_encoder is None:
        return json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
    encode = json.encoder.c_make_encoder(None, _strange, _quote, None, ":", ",", True, False, False)
    return lambda value: "".join(encode(value, 0))


def _strange(value):
    raise TypeError(f"{type(value).__name__} is not JSON.")


_spell = _speller()
_parse = json.JSONDecoder().raw_decode  # three times as fast as json.loads


def canonical(value):
    """Return the one spelling of a JSON value: keys sorted, no space, ASCII."""
    return _spell(value).encode()


def digest(salt, part):
    """Return the digest that stands in the link for what may be forgotten one day."""
    return hashlib.sha256(salt.encode() + b"\n" + canonical(part)).hexdigest()


def moment(at):
    """Return a time as links write it: UTC, microseconds."""
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.replace(tzinfo=None).isoformat("T", "microseconds") + "Z"  # twice as fast as to cut off its +00:00


def words_of(event):
    """Return what an entry says in words, which can be forgotten."""
    return {"label": event.object_label, "before": event.before, "after": event.after, "reason": event.reason}


def facts_of(event):
    """Return what an entry keeps for ever: no name, no address, nothing anybody typed."""
    return {
        "format": FORMAT,
        "chain": event.platform_id or 0,
        "seq": event.seq,
        "at": moment(event.at),
        "actor": event.actor_id,
        "credential": event.credential,
        "verb": event.verb,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "space": event.space_id,
        "subject": event.subject_id,
        "rule": event.rule,
        "words": event.words_digest,
        "origin": event.origin_digest,
        "previous": event.previous,
    }


def link(facts):
    """Return the hash of an entry, which the next one carries as `previous`."""
    return hashlib.sha256(canonical(facts)).hexdigest()


# The same straight from what the database tells, for a check that asks a million times: half of its time goes into
# dictionaries otherwise. JSON comes as text; tests/tenants/test_chain.py compares them with the above.


@lru_cache(maxsize=10_000)  # one credential makes many entries
def _spelled_anew(stored):
    return _spell(json.loads(stored))


def link_of_row(row):
    """Return what `link(facts_of(row))` does, of a row whose JSON is text."""
    subject = "null" if row.subject_id is None else row.subject_id
    actor = "null" if row.actor_id is None else row.actor_id
    space = "null" if row.space_id is None else row.space_id
    spelled = (
        f'{{"actor":{actor},"at":"{moment(row.at)}","chain":{row.platform_id or 0},'
        f'"credential":{_spelled_anew(row.credential)},"format":{FORMAT},"object_id":{_quote(row.object_id)},'
        f'"object_type":{_quote(row.object_type)},"origin":{_quote(row.origin_digest)},'
        f'"previous":{_quote(row.previous)},"rule":{_quote(row.rule)},"seq":{row.seq},"space":{space},'
        f'"subject":{subject},"verb":{_quote(row.verb)},"words":{_quote(row.words_digest)}}}'
    )
    return hashlib.sha256(spelled.encode()).hexdigest()


def words_digest_of_row(row):
    """Return what `digest(row.words_salt, words_of(row))` does, of a row whose JSON is text.

    Raises ValueError when that text is not the JSON of two values, as only a hand in the database leaves it.
    """
    text = f"[{row.before},{row.after}]"
    (before, after), end = _parse(text)
    if end != len(text):
        raise ValueError(text)
    words = {"label": row.object_label, "before": before, "after": after, "reason": row.reason}
    return digest(row.words_salt, words)
