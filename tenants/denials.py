"""Notes refusals in a log of their own, beside the record: that one holds what was done, this one what was not.

A line names the person, the rule and, as every line does, the route; never the thing, which may be hidden.
"""

import logging

from tenants import limits
from tenants.errors import AccessDenied, NotVisible, Outside

log = logging.getLogger("django.security.denied")


def note(request, error):
    """Note a domain error, if it is one that keeps somebody out; count what was asked for and is not there."""
    if isinstance(error, NotVisible):
        limits.note_missing(request)
    if isinstance(error, (AccessDenied, NotVisible, Outside)):
        decision = getattr(error, "decision", None)
        rule = (decision.code or "none gives it") if decision is not None else "none to see it"
        log.info("person %s was refused with %s, rule: %s", request.user.pk, error.status, rule)
