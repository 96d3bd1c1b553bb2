"""Judges whether what a markup marks is still there in a later version: by its part and its place, or by its page."""

from dataclasses import dataclass

from content.blobs import CHUNK, shown
from content.markups import parts
from content.models import Conversion, ConversionState, Found, Rendition

MODEL = "view.glb"
COMING = (ConversionState.WAITING, ConversionState.RUNNING)
NOT_YET = "A version is still being made ready for looking at: wait a moment, then it is compared."
NEVER = "It could not be compared part by part: look whether the place is right."
WHOLE = ("view.webp", "view.svg", "view.json")  # what shows a picture or a drawing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, why, and the view of the markup as it fits the later version."""

    found: str
    why: str
    view: dict


class Judge:
    """Compares one version with earlier ones; what was made of all of them is asked once."""

    def __init__(self, version, earlier):
        """Note what viewers show of the version and of the earlier ones."""
        self.version = version
        keys = {version.key, *(one.key for one in earlier)}
        known = {one.key: one for one in Conversion.objects.filter(key__in=keys)}
        self.pages = {key: one.facts.get("pages", 1) for key, one in known.items()}
        self.waits = any(one.state in COMING for one in known.values())
        self.made = {key: {} for key in keys}
        for row in Rendition.objects.filter(conversion__key__in=keys).select_related("conversion"):
            self.made[row.conversion.key][row.name] = row
        self.read = {}

    def of(self, markup):
        """Return the Verdict on a markup of one of the earlier versions."""
        before = markup.version
        if before.sha256 == self.version.sha256:
            return Verdict(Found.STILL, "The file is the same.", markup.view)
        return self._model(markup) if "camera" in markup.view else self._page(markup)

    def _page(self, markup):
        page = markup.view["page"]
        if page > self.pages.get(self.version.key, page):
            return Verdict(Found.GONE, f"There is no page {page} any more.", markup.view)
        for name in (f"page-{page:04}.webp", *WHOLE):
            before, after = (self.made[key].get(name) for key in (markup.version.key, self.version.key))
            if before and after and _same(before, after):
                return Verdict(Found.STILL, "Its page looks the same.", markup.view)
        return Verdict(Found.MOVED, "Its page has changed: look whether the place is right.", markup.view)

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
    if before.size != after.size:
        return False
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
    return {**view, "part": path, "camera": camera, "point": along(view["point"]), "points": points}
