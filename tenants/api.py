"""The door of the API: a token and nothing else lets a program in, errors are JSON, what is changed is changed once.

The addresses of upper floors are theirs; platform_site puts them together.
"""

import hashlib
import json

from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.http import Http404, JsonResponse
from django.utils.http import parse_etags
from ninja import Router, Schema
from ninja.errors import HttpError, ValidationError
from ninja.responses import Status
from ninja.security import HttpBearer

from tenants import access, api_replies, api_tokens, denials, entry, limits, members, two_factor
from tenants.access import Decision
from tenants.doors import NO_SECOND_STEP
from tenants.errors import AccessDenied, Changed, DomainError, NotVisible, Unacceptable, Unknown, crossed
from tenants.ids import can_be_stored, number_of

PREFIX = "/api/p/"
READING = ("GET", "HEAD", "OPTIONS")
NO_TOKEN = "Send an API token that lives.", "My membership, API tokens: make one, send it as Authorization: Bearer …"
PLAIN = {
    400: "This request cannot be read.",
    404: "There is nothing here.",
    405: "This address takes no such method.",
    413: "This request is too large.",
    500: "Something went wrong here. Nothing was done.",
}


class ErrorOut(Schema):
    """Every refusal: what happened, and what would change it."""

    status: int
    sentence: str
    remedy: str = ""
    fields: dict[str, str] = {}
    stored: dict | None = None


class Bearer(HttpBearer):
    """Names the token in the description of the API; TokenMiddleware has checked it before."""

    def authenticate(self, request, token):
        """Return the token that let the request in."""
        return getattr(request, "token", None)


def error(status, sentence, remedy="", **more):
    """Return a refusal as JSON."""
    values = {"status": status, "sentence": sentence, "remedy": remedy, "fields": {}} | more
    return JsonResponse(values, status=status)


