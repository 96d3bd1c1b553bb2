"""One search on all platforms of a person: each asked with its own actor, by its own rules, what fits put together."""

from content import reading
from content.search import asking, matching
from content.stored import RELATED

MOST = 20  # rows of one platform; the rest is told as a number with a way there


def search(actors, words):
    """Return ([item], [(platform, count)]) of what each actor reads that fits, best first whatever the platform."""
    asked, found, counts = asking.read(words), [], []
    if not asked:
        return [], []
    for actor in actors:
        rows = reading.filtered(reading.listed(actor), reading.Wanted(words=words), actor)
        ranked = reading.ordered(rows, reading.BEST, asked).annotate(rank=matching.relevance(asked))
        ranked = ranked.select_related(*RELATED)
        items = list(ranked[:MOST])
        if items:
            found += items
            counts.append((actor.platform, reading.count(rows)))
    return sorted(found, key=lambda item: (item.rank, -item.modified_at.timestamp(), item.pk)), counts
