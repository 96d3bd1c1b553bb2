"""How somebody has proved in this session who they are, and where that is enough.

A company's provider says of a person what the company wants. It opens the company's own platform, and nothing else
until the person proves it here: by their password, a code or a passkey.
"""

import time

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.core.cache import cache

from tenants.errors import Conflict

USED = "signed-with"  # in the session: when the proof was given that a signature used up


def confined(request):
    """Return the slugs of the only platforms this session opens; None when the person proved it here."""
    records = get_authentication_records(request, request.user)
    if not records or any(record.get("method") != "socialaccount" for record in records):
        return None
    return {record.get("provider") for record in records}


def given_anew(request):
    """Return with what the person proved anew, a moment ago, who they are; "" when that is over or was used already.

    One proof is good for one signature: `use_up` it with the act.
    """
    last = _last(request)
    if last is None or time.time() - last["at"] > app_settings.REAUTHENTICATION_TIMEOUT:
        return ""
    return "" if last["at"] == request.session.get(USED) else str(last.get("type") or last["method"])


def claim(request):
    """Take the proof for one signature, before the act; `use_up` keeps it taken. Raises Conflict for two at once."""
    if not cache.add(_claimed(request), 1, app_settings.REAUTHENTICATION_TIMEOUT):
        raise Conflict("That proof of who you are was for one signature.", "Open the page again to prove it anew.")


def give_back(request):
    """Let a proof that led to no signature be good for one."""
    cache.delete(_claimed(request))


def _claimed(request):
    return f"signed:{request.user.pk}:{_last(request)['at']}"


def use_up(request):
    """Let the proof be good for nothing more."""
    request.session[USED] = _last(request)["at"]


def can_be_given(user):
    """Tell whether the person has anything to prove themselves with: a password, a passkey or an app."""
    return bool(get_reauthentication_flows(user))


def _last(request):
    records = [one for one in get_authentication_records(request, request.user) if one.get("reauthenticated")]
    return records[-1] if records else None
