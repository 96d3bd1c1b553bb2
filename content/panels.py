"""What this floor shows on pages of members, groups and items: shares received, relations."""

from content import groups, personal, reading, structure
from content.changing import may_change
from content.models import Category, GroupShare, Share
from tenants import access, panels

MOST = 12  # relations each way; the rest stands on a page of its own


def shares_received(request, *, member, **objects):
    """Return the live shares with a member and with their groups, on items that whoever looks has in their lists."""
    if not (request.actor.is_administrator or member.user_id == request.actor.user.pk):
        return None
    rows = Share.objects.live().filter(user=member.user_id, content_object__in=reading.listed(request.actor))
    rows = rows.select_related("permission", "content_object__space", "given_by").order_by("content_object__title")
    through = GroupShare.objects.live().filter(
        group__user_group__members=member, content_object__in=reading.listed(request.actor)
    )
    through = through.select_related("permission", "content_object__space", "given_by", "group__user_group")
    shares = [*rows, *through.order_by("content_object__title", "pk")]
    return {"template": "content/member_panel.html", "context": {"shares": shares, "member": member}, "position": 40}


def group_shares(request, *, group, **objects):
    """Return the shares with a group: those on items that whoever looks finds in lists, and the number of others."""
    shares = list(groups.shares_of(group))
    named = [share for share in shares if access.can(request.actor, "list", share.content_object)]
    context = {"group": group, "shares": named, "others": len(shares) - len(named)}
    return {"template": "content/group_panel.html", "context": context, "position": 40}


def kept(request, *, item, **objects):
    """Return what is in a personal item, as far as whoever looks has it in lists."""
    if item.category != Category.PERSONAL:
        return None
    found = personal.entries(request.actor, item)[:MOST]
    context = {"item": item, "entries": found, "own": item.owner_id == request.actor.user.pk}
    return {"template": "content/folder_panel.html", "context": context, "position": 5, "lead": True}


def relations(request, *, item, **objects):
    """Return what an item is related to, both ways, as far as whoever looks has it in lists."""
    if item.category == Category.PERSONAL:
        return None
    actor = request.actor
    context = {
        "item": item,
        "references": structure.references(actor, item)[:MOST],
        "referrers": structure.referrers(actor, item)[:MOST],
        "may_relate": may_change(actor, item),
    }
    return {"template": "content/relations_panel.html", "context": context, "position": 20}


def register():
    """Hand it to the pages."""
    panels.contribute("member", shares_received)
    panels.contribute("group", group_shares)
    panels.contribute("item", relations)
    panels.contribute("item", kept)
