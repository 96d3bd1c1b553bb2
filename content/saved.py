"""Searches that people keep: seen by nobody else, and what they find is asked anew each time. The record keeps none."""

from django.db import IntegrityError, transaction

from content.models import SavedSearch
from tenants.errors import NotVisible, Unacceptable

MOST = 100  # of one member
LONGEST = SavedSearch._meta.get_field("query").max_length


def mine(actor):
    """Return the saved searches of the actor on their platform."""
    return SavedSearch.objects.filter(member=actor.member)


def save_search(*, actor, name, query):
    """Keep a search. Raises Unacceptable for one that asks nothing, too much, or has the name of another."""
    name = " ".join(name.split())
    if not query:
        raise Unacceptable("It asks for nothing. Search or narrow the list first.")
    if len(query) > LONGEST:
        raise Unacceptable("It asks for more than can be kept. Take some filters away.")
    if mine(actor).count() >= MOST:
        raise Unacceptable(f"You keep {MOST} searches already. Delete one first.")
    try:
        with transaction.atomic():
            return SavedSearch.objects.create(member=actor.member, name=name, query=query)
    except IntegrityError:
        raise Unacceptable(f"You keep a search with the name “{name}” already.", field="name") from None


def rename_search(*, actor, pk, name):
    """Give a search another name. Raises NotVisible for one that is not the actor's, Unacceptable for a name in use."""
    search = find_search(actor, pk)
    search.name = " ".join(name.split())
    if not search.name:
        raise Unacceptable("Give it a name.", field="name")
    try:
        with transaction.atomic():
            search.save(update_fields=["name"])
    except IntegrityError:
        raise Unacceptable(f"You keep a search with the name “{search.name}” already.", field="name") from None
    return search


def delete_search(*, actor, pk):
    """Forget a search. Raises NotVisible for one that is not the actor's."""
    find_search(actor, pk).delete()


def find_search(actor, pk):
    """Return a search of the actor's own. Raises NotVisible."""
    search = mine(actor).filter(pk=pk).first()
    if search is None:
        raise NotVisible
    return search
