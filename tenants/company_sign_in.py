"""Signing in through the company: the OpenID Connect provider of a platform, and what its answers are worth.

Whoever administers a platform chooses its provider, so a provider may claim anything. Therefore it makes no account,
it is linked only by the person themselves who has just proved who they are, only where it names a verified address
of theirs, and signing in through it opens that platform and nothing else (tenants/proof.py).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from tenants import access, addresses, audit, outbound, sealing
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Platform, PlatformStatus, SignInService

PROVIDER = "openid_connect"
MOST_DOMAINS = 20
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
audit.verbs(
    {
        "sign_in_set": "set up signing in through the company on",
        "sign_in_turned": "switched signing in through the company on",
        "sign_in_removed": "removed signing in through the company from",
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """What an Administrator types; `secret` left empty keeps the stored one."""

    issuer: str
    client_id: str
    secret: str
    domains: tuple[str, ...]


def service_of(platform):
    """Return the SignInService of a platform, or None."""
    return SignInService.objects.filter(platform=platform).first()


def usable(slug):
    """Return the SignInService that signs people in on the active platform `slug` now, or None."""
    rows = SignInService.objects.filter(on=True, platform__slug=slug, platform__status=PlatformStatus.ACTIVE)
    return rows.select_related("platform").first()


def domains_of(text):
    """Return the mail domains in pasted text in canonical form. Raises Unacceptable for what is none."""
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        try:
            found.append(addresses.domain_of(addresses.canonical(f"name@{word.removeprefix('@')}")))
        except addresses.AddressError:
            raise Unacceptable(f"{word[:60]} is no mail domain.", field="domains") from None
    if not found:
        raise Unacceptable("Name the mail domains of the people it signs in.", field="domains")
    if len(found) > MOST_DOMAINS:
        raise Unacceptable(f"At most {MOST_DOMAINS} domains.", field="domains")
    return tuple(dict.fromkeys(found))


@transaction.atomic
def set_service(*, actor, service):
    """Store what the Administrator typed. Another issuer or client ends every link made so far.

    It is off until it is turned on. Raises AccessDenied; Unacceptable for an address that cannot be one, or when a
    secret is missing.
    """
    platform, actor, decision = _lock(actor)
    _require_address(service.issuer, "issuer")
    stored = service_of(platform)
    moved = stored is not None and (stored.issuer, stored.client_id) != (service.issuer, service.client_id)
    if not service.secret and (stored is None or moved):
        raise Unacceptable("Type the secret of this client.", field="secret")
    before = _facts(stored) if stored else {}
    row = stored or SignInService(platform=platform)
    row.issuer, row.client_id, row.domains = service.issuer, service.client_id, list(service.domains)
    row.on = row.on and not moved
    if service.secret:
        row.sealed_secret = sealing.seal(service.secret)
    row.save()
    after = _facts(row) | ({"secret": "replaced"} if service.secret else {})
    if moved:
        after["links_ended"] = _end_links(platform)
    audit.record(actor, "sign_in_set", platform, decision=decision, before=before, after=after)
    return row


def turn_service(*, actor, on):
    """Turn it on, once the provider answers as it should, or off.

    Raises AccessDenied, NotVisible when nothing is set up, Conflict when it is so already or the provider will not do.
    """
    access.require(actor, "set_sign_in", actor.platform)
    wrong = examine(_require_service(actor.platform)) if on else []  # asked before anything is locked
    if wrong:
        raise Conflict("The provider does not answer as it should.", " ".join(wrong))
    return _turn(actor, on)


@transaction.atomic
def _turn(actor, on):
    platform, actor, decision = _lock(actor)
    row = _require_service(platform)
    if row.on == on:
        raise Conflict(f"It is {'on' if on else 'off'} already.", "Look at the page again.")
    row.on = on
    row.save(update_fields=["on"])
    audit.record(actor, "sign_in_turned", platform, decision=decision, before={"on": not on}, after={"on": on})
    return row


@transaction.atomic
def remove_service(*, actor):
    """Remove it with its secret and every link. Raises AccessDenied, NotVisible."""
    platform, actor, decision = _lock(actor)
    row = _require_service(platform)
    before = _facts(row) | {"links_ended": _end_links(platform)}
    row.delete()
    audit.record(actor, "sign_in_removed", platform, decision=decision, before=before)


def links(platform):
    """Return the links of people to the provider of a platform."""
    return SocialAccount.objects.filter(provider=platform.slug)


def examine(service):
    """Ask the provider what it says of itself; return sentences about what is wrong, none when it will do."""
    wanted = f"{service.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with outbound.session() as session:
            answer = session.get(wanted, timeout=outbound.SECONDS)
            answer.raise_for_status()
            told = answer.json()
    except (requests.RequestException, ValueError):
        return [f"{wanted} gave no answer that can be read."]
    if not isinstance(told, dict):
        return [f"{wanted} gave no answer that can be read."]
    wrong = []
    if str(told.get("issuer", "")).rstrip("/") != service.issuer.rstrip("/"):
        wrong.append("It says it is another issuer than the one typed here.")
    return wrong + [f"Its {name} is missing or not safe." for name in ENDPOINTS if not _is_address(told.get(name))]


# --- what an answer of a provider is worth ---


def claimed_address(service, claims):
    """Return the canonical address that the claims name. Raises Unacceptable unless it is verified and of a domain.

    The same sentence for every reason: it tells nothing about accounts.
    """
    refused = Unacceptable(
        f"{service.platform} signs in people with a verified address of"
        f" {', '.join(service.domains)}. The company's answer named none."
    )
    if claims.get("email_verified") is not True:
        raise refused
    try:
        address = addresses.canonical(claims.get("email", ""))
    except addresses.AddressError:
        raise refused from None
    if addresses.domain_of(address) not in service.domains:
        raise refused
    return address


def require_own(user, address):
    """Raise Unacceptable unless `address` is a verified address of `user`."""
    if not EmailAddress.objects.filter(user=user, email=address, verified=True).exists():
        raise Unacceptable(
            "The company's answer names another person than you.", remedy="Sign in there with your own address."
        )


# --- the parts of the above ---


def _lock(actor):
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = actors.of(actor.user, platform)  # as stored now
    return platform, actor, access.require(actor, "set_sign_in", platform)


def _require_service(platform):
    row = service_of(platform)
    if row is None:
        raise NotVisible
    return row


def _facts(row):
    return {"issuer": row.issuer, "client_id": row.client_id, "domains": row.domains, "on": row.on}


def _end_links(platform):
    number, _by_model = links(platform).delete()
    return number


def _is_address(text):
    try:
        parts = urlsplit(text if isinstance(text, str) else "")
        safe = parts.scheme == "https" or (parts.scheme == "http" and settings.OUTBOUND_INSIDE)
        return bool(safe and parts.hostname and not parts.username)
    except ValueError:
        return False


def _require_address(text, field):
    if not _is_address(text) or "?" in text or "#" in text or "/.well-known/" in text:
        raise Unacceptable("Type the address of the issuer, beginning with https://.", field=field)
