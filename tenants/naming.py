"""How lists find people by words and sort them. Who has not come in here is called by the invited address alone.

A name would tell that the address has an account, and so would a place in a list and what a search finds.
`path` leads to the member from the rows that are sorted or narrowed, such as `member__`.
"""

from django.db.models import Case, F, Q, When

from tenants.models import Status


def unmet(path=""):
    """Return the condition that somebody is invited, or was, and has never come in; as `Member.is_unmet`."""
    pending, active = Q(**{f"{path}status": Status.PENDING}), Q(**{f"{path}status": Status.ACTIVE})
    return pending | (~active & Q(**{f"{path}joined_at": None}))


def named(words, path="", *, address="icontains"):
    """Return the condition that the name holds these words, or the address does or, by `istartswith`, begins so."""
    name = ~unmet(path) & Q(**{f"{path}user__name__icontains": words})
    return name | Q(**{f"{path}user__email__{address}": words})


def by_name(path=""):
    """Return what to sort people by: as they are called, then by address."""
    nameless = unmet(path) | Q(**{f"{path}user__name": ""})
    called = Case(When(nameless, then=F(f"{path}user__email")), default=F(f"{path}user__name"))
    return called, f"{path}user__email", f"{path}pk"
