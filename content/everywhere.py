"""One search on all platforms of a person: each asked with its own actor, by its own rules, what fits put together."""

from content import reading
from content.search import asking, matching

MOST = 20  # rows of one platform; the rest is told as a number with a way there


def search(actors, words):
    """Return ([item], [(platform, count)]) of what each actor reads that fits, best first whatever the platform."""
    asked, found, counts = asking.read(words), [], []
    if not asked:
        return [], []
    for actor in actors:
        rows, wanted = reading.listed(actor), reading.Wanted(words=words, sort=reading.BEST)
        first = reading.head(reading.ways(actor), wanted, actor)
        items = list(reading.arranged(rows, wanted, actor, first).annotate(rank=matching.relevance(asked))[:MOST])
        if items:
            found += items
            counts.append((actor.platform, len(first.rows) + first.more))
    return sorted(found, key=lambda item: (item.rank, -item.modified_at.timestamp(), item.pk)), counts
