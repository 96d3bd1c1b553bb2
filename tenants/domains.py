"""Which mail domains a platform invites from. A rule covers a domain and those below it; the nearest one decides.

While any domain is allowed, those that no rule names are refused.
"""

from django.db import transaction
from django.utils import timezone

from tenants import access, addresses, audit
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_platform
from tenants.models import DomainRule, Invitation, InvitationState


def rules_of(platform):
    """Return {domain: allowed} of a platform, in one query."""
    return dict(DomainRule.objects.filter(platform=platform).values_list("domain", "allowed"))


def refusal(email, rules):
    """Return why nobody with this canonical address is invited, or nothing."""
    domain = addresses.domain_of(email)
    labels = domain.split(".")
    for at in range(len(labels)):
        known = ".".join(labels[at:])
        if known in rules:
            return "" if rules[known] else f"This platform invites nobody at {known}."
    return f"This platform invites people of listed domains only, not of {domain}." if any(rules.values()) else ""


def require(platform, email):
    """Raise Conflict for an address that the rules of now refuse."""
    if sentence := refusal(email, rules_of(platform)):
        raise Conflict(sentence, "An Administrator keeps the domain rules of the platform.")


def canonical(typed):
    """Return the canonical form of a typed domain. Raises Unacceptable for what is none."""
    try:
        return addresses.domain_of(addresses.canonical(f"name@{typed.strip().removeprefix('@')}"))
    except addresses.AddressError:
        raise Unacceptable("A domain looks like company.example.", field="domain") from None


def stopped_by(platform, rules):
    """Return the standing invitations that `rules` would refuse and those of now do not."""
    now = rules_of(platform)
    standing = Invitation.objects.filter(platform=platform, state=InvitationState.SENT, expires_at__gt=timezone.now())
    emails = standing.order_by("email").values_list("email", flat=True)
    return [email for email in emails if refusal(email, rules) and not refusal(email, now)]


def with_rule(platform, domain, allowed):
    """Return the rules as they would be with one more."""
    return rules_of(platform) | {domain: allowed}


def without_rule(platform, rule):
    """Return the rules as they would be with one less."""
    return {domain: allowed for domain, allowed in rules_of(platform).items() if domain != rule.domain}


@transaction.atomic
def set_rule(*, actor, domain, allowed):
    """Allow or refuse a domain. Raises Unacceptable for what is none, Conflict when it is so already."""
    platform, actor, decision = _lock(actor)
    domain = canonical(domain)
    before = DomainRule.objects.filter(platform=platform, domain=domain).first()
    if before is not None and before.allowed == allowed:
        raise Conflict(f"{before} is the rule already.", "Look at the page again.")
    rule, _made = DomainRule.objects.update_or_create(platform=platform, domain=domain, defaults={"allowed": allowed})
    told = {"before": _facts(before), "after": _facts(rule)}
    audit.record(actor, "domain_rule_set", rule, decision=decision, **told)
    return rule


@transaction.atomic
def remove_rule(*, actor, pk):
    """Take a rule back. Raises NotVisible for one that is gone or another platform's."""
    platform, actor, decision = _lock(actor)
    rule = find_rule(platform, pk)
    rule.delete()
    rule.pk = pk  # the record names what is gone
    audit.record(actor, "domain_rule_removed", rule, decision=decision, before=_facts(rule))
    return rule


def find_rule(platform, pk):
    """Return a rule of `platform`. Raise NotVisible for any other."""
    found = DomainRule.objects.filter(platform=platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _lock(actor):
    platform, actor = lock_platform(actor)
    return platform, actor, access.require(actor, "set_options", platform)


def _facts(rule):
    return {"domain": rule.domain, "allowed": rule.allowed} if rule else {}
