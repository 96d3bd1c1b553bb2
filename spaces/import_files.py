"""Reads a CSV file of people to import: every doubt about the file itself is said with its line, and nothing is kept.

The columns are those of the field, in any order, and ours. Cells are text and stay text.
"""

import csv
import io

from tenants import batches
from tenants.csv_files import unsafe
from tenants.errors import Unacceptable

FIELD = ("user", "rights", "agreement", "roles", "mail", "remove", "passport", "force", "location")
OURS = ("company", "licence", "space", "responsibility", "restricted", "organization", "end", "until", "sponsor")
COLUMNS = FIELD + OURS
MOST_BYTES = 4_000_000
LONGEST_CELL = 500
SIGNS = ";,\t"


def read(file):
    """Return the rows of an uploaded file as dicts by column, cells stripped. Raises Unacceptable with the reason."""
    if file.size > MOST_BYTES:
        raise _no(f"The file has {file.size / 1_000_000:.1f} MB; {MOST_BYTES // 1_000_000} MB is the most.")
    text = _decoded(file.read())
    heading = text.partition("\n")[0]
    sign = max(SIGNS, key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        return _rows(reader, _columns(next(reader, [])))
    except csv.Error as error:
        raise _no(f"Line {reader.line_num} is broken: {error}.") from None


def _no(sentence):
    return Unacceptable(sentence, field="file", remedy="Nothing was read.")


def _decoded(data):
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data:
        raise _no("The file is no plain text in UTF-8. Save it as CSV in UTF-8 and drop it again.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _no(f"Line {line} holds a sign that is not UTF-8. Save the file as CSV in UTF-8.") from None


def _columns(heading):
    names = [name.strip().lower() for name in heading]
    if "user" not in names:
        raise _no(f"The first line names no column “user”. It names the columns: {'; '.join(COLUMNS)}.")
    if unknown := [name[:40] or "a column without a name" for name in names if name not in COLUMNS]:
        raise _no(f"Unknown in the first line: {', '.join(unknown[:5])}.")
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise _no(f"Named twice in the first line: {', '.join(doubled)}.")
    return names


def _rows(reader, names):
    rows, wrong = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= batches.MOST_LINES:
            raise _no(f"The file has more than {batches.MOST_LINES:,} lines. Import it in parts.")
        if len(cells) > len(names) or any(len(cell) > LONGEST_CELL for cell in cells):
            wrong.append(reader.line_num)
        rows.append(row_of(dict(zip(names, cells, strict=False))))
    if wrong:
        shown = ", ".join(map(str, wrong[:10]))
        raise _no(f"More cells than columns, or a cell of more than {LONGEST_CELL} signs, in line {shown}.")
    if not rows:
        raise _no("The file names nobody.")
    return rows


def row_of(cells):
    """Return cells as a row of every column, empty where nothing is said."""
    return {name: unsafe(cells.get(name, "")).strip() for name in COLUMNS}
