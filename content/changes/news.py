"""Tells whom a change concerns how it stands: each once, and one piece of news per change, brought up to date."""

from django.db.models import Q
from django.urls import reverse

from content.changes import authority
from content.changes.table import DRAFT, IN_APPROVAL
from content.models import ChangeState, Purpose, Watch
from content.watchers import Watchers
from spaces import holders
from tenants import access, news, news_choices, notifications
from tenants import actor as actors
from tenants.models import GroupMember, Member, Right, Status


def tell(actor, opened):
    """Tell who raised it, is asked to sign, decides where it waits for that, or watches; the actor aside."""
    change = opened.change
    waits = change.state in (DRAFT, IN_APPROVAL)
    asked = _asked(opened)
    people = asked | {one.user.pk: one for one in _built(change, Q(user=change.raised_by_id))}
    deciding = {one.user.pk: one for one in deciders(opened)} if waits else {}
    words = {pk: f"{change} {change.title}: {ChangeState(change.state).label} now." for pk in people | deciding}
    if change.state == DRAFT:
        words |= dict.fromkeys(deciding, f"{change} {change.title}: a change waits for a decision.")
    if change.state == IN_APPROVAL:
        words |= dict.fromkeys(asked, f"{change} {change.title}: your signature is asked.")
    for pk, person in (people | deciding).items():
        if pk != actor.user.pk and any(access.can(person, "list", item) for item in opened.standing()):
            _notify(change, person.user, words[pk])
    _tell_watchers(opened, words.keys() | {actor.user.pk})


def _tell_watchers(opened, apart):
    """Tell who watches the change, or watches or follows an item of it that they have in lists; those `apart` aside."""
    change, items = opened.change, opened.standing()
    chosen = set(Watch.objects.filter(change=change).values_list("member__user", flat=True))
    around = [(item, Watchers(item), news_choices.followers(item.space_id)) for item in items]
    ids = chosen.union(*(watchers.ids | followers for _item, watchers, followers in around)) - apart
    for person in _built(change, Q(user__in=ids)) if ids else ():
        pk, heard = person.user.pk, {}
        for item, watchers, followers in around:
            watches = pk in chosen or watchers.include(person)
            if (watches or pk in followers) and access.can(person, "list", item):
                heard[watches] = item.space_id
        if heard:
            text = f"{change} {change.title}: {ChangeState(change.state).label} now."
            _notify(change, person.user, text, space_id=heard[max(heard)], concerns=max(heard))


def _notify(change, user, text, **where):
    notifications.notify(
        user=user,
        platform=change.platform,
        kind="change",
        subject=f"change:{change.pk}",
        text=text,
        path=reverse("content:change_detail", args=[change.platform.slug, change.pk]),
        **where,
    )


def _asked(opened):
    """Return {id: Actor} of the users whose signature slots ask: for approval, of those who decide the change."""
    slots = list(opened.change.slots.all())
    approving = _named(opened, [slot for slot in slots if slot.purpose == Purpose.APPROVE])
    reviewing = _named(opened, [slot for slot in slots if slot.purpose == Purpose.REVIEW])
    return reviewing | {pk: one for pk, one in approving.items() if authority.decides(one, opened)}


def _named(opened, slots):
    """Return {id: Actor} of the users whom slots name: themselves, as members of a group, or by a responsibility."""
    items, wanted = opened.standing(), {slot.responsibility for slot in slots} - {""}
    groups = [slot.group_id for slot in slots if slot.group_id]
    which = Q(user__in=[slot.user_id for slot in slots if slot.user_id])
    which |= Q(pk__in=GroupMember.objects.filter(group__in=groups).values("member"))
    found = _built(opened.change, which)
    here = _built(opened.change, holders.inside({item.space_id for item in items})) if wanted else ()
    found += [one for one in here if any(authority.holds(one, item, word) for item in items for word in wanted)]
    return {one.user.pk: one for one in found}


def _built(change, which):
    rows = Member.objects.filter(which, platform=change.platform_id, status=Status.ACTIVE)
    return actors.build(list(rows.select_related("platform", "company", "unit", "user")))


def deciders(opened, ids=None):
    """Return the Actors who decide a change: Leader or Owner of the space of every item in it; of `ids`, if given.

    Only Administrators, and who holds something in the space of one of its items, are asked: nobody else decides.
    """
    spaces = sorted({item.space_id for item in opened.standing()})[:1]
    which = (holders.inside(spaces) | Q(right=Right.ADMINISTRATOR)) if ids is None else Q(user__in=ids)
    return [one for one in _built(opened.change, which) if authority.decides(one, opened)]


def by_space(opened):
    """Return {space id: the items of a change there}."""
    places = {}
    for item in opened.standing():
        places.setdefault(item.space_id, []).append(item)
    return places


def _seen(user, actor, rows):
    ids = set(
        authority.visible(actor).filter(pk__in={row.number for row in rows} - {None}).values_list("pk", flat=True)
    )
    return {row.pk for row in rows if row.number in ids}


def register():
    """Declare the kind."""
    news.contribute(
        news.NewsKind(
            "change",
            "Changes that concern me",
            "you raised the change, decide it, are asked to sign it, or watch it or an item in it",
            icon="swap",
            quiet="Something happened to a change that you no longer see.",
            still=_seen,
        )
    )
