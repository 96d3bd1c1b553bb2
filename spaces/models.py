"""Collaborative spaces, and the credentials that let people into them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tenants.models import Invitation, Member, Organization, Platform, User


class Visibility(models.TextChoices):
    """How far content of a space opens to people outside it."""

    PUBLIC = "public"
    PROTECTED = "protected"
    PRIVATE = "private"


WIDTH = {Visibility.PRIVATE: 0, Visibility.PROTECTED: 1, Visibility.PUBLIC: 2}


class Responsibility(models.TextChoices):
    """What a credential lets its holder do in the space; each value is a guardian permission on Space."""

    PUBLIC_READER = "public_reader", "Public Reader"
    READER = "reader", "Reader"
    CONTRIBUTOR = "contributor", "Contributor"
    AUTHOR = "author", "Author"
    LEADER = "leader", "Leader"
    OWNER = "owner", "Owner"


# The design ladder: each rung includes the ones before. Public Reader includes nothing, Owner is another branch.
LADDER = {
    Responsibility.READER: 1,
    Responsibility.CONTRIBUTOR: 2,
    Responsibility.AUTHOR: 3,
    Responsibility.LEADER: 4,
}
RESTRICTABLE = {*LADDER, Responsibility.OWNER}


class Space(models.Model):
    """A data vault of a platform, with a visibility and people who hold credentials in it."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="spaces")
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=255, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(default=timezone.now, help_text="When something was last done in it.")

    class Meta:
        ordering = ["title"]
        permissions = [(value, label) for value, label in Responsibility.choices]
        indexes = [models.Index(fields=["platform", "title"], name="space_by_platform")]

    def __str__(self):
        return self.title


class CredentialQuerySet(models.QuerySet):
    """Credentials of people and of groups, read as adjectives."""

    def live(self, now=None):
        """Keep those that count at `now`: started, not ended, of an active member who belongs to the organization."""
        now = now or timezone.now()
        return self.started(now).filter(ends_at__isnull=True) | self.started(now).filter(ends_at__gt=now)

    def started(self, now):
        """Keep those whose start, if any, has come."""
        return self.filter(Q(starts_at__isnull=True) | Q(starts_at__lte=now))

    def unended(self, now=None):
        """Keep those that have not ended, started or not."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now or timezone.now()))


class Credential(UserObjectPermissionBase):
    """A guardian object permission on a space, with the organization that makes it a credential.

    `permission` is the responsibility, `content_object` the space. Written by `spaces.services` only;
    guardian's own shortcuts know nothing of end dates and organizations and are banned.
    """

    content_object = models.ForeignKey(Space, models.CASCADE, related_name="credentials")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="credentials")
    restricted = models.BooleanField("(Restricted)", default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=20, default="owner", help_text="owner, creator, invitation or platform")

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        unique_together = []  # guardian's would forbid two organizations
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content_object", "permission", "organization", "restricted"],
                name="same_credential_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="credential_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["content_object", "user"], name="credential_by_space")]

    def __str__(self):
        restricted = " (Restricted)" if self.restricted else ""
        return f"{self.get_responsibility().label}{restricted} in {self.content_object} for {self.organization}"

    def get_responsibility(self):
        """Return the Responsibility that the guardian permission stands for."""
        return Responsibility(self.permission.codename)


class GroupCredential(GroupObjectPermissionBase):
    """What a group holds in a space: each active member holds it, with their own lowest employment as organization.

    `group` is the row of Django's groups that the user group stands on. Written by `spaces.group_credentials` only.
    """

    content_object = models.ForeignKey(Space, models.CASCADE, related_name="group_credentials")
    restricted = models.BooleanField("(Restricted)", default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["group__user_group__name", "pk"]
        unique_together = []  # guardian's would forbid (Restricted) beside unrestricted
        constraints = [
            models.UniqueConstraint(
                fields=["group", "content_object", "permission", "restricted"], name="same_group_credential_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="group_credential_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["content_object", "group"], name="group_credential_by_space")]

    def __str__(self):
        restricted = " (Restricted)" if self.restricted else ""
        return f"{self.get_responsibility().label}{restricted} in {self.content_object}"

    def get_responsibility(self):
        """Return the Responsibility that the guardian permission stands for."""
        return Responsibility(self.permission.codename)


class CurrentCredential(models.Model):
    """The credential a person has chosen to work with on a platform: their own, or one held through a group."""

    member = models.OneToOneField(Member, models.CASCADE, related_name="current")
    credential = models.ForeignKey(Credential, models.CASCADE, null=True, blank=True, related_name="+")
    group_credential = models.ForeignKey(GroupCredential, models.CASCADE, null=True, blank=True, related_name="+")
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(credential__isnull=True) ^ Q(group_credential__isnull=True),
                name="current_is_one_credential",
            )
        ]

    def __str__(self):
        return f"{self.credential or self.group_credential} of {self.member}"


class InvitationCredential(models.Model):
    """A credential that an invitation will give when it is accepted; it starts then."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="credentials")
    space = models.ForeignKey(Space, models.CASCADE, related_name="invited")
    responsibility = models.CharField(max_length=15, choices=Responsibility)
    restricted = models.BooleanField("(Restricted)", default=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["space__title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "space", "responsibility", "organization", "restricted"],
                name="same_invited_credential_once",
            )
        ]

    def __str__(self):
        return f"{self.responsibility} in {self.space} by {self.invitation}"


class RequestState(models.TextChoices):
    """The life of a question to join a space."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AccessRequest(models.Model):
    """Somebody who knows a space from outside asks its Owners to be let in."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="access_requests")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    message = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "member"], condition=Q(state="open"), name="one_open_request_per_person_and_space"
            )
        ]

    def __str__(self):
        return f"{self.member} asks to join {self.space}"
