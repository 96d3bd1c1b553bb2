"""What a share would open or close, told to who gives, changes or ends it, as far as they may know the people."""

from dataclasses import dataclass

from content import recipients, share_preview, shares
from content.names import Names


@dataclass(frozen=True, slots=True)
class Shown:
    """What a share changes, as far as the reader may know the people: rows of (name, Effect), and how many others."""

    rows: list
    others: int
    number: int
    token: str
    refusal: object = None


def effect_of(actor, item, recipient, level):
    """Return what a share of `level` would change; level None is a share that ends."""
    found = share_preview.effects(item, recipient, level)
    names = Names(actor, recipients.place(actor, item))
    names.companies = {one.member.user_id: (one.member.company, one.member.unit_id) for one in found}
    rows = [(str(one.member), one) for one in found if names.may(one.member.user_id)]
    number = sum(one.closes if level is None else one.opens for one in found)
    return Shown(
        rows, len(found) - len(rows), number, f"{recipients.address_of(recipient)}:{level}:{number}:{len(found)}"
    )


def of_share(actor, item, whom, spec):
    """Return what sharing like this would change, or why it cannot be; `whom` is (recipient, their share or None)."""
    recipient, was = whom
    shown = effect_of(actor, item, recipient, spec.level)
    decision = shares.may_share(actor, item, recipient, spec)
    token = f"{shown.token}:{spec.ends_at}:{was and was.get_level()}"
    return Shown(shown.rows, shown.others, shown.number, token, None if decision else decision)
