"""PDF and pictures to WebP: re-encoded, so that nothing but pixels arrives in a browser."""

import warnings

import pypdfium2
from PIL import Image, ImageOps

from content.viewing import thumbs
from content.viewing.refusals import Unreadable

PAGES = 300
PIXELS = 120_000_000
LONG_SIDE, SMALL = 2000, 160
PICTURE = 4096
LETTERS = 1_000_000  # of text kept for searching

Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def convert_pdf(source, out):
    """Write page-0001.webp and small-0001.webp for each page, thumb.webp, and text.txt."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("It is protected by a password." if locked else "It is no PDF, or it is damaged.") from error
    number, text, left = len(document), [], LETTERS
    if not number:
        raise Unreadable("It has no pages.")
    for index in range(min(number, PAGES)):
        page = document[index]
        image = _drawn(page)
        image.save(out / f"page-{index + 1:04}.webp", quality=88)
        small = image.copy()
        small.thumbnail((SMALL, SMALL * 2))
        small.save(out / f"small-{index + 1:04}.webp", quality=80)
        if index == 0:
            thumbs.save(image, out)
        if left > 0:
            words = page.get_textpage().get_text_bounded()[:left]
            left -= len(words)
            text.append(words)
        page.close()
    (out / "text.txt").write_text("\n".join(text))
    return {"form": "pages", "pages": min(number, PAGES), "of": number}


def _drawn(page):
    width, height = page.get_size()
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise Unreadable("It has a page without a size.")
    scale = min(LONG_SIDE / max(width, height), 4)
    return page.render(scale=scale).to_pil().convert("RGB")


def convert_image(source, out):
    """Write view.webp, upright and without the camera's notes, and thumb.webp."""
    try:
        with Image.open(source) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGBA" if opened.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(f"It has more than {PIXELS // 1_000_000} million pixels.") from error
    except (OSError, ValueError, SyntaxError, EOFError, TypeError) as error:
        raise Unreadable("It is no picture, or it is damaged.") from error
    size = list(image.size)
    image.thumbnail((PICTURE, PICTURE))
    image.save(out / "view.webp", quality=90)
    thumbs.save(image, out)
    return {"form": "image", "size": size, "unit": "px"}
