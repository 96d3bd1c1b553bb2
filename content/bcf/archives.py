"""The zip of a BCF file: opened within bounds and never unpacked to disk; its XML read without entities and DTDs."""

import zipfile
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as safe

from tenants.errors import Unacceptable

LARGEST, MOST_BYTES, MOST_FILES = 50 * 1000**2, 100 * 1000**2, 5000  # packed, unpacked, entries
XML_BYTES, PICTURE_BYTES, DEEPEST = 4 * 1000**2, 10 * 1000**2, 40
VERSIONS = ("2.1", "3.0")


@dataclass(slots=True)
class Archive:
    """What a BCF file holds: topics as plain values, and pictures as bytes by (guid of the topic, name)."""

    version: str
    topics: list
    pictures: dict = field(default_factory=dict)


def _broken(what):
    return Unacceptable(f"This is no BCF file that can be read: {what}.", field="file")


class Zip:
    """A zip whose entries are read one by one, each and all together no longer than the bounds."""

    def __init__(self, file):
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise _broken("it is no zip") from None
        if len(self.zip.infolist()) > MOST_FILES:
            raise _broken(f"it holds more than {MOST_FILES:,} files")
        self.names, self.left = set(self.zip.namelist()), MOST_BYTES

    def read(self, name, most):
        """Return the bytes of an entry, at most `most`; what a header says of its length is not believed."""
        try:
            with self.zip.open(name) as entry:
                content = entry.read(min(most, self.left) + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError, KeyError):
            raise _broken(f"{_short(name)} is damaged, locked or missing") from None
        except Exception as error:
            if type(error).__module__ not in ("zlib", "lzma", "_lzma"):
                raise
            raise _broken(f"{_short(name)} is damaged") from None
        if len(content) > min(most, self.left):
            raise _broken(f"{_short(name)} is too large")
        self.left -= len(content)
        return content

    def xml(self, name):
        """Return the root of an XML entry."""
        return parse(self.read(name, XML_BYTES), _short(name))


def parse(content, name="a part of it"):
    """Return the root of XML that came from elsewhere. Raises Unacceptable."""
    try:
        root = safe.fromstring(content, forbid_dtd=True)
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
    if "bcf.version" not in opened.names:
        raise _broken("it names no version")
    found = opened.xml("bcf.version").get("VersionId", "").strip()
    if found not in VERSIONS:
        raise Unacceptable("Only BCF 2.1 and 3.0 can be read; this names another version.", field="file")
    return found


def plain(root: Element):
    """Return the text of an element we do not know, to be kept and written again."""
    return safe.tostring(root, encoding="unicode")
