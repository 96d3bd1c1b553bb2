"""Which items fit a search, and in which order. Who may read them is asked in the same statement (content/reading.py).

An item fits when it has every wanted term and none with a minus. It has a term when its words stand in a row in one of
its fields, the last perhaps only begun, or when a name of it (number, title, tag, file) holds them anywhere.
Order asks nothing of other items, so that what one may not read cannot move what one reads.
"""

from django.db.models import BooleanField, Case, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from content.models import SearchEntry
from content.search import backends
from content.search.asking import PART

NEWEST = 250  # where more fit than are counted, the items among which the best are looked for


def matching(items, asked, *, sized=True):
    """Keep the items that fit. `sized`: how many they are is asked before, which rows that are sorted want."""
    if asked.empty:
        return items.none()
    if not asked.terms:
        return items
    condition, parameters = _condition(asked)
    found = backends.chosen().found(condition, parameters, sized=sized)
    return items.filter(pk__in=RawSQL(found, parameters))  # noqa: S611 - what people typed is a parameter


def among(items, asked):
    """Return the ids of those of a few items that fit: each of them is looked at, however many others would."""
    if asked.empty:
        return []
    found = SearchEntry.objects.filter(pk__in=items.values("pk")).order_by("pk")
    if asked.terms:
        condition, parameters = _condition(asked)
        found = found.filter(RawSQL(condition, parameters, output_field=BooleanField()))  # noqa: S611 - parameters
    return list(found.values_list("pk", flat=True))


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


def candidates(items, asked, head, apart):
    """Return the ids of the items that fit, or a SELECT of them.

    Of more than are counted they are the newest alone, and that of the number itself. `items` are those that words
    have not narrowed, `apart` the same in the querysets of its ways, `head` is the Head of those that fit.
    """
    if not head.more:
        return head.among
    condition, parameters = _condition(asked)
    newest = backends.chosen().newest(apart, (condition, parameters), NEWEST)
    itself = matching(items.filter(entry__number=asked.whole), asked, sized=False)
    return {*newest, *itself.order_by().values_list("pk", flat=True)}


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
