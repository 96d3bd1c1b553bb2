"""What a member watches: nobody else sees it, the record keeps none, and it ends with the membership.

A watch opens nothing: what it tells is asked of the rules anew whenever it is told, shown or sent.
"""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from content import reading, saved
from content.changes import authority
from content.forms import wanted_by
from content.models import Category, Watch
from content.names import Names
from tenants import access, clock, news, news_choices, notifications
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Delivery, Level, Status

MOST = 1000  # items that a watched search may find


def items(actor):
    """Return what the actor watches of the items in their lists, the newest choice first."""
    found = Watch.objects.filter(member=actor.member, item__in=reading.listed(actor).order_by())
    return found.select_related("item__space", "item__type", "item__organization").order_by("-pk")


def spaces(actor):
    """Return (id, title) of the spaces of which the actor wants to be told everything."""
    return [(pk, title) for pk, title, level in news_choices.spaces(actor) if level == Level.EVERYTHING]


def searches(actor):
    """Return the searches that the actor watches."""
    return saved.mine(actor).filter(watch__isnull=False)


def changes(actor):
    """Return what the actor watches of the changes that they see, the newest choice first."""
    found = Watch.objects.filter(member=actor.member, change__in=authority.visible(actor).order_by())
    return found.select_related("change").order_by("-pk")


def watches_change(actor, change):
    """Tell whether the actor watches a change."""
    return Watch.objects.filter(member=actor.member, change=change).exists()


def of(actor, item):
    """Return the actor's watch of an item, or None."""
    return Watch.objects.filter(member=actor.member, item=item).first()


def may_watch(actor, item):
    """Tell whether an item can be watched: it stands in the actor's lists, and is not personal."""
    return item.category != Category.PERSONAL and bool(access.can(actor, "list", item))


@transaction.atomic
def watch_item(*, actor, item, below=False):
    """Be told of an item, with all `below` it when asked. Raises NotVisible, or Conflict for what is never watched."""
    access.require(actor, "read", item)
    if not may_watch(actor, item):
        raise Conflict("Other people's Private items and personal items are not watched.")
    Watch.objects.update_or_create(member=actor.member, item=item, defaults={"below": below})


def may_watch_change(actor, change):
    """Tell whether a change can be watched: an item of it stands in the actor's lists."""
    return authority.visible(actor).filter(pk=change.pk).exists()


@transaction.atomic
def watch_change(*, actor, pk):
    """Be told of a change. Raises NotVisible for one of which the actor has no item in lists."""
    if not (change := authority.visible(actor).filter(pk=pk).first()):
        raise NotVisible
    Watch.objects.get_or_create(member=actor.member, change=change)
    return change


def leave_change(*, actor, pk):
    """Be told of a change no more. Raises NotVisible."""
    change = authority.open_change(actor, pk).change
    Watch.objects.filter(member=actor.member, change=change).delete()
    return change


@transaction.atomic
def watch_search(*, actor, pk):
    """Be told of what a search of one's own finds. Raises NotVisible, Unacceptable when it finds too much."""
    search = saved.find_search(actor, pk)
    found = _found(actor, search)
    if len(found) > MOST:
        raise Unacceptable(f"It finds more than {MOST:,} items. Narrow it, and save that.")
    watch, _made = Watch.objects.get_or_create(search=search, defaults={"member": actor.member})
    watch.matches.set(found)
    return search


def leave_item(*, actor, item):
    """Be told of an item no more."""
    Watch.objects.filter(member=actor.member, item=item).delete()


def leave_search(*, actor, pk):
    """Be told of a search no more. Raises NotVisible for one that is not the actor's."""
    search = saved.find_search(actor, pk)
    Watch.objects.filter(search=search).delete()
    return search


def _found(actor, search):
    """Return the ids of what a search finds for its reader, the newest first, to one more than is watched."""
    asked = Names(actor).narrow(wanted_by(search.query))
    fitting = reading.filtered(reading.listed(actor), asked, actor)
    return list(fitting.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])


def look_again():
    """Ask every watched search what it finds now and tell what is new. A job of the clock."""
    waiting = Watch.objects.filter(search__isnull=False, member__status=Status.ACTIVE)
    clock.each(waiting.order_by("pk").values_list("pk", flat=True), _look)


@transaction.atomic
def _look(pk):
    rows = Watch.objects.select_for_update(of=["self"]).filter(pk=pk)
    watch = rows.select_related("search", "member__platform", "member__company", "member__unit", "member__user").first()
    if watch is None:
        return
    (actor,) = actors.build([watch.member])
    if not (actor.is_active and actor.works_content):
        return
    found = _found(actor, watch.search)
    known = set(watch.matches.values_list("pk", flat=True))
    if known != set(found):
        watch.matches.set(found)
    if not (new := set(found) - known):
        return
    watch.told = sorted(new)
    watch.save(update_fields=["told"])
    notifications.notify(
        user=watch.member.user,
        platform=watch.member.platform,
        kind="search",
        subject=f"search:{watch.search_id}",
        text=f"“{watch.search.name}” finds something new.",
        path=f"{reverse('content:item_list', args=[watch.member.platform.slug])}?{watch.search.query}",
    )


def _still_found(user, actor, rows):
    """Keep news of searches of which the person still has a new match in lists."""
    watched = Watch.objects.filter(member=actor.member, search__in={row.number for row in rows} - {None})
    told = {watch.search_id: set(watch.told) for watch in watched}
    listed = set(reading.listed(actor).filter(pk__in=set().union(*told.values())).values_list("pk", flat=True))
    return {row.pk for row in rows if told.get(row.number, set()) & listed}


def forget_person(person):
    """Forget what somebody watched."""
    Watch.objects.filter(member__user=person).delete()


def preview(member):
    """Say how much watching ends."""
    number = Watch.objects.filter(member=member).count()
    return [f"watching {number} {'item or search' if number == 1 else 'items and searches'}"] if number else []


def register():
    """Declare the news of searches, and hand the asking to the clock."""
    news.contribute(
        news.NewsKind(
            "search",
            "New matches of searches I watch",
            "you watch the search",
            Delivery.DIGEST,
            icon="search",
            quiet="What a search of yours found is there no more, or you watch it no more.",
            still=_still_found,
        )
    )
    clock.contribute("ask watched searches", timedelta(minutes=5), look_again)
