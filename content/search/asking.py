"""What somebody typed into the search box, as terms. Nothing they can type is an error."""

import re
from dataclasses import dataclass
from functools import lru_cache

from content.search import folding

LONGEST = 200  # characters of a search
MOST = 10  # terms
PART = 3  # letters from which on a part of a name is enough
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
PIECE = re.compile(r'(?P<not>-?)"(?P<exact>[^"]*)(?:"|$)|(?P<word>[^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; `exact` ones were quoted: the last must be whole. `wanted` is no minus."""

    words: tuple[str, ...]
    exact: bool = False
    wanted: bool = True

    @property
    def line(self):
        """The words as they stand in an entry."""
        return " ".join(self.words)

    @property
    def whole(self):
        """The words written together, as a number may be."""
        return "".join(self.words)

    @property
    def parts(self):
        """What a name may hold anywhere in it: nothing for a quoted or a very short term."""
        return () if self.exact else tuple({part for part in (self.line, self.whole) if len(part) >= PART})


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. `short` tells that some of it was left out, `empty` that nothing in it can be looked for."""

    terms: tuple[Term, ...] = ()
    short: bool = False
    empty: bool = False

    @property
    def wanted(self):
        """The terms that an item must have."""
        return tuple(term for term in self.terms if term.wanted)

    @property
    def whole(self):
        """All wanted words written together."""
        return "".join(term.whole for term in self.wanted)

    def __bool__(self):
        return bool(self.terms) or self.empty


@lru_cache(maxsize=64)
def read(typed):
    """Return what was typed as Asked: words in any order, "words in a row", -words that must not be there."""
    text = typed[:LONGEST].translate(QUOTES)
    found = dict.fromkeys(term for match in PIECE.finditer(text) if (term := _term(match)).words)
    terms = tuple(found)[:MOST]
    return Asked(terms, short=len(typed) > LONGEST or len(found) > MOST, empty=bool(typed.strip()) and not terms)


def _term(match):
    exact = match["exact"] is not None
    text = match["exact"] if exact else match["word"]
    wanted = not (match["not"] if exact else text.startswith("-"))
    return Term(tuple(folding.words(text)), exact, wanted)
