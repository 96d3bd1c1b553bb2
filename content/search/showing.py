"""Why an item fits: its own words as they were written, cut around what was asked, what fits told apart."""

import re
from dataclasses import dataclass

from content.search import entries, folding

SIGHT = 220  # characters of an excerpt
STEP = 160  # from one look to the next; a hit at an edge is whole in the other
BEFORE = 60  # characters shown before a hit
MOST = 2  # places shown of one item
TOKEN = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: the name of a field or file, the version of the file, and [(text, fits)]."""

    where: str
    pieces: list
    version: int | None = None


def marked(text, asked):
    """Return the text as [(piece, fits)]."""
    found, at = [], 0
    for start, end in _joined(spot for term in asked.wanted for spot in _spots(text, term)):
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(piece, fits) for piece, fits in [*found, (text[at:], False)] if piece]


def _joined(spots):
    """Return the spots in their order, those that touch or overlap as one."""
    found = []
    for start, end in sorted(spots):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _spots(text, term):
    """Yield (start, end) in the text of all that a term fits."""
    line, spots = _folded(text)
    ways = [f" {term.line}{' ' if term.exact else ''}", *term.parts]
    for way in ways:
        at = line.find(way)
        while at >= 0:
            inside = spots[at : at + len(way)]
            yield min(start for start, end in inside if start < end), max(end for _start, end in inside)
            at = line.find(way, at + 1)
    if term.whole in term.parts and (spot := _together(line, spots, term.whole)):
        yield spot


def _together(line, spots, whole):
    """Return where words stand that were asked written together, as a number may be."""
    kept = [(sign, spot) for sign, spot in zip(line, spots, strict=True) if sign != " "]
    at = "".join(sign for sign, _spot in kept).find(whole)
    return (kept[at][1][0], kept[at + len(whole) - 1][1][1]) if at >= 0 else None


def _folded(text):
    """Return the text as search keeps it, and where in the text each letter of that stands."""
    line, spots = [" "], [(0, 0)]
    for match in TOKEN.finditer(text):
        word, (start, end) = " ".join(folding.words(match[0])), match.span()
        exact = len(word) == end - start
        line += [*word, " "]
        spots += [(start + n, start + n + 1) if exact else (start, end) for n in range(len(word))] + [(end, end)]
    return "".join(line), spots


def _holds(text, term):
    line = folding.fold(text)
    return f" {term.line}{' ' if term.exact else ''}" in line or any(part in line for part in term.parts)


def explain(items, asked):
    """Give each item of a page what is shown of it: `number_pieces`, `title_pieces`, and `places` of all else."""
    lacking = {}
    for item in items:
        item.number_pieces, item.title_pieces = marked(item.number, asked), marked(item.title, asked)
        named = f"{item.number}\n{item.title}"
        lacking[item] = [term for term in asked.wanted if not _holds(named, term)] if asked.wanted else []
        item.places = []
    searched = [item for item in items if lacking[item]]
    files, texts = entries.files_of(searched) if searched else ({}, {})
    tags = entries.tags_of(searched) if searched else {}
    for item in searched:
        known = (files.get(item.pk, ()), texts, tags.get(item.pk, ()))
        item.places = _places(item, lacking[item], asked, known)


def _places(item, terms, asked, known):
    found = []
    for where, text, version in _said(item, *known):
        fitting = [term for term in terms if _holds(text, term)]
        if fitting:
            found.append(Place(where, marked(_excerpt(text, fitting), asked), version))
            terms = [term for term in terms if term not in fitting]
        if not terms or len(found) == MOST:
            break
    return found


def _said(item, files, texts, tags):
    """Yield (field, text, version) of all that an item says beside number and title."""
    yield "", item.description, None
    for name, value in item.properties.items():
        yield "", f"{name}: {value}", None
    if tags:
        yield "", f"Tags: {', '.join(tags)}", None
    for name, _key, version in files:
        yield "File", name, version
    for name, key, version in files:
        yield name, texts.get(key, ""), version


def _excerpt(text, terms):
    """Return the part of a text around the first of the terms, with dots where it is cut."""
    first = 0
    for start in range(0, len(text) if len(text) > SIGHT else 0, STEP):
        part = text[start : start + SIGHT]
        if fitting := [term for term in terms if _holds(part, term)]:
            first = start + min(spot for term in fitting for spot, _end in _spots(part, term))
            break
    begin = first - BEFORE if first > BEFORE else 0
    begin = text.find(" ", begin, first) + 1 if begin else 0  # at a word
    end = begin + SIGHT
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return f"{before}{' '.join(text[begin:end].split())}{after}"
