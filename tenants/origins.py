"""Where an act comes from: the address and the program of the request at hand, kept apart from the record itself."""

from contextlib import suppress
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied

LONGEST = 200  # characters of what a program says of itself
_request = ContextVar("request", default=None)


def middleware(get_response):
    """Remember the request while it is answered; jobs have none."""

    def remembering(request):
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return remembering


def current():
    """Return {"address", "agent"} of the request at hand, or None outside of one."""
    request = _request.get()
    if request is None:
        return None
    agent = request.META.get("HTTP_USER_AGENT", "")
    seen = "".join(sign for sign in agent if sign.isprintable())[:LONGEST]
    address = ""
    with suppress(PermissionDenied):  # a peer without an address, such as a socket of this machine
        address = get_adapter().get_client_ip(request)
    return {"address": address, "agent": seen}
