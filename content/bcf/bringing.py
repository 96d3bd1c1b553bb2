"""Makes threads and answers of what was said elsewhere: words, places and files, by whoever brings them.

A viewpoint that a comment refers to becomes the place of that comment. The first of the others becomes the place of
the thread, and each further one an answer that says nothing else.
"""

import json
import re
from datetime import datetime
from pathlib import PurePosixPath

from django.utils import timezone

from content import comments
from content.bcf import places
from content.bcf.exporting import PLACE, SNAPSHOT, place_of
from content.bcf.packing import renamed
from content.bcf.reading import references
from content.markups import shapes
from content.models import Attachment, Brought, Comment, Markup, MarkupKind
from tenants.errors import Unacceptable

SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~@&])")
MOST_PLACES = 50  # answers that are made for viewpoints of one thread; further ones are kept, and no more


def known(thread):
    """Return the identities of the viewpoints of a thread that is here, in small letters."""
    said = [thread, *thread.answers.all()]
    views = [view for data in _data(said) for view in (*data.get("viewpoints", ()), *data.get("seen", ()))]
    return {view["guid"].lower() for view in views} | {place_of(one) for one in said}


def further(topic, thread, new):
    """Return the viewpoints of a topic that are new in a thread that is here, and that no new comment refers to."""
    before = known(thread) | {one["viewpoint"].lower() for one in new}
    return [view for view in topic["viewpoints"] if view["guid"].lower() not in before][:MOST_PLACES]


def _data(said):
    return [one.brought.data for one in said if hasattr(one, "brought")]


def _held(thread):
    """Return the attachments of a thread that is here by the names that its viewpoints have for them."""
    return {name: pk for data in _data([thread, *thread.answers.all()]) for name, pk in data.get("held", {}).items()}


def _apart(thread, view, held, moved):
    """Return a viewpoint and its files under names that no other file of the thread has; `moved` are those given."""
    taken = {SNAPSHOT, *_held(thread)}
    for number, name in enumerate(sorted(taken & held.keys())):
        moved[name] = f"{view['guid']}-{number}{PurePosixPath(name).suffix}"
    told = renamed({"viewpoints": [view], "snippet": None, "files": []}, moved)
    return told["viewpoints"][0], {moved.get(name, name): pk for name, pk in held.items()}


