"""One line of JSON for each log record, in UTC, without tokens, with the request that it belongs to."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime

TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")  # invitations, resets and keys are all longer than any name in a path
HEADER = "X-Request-Id"
_request = ContextVar("request of the log", default=None)


def masked(text):
    """Return the text with everything that may be a token taken out."""
    return TOKEN.sub("[token]", text)


class RequestMiddleware:
    """Gives each request an id of our own, which its log lines and its answer carry; what a client sends is no id."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.log_id = secrets.token_hex(8)
        token = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
        response.headers[HEADER] = request.log_id
        return response


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, sentence, request and trace; always one line, whatever the words hold."""

    def format(self, record):
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            **_where(getattr(record, "request", None) or _request.get()),
        }
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line)  # in ASCII: no sign ends a line or moves a cursor


def _where(request):
    """Return id, route, person and platform of a request, as far as they are known by now; asks no database."""
    if not hasattr(request, "log_id"):
        return {}
    actor, match = getattr(request, "actor", None), request.resolver_match
    found = {"request": request.log_id, "route": match and match.view_name}
    if actor is not None:
        found |= {"person": actor.user.pk, "platform": actor.platform.slug}
    return {name: value for name, value in found.items() if value}
