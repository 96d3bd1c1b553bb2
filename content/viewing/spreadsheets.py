"""The cells of spreadsheets as rows, one sheet below the other; formulas and looks stay with their own program."""

import re
from itertools import islice
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree

from content.viewing.refusals import Unreadable

ROWS, COLUMNS, CELL = 2000, 60, 500
SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
COLUMN = re.compile(r"([A-Z]{1,3})\d*$")
TRUTH = {"0": "FALSE", "1": "TRUE"}


def rows_of(package):
    """Return (rows of an open package, whether there are more)."""
    found = list(islice(_rows(package), ROWS + 1))
    return found[:ROWS], len(found) > ROWS


def _rows(package):
    names = package.namelist()
    shared = _shared(package) if "xl/sharedStrings.xml" in names else []
    sheets = sorted((name for name in names if SHEET.fullmatch(name)), key=lambda name: int(SHEET.match(name)[1]))
    for place, name in enumerate(sheets):
        yield from [[]] * bool(place)
        for row in _elements(package, name, "row"):
            yield _cells(row, shared)
    if not sheets:
        for row in _elements(package, "content.xml", "table-row"):
            yield _open_cells(row)


def _elements(package, part, wanted):
    """Yield the elements of a part that have this name, whatever their namespace; each is emptied afterwards."""
    try:
        with package.open(part) as file:
            for _event, element in ElementTree.iterparse(file):
                if _name(element) == wanted:
                    yield element
                    element.clear()
    except ParseError as error:
        raise Unreadable("A part of the package is damaged.") from error


def _name(element):
    return element.tag.rpartition("}")[2]


def _shared(package):
    return [_said(one) for one in _elements(package, "xl/sharedStrings.xml", "si")]


def _said(element, parts=("t",)):
    """Return the words of an element in one line."""
    words = ("".join(one.itertext()) for one in element.iter() if _name(one) in parts)
    return " ".join("".join(words).split())[:CELL]


def _cells(row, shared):
    """Return the cells of a row, each in the column that it names."""
    cells = []
    for cell in row:
        place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
        if _name(cell) == "c" and len(cells) <= place < COLUMNS:
            cells += [""] * (place - len(cells)) + [_value(cell, shared)]
    return cells


def _column(reference):
    """Return the place of a column from a reference such as AB12, beyond all columns for one that says nothing."""
    found = COLUMN.match(reference)
    number = 0
    for letter in found[1] if found else "ZZZ":
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell, shared):
    kind, value = cell.get("t", "n"), _said(cell, ("v",))
    if kind == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    return TRUTH.get(value, value) if kind == "b" else _said(cell) if kind == "inlineStr" else value


def _open_cells(row):
    cells = []
    for cell in row:
        if _name(cell) == "table-cell" and len(cells) < COLUMNS:
            repeated = next((value for name, value in cell.items() if name.endswith("number-columns-repeated")), "1")
            cells += [_said(cell, ("p",))] * min(int(repeated) if repeated.isdecimal() else 1, COLUMNS - len(cells))
    while cells and not cells[-1]:
        cells.pop()
    return cells
