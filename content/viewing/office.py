"""Words and cells of office files, for reading and searching; how they look is for the program they come from."""

import re
import zipfile
from xml.parsers import expat

from content.viewing import archives, spreadsheets, texts
from content.viewing.refusals import Unreadable

LETTERS = 1_000_000
# What of a package holds words, in the order of reading: numbers count, so slide 2 comes before slide 10.
PARTS = {
    ".docx": r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml",
    ".xlsx": r"xl/(sharedStrings|worksheets/sheet\d+|comments\d*)\.xml",
    ".pptx": r"ppt/(slides/slide\d+|notesSlides/notesSlide\d+)\.xml",
    ".odt": r"content\.xml",
    ".ods": r"content\.xml",
    ".odp": r"content\.xml",
}
SHEETS = {".xlsx", ".ods"}
TEXT = {"t", "v"}  # what holds words in the packages of one maker; open documents hold them anywhere
LINES = {"p", "h", "si", "row", "br", "table-row"}  # an end of one of these ends a line
CELLS = {"c", "tab", "tc", "table-cell"}  # and of one of these a cell
SILENT = {"f", "instrText", "delText", "fldData"}  # formulas, field codes, what was struck out
OLDER = b"\xd0\xcf\x11\xe0"  # how such files begin
NUMBER = re.compile(r"\d+")


class _Reader:
    """Collects the words of one part of a package. A document type is refused: nothing in an office file needs one."""

    def __init__(self, open_document):
        self.said, self.left, self.silent, self.pointer = [], LETTERS, 0, False
        self.inside = int(open_document)
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    def read(self, file):
        """Return the words of an open part."""
        self.parser.ParseFile(file)
        return "".join(self.said)

    def _refuse(self, *_declared):
        raise Unreadable("The package declares entities in its XML; that is never needed.")

    def _begin(self, name, attributes):
        name = name.rpartition(" ")[2]
        if name == "c":
            self.pointer = attributes.get("t") == "s"  # its value is a place in the list of shared texts
        self.inside += name in TEXT
        self.silent += self._is_silent(name)

    def _end(self, name):
        name = name.rpartition(" ")[2]
        self.inside -= name in TEXT
        self.silent -= self._is_silent(name)
        self.said += "\n" if name in LINES else "\t" if name in CELLS else ""

    def _is_silent(self, name):
        return name in SILENT or (name == "v" and self.pointer)

    def _say(self, text):
        if self.inside and not self.silent and self.left > 0:
            self.said.append(text[: self.left])
            self.left -= len(text)


def convert_office(source, out):
    """Write text.txt, the words of a document, a spreadsheet or slides, and the same or the cells for looking."""
    with source.open("rb") as file:
        if file.read(4) == OLDER:
            raise Unreadable("It is protected by a password, or of an older kind.")
    archives.examine(source)
    wanted, text = re.compile(PARTS[source.suffix]), []
    with zipfile.ZipFile(source) as package:
        names = sorted((name for name in package.namelist() if wanted.fullmatch(name)), key=_place)
        if not names:
            raise Unreadable("It holds no document.")
        for name in names:
            with package.open(name) as part:
                text.append(_words(part, source.suffix.startswith(".od")))
        rows = spreadsheets.rows_of(package) if source.suffix in SHEETS else None
    said = re.sub(r"[ \t]*\n\s*", "\n", "\n".join(text)).strip()[:LETTERS]
    if rows is not None:
        return texts.keep_table(rows[0], said, out, cut=rows[1])
    return texts.keep_text(said, out, cut=len(said) == LETTERS)


def _words(part, open_document):
    try:
        return _Reader(open_document).read(part)
    except expat.ExpatError as error:
        raise Unreadable("A part of the package is damaged.") from error


def _place(name):
    return [int(number) for number in NUMBER.findall(name)] or [0], name
