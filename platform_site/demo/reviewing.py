"""Reviews of the demo, as tables: one with the milling shop that is open, one that was closed with a minute."""

from datetime import timedelta

from django.utils import timezone

from content.items import Draft
from content.models import Category, Item
from content.reviewing import acts, showing
from tenants.models import Member

MILLING, ROLLERS = "Plates, before milling", "Rollers, first look"
# days ago, who, the name, what is looked at, which items, whom they ask, days from then until it is due
BEGUN = (
    (38, "tomas", ROLLERS, "Width and bore of the roller.", ("Roller",), ("priya",), 4),
    (4.5, "tomas", MILLING, "Slot, edges and holes.", ("Side plate", "Base plate"), ("mara", "priya", "hannah"), 7),
)
# days ago, who, in which review, their verdict, what they remark, on which items
JUDGED = (
    (36, "priya", ROLLERS, "approve", "", ("Roller",)),
    (3.2, "priya", MILLING, "approve", "", ("Side plate", "Base plate")),
    (1.4, "mara", MILLING, "remarks", "R0.5 on the slot is fine for us; please note the burr side.", ("Base plate",)),
)
CLOSED = ((35, "tomas", ROLLERS, "The width stays at 22 mm. Go on to the drawing."),)


def _latest(title):
    return Item.objects.select_related("space__platform").filter(title=title).order_by("-pk")[0]


def _review(title):
    return showing.of(_latest(title))


def begin(working, person, *told):
    """Begin a review and ask people; `working(person, space, category)` is who does it with the right credential."""
    title, about, titles, asked, days = told
    chosen = [_latest(one) for one in titles]
    actor = working(person, chosen[0].space, Category.EVALUATION)
    due_on = (timezone.now() + timedelta(days=days)).date()
    item = acts.begin(actor=actor, draft=Draft(title, about), chosen=chosen, due_on=due_on)
    for name in asked:
        member = Member.objects.get(platform=item.platform, user__email__startswith=f"{name}.")
        acts.name_reviewer(actor=actor, review=showing.of(item), member=member)


def judge(actor_on, person, title, judgement, remark, titles):
    """Give a verdict; `actor_on(person, platform)` is who does it."""
    review = _review(title)
    seen = {item.pk: item.version for item in map(_latest, titles)}
    actor = actor_on(person, review.item.platform)
    acts.judge(actor=actor, review=review, seen=seen, judgement=judgement, remark=remark)


def close(actor_on, person, title, conclusion):
    """Close a review with what came of it."""
    review = _review(title)
    acts.close(actor=actor_on(person, review.item.platform), review=review, conclusion=conclusion)


def tables(actor_on, working):
    """Return (act, its table, who does it) of this file."""
    return (begin, BEGUN, working), (judge, JUDGED, actor_on), (close, CLOSED, actor_on)
