"""Packs topics and what stands beside them into a BCF file, one after the other, so that memory stays flat."""

import posixpath
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from content.bcf import writing
from content.bcf.archives import inside
from content.bcf.reading import references
from content.bcf.writing import NEW

OURS = ("bcf.version", "extensions.xml", "project.bcfp", "documents.xml")


@dataclass(frozen=True, slots=True)
class Held:
    """A file that goes along: its name, its hash, and what yields its bytes."""

    name: str
    sha256: str
    pieces: Callable


def pack(topics, version, target, *, now=None):
    """Write a BCF file of topics to an open file; `held` of a topic are its files by the names it has for them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        _Pack(made, version, now or datetime.now(UTC)).all(topics)


class _Pack:
    """A BCF file while it is written: which names are taken, by the hash of what stands there, and what it lists."""

    def __init__(self, made, version, now):
        self.made, self.version, self.now = made, version, now
        self.taken = dict.fromkeys(OURS, "")
        self.words, self.documents, self.projects = defaultdict(set), {}, {}

    def all(self, topics):
        """Write everything."""
        self._write("bcf.version", writing.told_version(self.version))
        for topic in topics:
            self._topic(topic)
        if self.version == NEW:
            self._write("extensions.xml", writing.told_extensions(self.words))
        if self.version == NEW and self.documents:
            self._write("documents.xml", writing.told_documents(self.documents))
        if len(self.projects) == 1:
            (project,) = self.projects.values()
            self._write("project.bcfp", writing.told_project(project, self.version))

    def _write(self, name, root):
        entry = zipfile.ZipInfo(name, self.now.timetuple()[:6])
        self.made.writestr(entry, writing.xml(root), zipfile.ZIP_DEFLATED)

    def _topic(self, topic):
        folder = f"{topic['guid'].lower() if self.version == NEW else topic['guid']}/"
        self.made.mkdir(folder)
        self.taken[f"{folder}markup.bcf".casefold()] = ""
        views = self._views(folder, topic["viewpoints"])
        documents = [self._document(folder, one, topic["held"]) for one in topic["documents"]]
        beside = {name for name, _picture in references(topic | {"documents": []})}
        names = {name: self._beside(folder, name, held) for name, held in topic["held"].items() if name in beside}
        told = renamed(topic | {"viewpoints": views, "documents": documents}, names)
        self._write(f"{folder}markup.bcf", writing.markup(told, self.version, self.now))
        for name, word in writing.words(topic):
            self.words[name].add(word)
        if project := topic["project"]:
            self.projects[project["id"]] = project

    def _views(self, folder, views):
        """Write what viewpoints show, and return them with the names of their files."""
        found = []
        for view in views:
            name = view["file"] or f"Viewpoint_{view['guid']}.bcfv"
            if f"{folder}{name}".casefold() in self.taken:
                name = f"Viewpoint_{view['guid']}.bcfv"
            if shown := writing.shows(view):
                self.taken[f"{folder}{name}".casefold()] = ""
                self._write(folder + name, writing.visualization(view, self.version))
            found.append(view | {"file": name if shown else ""})
        return found

    def _beside(self, folder, name, held):
        """Write a file where its topic says it stands, and return how the topic is to name it."""
        path = inside(folder, name) or folder + (PurePosixPath(name.replace("\\", "/")).name.strip(".") or "file")
        chosen = self._place(path, held)
        return name if chosen == inside(folder, name) else posixpath.relpath(chosen, folder)

    def _place(self, path, held):
        """Write a file unless the same stands there already; another name is found where something else does."""
        plain, chosen, number = PurePosixPath(path), path, 1
        while (there := self.taken.get(chosen.casefold())) not in (None, held.sha256):
            number += 1
            chosen = str(plain.with_name(f"{plain.stem}-{number}{plain.suffix}"))
        if there is None:
            self.taken[chosen.casefold()] = held.sha256
            with self.made.open(zipfile.ZipInfo(chosen, self.now.timetuple()[:6]), "w") as entry:
                for piece in held.pieces():
                    entry.write(piece)
        return chosen

    def _document(self, folder, document, held):
        """Write a document that goes along where the version has it: in a list of its own in 3.0, else by its name."""
        found = held.get(document["document"] or document["path"])
        if found is None:
            return document
        if self.version != NEW:
            path = self._beside(folder, document["path"] or found.name, found)
            return document | {"document": "", "path": path}
        guid = document["document"].lower()
        if not guid or self.taken.get(f"documents/{guid}") not in (None, found.sha256):
            guid = str(uuid.uuid5(uuid.NAMESPACE_OID, found.sha256))
        self._place(f"documents/{guid}", found)
        self.documents[guid] = {"name": document["name"] or found.name, "about": document["about"]}
        return document | {"document": guid, "path": ""}


def renamed(topic, names):
    """Return a topic that names the files beside it as they stand now."""

    def now(row, key):
        return row | {key: names.get(row[key], row[key])}

    views = [
        now(view, "snapshot") | {"bitmaps": [now(one, "reference") for one in view["bitmaps"]]}
        for view in topic["viewpoints"]
    ]
    snippet = topic["snippet"] and now(topic["snippet"], "reference")
    files = [now(one, "reference") for one in topic["files"]]
    return topic | {"viewpoints": views, "snippet": snippet, "files": files}
