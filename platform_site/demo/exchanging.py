"""A thread that the demo's people brought from the tool of a customer, as it came in a BCF file."""

import tempfile
import uuid
from hashlib import sha256

from content.bcf import importing, places
from content.bcf.packing import Held, pack
from content.bcf.reading import read
from content.blobs import hash_of
from content.markups import shapes
from content.models import Category, FileVersion
from platform_site.demo.marking import BORE

ASKED, ANSWERED, ABOVE = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
CLEARANCE = b"Cable channel: 14 mm\nClamp: M4, 22 mm wide\nClearance asked for: 3 mm\n"
TOPIC = {
    "guid": str(uuid.UUID(int=4)),
    "type": "Clash",
    "status": "Open",
    "title": "Cable clamp touches the side plate",
    "priority": "High",
    "labels": ["Cabin", "Harness"],
    "created": "2026-10-05T08:40:00Z",
    "author": "h.lindner@oriel.example",
    "stage": "Preliminary design",
    "description": "The clamp needs 3 mm of air to the plate. See the sheet that comes along.",
}
COMMENT = {
    "guid": ANSWERED,
    "date": "2026-10-06T10:05:00Z",
    "author": "d.raman@oriel.example",
    "text": "From above one sees it better. A pocket of 2 mm would do.",
    "viewpoint": ABOVE,
}
FROM_ABOVE = {"camera": {"position": [0.05, 0.05, 0.6], "direction": [0, 0, -1], "up": [0, 1, 0], "scale": 0.3}}
CORNERS = ((0.024, 0.004, 0.0102), (0.066, 0.004, 0.0102), (0.066, 0.026, 0.0102), (0.024, 0.026, 0.0102))
DRAWN = {
    "lines": [[list(one), list(other)] for one, other in zip(CORNERS, (*CORNERS[1:], CORNERS[0]), strict=True)],
    "coloring": [{"color": "F2B84B", "components": [{"ifc": "", "system": "Oriel CAD", "tool": "Side plate"}]}],
}
BROUGHT = ((1.1, "tomas", "side-plate.step"),)


def bring(actor_on, person, name):
    """Bring the thread to the latest version of a file; `actor_on(person, space, category)` is who does it."""
    versions = FileVersion.objects.select_related("file__item__space", "file__item__platform", "file__item__locked_by")
    version = versions.filter(file__name=name).order_by("-pk")[0]
    actor = actor_on(person, version.file.item.space, Category.EVALUATION)
    with tempfile.TemporaryFile() as file:
        pack([_topic(version)], "3.0", file)
        file.seek(0)
        digest = hash_of(file)
        importing.bring(actor=actor, version=version, archive=read(file), sha256=digest)


def _topic(version):
    empty = dict.fromkeys(("server_id", "due", "assigned", "modified", "modified_by"), "")
    empty |= {one: [] for one in ("links", "related", "files", "more")} | dict.fromkeys(("index", "snippet", "project"))
    document = {"guid": "", "url": "", "document": "", "path": "clearance.txt", "name": "", "about": ""}
    held = Held("clearance.txt", sha256(CLEARANCE).hexdigest(), lambda: [CLEARANCE])
    frame = places.frame(version)
    seen = [places.viewpoint(guid, _view(look), frame) for guid, look in ((ASKED, BORE), (ABOVE, FROM_ABOVE))]
    seen[1] |= DRAWN  # where the clamp lies
    said = COMMENT | {"modified": "", "modified_by": "", "more": []}
    told = {"documents": [document | {"description": "Clearances"}], "held": {"clearance.txt": held}}
    return empty | TOPIC | told | {"viewpoints": seen, "comments": [said]}


def _view(look):
    return shapes.ModelView.model_validate(look).model_dump(mode="json")


def tables(actor, actor_on):
    """Return [(act, table, who does it)], as the world plans what people do."""
    return [(bring, BROUGHT, actor_on)]
