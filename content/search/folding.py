"""What a word is: letters and digits without case and accents, the same on every database because it is done here."""

import re
import unicodedata

LONGEST = 60  # letters of a word; more of them tell no two words apart
WORD = re.compile(r"[^\W_]+")
ACCENTS = re.compile("[\u0300-\u036f]+")
ALIKE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "\u0131": "i", "ħ": "h", "ŧ": "t"}
)


def words(text):
    """Return the words of a text, folded, in their order."""
    return [word[:LONGEST] for word in WORD.findall(_plain(text))]


def fold(text):
    """Return the words of a text as one line with a space before and after it, so that ` word` is where one begins."""
    return f" {' '.join(found)} " if (found := words(text)) else ""


def _plain(text):
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return ACCENTS.sub("", plain).translate(ALIKE)
