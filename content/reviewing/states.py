"""The state of a revision in two hashes: of what it says and holds, and of how it is related.

The first is shown: all readers of the item can work it out. The second never is, for it tells of things that not
everybody reads.
"""

import hashlib

from content.models import FileVersion, Reference, ReferenceKind
from tenants import chain

SAID = ("number", "revision", "title", "description", "properties")


def states(items):
    """Return {id: (hash of properties and files, hash of relations)} of items as they are now; two queries."""
    files, relations = _files(items), _relations(items)
    return {
        item.pk: (
            _hash({name: getattr(item, name) for name in SAID} | {"files": files.get(item.pk, {})}),
            _hash(relations.get(item.pk, [])),
        )
        for item in items
    }


def _hash(state):
    return hashlib.sha256(chain.canonical(state)).hexdigest()


def _files(items):
    found = {}
    rows = FileVersion.objects.filter(file__item__in=items).order_by("file", "number")
    for item, name, sha256 in rows.values_list("file__item", "file__name", "sha256"):
        found.setdefault(item, {})[name] = sha256  # the latest is the last
    return found


def _relations(items):
    found = {}
    rows = Reference.objects.filter(source__in=items).exclude(kind=ReferenceKind.REVIEWS).order_by("pk")
    for reference in rows:
        part = [reference.pk, reference.kind, reference.amount, reference.position]
        found.setdefault(reference.source_id, []).append(part)
    return found
