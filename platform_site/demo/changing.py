"""Issues of the demo: who raised what against which item, and how far it is, as one table."""

from datetime import timedelta

from django.utils import timezone

from content.issues.acts import Facts, move_issue, raise_issue
from content.items import Draft
from content.models import Category, Item, Priority
from tenants.models import User

LOW, MEDIUM, HIGH, URGENT = Priority
# days ago, who, against what, title, text, type, priority, due in days, assigned to, the states it went through
RAISED = (
    (12, "hannah", "Side plate", "Edge breaks at the slot", "R0.2 is too sharp to handle.", "defect", HIGH, -2,
     ("Tomas Riedl",), ("in_work",)),
    (9, "mara", "Base plate", "Which reference for the slot?", "The sheet names two edges.", "question", MEDIUM, 6,
     ("Priya Nair",), ()),
    (7, "tomas", "Axle", "Seat too tight on the second lot", "Measured 19.98 to 20.01.", "deviation", URGENT, 1,
     (), ("in_work", "resolved")),
    (5, "priya", "Roller set", "Lighter washers would do", "Half the thickness holds the load.", "improvement", LOW,
     None, (), ("closed",)),
)  # fmt: skip


def report(working, person, title, *given):
    """Raise an issue against an item of the host and take it on; `working(person, space, category)` is who does it."""
    words, text, kind, priority, due, names, steps = given
    item = Item.objects.filter(title=title).order_by("-pk")[0]
    actor = working(person, item.space, Category.EVALUATION)
    assignees = frozenset(User.objects.filter(name__in=names).values_list("pk", flat=True))
    until = timezone.localdate() + timedelta(days=due) if due is not None else None
    facts = Facts(kind, priority, until, assignees)
    made = raise_issue(actor=actor, item=item, draft=Draft(words, text), facts=facts)
    for state in steps:
        move_issue(actor=actor, item=made, state=state)


def tables(actor_on, working):
    """Return (act, its table, who does it) of this file."""
    return ((report, RAISED, working),)
