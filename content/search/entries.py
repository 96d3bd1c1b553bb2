"""What search keeps of items, written in the transaction of the change by whoever makes it (content/stored.py)."""

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.tasks import task

from content.models import Conversion, File, FileVersion, Item, SearchEntry, Tag
from content.search import backends
from content.search.folding import fold, words

FIELDS = ("number", "title", "names", "text")
READ = 200_000  # characters of one file that are searched
KEPT = 250_000  # of all that an item says: a vector of PostgreSQL holds a megabyte
CHUNK = 200
APART = "\n"  # between fields: no row of words runs across it


@transaction.atomic
def index(*items):
    """Keep what search needs of these items as they are now. Whoever calls holds the locks on them."""
    kept = [SearchEntry(item=item, **entry) for item, entry in zip(items, entries(items, lock=True), strict=True)]
    SearchEntry.objects.bulk_create(kept, update_conflicts=True, unique_fields=["item"], update_fields=FIELDS)


def entries(items, *, lock=False):
    """Yield for each item what its entry should hold; as many queries for many as for one.

    `lock` keeps a conversion from ending between reading its text and the commit: it would not be found again.
    """
    (files, texts), tags = files_of(items, lock=lock), tags_of(items)
    for item in items:
        mine, named = files.get(item.pk, ()), tags.get(item.pk, ())
        said = [texts.get(key, "") for _name, key, _pk in mine]
        yield _entry(item, [*named, *(name for name, _key, _pk in mine)], said)


def tags_of(items):
    """Return {item: [word]} of the tags that they carry."""
    found = {}
    rows = Tag.objects.filter(items__in=[item.pk for item in items]).order_by("word")
    for item_id, word in rows.values_list("items", "word"):
        found.setdefault(item_id, []).append(word)
    return found


def files_of(items, *, lock=False):
    """Return ({item: [(name, key, id) of the newest version of each file]}, {key: text found in those bytes})."""
    newest = FileVersion.objects.filter(file=OuterRef("pk")).order_by("-number")[:1]
    rows = File.objects.filter(item__in=[item.pk for item in items]).order_by("name")
    rows = rows.annotate(key=Subquery(newest.values("key")), newest=Subquery(newest.values("pk")))
    found = {}
    for item_id, name, key, pk in rows.values_list("item", "name", "key", "newest"):
        found.setdefault(item_id, []).append((name, key, pk))
    keys = {key for files in found.values() for _name, key, _pk in files if key}
    conversions = Conversion.objects.filter(key__in=keys).order_by("pk") if keys else Conversion.objects.none()
    if lock:
        conversions = conversions.select_for_update(no_key=True)
    return found, dict(conversions.values_list("key", Left("text", READ)))


def _entry(item, named, texts):
    number, names = words(item.number), [item.number, item.title, *named]
    said = [*names, item.description, *(f"{name} {value}" for name, value in item.properties.items()), *texts]
    together = f" {''.join(number)} "
    return {
        "number": together.strip()[:80],
        "title": fold(item.title),
        "names": APART.join([together, *filter(None, map(fold, names))]),
        "text": APART.join([together, *filter(None, map(fold, said))])[:KEPT],
    }


@task
def index_bytes(*, key):
    """Keep the text that was found in stored bytes, for every item whose file they are."""
    for pk in (
        FileVersion.objects.filter(key=key).order_by("file__item").values_list("file__item", flat=True).distinct()
    ):
        with transaction.atomic():
            index(*Item.objects.select_for_update(no_key=True).filter(pk=pk))


def missing():
    """Return the items of which nothing is kept."""
    return Item.objects.filter(entry=None).order_by("pk")


def catch_up():
    """Keep what is missing, such as after an upgrade; return how many. A job of the clock."""
    return sum(reindex(missing()))


def reindex(items):
    """Keep the entries of these items anew, yielding how many after each chunk."""
    last = 0
    while pks := list(items.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            index(*Item.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
        last = pks[-1]
        yield len(pks)


def drift(items=None):
    """Yield the items whose entry is missing or not what the item says."""
    last, rows = 0, (Item.objects.all() if items is None else items).order_by("pk")
    while found := list(rows.filter(pk__gt=last)[:CHUNK]):
        kept = SearchEntry.objects.in_bulk([item.pk for item in found])
        for item, entry in zip(found, entries(found), strict=True):
            stored = kept.get(item.pk)
            if stored is None or any(getattr(stored, name) != entry[name] for name in FIELDS):
                yield item
        last = found[-1].pk


def broken():
    """Return what is wrong with the database's own indexes, in a sentence, or nothing."""
    return backends.chosen().broken()
