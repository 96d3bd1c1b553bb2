"""Limits against abuse that are ours, counted by allauth's counter in the cache that all processes share."""

import logging

from allauth.core.internal.ratelimit import consume  # the public one counts no GET and only its own actions

from tenants.errors import TooMany

log = logging.getLogger("django.security.limits")
LIMITS = {
    "search": "60/m/user",
    "suggest": "60/m/user",
    "upload": "60/h/user",
    "comment": "30/m/user",
    "markup": "200/h/user",
    "look": "120/m/user",
    "upload_begin": "1200/h/user",
    "export": "5/h/user",
    "zip": "30/h/user",
    "try_sign_in": "5/m/user",
    "company_sign_in": "60/m/ip",
    "not_found": "60/m/user",
    "api": "300/m/key",
}
WAIT = {"m": (60, "a minute"), "h": (3600, "an hour")}


def within(request, action, key=None):
    """Count one more of `action`, of this `key` where the limit has one, and tell whether it is within the limit."""
    return consume(request, app="gangway", action=action, config=LIMITS, key=key, limit_get=True) is not None


def spend(request, action):
    """Count one more of `action`. Raises TooMany past the limit, with when to come back."""
    if not within(request, action):
        raise too_often(action)


def too_often(action):
    """Return the refusal past the limit of `action`."""
    seconds, words = WAIT[LIMITS[action].split("/")[1]]
    return TooMany("That was too often in a short time.", f"Try again in {words}.", retry_after=seconds)


def note_missing(request):
    """Count a thing that was asked for and does not exist for the person; raise the alarm past the limit."""
    if request.user.is_authenticated and not within(request, "not_found"):
        log.warning("person %s asks for many things that are not there", request.user.pk)
