"""Text and tables, cut to what a page can show."""

import csv
import io
import json

from content.viewing import thumbs
from content.viewing.refusals import Unreadable

BYTES = 1_000_000
ROWS, COLUMNS = 2000, 60


def _read(source):
    with source.open("rb") as file:
        data = file.read(BYTES + 1)
    cut = len(data) > BYTES
    data = data[:BYTES]
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace"), cut
    if b"\0" in data:
        raise Unreadable("It is no text.")
    try:
        return data.decode("utf-8-sig"), cut
    except UnicodeDecodeError as error:
        if cut and error.start > BYTES - 4:
            return data[: error.start].decode("utf-8-sig"), cut
        return data.decode("cp1252", "replace"), cut


def convert_text(source, out):
    """Write view.txt, its first megabyte, and the same as text.txt for searching."""
    text, cut = _read(source)
    return keep_text(text, out, cut=cut)


def keep_text(text, out, *, cut):
    """Write a text for looking, for searching and as a small picture; return its facts."""
    (out / "view.txt").write_text(text)
    (out / "text.txt").write_text(text)
    thumbs.of_text(text, out)
    return {"form": "text", "cut": cut}


def convert_table(source, out):
    """Write view.json, its first rows and columns, and text.txt."""
    text, cut = _read(source)
    try:
        dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = []
    try:
        for row in csv.reader(io.StringIO(text), dialect):
            if len(rows) >= ROWS:
                cut = True
                break
            rows.append([cell[:500] for cell in row[:COLUMNS]])
    except csv.Error as error:
        raise Unreadable("It is no table.") from error
    return keep_table(rows, text, out, cut=cut)


def keep_table(rows, text, out, *, cut):
    """Write a table for looking, its words for searching, and a small picture of its corner; return its facts."""
    (out / "view.json").write_text(json.dumps(rows))
    (out / "text.txt").write_text(text)
    thumbs.of_table(rows, out)
    return {"form": "table", "rows": len(rows), "cut": cut}
