"""Finds shares for pages: of one item, all that somebody gave, and all that reach them."""

from django.db.models import Count, Q, Value

from content import recipients, shares
from content.models import GroupShare, Item, Share
from tenants import access, groups
from tenants.errors import AccessDenied, NotVisible

LOADED = ("permission", "given_by", "content_object__space", "content_object__platform")
PRESENT = Q(group__user_group__entries__member__status__in=groups.JOINING)


def of_item(actor, item):
    """Return the live shares of an item, oldest first: all for who may share it, else those that reach the actor."""
    own, through = Share.objects.live(), GroupShare.objects.live()
    if not access.can(actor, "share", item):
        own = own.filter(user=actor.user)
        through = through.filter(group__in=actor.member.user_groups.values("pk"))
    return [row for rows in (_people(own), _groups(through)) for row in rows.filter(content_object=item)]


def changing(actor, item, to):
    """Return (with whom an address shares an item, their share or None), if the actor may give or change it.

    Raises NotVisible for nobody whom they may share it with, AccessDenied for a share that is not theirs to change.
    """
    was = recipients.find_share(item, to)
    recipient = shares.recipient_of(item, was) if was else recipients.find(actor, item, to)
    if recipient is None:
        raise NotVisible
    if was and not (decision := shares.may_change(actor, item, was)):
        raise AccessDenied(decision)
    return recipient, was


def ending(actor, item, to):
    """Return (the share that an address names, whether it is the actor's own), if they may end it."""
    share = recipients.find_share(item, to)
    mine = share is not None and not isinstance(share, GroupShare) and share.user_id == actor.user.pk
    if not mine:
        access.require(actor, "share", item)
    if share is None:
        raise NotVisible
    if not (decision := shares.may_end(actor, item, share)):
        raise AccessDenied(decision)
    return share, mine


def given_by(actor):
    """Return the keys of the live shares that `actor` gave on items in their lists, newest first; `load` loads them."""
    readable = access.narrow(Item.objects.order_by(), actor, "list")
    return _keys({"given_by": actor.user, "content_object__in": readable}, {})


def received_by(actor):
    """Return the keys of the live shares with `actor` and with their groups, newest first."""
    readable = access.narrow(Item.objects.order_by(), actor, "list")
    through = {"group__in": actor.member.user_groups.values("pk")}
    return _keys({"content_object__in": readable}, {"user": actor.user}, through)


def _keys(both, own, through=None):
    found = [
        model.objects.live()
        .filter(**both, **more)
        .order_by()
        .annotate(to=Value(to))
        .values_list("given_at", "id", "to")
        for model, to, more in ((Share, "person", own), (GroupShare, "group", through or {}))
    ]
    return found[0].union(found[1], all=True).order_by("-given_at", "-id")


def load(keys):
    """Return the shares of one page of keys, in their order, with all that a page says of them. Two queries."""
    ids = {"person": [], "group": []}
    for _given_at, pk, to in keys:
        ids[to].append(pk)
    found = {"person": _people(Share.objects).in_bulk(ids["person"]), "group": _groups(GroupShare.objects)}
    found["group"] = found["group"].in_bulk(ids["group"])
    return [found[to][pk] for _given_at, pk, to in keys]


def _people(rows):
    return rows.select_related("user", *LOADED).order_by("pk")


def _groups(rows):
    people = Count("group__user_group__entries", filter=PRESENT)
    return rows.select_related("group__user_group", *LOADED).annotate(people=people).order_by("pk")
