"""Judges whether what a markup marks is still there in a later version: by its part and place, or by what is around."""

from dataclasses import dataclass

from content.blobs import CHUNK, shown
from content.markups import parts, sighting
from content.models import Conversion, ConversionState, Found, Rendition

MODEL = "view.glb"
COMING = (ConversionState.WAITING, ConversionState.RUNNING)
NOT_YET = "A version is still being made ready for looking at: wait a moment, then it is compared."
NEVER = "It could not be compared part by part: look whether the place is right."
WHOLE = ("view.webp", "view.svg", "view.json")  # what shows a picture or a drawing
SEEN = {
    Found.STILL: "What surrounds it looks the same.",
    Found.MOVED: "What surrounds it stands elsewhere.",
    Found.GONE: "What surrounded it is nowhere on its page.",
    Found.NONE: "Its page has changed: look whether the place is right.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, why, and the view of the markup as it fits the later version."""

    found: str
    why: str
    view: dict


class Judge:
    """Compares one version with earlier ones; what was made of all of them is asked once."""

    def __init__(self, version, markups):
        """Note what viewers show of the version and of those of the markups."""
        self.version, self.markups = version, markups
        keys = {version.key, *(one.version.key for one in markups)}
        known = {one.key: one for one in Conversion.objects.filter(key__in=keys)}
        self.pages = {key: one.facts.get("pages", 1) for key, one in known.items()}
        self.waits = any(one.state in COMING for one in known.values())
        self.made = {key: {} for key in keys}
        for row in Rendition.objects.filter(conversion__key__in=keys).select_related("conversion"):
            self.made[row.conversion.key][row.name] = row
        self.read, self.alike, self.sights = {}, {}, None

    def of(self, markup):
        """Return the Verdict on a markup of one of the earlier versions."""
        before = markup.version
        if before.sha256 == self.version.sha256:
            return Verdict(Found.STILL, "The file is the same.", markup.view)
        return self._model(markup) if "camera" in markup.view else self._page(markup)

    def _page(self, markup):
        page, (before, after) = markup.view["page"], self._sheets(markup)
        if self._same(before, after):
            return Verdict(Found.STILL, "Its page looks the same.", markup.view)
        for other in range(1, self.pages.get(self.version.key, 1) + 1):
            if self._same(before, self._sheet(self.version.key, other)):
                return Verdict(Found.MOVED, f"Its page is page {other} now.", {**markup.view, "page": other})
        if page > self.pages.get(self.version.key, page):
            return Verdict(Found.GONE, f"There is no page {page} any more.", markup.view)
        found, points = self._sight(markup)
        return Verdict(found or Found.MOVED, SEEN[Found(found)], {**markup.view, "points": points})

    def _sheets(self, markup):
        """Return what shows the page of a markup, before and after; None for what is not there."""
        return [self._sheet(key, markup.view["page"]) for key in (markup.version.key, self.version.key)]

    def _sheet(self, key, page):
        names = (f"page-{page:04}.webp", *WHOLE)
        return next((self.made[key][name] for name in names if name in self.made[key]), None)

    def _same(self, before, after):
        if before is None or after is None or before.size != after.size:
            return False
        pair = before.key, after.key
        if pair not in self.alike:
            self.alike[pair] = _same(before, after)
        return self.alike[pair]

    def _sight(self, markup):
        """Return [what was found, the points now]; whatever is to be looked for is looked for in one go."""
        if self.sights is None:
            asked = [(one, *self._sheets(one)) for one in self.markups if "camera" not in one.view]
            asked = [(one, before, after) for one, before, after in asked if before and after]
            asked = [row for row in asked if not self._same(*row[1:])]
            found = sighting.look([(before, after, one.view["points"]) for one, before, after in asked])
            self.sights = {one.pk: sight for (one, *_sheets), sight in zip(asked, found, strict=True)}
        return self.sights.get(markup.pk, ["", markup.view["points"]])

    def _model(self, markup):
        before, after = (self._parts(key) for key in (markup.version.key, self.version.key))
        path = markup.view["part"]
        old = (before or {}).get(path)
        if old is None or after is None:
            return Verdict(Found.MOVED, NOT_YET if self.waits else NEVER, markup.view)
        if path in after:
            return _placed(markup.view, path, old, after[path])
        alike = [name for name, part in after.items() if name not in before and part.same_shape(old)]
        if len(alike) == 1:
            return _placed(markup.view, alike[0], old, after[alike[0]])
        return Verdict(Found.GONE, f"There is no {_called(path)} any more.", markup.view)

    def _parts(self, key):
        """Return the parts of the model of some bytes, or None when they cannot be told."""
        if key not in self.read:
            model = self.made[key].get(MODEL)
            self.read[key] = parts.read(model.key) if model else None
        return self.read[key]


def _same(before, after):
    """Tell whether two renditions have the same bytes."""
    with shown().open(before.key) as one, shown().open(after.key) as other:
        return all(part == other.read(CHUNK) for part in iter(lambda: one.read(CHUNK), b""))


def _called(path):
    return path.rpartition("/")[2]


def _placed(view, path, old, new):
    """Return the Verdict on a part that is in both, with the view moved as far as the part was."""
    if path == view["part"] and new.same_shape(old) and new.same_place(old):
        return Verdict(Found.STILL, f"{_called(path)} stands where it was, in the same size.", view)
    if not new.same_place(old):
        why = f"{_called(path)} stands elsewhere."
    elif path != view["part"]:
        why = f"{_called(view['part'])} is called {_called(path)} now."
    else:
        why = f"{_called(path)} has another shape."
    way = [after - before for before, after in zip(old.middle, new.middle, strict=True)]
    return Verdict(Found.MOVED, why, _moved(view, path, way))


def _moved(view, path, way):
    def along(point):
        return point and [at + by for at, by in zip(point, way, strict=True)]

    camera = {**view["camera"], "position": along(view["camera"]["position"])}
    points = [along(point) for point in view["points"]]
    moved = {**view, "part": path, "camera": camera, "point": along(view["point"]), "points": points}
    if "lines" in view:
        moved["lines"] = [[along(end) for end in line] for line in view["lines"]]
        moved["pictures"] = [{**one, "location": along(one["location"])} for one in view["pictures"]]
    return moved
