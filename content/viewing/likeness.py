"""Where something on a page, picture or drawing is in a later one: its surroundings are looked for by their look.

Reads only what a converter made, and still runs as its child: `source.sheets` names the two sheets of each pair.
"""

import json

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from content.viewing import drawings, thumbs

SIDE = 900  # pixels of the longer side, as it is compared
AROUND = 40  # pixels around a mark that belong to it
NEAR = 3  # pixels that are no move
BLANK = 3  # contrast below which there is nothing to find again
SAME, ALIKE, LOST = 0.9, 0.8, 0.45  # how well it has to fit to be there, to be there elsewhere, and to be gone
CLOSE = 0.03  # of two places that fit so nearly alike, the nearer one counts
STILL, MOVED, GONE, UNKNOWN = "still", "moved", "gone", ""


def compare(source, out):
    """Write found.json: for each pair and each of its marks, what was found and the points where it is now."""
    pairs = json.loads(source.read_text())
    found = [_pair(source.parent / one["before"], source.parent / one["after"], one["marks"]) for one in pairs]
    (out / "found.json").write_text(json.dumps(found))
    return {"form": "likeness"}


def _pair(before, after, marks):
    drawn = _drawings(before, after) if before.suffix == ".json" else _pictures(before, after)
    if drawn is None:
        return [[UNKNOWN, mark] for mark in marks]
    sheets, frames = drawn
    return [_mark(sheets, frames, mark) for mark in marks]


def _pictures(before, after):
    """Return two sheets of one size with the frames of their points; None when their proportions differ."""
    sheets = [_opened(path) for path in (before, after)]
    if None in sheets or abs(np.subtract(*(one.width / one.height for one in sheets))) > 0.02:
        return None
    scale = SIDE / max(sheets[0].size)
    size = [max(2, round(side * scale)) for side in sheets[0].size]
    frame = (0, 0, *size)
    return [_smooth(one.resize(size, Image.Resampling.LANCZOS)) for one in sheets], (frame, frame)


def _opened(path):
    if path.suffix == ".svg":
        return thumbs.on_paper(path.read_bytes(), SIDE)
    with Image.open(path) as opened:
        return opened.convert("L")


def _drawings(before, after):
    """Return two drawings on sheets that show the same part of the plane, with where the bounds of each are there."""
    pair = [json.loads(path.read_text()) for path in (before, after)]
    edges = np.array([one["bounds"] for one in pair])
    left, low, right, high = *edges[:, :2].min(0), *edges[:, 2:].max(0)
    scale = (SIDE - 2 * AROUND) / max(right - left, high - low, 1e-9)
    size = [int((right - left) * scale) + 2 * AROUND, int((high - low) * scale) + 2 * AROUND]

    def place(x, y):
        return AROUND + (x - left) * scale, AROUND + (high - y) * scale

    frames = [(*place(one[0], one[3]), (one[2] - one[0]) * scale, (one[3] - one[1]) * scale) for one in edges]
    return [_smooth(_stroked(one, size, place)) for one in pair], frames


def _stroked(drawing, size, place):
    image = Image.new("L", size, 255)
    pen = ImageDraw.Draw(image)
    for layer in drawing["layers"]:
        for stroke in layer["strokes"]:
            points = [place(*point) for point in drawings.corners(stroke["path"])]
            if len(points) > 1:
                pen.line(points, fill=0, width=2)
    return image


def _smooth(image):
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float32)


def _mark(sheets, frames, points):
    """Return [what was found, the points of the mark as shares of the later frame]."""
    before, after = sheets
    x, y, width, height = frames[0]
    places = np.array([[x + share * width, y + other * height] for share, other in points])
    rows, columns = before.shape
    low = np.clip(np.floor(places.min(0) - AROUND).astype(int), 0, [columns - 2, rows - 2])
    high = np.clip(np.ceil(places.max(0) + AROUND).astype(int), low + 2, [columns, rows])
    patch = before[low[1] : high[1], low[0] : high[0]]
    if patch.std() < BLANK:
        alike = after[low[1] : high[1], low[0] : high[0]].std() < BLANK
        return [STILL if alike else UNKNOWN, _shares(places, frames[1])]
    found, way = _sought(patch, after, low)
    return [found, _shares(places + way, frames[1])]


def _shares(places, frame):
    x, y, width, height = frame
    found = (places - [x, y]) / [max(width, 1e-9), max(height, 1e-9)]
    return np.clip(found, 0, 1).round(5).tolist()


def _sought(patch, sheet, at):
    """Return (what was found, how far it moved in pixels) of a patch that stood at a place of the earlier sheet."""
    fits = _fits(patch, sheet)
    rows, columns = np.indices(fits.shape)
    far = np.hypot(columns - at[0], rows - at[1])
    if fits[far <= NEAR].max(initial=0) >= SAME:
        return STILL, np.zeros(2)
    best = fits.max()
    if best < ALIKE:
        return (GONE if best < LOST else UNKNOWN), np.zeros(2)
    row, column = np.unravel_index(np.where(fits >= best - CLOSE, far, np.inf).argmin(), fits.shape)
    return MOVED, np.array([column - at[0], row - at[1]])


def _fits(patch, sheet):
    """Return how well the patch fits at each place of the sheet: 1 where it is the same, but for light and contrast."""
    high, wide = patch.shape
    bare = patch - patch.mean()
    size = [one + other for one, other in zip(sheet.shape, patch.shape, strict=True)]
    product = np.fft.irfft2(np.fft.rfft2(sheet, size) * np.conj(np.fft.rfft2(bare, size)), size)
    product = product[: sheet.shape[0] - high + 1, : sheet.shape[1] - wide + 1]
    spread = _summed(sheet.astype(np.float64) ** 2, high, wide) - _summed(sheet, high, wide) ** 2 / (high * wide)
    return product / np.sqrt(np.maximum(spread, high * wide * BLANK**2 / 9) * (bare**2).sum())


def _summed(values, high, wide):
    """Return the sums over every window of this size."""
    sums = np.pad(values.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