class Bringing:
    """Somebody who brings topics to a version, with the facts of the files that were stored for it by their place."""

    def __init__(self, actor, version, files):
        self.actor, self.version, self.files = actor, version, dict(files)
        self.frame, self.is_model = places.frame(version), places.is_model(version)

    def thread(self, topic):
        """Bring a topic that is new and return its thread and the comments in it."""
        thread = self._say(None, _begun(topic))
        views = {view["guid"].lower(): view for view in topic["viewpoints"]}
        told = {one["viewpoint"].lower() for one in topic["comments"]}
        free = [view for guid, view in views.items() if guid not in told]
        looks = [(thread, view) for view in free[:1]]
        answers, said = [], {}
        for one in topic["comments"]:
            answers.append(self._answer(thread, one, one))
            if view := views.get(one["viewpoint"].lower()):
                looks.append((answers[-1], view))
                said.setdefault(one["viewpoint"].lower(), answers[-1])
        further_on = self._places(thread, free)
        said |= {view["guid"].lower(): at for at, view in further_on}
        held = {}
        for guid, view in views.items():
            at = said.get(guid, thread)
            view["answer"] = at.pk
            held |= self._attach(at, topic, {"viewpoints": [view]})
        for at, view in (*looks, *further_on):
            self._look(at, view, held)
        held |= self._attach(thread, topic, topic | {"viewpoints": []})
        kept = {name: value for name, value in topic.items() if name != "comments"}
        Brought.objects.create(comment=thread, guid=topic["guid"], data=kept | {"held": held})
        return [thread, *answers]

    def more(self, topic, thread, new):
        """Bring what is new in a thread that is here: comments with what they look at, and viewpoints; return both."""
        thread = thread.parent or thread
        views, before = {view["guid"].lower(): view for view in topic["viewpoints"]}, known(thread)
        here, came, placed = _held(thread), {}, set(before)
        told = [(one, views.get(one["viewpoint"].lower())) for one in new]
        answers, moved = [], {}
        for one, view in [*told, *((None, view) for view in further(topic, thread, new))]:
            answer = self._answer(thread, one) if one else self._say(thread, "Another viewpoint")
            data = one or {PLACE: view["guid"]}
            if view and view["guid"].lower() not in placed:
                placed.add(view["guid"].lower())
                attached = self._attach(answer, topic, {"viewpoints": [view]})
                came |= attached
                seen, held = _apart(thread, view, attached, moved)
                data = data | {"seen": [seen | {"answer": answer.pk}], "held": held}
            if view:
                self._look(answer, view, here if view["guid"].lower() in before else came)
            Brought.objects.create(comment=answer, guid=one["guid"] if one else view["guid"], data=data)
            answers.append(answer)
        return answers

    def _say(self, thread, text):
        made = {"item": self.version.file.item, "file_id": self.version.file_id, "author": self.actor.user}
        return Comment.objects.create(**made, parent=thread, text=text, created_at=timezone.now())

    def _answer(self, thread, comment, data=None):
        answer = self._say(thread, _said(comment["author"], comment["date"], comment["text"]))
        if data:
            Brought.objects.create(comment=answer, guid=comment["guid"], data=data)
        return answer

    def _places(self, thread, views):
        """Make an answer for each but the first viewpoint that nobody said anything of, and return both in pairs."""
        found = []
        for number, view in enumerate(views[1 : MOST_PLACES + 1], 2):
            answer = self._say(thread, f"Viewpoint {number} of {len(views)}")
            Brought.objects.create(comment=answer, guid=view["guid"], data={PLACE: view["guid"]})
            found.append((answer, view))
        return found

    def _look(self, comment, view, held):
        """Pin a comment where a viewpoint looks; what no viewer of ours can show stays in what was brought."""
        look = places.looked(view, self.frame, held) if self.is_model else None
        for shape in (shapes.BroughtView, shapes.ModelView) if look else ():
            told = {name: value for name, value in look.items() if name in shape.model_fields}
            try:
                settled = shapes.settle(MarkupKind.PIN, json.dumps(told), shape)
            except Unacceptable:
                continue  # it may be one without what was drawn
            Markup.objects.create(comment=comment, version=self.version, kind=MarkupKind.PIN, view=settled)
            return

    def _attach(self, comment, topic, told):
        """Attach the files that a part of a topic names, each once; return {name: id of the attachment}."""
        nothing = {"viewpoints": [], "snippet": None, "documents": [], "files": []}
        names = dict.fromkeys(name for name, _picture in references(nothing | told))
        found = [(name, self.files.pop((topic["guid"], name), None)) for name in names]
        return {name: Attachment.objects.create(comment=comment, **facts).pk for name, facts in found if facts}


def _begun(topic):
    """Return the words of the first comment of a thread."""
    facts = [topic[name] for name in ("type", "status", "priority", "stage") if topic[name]]
    facts += [f"for {topic['assigned']}"] if topic["assigned"] else []
    facts += [f"due {topic['due'][:10]}"] if topic["due"] else []
    words = [f"**{_plain(topic['title'])}**", topic["description"], _plain(" · ".join([*facts, *topic["labels"]]))]
    return _said(topic["author"], topic["created"], "\n\n".join(part for part in words if part.strip("*")))


def _plain(words):
    """Return words in which no sign means anything."""
    return SIGNS.sub(r"\\\1", words)


def _said(author, moment, words):
    """Return what somebody said elsewhere, as words of whoever brings it."""
    who = _plain(" ".join(author.split())) or "somebody elsewhere"
    day = f" on {datetime.fromisoformat(moment):%-d %B %Y}" if moment else ""
    said = f"As {who} wrote{day}:\n\n{words.strip() or '-'}"
    return said if len(said) <= comments.LONGEST else said[: comments.LONGEST - 1] + "…"
