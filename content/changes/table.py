"""The life of a change: every step there is, who takes it, and what it is called. Nothing else knows of steps."""

from content.models import ChangeState

DRAFT, IN_WORK, IN_APPROVAL, APPROVED = (
    ChangeState.DRAFT,
    ChangeState.IN_WORK,
    ChangeState.IN_APPROVAL,
    ChangeState.APPROVED,
)
COMPLETED, REJECTED, ON_HOLD, CANCELLED = (
    ChangeState.COMPLETED,
    ChangeState.REJECTED,
    ChangeState.ON_HOLD,
    ChangeState.CANCELLED,
)
DECIDER = "decider"  # Leader or Owner of the space of every item in it
WORKER = "worker"  # who raised it, while they still could, or a decider
SIGNATURES = "signatures"  # nobody by hand: signatures lead there
STEPS = {
    (DRAFT, IN_WORK): (DECIDER, "Accept the request"),
    (DRAFT, REJECTED): (DECIDER, "Reject"),
    (DRAFT, CANCELLED): (WORKER, "Withdraw"),
    (IN_WORK, IN_APPROVAL): (WORKER, "Ask for approval"),
    (IN_WORK, ON_HOLD): (DECIDER, "Put on hold"),
    (IN_WORK, CANCELLED): (DECIDER, "Cancel"),
    (IN_APPROVAL, APPROVED): (SIGNATURES, ""),
    (IN_APPROVAL, REJECTED): (SIGNATURES, ""),
    (IN_APPROVAL, IN_WORK): (WORKER, "Take back to work"),
    (IN_APPROVAL, ON_HOLD): (DECIDER, "Put on hold"),
    (IN_APPROVAL, CANCELLED): (DECIDER, "Cancel"),
    (APPROVED, COMPLETED): (DECIDER, "Complete"),
    (APPROVED, IN_APPROVAL): (WORKER, "Ask for approval again"),
    (APPROVED, IN_WORK): (DECIDER, "Take back to work"),
    (APPROVED, ON_HOLD): (DECIDER, "Put on hold"),
    (APPROVED, CANCELLED): (DECIDER, "Cancel"),
    (REJECTED, IN_WORK): (DECIDER, "Take up again"),
    (ON_HOLD, IN_WORK): (DECIDER, "Go on"),
    (ON_HOLD, CANCELLED): (DECIDER, "Cancel"),
}
HOLDING = (IN_WORK, IN_APPROVAL, APPROVED, ON_HOLD)  # items in it are under it
OPEN = (DRAFT, IN_WORK)  # what it is about may be changed
REASONED = (REJECTED, CANCELLED, ON_HOLD)  # going there wants a reason


def leading_on(state):
    """Return [(target, who, label)] of the steps from a state that somebody takes by hand."""
    return [(to, who, label) for (at, to), (who, label) in STEPS.items() if at == state and who != SIGNATURES]
