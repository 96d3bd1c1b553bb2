"""What this floor tells people: their locks, and what happens to what they follow or watch."""

from django.urls import reverse

from content.models import Item
from content.watchers import Watchers
from tenants import access, news, news_choices, notifications
from tenants import actor as actors
from tenants.models import Delivery, Member, Status


def tell_followers(actor, item, words, *, also=None, was=None, apart=frozenset()):
    """Tell who watches the item or follows everything in its space, and reads it, the actor aside. Names no person.

    `also` is another item that the news tells of: who does not read it is not told. `was` is the revision before
    a new one: the assemblies that are watched hold that. `apart` are ids of users who are told by other news.
    """
    watchers, followers = Watchers(was or item), news_choices.followers(item.space_id)
    for person in _people(item, (watchers.ids | followers) - apart - {actor.user.pk}):
        watches = watchers.include(person)
        told = watches or person.user.pk in followers
        if told and access.can(person, "list", item) and (also is None or access.can(person, "list", also)):
            notifications.notify(
                user=person.user,
                platform=item.platform,
                kind="activity" if not watches else "watch",
                subject=f"item:{item.pk}",
                text=f"{item.title}, {item.number} {item.revision}: {words}.",
                path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
                space_id=item.space_id,
                concerns=watches,
            )


def _people(item, ids):
    """Return the Actors of those who are active members."""
    if not ids:
        return []
    rows = Member.objects.filter(platform=item.platform_id, user__in=ids, status=Status.ACTIVE)
    return actors.build(list(rows.select_related("platform", "company", "unit", "user")))


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
    """Tell the mentioned, and once an item who spoke, owns, watches or follows, as far as they may take part."""
    tell_mentioned(comment, mentioned)
    item, named = comment.item, {person.user.pk for person in mentioned}
    parts = {item.owner_id, *item.comments.values_list("author", flat=True)}
    watchers, followers = Watchers(item), news_choices.followers(item.space_id)
    for person in _people(item, (parts | watchers.ids | followers) - named - {actor.user.pk}):
        concerns = person.user.pk in parts or watchers.include(person)
        if (concerns or person.user.pk in followers) and access.can(person, "comment", item):
            text = f"Something new in the discussion of {item}."
            _tell_talk(comment, person.user, "discussion", text, concerns=concerns)


def tell_mentioned(comment, people):
    """Tell people that a comment names them."""
    for person in people:
        _tell_talk(comment, person.user, "mention", f"You are mentioned in the discussion of {comment.item}.")


def tell_taken_back(comment, reason):
    """Tell the author that an Owner took their comment back, and why."""
    _tell_talk(comment, comment.author, "discussion", f"Your comment on {comment.item} was taken back: {reason}"[:300])


def _tell_talk(comment, user, kind, text, *, concerns=True):
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
        concerns=concerns,
    )


def taking_part(user, actor, rows):
    """Return the ids of the news about items in whose discussion the actor takes part."""
    items = Item.objects.filter(platform=actor.platform, pk__in={row.number for row in rows} - {None})
    ids = set(access.narrow(items, actor, "comment").values_list("pk", flat=True))
    return {row.pk for row in rows if row.number in ids}


def _listed(user, actor, rows):
    items = Item.objects.filter(platform=actor.platform, pk__in={row.number for row in rows} - {None})
    ids = set(access.narrow(items, actor, "list").values_list("pk", flat=True))
    return {row.pk for row in rows if row.number in ids}


def readable(user, actor, rows):
    """Return the ids of the rows of news whose item the person reads now."""
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
        still=readable,
    ),
    news.NewsKind(
        "repair",
        "Repairs of what I own",
        "you are the content owner",
        quiet="Something of yours that you no longer see was repaired.",
        still=readable,
    ),
    news.NewsKind(
        "ownership",
        "Moves of what I own",
        "you are or were the content owner",
        quiet="Something that you no longer see was moved, or has another content owner.",
        still=readable,
        icon="user",
    ),
    news.NewsKind(
        "share",
        "Shared with me",
        "somebody shared the item with you",
        quiet="Something is no longer shared with you.",
        still=readable,
        icon="share",
    ),
    news.NewsKind(
        "mention",
        "Mentions of me",
        "somebody wrote your name behind an @",
        icon="comment",
        quiet="You were mentioned in something that you no longer see.",
        still=taking_part,
    ),
    news.NewsKind(
        "discussion",
        "Discussions that I am part of",
        "you said something there, own it, or watch it",
        Delivery.DIGEST,
        icon="comment",
        still=taking_part,
    ),
    news.NewsKind(
        "watch",
        "What I watch",
        "you watch the item, its space, a search that finds it, or an assembly above it",
        Delivery.DIGEST,
        icon="eye",
        still=_listed,
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
