"""What this floor tells people: their locks, and what happens in spaces that they follow."""

from django.urls import reverse

from content.models import Item
from tenants import access, news, news_choices, notifications
from tenants import actor as actors
from tenants.models import Delivery, Member, Status


def tell_followers(actor, item, words, *, also=None):
    """Tell who follows everything in the item's space and reads the item, the actor aside. Names no person.

    `also` is another item that the news tells of: who does not read it is not told.
    """
    ids = news_choices.followers(item.space_id) - {actor.user.pk}
    if not ids:
        return
    rows = Member.objects.filter(platform=item.platform_id, user__in=ids, status=Status.ACTIVE)
    for follower in actors.build(list(rows.select_related("platform", "company", "unit", "user"))):
        if access.can(follower, "list", item) and (also is None or access.can(follower, "list", also)):
            notifications.notify(
                user=follower.user,
                platform=item.platform,
                kind="activity",
                subject=f"item:{item.pk}",
                text=f"{item.title}, {item.number} {item.revision}: {words}.",
                path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
                space_id=item.space_id,
                concerns=False,
            )


def tell_repair(actor, item, reason):
    """Tell the content owner that an Owner or Administrator repaired the item, and why."""
    if item.owner_id != actor.user.pk:
        notifications.notify(
            user=item.owner,
            platform=item.platform,
            kind="repair",
            subject=f"repair:{item.pk}",
            text=f"{item} was repaired: {reason}",
            path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
            space_id=item.space_id,
        )


def tell_comment(actor, comment, mentioned):
    """Tell the mentioned, and once an item who said something here or owns it, as far as they may take part."""
    tell_mentioned(comment, mentioned)
    item, named = comment.item, {person.user.pk for person in mentioned}
    concerned = {item.owner_id, *item.comments.values_list("author", flat=True)} - named - {actor.user.pk}
    rows = Member.objects.filter(platform=item.platform_id, user__in=concerned, status=Status.ACTIVE)
    for person in actors.build(list(rows.select_related("platform", "company", "unit", "user"))):
        if access.can(person, "comment", item):
            _tell_talk(comment, person.user, "discussion", f"Something new in the discussion of {item}.")


def tell_mentioned(comment, people):
    """Tell people that a comment names them."""
    for person in people:
        _tell_talk(comment, person.user, "mention", f"You are mentioned in the discussion of {comment.item}.")


def tell_taken_back(comment, reason):
    """Tell the author that an Owner took their comment back, and why."""
    _tell_talk(comment, comment.author, "discussion", f"Your comment on {comment.item} was taken back: {reason}"[:300])


def _tell_talk(comment, user, kind, text):
    item = comment.item
    path = reverse("content:item_discussion", args=[item.platform.slug, item.pk]) + f"#comment-{comment.pk}"
    notifications.notify(
        user=user,
        platform=item.platform,
        kind=kind,
        subject=f"{kind}:{item.pk}",
        text=text,
        path=path,
        space_id=item.space_id,
    )


def _taking_part(user, actor, rows):
    items = Item.objects.filter(platform=actor.platform, pk__in={row.number for row in rows} - {None})
    ids = set(access.narrow(items, actor, "comment").values_list("pk", flat=True))
    return {row.pk for row in rows if row.number in ids}


def _listed(user, actor, rows):
    items = Item.objects.filter(platform=actor.platform, pk__in={row.number for row in rows} - {None})
    ids = set(access.narrow(items, actor, "list").values_list("pk", flat=True))
    return {row.pk for row in rows if row.number in ids}


def _readable(user, actor, rows):
    items = Item.objects.filter(platform=actor.platform, pk__in={row.number for row in rows} - {None})
    ids = set(access.narrow(items, actor, "read").values_list("pk", flat=True))
    return {row.pk for row in rows if row.number in ids}


KINDS = (
    news.NewsKind(
        "lock",
        "My locks",
        "you had locked the item",
        icon="lock",
        quiet="A lock of yours ended on something that you no longer see.",
        still=_readable,
    ),
    news.NewsKind(
        "repair",
        "Repairs of what I own",
        "you are the content owner",
        quiet="Something of yours that you no longer see was repaired.",
        still=_readable,
    ),
    news.NewsKind(
        "ownership",
        "Moves of what I own",
        "you are or were the content owner",
        quiet="Something that you no longer see was moved, or has another content owner.",
        still=_readable,
        icon="user",
    ),
    news.NewsKind(
        "share",
        "Shared with me",
        "somebody shared the item with you",
        quiet="Something is no longer shared with you.",
        still=_readable,
        icon="share",
    ),
    news.NewsKind(
        "mention",
        "Mentions of me",
        "somebody wrote your name behind an @",
        icon="comment",
        quiet="You were mentioned in something that you no longer see.",
        still=_taking_part,
    ),
    news.NewsKind(
        "discussion",
        "Discussions that I am part of",
        "you said something there, or are the content owner",
        Delivery.DIGEST,
        icon="comment",
        still=_taking_part,
    ),
    news.NewsKind(
        "activity",
        "What happens in spaces I follow",
        "you follow everything in the space",
        Delivery.DIGEST,
        icon="item",
        still=_listed,
    ),
)


def register():
    """Declare the kinds of this floor."""
    news.contribute(*KINDS)
