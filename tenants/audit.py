"""The only writer of the record. Call `record` in the transaction of the act it tells of."""

import secrets

from django.db import connection
from django.utils import timezone

from tenants import announcing, chain, origins
from tenants.models import AuditEvent, AuditHead, AuditOrigin

VERBS = {
    "options_set": "set options of",
    "words_forgotten": "forgot the words of old entries of",
    "person_erased": "erased the personal data of",
    "member_invited": "invited",
    "invitation_resent": "sent the invitation again to",
    "invitation_revoked": "revoked the invitation of",
    "invitation_reminded": "reminded of the invitation",
    "invitation_accepted": "accepted the invitation to",
    "invitation_declined": "declined the invitation to",
    "invitation_refused": "tried to answer an invitation meant for another address on",
    "end_set": "set the end of the access of",
    "end_settled": "lets end the access of",
    "sponsor_named": "named another sponsor of",
    "sponsorship_taken": "became the sponsor of",
    "sponsorship_left": "did not become the sponsor of",
    "default_roles_set": "chose the roles of Members' invitations to",
    "domain_rule_set": "set the domain rule",
    "domain_rule_removed": "removed the domain rule",
    "role_granted": "granted a role to",
    "role_changed": "changed the licence settings of",
    "role_ungranted": "took a role from",
    "partner_named": "kept a record of the partner",
    "partner_rules_set": "set the rules for the partner",
    "partner_default_set": "set the rules for partners of",
    "partnership_ended": "ended the partnership with",
    "consent_asked": "asked an Administrator about the invitation of",
    "consent_given": "approved the invitation of",
    "consent_refused": "refused the invitation of",
    "consent_withheld": "held back by rule the invitation of",
    "licences_recalled": "recalled the licences of",
    "licences_withdrawn": "lost the licences of home:",
    "stock_set": "set the stock of",
    "group_created": "made the group",
    "group_edited": "renamed the group",
    "group_deleted": "deleted the group",
    "group_joined": "put somebody into the group",
    "group_left": "took somebody out of the group",
    "group_role_granted": "granted a role to the group",
    "group_role_changed": "changed the licence settings of the group",
    "group_role_ungranted": "took a role from the group",
    "organization_created": "created the organization",
    "member_changed": "changed the membership of",
    "access_ended": "ended the access of",
    "mail_sent_again": "had sent again the mail",
    "member_left": "ended their own access:",
    "user_removed": "removed",
    "right_changed": "changed the right of",
    "employment_changed": "changed the organizations of",
    "token_created": "made the API token",
    "token_revoked": "revoked the API token",
}


def verbs(words):
    """Add verbs of an upper floor: a dict from code to the words between actor and object."""
    VERBS.update(words)


def record(actor, verb, obj, **details):
    """Write one entry. Must run inside the act's transaction. Raises KeyError for a verb nobody declared.

    `actor` is an Actor, or None for the system and for operators (then pass `user` and `platform`). Optional
    details: platform, user, space_id, subject (a User), before, after (dicts of JSON values), decision (the
    access Decision that allowed it), reason.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an act and its entry in the record share one transaction")
    VERBS[verb]
    decision = details.get("decision")
    event = AuditEvent(
        platform=details.get("platform") or (actor.platform if actor else None),
        at=timezone.now(),
        actor=details.get("user") or (actor.user if actor else None),
        credential=_credential(actor.current if actor else None),
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:250],
        space_id=details.get("space_id"),
        subject=details.get("subject"),
        before=chain.plain(details.get("before") or {}),
        after=chain.plain(details.get("after") or {}),
        rule=f"{decision.code} {decision.reason}".strip()[:300] if decision else "",
        reason=details.get("reason", "")[:500],
    )
    announcing.announce_about(obj)
    return _append(event, origins.current())


def _append(event, origin):
    """Give the entry its place behind the last one of its chain, and store it."""
    start = {"hash": chain.BEGINNING}
    heads = AuditHead.objects.select_for_update(no_key=True)
    head, _made = heads.get_or_create(chain=event.platform_id or 0, defaults=start)
    event.seq, event.previous = head.seq + 1, head.hash
    event.words_salt = secrets.token_hex(16)
    event.words_digest = chain.digest(event.words_salt, chain.words_of(event))
    origin_salt = secrets.token_hex(16)
    event.origin_digest = chain.digest(origin_salt, origin) if origin else ""
    event.hash = chain.link(chain.facts_of(event))
    event.save()
    if origin:
        AuditOrigin.objects.create(event=event, salt=origin_salt, **origin)
    head.seq, head.hash = event.seq, event.hash
    head.save()
    return event


def _credential(held):
    if held is None:
        return {}
    return {
        "id": held.id,
        "space": held.space_title,
        "space_id": held.space_id,
        "responsibility": held.responsibility_name,
        "organization": held.organization_name,
        "organization_id": held.organization_id,
        **({"group": held.group} if held.group_id else {}),
    }
