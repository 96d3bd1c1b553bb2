"""How the rows that a page shows stand, and what newly fits a search: versions for open pages, and no word of it.

What is shown is asked of each row; what newly fits is asked of what changed since the page was made alone, at most once
in REST seconds, however much happens. Both are asked of what the reader lists.
"""

import math
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

from django.core.cache.backends.locmem import LocMemCache

from content import live as items_live
from content import reading
from content.forms import wanted_by
from content.models import Item
from content.names import Names
from content.search import matching
from content.stored import RELATED
from tenants import access, live
from tenants.ids import id_of

ROWS, FOUND = "list.rows", "list.found"
MOST_ROWS, MOST_NEW = 110, 200  # rows of a page; of what changed since, the newest
REST = 10  # seconds for which what was found counts
OVERLAP = timedelta(seconds=5)  # before what changed last: what was on its way then is seen when it arrives
FIRST = 1.0  # second of a reader who lists nothing yet
recent = LocMemCache("found", {"OPTIONS": {"MAX_ENTRIES": 10_000}})  # of this process alone: it is soon old
APART = "-"


def ids_of(text):
    """Return the ids of rows as an address names them, None for anything else."""
    found = [id_of(part) for part in text.split(APART)]
    return tuple(found) if None not in found and len(found) <= MOST_ROWS else None


def rows(asked):
    """Return {"rows": version} for each (actor, ids): how those stand that the actor lists."""
    items = Item.objects.select_related(*RELATED).in_bulk({pk for _actor, ids in asked for pk in ids})
    return [{"rows": _version(actor, [items[pk] for pk in ids if pk in items])} for actor, ids in asked]


def _version(actor, items):
    listed = [item for item in items if item.platform_id == actor.platform_id and access.can(actor, "list", item)]
    return live.version(*((item.pk, items_live.version(item)) for item in listed))


def _words(ids):
    return {f"{items_live.KIND}:{pk}" for pk in ids}


def search_of(text):
    """Return (moment, query string) of a search as an address names it, None for anything else."""
    moment, apart, query = text.partition("?")
    try:
        seconds = float(moment)
    except ValueError:
        return None
    return (seconds, query) if apart and math.isfinite(seconds) and 0 < seconds < 1e10 else None


def found(asked):
    """Return {"found": version} for each (actor, search): what fits it of what changed since its moment."""
    keys = [_key(actor, search) for actor, search in asked]
    known = recent.get_many(keys)
    for key, (actor, search) in zip(keys, asked, strict=True):
        if key not in known:
            known[key] = _found(actor, *search)
            recent.set(key, known[key], REST)
    return [{"found": known[key]} for key in keys]


def _key(actor, search):
    return f"found:{actor.member.pk}:{blake2s(repr(search).encode(), digest_size=16).hexdigest()}"


def _found(actor, seconds, query):
    asked = Names(actor).narrow(wanted_by(query))
    since = datetime.fromtimestamp(seconds, UTC)
    changed = reading.chosen(reading.listed(actor).filter(modified_at__gt=since), asked, actor)
    return live.version(*matching.among(reading.ordered(changed, "-changed")[:MOST_NEW], asked.search))


def page(actor, items, query=None):
    """Return [(thing, in which version)] of the rows of a list and, of a search, of what it asks for."""
    ids = [item.pk for item in items][:MOST_ROWS]
    shown = [(f"{ROWS}:{APART.join(map(str, ids))}", {"rows": _version(actor, list(items)[:MOST_ROWS])})] if ids else []
    if query is None:
        return shown
    newest = reading.ordered(reading.listed(actor), "-changed").values_list("modified_at", flat=True).first()
    seconds = round((newest - OVERLAP).timestamp(), 3) if newest else FIRST
    return [*shown, (f"{FOUND}:{seconds}?{query}", {"found": _found(actor, seconds, query)})]


def followed(items):
    """Return what a page says of itself that shows these rows: its first word tells in which version they stand."""
    ids = dict.fromkeys(item.pk for item in items)
    return items_live.several([(f"{ROWS}:{APART.join(map(str, list(ids)[:MOST_ROWS]))}", {})] if ids else [])


def register():
    """Let open pages ask for the rows that they show, and for what newly fits what they looked for."""
    live.contribute(ROWS, states=rows, key=ids_of, words=_words)
    live.contribute(FOUND, states=found, key=search_of, wide=True, slow=True)
