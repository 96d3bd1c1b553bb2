"""What the domain refuses, each with its HTTP status and a sentence for the person who asked."""

from django.db import DatabaseError
from django.db.models.deletion import ProtectedError


class DomainError(Exception):
    """A refusal. `sentence` says what happened, `remedy` what would change it and who can do that."""

    status = 400

    def __init__(self, sentence, remedy=""):
        super().__init__(sentence)
        self.sentence, self.remedy = sentence, remedy


class AccessDenied(DomainError):
    """The actor sees the thing but may not do this to it."""

    status = 403

    def __init__(self, decision):
        super().__init__(decision.reason, decision.remedy)
        self.decision = decision


class NotVisible(DomainError):
    """The thing does not exist, or not for this person: both answer alike."""

    status = 404

    def __init__(self):
        super().__init__("There is nothing here.")


class Outside(DomainError):
    """The person knows the thing from outside and may ask to be let in: `url` and `label` lead there."""

    status = 403

    def __init__(self, sentence, remedy, url, label):
        super().__init__(sentence, remedy)
        self.url, self.label = url, label


class SwitchCredential(DomainError):
    """Another credential of the person opens the item; only its own address says so."""

    status = 403

    def __init__(self, credential):
        super().__init__("Another credential of yours opens this.")
        self.credential = credential


class Conflict(DomainError):
    """The thing is in the wrong state, or somebody else was faster."""

    status = 409


class Unproved(Conflict):
    """Something wants a proof that the person has no means of; `url` and `label` lead to where they get one."""

    def __init__(self, sentence, remedy, url, label):
        super().__init__(sentence, remedy)
        self.url, self.label = url, label


class Changed(Conflict):
    """Somebody stored a change since the version that was shown: nothing is overwritten unseen."""


class Unknown(DomainError):
    """A program brought no token, or one that does not live."""

    status = 401


class Gone(DomainError):
    """It was there once and its time is over."""

    status = 410


class Unacceptable(DomainError):
    """What was typed cannot be taken. `field` names the form field it belongs to."""

    status = 422

    def __init__(self, sentence, field=None, remedy=""):
        super().__init__(sentence, remedy)
        self.field = field


class TooMany(DomainError):
    """A limit against abuse is reached; it frees itself with time, `retry_after` seconds where that is known."""

    status = 429

    def __init__(self, sentence, remedy="", retry_after=None):
        super().__init__(sentence, remedy)
        self.retry_after = retry_after


CROSSED = {"23503", "23505", "40P01", "SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_UNIQUE"}
WAITED = {"55P03", "SQLITE_BUSY"}  # a lock did not come free in time


def crossed(error):
    """Return the Conflict to answer when two acts crossed in the database, None for any other error.

    An act locks what it asks about; what stands on a row may still come or go between its question and its commit.
    The database then takes one of the two back, whole: no reference dangles, and nothing of it is stored.
    """
    if isinstance(error, ProtectedError):
        return Conflict("Something still stands on this, so nothing was changed.", "Look again at what stands on it.")
    cause = getattr(error, "__cause__", None)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if not isinstance(error, DatabaseError) or code not in CROSSED | WAITED:
        return None
    if code in WAITED:
        return Conflict(
            "Others were at work on this all the time, so nothing was stored.", "Wait a moment, and repeat it."
        )
    return Conflict("Somebody changed this at the same moment, so nothing was stored.", "Look again, and repeat it.")
