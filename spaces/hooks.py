"""Where the floors above hear of spaces and add what only they know. Callbacks run inside the act's transaction."""

ACCESS_LOST = []
HOLDING = []
COUNTS = []
KNOWING = []
LEAVING = []
CONCERNED = []


def contribute_knowing(knows):
    """Let a floor say that somebody knows a space from outside: `knows(actor, space_id) -> bool`, one query always."""
    KNOWING.append(knows)


def known(actor, space_id):
    """Tell whether the actor reads anything of a space from outside, and so knows its title."""
    return any(knows(actor, space_id) for knows in KNOWING)


def on_access_lost(callback):
    """Call `callback(actor, space_id, user)` after credentials of `user` in a space were ended or narrowed.

    `actor` is None when an operator did it. The callback asks again what is left; it must not assume the worst.
    """
    ACCESS_LOST.append(callback)


def contribute_holding(holds_items):
    """Let a floor say that a space is not empty: `holds_items(space) -> bool`, readable or not."""
    HOLDING.append(holds_items)


def contribute_counts(space_counts):
    """Let a floor count what spaces hold: `space_counts(actor, space_ids) -> {space_id: (n, last change)}`.

    Both are of what `actor` reads only: when somebody worked unseen is nothing to tell.
    """
    COUNTS.append(space_counts)


def contribute_leaving(left_behind, hand_over):
    """Let a floor say what only its content owner reaches, and give it to somebody else.

    `left_behind(space_id, user) -> n` counts it; `hand_over(space_id, user, heir) -> n` makes `heir`, an Actor, its
    content owner as far as their credentials in the space reach, and returns how much that was.
    """
    LEAVING.append((left_behind, hand_over))


def contribute_concerned(space_ids):
    """Let a floor name the spaces it writes to when a membership ends: `space_ids(member) -> ids`."""
    CONCERNED.append(space_ids)


def concerned(member):
    """Return the ids of all spaces in which a floor writes when the membership ends."""
    return {space_id for space_ids in CONCERNED for space_id in space_ids(member)}


def left_behind(space_id, user):
    """Return how much of `user` in the space nobody but them and the Owners reaches."""
    return sum(count(space_id, user) for count, _hand_over in LEAVING)


def hand_over(space_id, user, heir):
    """Give what `user` leaves behind in the space to the Actor `heir`; return how much it was."""
    return sum(give(space_id, user, heir) for _count, give in LEAVING)


def access_lost(actor, space_id, user):
    """Tell every floor that `user` may have lost something in the space."""
    for callback in ACCESS_LOST:
        callback(actor, space_id, user)


def holds_items(space):
    """Tell whether any floor keeps something in `space`."""
    return any(holds(space) for holds in HOLDING)


def space_counts(actor, space_ids):
    """Return {space_id: (number of items that `actor` reads there, last change of one)}; (0, None) included."""
    totals = dict.fromkeys(space_ids, (0, None))
    for counts in COUNTS:
        for space_id, (number, last) in counts(actor, space_ids).items():
            known, latest = totals[space_id]
            totals[space_id] = (known + number, max(filter(None, (latest, last)), default=None))
    return totals
