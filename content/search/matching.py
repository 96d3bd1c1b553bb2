"""Which items fit a search, and in which order. Who may read them is asked in the same statement (content/reading.py).

An item fits when it has every wanted term and none with a minus. It has a term when its words stand in a row in one of
its fields, the last perhaps only begun, or when a name of it (number, title, tag, file) holds them anywhere.
Order asks nothing of other items, so that what one may not read cannot move what one reads.
"""

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from content.search import backends
from content.search.asking import PART


def matching(items, asked):
    """Keep the items that fit."""
    if asked.empty:
        return items.none()
    if not asked.terms:
        return items
    conditions, parameters = [], []
    for term in asked.terms:
        condition, given = _has(term)
        conditions.append(condition if term.wanted else f"NOT ({condition})")
        parameters += given
    found = f"SELECT item_id FROM content_searchentry WHERE {' AND '.join(conditions)}"  # noqa: S608 - ours alone
    return items.filter(pk__in=RawSQL(found, parameters))  # noqa: S611 - what people typed is a parameter


def _has(term):
    back = backends.chosen()
    condition, parameters = back.has_words(term.words, begun=not term.exact)
    if len(term.words) > 1:
        condition += " AND text LIKE %s"
        parameters.append(f"% {term.line}{' ' if term.exact else ''}%")
    ways = [f"({condition})"]
    for part in sorted(term.parts):
        way, given = back.has_part(part)
        ways.append(f"({way})")
        parameters += given
    return f"({' OR '.join(ways)})", parameters


def relevance(asked):
    """Return 0 for the number itself, 1 for a part of it, 2 for the title, 3 for the rest."""
    number = Q()
    for term in asked.wanted:
        begins = len(term.whole) < PART
        number |= Q(entry__number__startswith=term.whole) if begins else Q(entry__number__contains=term.whole)
    title = Q()
    for term in asked.wanted:
        title &= Q(entry__title__contains=f" {term.line}")
    if not asked.wanted:
        return Value(3)
    ranks = [When(entry__number=asked.whole, then=0), When(number, then=1), When(title, then=2)]
    return Case(*ranks, default=3, output_field=IntegerField())