def refused(request, exc, **more):
    """Return a domain error as JSON; a version that is no longer the stored one is a failed precondition."""
    status = 412 if isinstance(exc, Changed) else exc.status
    denials.note(request, exc)
    field = getattr(exc, "field", None)
    fields = {field: exc.sentence} if field else getattr(exc, "fields", {})
    response = error(status, exc.sentence, exc.remedy, fields=fields, **more)
    if retry_after := getattr(exc, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def met(request, exc):
    """Return a conflict where two acts crossed in the database; any other error of it is ours."""
    if (conflict := crossed(exc)) is None:
        raise exc
    return refused(request, conflict)


def invalid(request, exc):
    """Return what is wrong with the values of a request, field by field."""
    fields = {_where(*one["loc"]): one["msg"] for one in exc.errors}
    return error(422, "Some values cannot be taken.", fields=fields)


def _where(source, *path):
    """Name the field of an error; in a body the first step is the name that we give to the whole of it."""
    return ".".join(str(step) for step in (path[1:] if source == "body" else path)) or source


class Untaken(Unacceptable):
    """Values that a form does not take; `fields` says what is wrong with each."""

    def __init__(self, form):
        super().__init__("Some values cannot be taken.")
        self.fields = {name: " ".join(errors) for name, errors in form.errors.items()}


def taken(form):
    """Return a form of the pages that takes the values it was given. Raises Untaken."""
    if not form.is_valid():
        raise Untaken(form)
    return form


def handle(api):
    """Let all errors of the API be answered in one shape."""
    api.add_exception_handler(DomainError, refused)
    api.add_exception_handler(DatabaseError, met)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(Http404, lambda request, exc: refused(request, NotVisible()))
    api.add_exception_handler(HttpError, lambda request, exc: plain(exc.status_code))
    api.add_exception_handler(RequestDataTooBig, lambda request, exc: plain(413))


def plain(status):
    """Return a refusal that has no sentence of its own."""
    return error(status, PLAIN.get(status, PLAIN[400]))


class TokenMiddleware:
    """Opens the addresses of the API to tokens alone: cookies are not even looked at, and every answer is JSON."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.token = None
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        request.COOKIES, request.session = {}, SessionBase()
        request.token = _token(request)
        if request.token is None:
            return refused(request, Unknown(*NO_TOKEN))
        request.user = request.token.member.user
        if not limits.within(request, "api", key=str(request.token.pk)):
            return refused(request, limits.too_often("api"))
        api_tokens.note_used(request.token)
        return _as_json(self.get_response(request))

    def process_view(self, request, view, args, kwargs):
        """Let the token's owner onto the token's platform, as far as its scope goes."""
        if request.token is None:
            return None
        stopped = _stopped(request, kwargs.pop("platform", None))
        if stopped is None and not can_be_stored(kwargs.values()):
            stopped = NotVisible()
        return refused(request, stopped) if stopped else None


def _token(request):
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return api_tokens.find(secret.strip()) if scheme.lower() == "bearer" and secret else None


def _stopped(request, slug):
    """Set the actor of a request, or return why it goes no further."""
    found = api_tokens.actor_of(request.token)
    if slug != found.platform.slug:
        return NotVisible()
    request.actor, request.platform = found, found.platform
    if not (found.is_active and found.may("enter")):
        closed = entry.closed_door(found)
        return _denied(f"{closed.title}.", closed.sentence)
    if two_factor.missing(found):
        return NO_SECOND_STEP
    members.note_seen(found.member, found.now)
    if request.method not in READING and not (decision := access.can(found, "change", request.token)):
        return AccessDenied(decision)
    return None


def _denied(sentence, remedy):
    return AccessDenied(Decision(False, sentence, remedy=remedy))


def _as_json(response):
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    answer = plain(response.status_code)
    if "Allow" in response.headers:
        answer["Allow"] = response["Allow"]
    return answer


def version_of(request, said):
    """Return the version of a thing that a program read: the one it said, else that of If-Match, -1 for nonsense.

    Raises Unacceptable for neither.
    """
    tags = parse_etags(request.headers.get("If-Match", ""))
    if said is None and not tags:
        raise Unacceptable("Say which version you read: If-Match or version.", field="version")
    number = number_of(tags[0].strip('"') if said is None else said)
    return -1 if number is None else number


def act(request, work, *, status=200, again=None):
    """Run `work() -> values` once for the request's idempotency key; return its status and values as JSON shows them.

    Whoever calls has asked for what the address names, so that a kept answer is for nobody who lost it meanwhile;
    `again(values)` asks for what only the kept answer names.
    """
    return once(request, lambda: (status, work()), request.body, again)


def once(request, run, content, again=None):
    """Run `run() -> (status, values)` at most once for the request's idempotency key.

    `content` is what tells one request from another beside its address: the body, or the hash of what was sent.
    """
    said = f"{request.method} {request.get_full_path()}\n".encode() + content

    def done():
        status, values = run()
        return status, json.loads(json.dumps(values, cls=DjangoJSONEncoder))

    key = request.headers.get("Idempotency-Key", "").strip()
    status, values, repeated = api_replies.once(request.token, key, hashlib.sha256(said).hexdigest(), done)
    if repeated and again:
        again(values)
    return Status(status, values)


# --- what this floor answers ---


class CredentialOut(Schema):
    """A credential of the token's owner."""

    id: int
    space: int
    space_title: str
    responsibility: str
    restricted: bool
    organization: str
    current: bool


class TokenOut(Schema):
    """The token that asks."""

    name: str
    prefix: str
    scope: str
    expires_at: str


class MeOut(Schema):
    """Who the token stands for, and what they hold here."""

    email: str
    name: str
    platform: str
    right: str
    capabilities: list[str]
    credentials: list[CredentialOut]
    token: TokenOut


router = Router(tags=["You"])


@router.get("/me", response={200: MeOut})
def me(request):
    """Say who the token stands for, what they hold on the platform, and how long it lives."""
    actor, token = request.actor, request.token
    return {
        "email": actor.user.email,
        "name": actor.user.name,
        "platform": actor.platform.slug,
        "right": actor.member.right,
        "capabilities": sorted(actor.capabilities),
        "credentials": [_credential(held, held is actor.current) for held in actor.held],
        "token": {
            "name": token.name,
            "prefix": token.prefix,
            "scope": token.scope,
            "expires_at": token.expires_at.isoformat(),
        },
    }


def _credential(held, current):
    return {
        "id": held.id,
        "space": held.space_id,
        "space_title": held.space_title,
        "responsibility": held.label,
        "restricted": held.restricted,
        "organization": held.organization_name,
        "current": current,
    }
