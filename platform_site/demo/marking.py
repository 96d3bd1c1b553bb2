"""What people of the demo pinned to a place in a file, as one table."""

import json

from content.markups import making
from content.models import Category, FileVersion

BORE = {
    "camera": {
        "position": [0.3265, -0.2695, 0.27],
        "direction": [-0.563, 0.634, -0.53],
        "up": [-0.352, 0.397, 0.848],
        "scale": 0.16,
    },
    "part": "Side plate",
    "point": [0.045, 0.08, 0.01],
}
NOTE = {"page": 1, "points": [[0.32, 0.28], [0.62, 0.52]]}
# days ago, who, the file, what kind, how it is looked at, what they say
PINNED = (
    (1.5, "mara", "side-plate.step", "pin", BORE, "Chamfer 0.5 x 45° here? The bearing is pressed in from this side."),
    (1.2, "tomas", "side-plate.pdf", "rectangle", NOTE, "Add the flatness of this face to the sheet."),
)


def pin(actor_on, person, name, kind, view, text):
    """Pin a remark to the latest version of a file of the host; `actor_on(person, space, category)` is who does it."""
    versions = FileVersion.objects.select_related("file__item__space", "file__item__platform", "file__item__locked_by")
    version = versions.filter(file__name=name).order_by("-pk")[0]
    mark = making.Mark(kind, json.dumps(view))
    actor = actor_on(person, version.file.item.space, Category.EVALUATION)
    making.make(actor=actor, version=version, mark=mark, text=text)


def tables(actor, actor_on):
    """Return [(act, table, who does it)], as the world plans what people do."""
    return [(pin, PINNED, actor_on)]
