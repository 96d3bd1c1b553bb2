"""What another right would open or close to a member: the reading rules asked twice, before it is changed."""

from copy import copy
from dataclasses import replace

from content.models import Item
from tenants import access, rights
from tenants import actor as actors


def effects(member, right):
    """Say how much the person reads now and would read then; nothing of one who reads by no membership now."""
    person = actors.build([member])[0]
    if not person.is_active:
        return []
    twin = copy(member)
    twin.right = right
    before, after = (_reads(actor) for actor in (person, replace(person, member=twin, compiled={})))
    if before == after:
        return [f"They read {_items(before)}, and that stays so."]
    return [f"They read {_items(before)} now, and {_items(after)} then."]


def _reads(actor):
    return access.narrow(Item.objects.order_by(), actor, "read").count()


def _items(number):
    return f"{number:,} {'item' if number == 1 else 'items'}"


def register():
    """Hand the foretelling to the page of a member."""
    rights.contribute_effects(effects)
