"""The zip of a BCF file: opened within bounds and never unpacked to disk; its XML read without entities and DTDs."""

import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as safe

from tenants.errors import Unacceptable

LARGEST, MOST_BYTES, MOST_FILES = 50 * 1000**2, 100 * 1000**2, 5000  # packed, unpacked, entries
DIRECTORY_BYTES = 2 * 1000**2  # of the list of entries, which is read whole
XML_BYTES, DEEPEST, MOST_ELEMENTS = 4 * 1000**2, 40, 500_000  # of one XML; elements of all
LONGEST_NAME, FOREIGN = 300, 1000**2  # signs of a name with its namespace; of all names that have one, in one XML
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # how BCF files are packed; others take memory that they name
VERSIONS = ("2.1", "3.0")


@dataclass(slots=True)
class Archive:
    """What a BCF file holds: topics as plain values, and where its other files stand by (guid of the topic, name)."""

    version: str
    topics: list
    opened: "Zip"
    files: dict = field(default_factory=dict)

    def content(self, key, most):
        """Return the bytes of a file of a topic. Raises Unacceptable for more than `most` and for damaged ones."""
        return self.opened.read(self.files[key], most)


def _broken(what):
    return Unacceptable(f"This is no BCF file that can be read: {what}.", field="file")


class _Bounded:
    """A file from which no more than so many bytes are read at once."""

    def __init__(self, file, most):
        self.file, self.most = file, most

    def __getattr__(self, name):
        return getattr(self.file, name)

    def read(self, size=-1):
        """Return the next bytes. Raises ValueError when too many are asked for."""
        if size > self.most:
            raise ValueError("more than may be read at once")
        return self.file.read(self.most if size is None or size < 0 else size)


class Zip:
    """A zip whose entries are read one by one, each and all together no longer than the bounds.

    Names are found as they are, else with slashes for backslashes and whatever their case: tools write all of these.
    """

    def __init__(self, file):
        bounded = _Bounded(file, DIRECTORY_BYTES)
        try:
            self.zip = zipfile.ZipFile(bounded)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise _broken("it is no zip, or lists too many files") from None
        bounded.most = MOST_BYTES
        entries = [one for one in self.zip.infolist() if not one.filename.endswith(("/", "\\"))]
        if len(entries) > MOST_FILES:
            raise _broken(f"it holds more than {MOST_FILES:,} files")
        self.names = {one.filename.replace("\\", "/"): one for one in entries}
        self.loose = {name.casefold(): name for name in reversed(self.names)}
        self.left, self.elements = MOST_BYTES, MOST_ELEMENTS
        if len(self.names) < len(entries):
            raise _broken("it holds two files of the same name")

    def find(self, name, folder=""):
        """Return the name of the entry that is meant, empty without one; nothing leads out of the zip."""
        path = inside(folder, name)
        return path if path in self.names else self.loose.get(path.casefold(), "")

    def read(self, name, most):
        """Return the bytes of an entry, at most `most`; what a header says of its length is not believed."""
        most = min(most, self.left)
        try:
            entry = self.names[name]
            if entry.compress_type not in PACKED:
                raise _broken(f"{_short(name)} is packed in an unusual way")
            with self.zip.open(entry) as source:
                content = source.read(most + 1)
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, KeyError, zlib.error):
            raise _broken(f"{_short(name)} is damaged, locked or missing") from None
        if len(content) > most:
            raise _broken(f"{_short(name)} is too large")
        self.left -= len(content)
        return content

    def xml(self, name):
        """Return the root of an XML entry."""
        root = parse(self.read(name, XML_BYTES), _short(name))
        self.elements -= sum(1 for _element in root.iter())
        if self.elements < 0:
            raise _broken("it says more than is read at once")
        return root


def inside(folder, name):
    """Return where a name leads from a folder of a zip, empty where it names nothing or leads out of the zip."""
    path = posixpath.normpath(folder + name.replace("\\", "/")) if name.strip() else ""
    return "" if path.startswith(("../", "/")) or path in (".", "..") else path


class _Builder(TreeBuilder):
    """Builds within bounds: a namespace, written once, is part of each name, and would make much of little."""

    def __init__(self):
        super().__init__()
        self.elements, self.foreign = MOST_ELEMENTS, FOREIGN

    def start(self, tag, attributes):
        """Begin an element. Raises ValueError past a bound."""
        named = (tag, *attributes)
        self.elements -= 1
        self.foreign -= sum(len(name) for name in named if name.startswith("{"))
        if min(self.elements, self.foreign) < 0 or max(map(len, named)) > LONGEST_NAME:
            raise ValueError("more or longer names than are read at once")
        return super().start(tag, attributes)


def parse(content, name="a part of it"):
    """Return the root of XML that came from elsewhere. Raises Unacceptable."""
    parser = safe.DefusedXMLParser(target=_Builder(), forbid_dtd=True)
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise _broken(f"{name} is no plain XML") from None
    _require_shallow(root, name)
    return root


def _require_shallow(root, name):
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _broken(f"{name} is nested too deeply")
        level = [child for one in level for child in one]


def _short(name):
    return "".join(sign for sign in name if sign.isprintable())[-60:]


def version_of(opened):
    """Return the version that a BCF file names. Raises Unacceptable for one that is not 2.1 or 3.0."""
    name = opened.find("bcf.version")
    if not name:
        raise _broken("it names no version")
    found = opened.xml(name).get("VersionId", "").strip()
    if found not in VERSIONS:
        raise Unacceptable("Only BCF 2.1 and 3.0 can be read; this names another version.", field="file")
    return found


def plain(root: Element):
    """Return the text of an element we do not know, to be kept and written again."""
    return safe.tostring(root, encoding="unicode")
