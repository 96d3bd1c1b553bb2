"""Partners: what one platform says to another, and the consent it gave or refused to one invitation."""

from django.db import models

from tenants.models.invitations import Invitation
from tenants.models.people import User
from tenants.models.platforms import PartnerRule, Platform


class Partner(models.Model):
    """One side of a relation: what `platform` says to the platform of an address. The other side has a row of its own.

    An address is kept as it was typed, whether or not a platform has it: who names one learns nothing by it.
    """

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="partners")
    address = models.SlugField(help_text="The other platform's address, as in its pages.")
    inbound = models.CharField(max_length=10, choices=PartnerRule, blank=True, help_text="Blank: the default holds.")
    outbound = models.CharField(max_length=10, choices=PartnerRule, blank=True, help_text="Blank: the default holds.")
    known = models.BooleanField(default=False, help_text="Whether `platform` may know that the other one is there.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["address"]
        constraints = [models.UniqueConstraint(fields=["platform", "address"], name="one_record_per_partner")]

    def __str__(self):
        return self.address


class Way(models.TextChoices):
    """The side of an invitation that is asked."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Given(models.TextChoices):
    """What an asked side has said so far."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Consent(models.Model):
    """The word of one side about one invitation; it outlives a change of the rule. Nobody decided: the rule did."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="consents")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="consents")
    way = models.CharField(max_length=10, choices=Way)
    partner = models.ForeignKey(Platform, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=Given, default=Given.ASKED)
    reason = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "platform"], name="one_consent_per_side_of_an_invitation")
        ]
        indexes = [models.Index(fields=["platform", "state"], name="consent_by_platform")]

    def __str__(self):
        return str(self.invitation)
