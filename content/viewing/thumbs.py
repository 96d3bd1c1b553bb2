"""Small pictures for lists: of a picture made smaller, of an SVG, of the first words of a text, of a table's corner."""

import io
import unicodedata

import resvg_py
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = WIDTH, HEIGHT = 320, 240
NAME, DPI = "thumb.webp", 96
FINE = 2200  # pixels on which the reach of an SVG is looked for
PAPER, INK, FAINT, LINE, HEAD = "#ffffff", "#33414d", "#6a7681", "#d5dbe0", "#e9eef1"
MARGIN, LETTER, ROW = 18, 13, 24  # of a sheet, in pixels
MOST_COLUMNS = 4


def save(image, out):
    """Write a picture, made small enough for lists."""
    small = image.copy()
    small.thumbnail(SIZE)
    small.save(out / NAME, quality=85)


def of_svg(drawn, out):
    """Write the picture of an SVG that holds shapes alone; none of one that shows nothing, or that is too deep."""
    image = _drawn(drawn, 4 * WIDTH, 4 * HEIGHT)
    if image and image.getbbox():
        paper = Image.new("RGBA", image.size, PAPER)
        paper.alpha_composite(image)
        lines = paper.convert("RGB").filter(ImageFilter.MinFilter(7))  # so that thin and pale ones are seen
        save(ImageOps.autocontrast(lines, preserve_tone=True), out)


def on_paper(drawn, side):
    """Return an SVG drawn on white, in grey, as large as fits into a square; None for one that cannot be drawn."""
    image = _drawn(drawn, side, side)
    if image is None:
        return None
    paper = Image.new("RGBA", image.size, PAPER)
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")


def reach(drawn, pages):
    """Return (left, top, right, bottom) of all that an SVG shows, its own size being `pages`; None for nothing."""
    image = _drawn(drawn, FINE, FINE)
    box = image and image.getbbox()
    return box and tuple(place * pages / image.size[way % 2] for way, place in enumerate(box))


def _drawn(svg, width, height):
    try:
        png = resvg_py.svg_to_bytes(svg_string=svg.decode(), width=width, height=height, dpi=DPI)
    except ValueError:
        return None
    return Image.open(io.BytesIO(png))


def of_text(text, out):
    """Write a sheet with the first lines of a text."""
    lines = [_plain(line) for line in text[:4000].splitlines()]
    if not any(lines):
        return
    sheet, pen, font = _sheet()
    for number, line in enumerate(lines[: (HEIGHT - 2 * MARGIN) // (LETTER + 4)]):
        pen.text((MARGIN, MARGIN + number * (LETTER + 4)), line[:80], INK, font)
    save(sheet, out)


def of_table(rows, out):
    """Write a sheet with the first rows and columns of a table, its head marked."""
    rows = [[_plain(cell) for cell in row[:MOST_COLUMNS]] for row in rows[: HEIGHT // ROW + 1] if any(row)]
    if not rows:
        return
    sheet, pen, font = _sheet()
    width = WIDTH / max(len(row) for row in rows)
    pen.rectangle((0, 0, WIDTH, ROW), HEAD)
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            part = Image.new("RGB", (max(int(width) - 12, 1), ROW - 4), PAPER if line else HEAD)
            ImageDraw.Draw(part).text((0, 2), cell[:40], INK if line else FAINT, font)
            sheet.paste(part, (int(column * width) + 8, line * ROW + 2))
    for place in range(ROW, HEIGHT, ROW):
        pen.line((0, place, WIDTH, place), LINE)
    for column in range(1, round(WIDTH / width)):
        pen.line((column * width, 0, column * width, HEIGHT), LINE)
    save(sheet, out)


def _sheet():
    sheet = Image.new("RGB", SIZE, PAPER)
    return sheet, ImageDraw.Draw(sheet), ImageFont.load_default(LETTER)


def _plain(text):
    """Return a line in the letters that the font of Pillow has: accents left out, a stroke for what else it lacks."""
    signs = (sign for sign in unicodedata.normalize("NFKD", text.expandtabs(4)) if not unicodedata.combining(sign))
    return "".join(sign if sign.isascii() else "-" for sign in signs if sign.isprintable()).rstrip()
