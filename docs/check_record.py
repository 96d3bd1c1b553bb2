"""Check a record that was taken away from Gangway, without Gangway: see record.md for the format.

usage: python check_record.py RECORD.jsonl [--witness PARTNER.jsonl]
"""

import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORGETTING = {"words_forgotten", "person_erased"}


def canonical(value):
    """Return the one spelling of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    """Return the hash in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def lines(path):
    """Yield the objects of a file."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def require(holds, words):
    """End the check with the first thing that does not hold."""
    if not holds:
        sys.exit(f"DOES NOT HOLD. {words}")


def check_entry(entry, last, partial):
    """Check one entry by itself and against the one before it."""
    facts, place = entry["facts"], f"Entry {entry['facts']['seq']}"
    require(sha256(canonical(facts)) == entry["hash"], f"{place} was changed.")
    if last and last["facts"]["seq"] + 1 == facts["seq"]:
        require(facts["previous"] == last["hash"], f"{place} does not follow the one before.")
    elif not partial:
        expected = last["facts"]["seq"] + 1 if last else 1
        require(facts["seq"] == expected, f"Entry {expected} is missing or in another place.")
        require(facts["previous"] == "0" * 64, f"{place} is first and follows something.")
    for name, told in (("words", entry.get("said")), ("origin", entry.get("from"))):
        if told:
            body = told["words"] if name == "words" else {"address": told["address"], "agent": told["agent"]}
            found = sha256(told["salt"].encode() + b"\n" + canonical(body))
            require(found == facts[name], f"The {name} of entry {facts['seq']} were changed.")


def check_mark(mark, key, hashes, whose):
    """Check a signed checkpoint against the chain."""
    said = {name: mark[name] for name in ("chain", "seq", "hash", "at")} | {"format": 1, "kind": "checkpoint"}
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(
            base64.b64decode(mark["signature"]), canonical(said)
        )
    except (InvalidSignature, ValueError):
        require(False, f"The checkpoint at {mark['seq']} {whose} is not signed with {key}.")
    require(mark["seq"] in hashes, f"The record ends before entry {mark['seq']}, which a checkpoint {whose} knows.")
    require(hashes[mark["seq"]] == mark["hash"], f"The checkpoint at {mark['seq']} {whose} knows another entry.")


def read(path):
    """Check a file line by line; return (header, {place: hash}, own checkpoints)."""
    header, last, hashes, marks, entries = None, None, {}, [], None
    blank, allowed = [], []
    for line in lines(path):
        header = header or line
        if line["kind"] == "entry":
            check_entry(line, last, not header["complete"])
            last, hashes[line["facts"]["seq"]] = line, line["hash"]
            note_words(line, blank, allowed)
        marks += [line] if line["kind"] == "checkpoint" else []
        entries = line.get("entries") if line["kind"] == "footer" else entries
    require(entries == len(hashes), "The file was cut off.")
    if header["complete"]:
        check_words(blank, allowed)
    return header, hashes, marks


def note_words(entry, blank, allowed):
    """Remember entries without words, and those that say that words were forgotten."""
    facts, said = entry["facts"], entry.get("said")
    if not said and not entry.get("withheld"):
        blank.append(facts)
    if said and facts["verb"] in FORGETTING:
        after = said["words"]["after"]
        allowed.append((after.get("until", 0), facts["subject"], set(after.get("named_in", ()))))


def check_words(blank, allowed):
    """Check that whatever is without words was forgotten by an entry that says so."""
    for facts in blank:
        people = (None, facts["actor"], facts["subject"])
        seq = facts["seq"]
        fits = any(seq <= until and (person in people or seq in named) for until, person, named in allowed)
        require(fits, f"The words of entry {facts['seq']} are gone, and no later entry says so.")


def check(path, witness):
    """Check a file, then what the partner kept of it."""
    header, hashes, marks = read(path)
    for mark in marks:
        check_mark(mark, header["key"], hashes, "of the platform itself")
    kept = [line for line in lines(witness) if line["kind"] == "kept"] if witness else []
    kept = [line for line in kept if line["chain"] == header["chain"]]
    require(kept or not witness, "The witness keeps nothing of this record.")
    for mark in kept:
        require(mark["key"] == header["key"], "The witness knows another key.")
        check_mark(mark, header["key"], hashes, "kept by the witness")
    found = f"{len(hashes)} entries, {len(marks)} own checkpoints, {len(kept)} kept by the witness"
    sys.stdout.write(f"Holds: {found}.\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record")
    parser.add_argument("--witness")
    asked = parser.parse_args()
    check(asked.record, asked.witness)
