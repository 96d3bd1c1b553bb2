"""Issues and changes of the demo: who raised what, how far it is and who signed, as two tables."""

from datetime import timedelta

from django.utils import timezone

from content.changes import asking, authority, binding, raising, signing, steps
from content.issues.acts import Facts, move_issue, raise_issue
from content.items import Draft
from content.models import Category, Item, Priority
from platform_site.demo.cast import COMPANIES
from tenants.models import Platform, User

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


# days ago, who, what it is called
ROUTES = ((13, "elena", "Release of definitions"),)
# days ago, who, title, why, (item, what is to happen) ..., who approves, how far it went
CHANGED = (
    (11, "hannah", "Release the roller", "The first lot is measured and fits.",
     (("Roller", "release"),), ("tomas",), ("in_work", "in_approval", "signed", "completed")),
    (4, "tomas", "Stronger roller set", "The seat wears under 420 N.",
     (("Roller set", "release"), ("Side plate", "release")), (), ()),
    (2.5, "priya", "Wider slot in the base plate", "The shop mills it at 12 mm.",
     (("Base plate", "release"),), ("tomas",), ("in_work",)),
)  # fmt: skip


def change(actor_on, person, title, reason, *given):
    """Raise a change of items of the host and take it as far as it went; `actor_on(person, platform)` is who acts."""
    wanted, approvers, steps_taken = given
    items = [(Item.objects.filter(title=name).order_by("-pk")[0], deed) for name, deed in wanted]
    platform = items[0][0].platform
    actor, leader = actor_on(person, platform), actor_on("tomas", platform)
    made = raising.raise_change(actor=actor, item=items[0][0], title=title, reason=reason, deed=items[0][1])
    for item, deed in items[1:]:
        raising.add_item(actor=actor, change=made, item=item, deed=deed)
    for approver in approvers:
        wish = asking.Wish("approve", f"person-{actor_on(approver, platform).member.pk}")
        asking.ask(actor=actor, change=made, wish=wish)
    for step in steps_taken:
        if step == "signed":
            shown = binding.fingerprint(authority.open_change(leader, made.pk))
            signing.sign(actor=leader, change=made, word=signing.Word(True, "Measured: 19.99.", shown, "password"))
        else:
            steps.step(actor=leader, change=made, target=step)


def keep_route(actor_on, person, name):
    """Let an Administrator of the host keep a route."""
    administrator = actor_on(person, Platform.objects.get(slug=COMPANIES[0].slug))
    wishes = [asking.Wish("review", "responsibility-author"), asking.Wish("approve", "responsibility-leader")]
    asking.set_route(actor=administrator, name=name, quorum="all", wishes=wishes)


def tables(actor_on, working):
    """Return (act, its table, who does it) of this file."""
    return (report, RAISED, working), (change, CHANGED, actor_on), (keep_route, ROUTES, actor_on)
