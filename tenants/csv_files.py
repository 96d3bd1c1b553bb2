"""CSV files that leave: streamed row by row, and no cell is a formula to the program that opens them."""

import csv
import unicodedata

DELIMITER = ";"  # as the files of the field have it
BOM = "\ufeff"  # tells spreadsheet programs that it is UTF-8
FORMULA = frozenset("=+-@\t\r\n\0|%")


def safe(value):
    """Return a value as text that no spreadsheet runs: what begins like a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    text = str(value).replace("\0", "")
    seen = next((sign for sign in text if sign.isprintable() and not sign.isspace()), "")
    first = unicodedata.normalize("NFKC", seen)  # full-width signs are read as plain ones
    return f"'{text}" if first in FORMULA or text[:1] in FORMULA else text


class _Echo:
    """A file that gives back what is written."""

    def write(self, text):
        """Return the text."""
        return text


def written(header, rows):
    """Yield the file piece by piece: the byte order mark and the header, then a piece a row."""
    writer = csv.writer(_Echo(), delimiter=DELIMITER, quoting=csv.QUOTE_STRINGS)
    yield BOM + writer.writerow(header)
    for row in rows:
        yield writer.writerow([safe(value) for value in row])


def unsafe(text):
    """Return a cell of a file that we once wrote as it was before `safe`."""
    return text[1:] if text[:1] == "'" and safe(text[1:]) == text else text
