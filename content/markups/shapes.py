"""What a markup may hold: how to look at a model and what was hit there, or a place on a page; nothing else."""

from itertools import chain
from math import hypot
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from content.models import MarkupKind
from tenants.errors import Unacceptable

LONGEST = 200_000  # characters of a view as it is sent
SHORTEST = 1e-9  # length of a direction that leads anywhere
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Part = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Point = tuple[Number, Number, Number]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# kind -> the least and the most points of it on a page
ON_PAGES = {
    MarkupKind.PIN: (1, 1),
    MarkupKind.ARROW: (2, 2),
    MarkupKind.RECTANGLE: (2, 2),
    MarkupKind.FREEHAND: (2, 500),
    MarkupKind.TEXT: (1, 1),
}
IN_MODELS = {MarkupKind.PIN: (0, 0), MarkupKind.DIMENSION: (2, 2)}


class Shape(BaseModel):
    """Something sent, in which an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")


class Camera(Shape):
    """Where somebody stood and looked: `fov` in degrees of a perspective, else `scale`, the height of the picture."""

    position: Point
    direction: Point
    up: Point
    fov: Annotated[float, Field(gt=0, lt=180, allow_inf_nan=False)] | None = None
    scale: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def leads_somewhere(self):
        """Refuse a direction without length, and a camera of both kinds or none."""
        _require_length(self.direction, self.up)
        if (self.fov is None) is (self.scale is None):
            raise ValueError("a camera has either a field of view or a scale")
        return self


class Section(Shape):
    """A plane that cuts the model; what lies where `normal` points is seen no more."""

    point: Point
    normal: Point

    @model_validator(mode="after")
    def leads_somewhere(self):
        """Refuse a normal without length."""
        _require_length(self.normal)
        return self


class ModelView(Shape):
    """How to look at a model, in its own coordinates; parts are named by their path from the root.

    `exceptions` are the parts that are hidden when `visible`, shown when not. `exploded` says how far the parts stood
    apart; points are where they are in the model as it is. After `//` stands the name of a part wherever it is.
    """

    camera: Camera
    sections: Annotated[list[Section], Field(max_length=6)] = []
    visible: bool = True
    exploded: Share = 0
    exceptions: Annotated[list[Part], Field(max_length=2000)] = []
    part: Part | None = None
    point: Point | None = None
    points: Annotated[list[Point], Field(max_length=2)] = []
    words: Words = ""


class Colored(Shape):
    """Parts in one color, with the opacity before it when it has eight digits."""

    color: Annotated[str, Field(pattern=r"^(?:[0-9A-F]{2})?[0-9A-F]{6}$")]
    parts: Annotated[list[Part], Field(max_length=2000)]


class Picture(Shape):
    """A picture that stands in a model: its middle, where it faces, what is up in it; an attachment holds it."""

    attachment: int
    location: Point
    normal: Point
    up: Point
    height: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class BroughtView(ModelView):
    """How somebody looked at a model with another tool, and what they drew into it; nobody makes one here."""

    lines: Annotated[list[tuple[Point, Point]], Field(max_length=1000)] = []
    colors: Annotated[list[Colored], Field(max_length=100)] = []
    chosen: Annotated[list[Part], Field(max_length=2000)] = []
    pictures: Annotated[list[Picture], Field(max_length=20)] = []


class PageView(Shape):
    """A place on a page, from its upper left corner, as shares of its width and height."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    points: Annotated[list[tuple[Share, Share]], Field(max_length=500)]
    words: Words = ""


def _require_length(*vectors):
    if any(hypot(*vector) < SHORTEST for vector in vectors):
        raise ValueError("a direction needs a length")


def settle(kind, sent, of_model=ModelView):
    """Return the view of a markup as it is kept, from the JSON that was sent: one with a camera is of a model.

    Raises Unacceptable for anything else than a view of a model or a PageView that fits the kind.
    """
    model = '"camera"' in sent
    counts = IN_MODELS if model else ON_PAGES
    if kind not in counts:
        raise Unacceptable("There is no such markup here.", field="kind")
    if len(sent) > LONGEST:
        raise Unacceptable("The markup holds too much. Show or hide fewer parts.", field="view")
    try:
        view = (of_model if model else PageView).model_validate_json(sent)
    except ValidationError as error:
        raise Unacceptable(_said(error), field="view") from None
    least, most = counts[kind]
    if not least <= len(view.points) <= most:
        raise Unacceptable(f"{MarkupKind(kind).label} does not have {len(view.points)} points.", field="view")
    if kind in (MarkupKind.TEXT, MarkupKind.DIMENSION) and not view.words.strip():
        raise Unacceptable(f"{MarkupKind(kind).label} needs words.", field="view")
    return view.model_dump(mode="json")


def _said(error):
    """Say the first thing that is wrong and where, without what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = " ".join(str(step)[:40] for step in chain(["view"], first["loc"]))
    return f"The markup cannot be kept: {place}: {first['msg']}."
