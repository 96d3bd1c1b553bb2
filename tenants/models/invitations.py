"""Invitations and the drafts of the wizard that makes them."""

import uuid

from django.db import models

from tenants.models.members import Member, Right, Status
from tenants.models.organizations import Organization
from tenants.models.people import User
from tenants.models.platforms import Platform
from tenants.models.roles import Role


class InvitationState(models.TextChoices):
    """The life of an invitation. One past its end reads as expired at once; no job has to run for it to hold.

    It is stored as `expired` when another one takes its place; until then it can be renewed.
    """

    SENT = "sent"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(models.Model):
    """A right, a company and roles offered to one address; credentials hang on it from the floor above."""

    State = InvitationState

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    member = models.ForeignKey(Member, models.PROTECT, related_name="invitations")
    status_before = models.CharField(max_length=10, choices=Status, blank=True)
    right = models.CharField(max_length=15, choices=Right, default=Right.EXTERNAL)
    company = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    inviter = models.ForeignKey(User, models.PROTECT, related_name="invitations_sent")
    message = models.CharField(max_length=500, blank=True)
    token_seed = models.CharField(max_length=64, blank=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.SENT)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminders = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Reminders mailed since sent.")
    by_member = models.BooleanField(default=False, help_text="Sent by a Member from a space or item of theirs.")
    access_ends_at = models.DateTimeField(null=True, blank=True, help_text="Where the membership that it offers ends.")
    answered_at = models.DateTimeField(null=True, blank=True)
    left_out = models.JSONField(default=list, blank=True, help_text="Sentences: what could no longer be given.")

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "email"],
                condition=models.Q(state="sent"),
                name="one_standing_invitation_per_address",
            )
        ]

    def __str__(self):
        return f"{self.email} to {self.platform}"

    def shown_state(self, now):
        """Return `sent`, `expired`, `accepted`, `declined` or `revoked` as people should read it at `now`."""
        return "expired" if self.state == InvitationState.SENT and self.expires_at <= now else str(self.state)


class InvitationRole(models.Model):
    """A role the invitation will grant, with its licence choice."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="roles")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    assigned = models.BooleanField("assign licence", default=False)
    restricted = models.BooleanField("restrict usage to this platform", default=True)

    class Meta:
        ordering = ["role__position"]
        constraints = [models.UniqueConstraint(fields=["invitation", "role"], name="one_role_once_per_invitation")]

    def __str__(self):
        return f"{self.role} by {self.invitation}"


class InvitationDraft(models.Model):
    """What an Administrator has typed into one wizard so far; nothing in it has any effect."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    author = models.ForeignKey(User, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self):
        return f"Draft of {self.author} for {self.platform}"
