"""What is done to many items at once: each judged by the rules of now, then done by the service of its own."""

from datetime import datetime

from django.db import transaction

from content import items, lifecycle, move_batches, reading, recipients, shares, trash
from content.models import GroupShare, Maturity, Reference, Share
from content.referrers import closes_what_is_referred_to
from content.stored import rows
from tenants import access, batches
from tenants.access import Decision
from tenants.batches import READY, Kind, Subject, Verdict
from tenants.errors import NotVisible
from tenants.models import Member

HOME = ("content:item_list", "All I can read")
EXCEPTION = "exception"


@transaction.atomic
def make(*, actor, act, parameters, chosen):
    """Store a judged batch of one act on the chosen items and return it. Raises as `batches.make` does.

    It names them: other people's Private and personal ones among them are written down, as for a list of those.
    """
    if hidden := [item for item in chosen if not access.can(actor, "list", item)]:
        reading.record_asking(actor, hidden)
    subjects = [Subject(str(item.pk), str(item)) for item in chosen]
    return batches.make(actor=actor, kind=f"items_{act}", parameters=parameters, subjects=subjects)


def _readable(actor, lines):
    """Return {key of a line: the item} for what the actor reads now, in one query."""
    found = rows(actor.platform).filter(pk__in=[int(line.key) for line in lines])
    return {str(item.pk): item for item in found if access.can(actor, "read", item)}


def _item(actor, line):
    found = _readable(actor, [line]).get(line.key)
    if found is None:
        raise NotVisible
    return found


def _names(actor, lines):
    """Name what the actor reads, and what went to the trash as far as they could take it out again."""
    found = {key: str(item) for key, item in _readable(actor, lines).items()}
    gone = [int(line.key) for line in lines if line.key not in found]
    return found | {str(item.pk): str(item) for item in (trash.among(actor, gone) if gone else ())}


def _judge_each(judge):
    """Return a `judge` that asks `judge(actor, parameters, found)` once and its answer for each item of `found`."""

    def judged(actor, parameters, lines):
        found = _readable(actor, lines)
        one = judge(actor, parameters, found)
        return [one(found[line.key]) if line.key in found else _gone() for line in lines]

    return judged


def _gone():
    return Verdict("gone", "It is not there any more, or not for you.")


def _refused(decision):
    return Verdict("refused", f"{decision.reason} {decision.remedy}".strip())


def _may(actor, parameters):
    return Decision(actor.works_content, "No licence of yours lets you work with content.")


# --- maturity ---


def _judge_maturity(actor, parameters, found):
    target, reason = parameters["target"], parameters["reason"]
    closed = closes_what_is_referred_to([(item, item.space.visibility, target) for item in found.values()])

    def one(item):
        if item.maturity == target:
            return Verdict("already", f"Is {Maturity(target).label} already.")
        step = next((step for step in lifecycle.steps(actor, item) if step[0] == target), None)
        if step is None:
            return Verdict("refused", "Personal items have no maturity.")
        _target, decision, exceptional = step
        if not decision:
            return _refused(decision)
        if item.pk in closed:
            return Verdict("referenced", "Public content stays public while another space refers to it.")
        if exceptional and not reason:
            return Verdict("no_reason", "By exception only, and for a reason. Go back and say why.")
        if exceptional:
            return Verdict(EXCEPTION, "By your exception as Owner, with the reason. Include it if you mean it.")
        return Verdict(READY, f"{Maturity(item.maturity).label} becomes {Maturity(target).label}.")

    return one


def _change_maturity(actor, parameters, line):
    item = lifecycle.change_maturity(actor=actor, item=_item(actor, line), **parameters)
    return f"{Maturity(item.maturity).label} now."


# --- delete ---


def _judge_delete(actor, parameters, found):
    referred = set(
        Reference.objects.standing().filter(target__in=list(found.values())).values_list("target", flat=True)
    )

    def one(item):
        left_behind = items.is_left_behind(actor, item)
        decision = access.can(actor, "clear" if left_behind else "delete", item)
        if not decision:
            return _refused(decision)
        if item.pk in referred:
            return Verdict("referenced", "It stays while something refers to it.")
        if left_behind and items.is_kept(item):
            return Verdict("kept", "Its content owner still holds a credential in the space and can delete it.")
        if left_behind and not parameters["reason"]:
            return Verdict("no_reason", "Somebody's personal item: only for a reason. Go back and say why.")
        return Verdict(READY, "It goes to the trash of its space for 30 days.")

    return one


