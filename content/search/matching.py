"""Which items fit a search, and in which order. Who may read them is asked in the same statement (content/reading.py).

An item fits when it has every wanted term and none with a minus. It has a term when its words stand in a row in one of
its fields, the last perhaps only begun, or when a name of it (number, title, tag, file) holds them anywhere.
Order asks nothing of other items, so that what one may not read cannot move what one reads.
"""

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from content.search import backends
from content.search.asking import PART

MOST = 1000  # items among which the best are looked for


def matching(items, asked):
    """Keep the items that fit."""
    if asked.empty:
        return items.none()
    if not asked.terms:
        return items
    condition, parameters = _condition(asked)
    found = backends.chosen().found(condition, parameters)
    return items.filter(pk__in=RawSQL(found, parameters))  # noqa: S611 - what people typed is a parameter


def _condition(asked):
    conditions, parameters = [], []
    for term in asked.terms:
        condition, given = _has(term)
        conditions.append(condition if term.wanted else f"NOT ({condition})")
        parameters += given
    return " AND ".join(conditions), parameters


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


def best(items, asked):
    """Sort the items that fit: by relevance, then the newest first; of very many the newest, and the number itself."""
    newest = items.order_by("-modified_at", "-pk").values("pk")[:MOST]
    itself = items.filter(entry__number=asked.whole).order_by().values("pk")
    among = items.model.objects.filter(pk__in=newest).order_by().values("pk").union(itself)
    return items.model.objects.filter(pk__in=among).order_by(relevance(asked), "-modified_at", "-pk")


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
