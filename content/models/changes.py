"""Changes: what is to happen to items, by whose word, and the signatures that bind to exactly what was signed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from content.models.items import Item
from spaces.models import Responsibility
from tenants.models import Platform, User, UserGroup


class ChangeState(models.TextChoices):
    """Where a change stands: a draft is the request, from In work on it is carried out."""

    DRAFT = "draft", "Draft"
    IN_WORK = "in_work", "In work"
    IN_APPROVAL = "in_approval", "In approval"
    APPROVED = "approved", "Approved"
    COMPLETED = "completed", "Completed"
    REJECTED = "rejected", "Rejected"
    ON_HOLD = "on_hold", "On hold"
    CANCELLED = "cancelled", "Cancelled"


class Deed(models.TextChoices):
    """What is to happen to an affected item."""

    REVISE = "revise", "Revise"
    RELEASE = "release", "Release"
    OBSOLETE = "obsolete", "Make Obsolete"


class Purpose(models.TextChoices):
    """What a signature is asked for."""

    REVIEW = "review", "Review"
    APPROVE = "approve", "Approve"


class Quorum(models.TextChoices):
    """How many of those asked it takes."""

    ALL = "all", "All of them"
    ANY = "any", "Any one approver"


class Change(models.Model):
    """A change of a platform. `version` rises with every stored change of it, `rounds` whenever approval is asked."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="changes")
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    reason = models.TextField(max_length=4000, blank=True)
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.DRAFT)
    quorum = models.CharField(max_length=3, choices=Quorum, default=Quorum.ALL)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    rounds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["platform", "number"], name="one_change_of_a_number")]

    def __str__(self):
        return self.number


class ChangeLine(models.Model):
    """An affected item, what is to happen to it, and what it led to; `froze` says that the change froze it."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.CASCADE, related_name="lines")
    deed = models.CharField(max_length=8, choices=Deed)
    realized = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="+")
    froze = models.BooleanField(default=False)

    class Meta:
        ordering = ["item"]
        constraints = [models.UniqueConstraint(fields=["change", "item"], name="an_item_once_in_a_change")]

    def __str__(self):
        return f"{self.get_deed_display()} {self.item_id}"


class Asked(models.Model):
    """Who is asked for a signature: a person, somebody of a user group, or a holder of a responsibility."""

    purpose = models.CharField(max_length=7, choices=Purpose, default=Purpose.APPROVE)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(UserGroup, models.SET_NULL, null=True, blank=True, related_name="+")
    responsibility = models.CharField(max_length=15, choices=Responsibility, blank=True)

    class Meta:
        abstract = True
        ordering = ["-purpose", "pk"]

    def __str__(self):
        return f"{self.purpose} {self.pk}"


class Slot(Asked):
    """A signature that a change asks for."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="slots")

    class Meta(Asked.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(group=None, responsibility=""), name="one_way_to_ask_for_a_signature"
            )
        ]


class Signature(models.Model):
    """What somebody signed, with their password or passkey given anew; `fingerprint` is that of all it was about."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="signatures")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    remark = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"signature {self.pk}"


class Route(models.Model):
    """A template of who is asked, kept by the Administrators of a platform."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="routes")
    name = models.CharField(max_length=80)
    quorum = models.CharField(max_length=3, choices=Quorum, default=Quorum.ALL)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["platform", "name"], name="one_route_of_a_name_per_platform")]

    def __str__(self):
        return self.name


class RouteSlot(Asked):
    """A signature that a template asks for."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="slots")

    class Meta(Asked.Meta):
        pass