def _delete(actor, parameters, line):
    items.delete_item(actor=actor, item=_item(actor, line), reason=parameters["reason"])
    return "In the trash."


# --- share ---


def _spec(parameters):
    ends_at = datetime.fromisoformat(parameters["ends_at"]) if parameters["ends_at"] else None
    return shares.ShareSpec(parameters["level"], ends_at)


def _judge_share(actor, parameters, found):
    spec, known = _spec(parameters), {}

    def recipient_of(item):
        key = (item.space_id, shares.is_bound(actor, item) and item.organization_id)
        if key not in known:
            known[key] = _Reached(recipients.exactly(actor, item, parameters["whom"]), found)
        return known[key]

    def one(item):
        if not (decision := access.can(actor, "share", item)):
            return _refused(decision)
        reached = recipient_of(item)
        if reached.recipient is None:
            return Verdict("no_recipient", "Nobody whom you may share it with has exactly this address or name.")
        if item.pk in reached.items:
            return Verdict("already", f"Is shared with {reached.recipient} already.")
        if not (decision := shares.may_share(actor, item, reached.recipient, spec)):
            return _refused(decision)
        return Verdict(READY, f"{reached.recipient} gets it.")

    return one


class _Reached:
    """A recipient, and the items that are shared with them already."""

    def __init__(self, recipient, found):
        self.recipient, self.items = recipient, frozenset()
        if recipient is not None:
            person = isinstance(recipient, Member)
            live = (Share if person else GroupShare).objects.live().filter(content_object__in=list(found.values()))
            whose = live.filter(user=recipient.user_id) if person else live.filter(group=recipient.group_id)
            self.items = frozenset(whose.values_list("content_object", flat=True))


def _share(actor, parameters, line):
    item = _item(actor, line)
    access.require(actor, "share", item)
    recipient = recipients.exactly(actor, item, parameters["whom"])
    if recipient is None:
        raise NotVisible
    share = shares.give_share(actor=actor, item=item, recipient=recipient, spec=_spec(parameters))
    return f"{share.get_level().label}: {recipient}."


def _move(actor, parameters, line):
    return move_batches.move(actor, parameters, _item(actor, line))


def _move_effects(actor, parameters, lines):
    return move_batches.effects(actor, parameters, list(_readable(actor, lines).values()))


def _says_reason(parameters):
    return [f"Reason: {parameters['reason']}"] if parameters["reason"] else []


def _says_share(parameters):
    until = f", until {parameters['last_day']}" if parameters["last_day"] else ""
    return [
        f"{shares.Level(parameters['level']).label}{until}. What each of them then reads stands on its sharing page."
    ]


def _items(number):
    return f"{number:,} {'item' if number == 1 else 'items'}"


def _says_move(parameters):
    return [
        *parameters["words"],
        "Shares, relations and other revisions stay; a lock only while its holder may modify.",
    ]


SHARED = {"may": _may, "names": _names, "home": HOME, "many": "content:item_many"}
KINDS = {
    "maturity": Kind(
        title=lambda parameters: f"Take items to {Maturity(parameters['target']).label}",
        says=lambda parameters: [lifecycle.CONSEQUENCES[parameters["target"]], *_says_reason(parameters)],
        judge=_judge_each(_judge_maturity),
        act=_change_maturity,
        button=lambda number: f"Change the maturity of {_items(number)}",
        doubts=frozenset({EXCEPTION}),
        **SHARED,
    ),
    "share": Kind(
        title=lambda parameters: f"Share items with {parameters['whom']}",
        says=_says_share,
        judge=_judge_each(_judge_share),
        act=_share,
        button=lambda number: f"Share {_items(number)}",
        **SHARED,
    ),
    "move": Kind(
        title=lambda parameters: "Move items",
        says=_says_move,
        judge=_judge_each(move_batches.judge),
        act=_move,
        effects=("content/move_effects.html", _move_effects),
        button=lambda number: f"Move {_items(number)}",
        **SHARED | {"may": move_batches.may},
    ),
    "delete": Kind(
        title=lambda parameters: "Delete items",
        says=_says_reason,
        judge=_judge_each(_judge_delete),
        act=_delete,
        button=lambda number: f"Delete {_items(number)}",
        **SHARED,
    ),
}


def register():
    """Offer every act to the batches."""
    for name, kind in KINDS.items():
        batches.contribute(f"items_{name}", kind)
