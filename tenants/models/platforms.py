"""A platform: one company's tenant, with the options its Administrators set."""

from zoneinfo import ZoneInfo

from django.db import models


class PlatformStatus(models.TextChoices):
    """Whether anybody may enter."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class OpenReaders(models.TextChoices):
    """Who reads open content from outside its space."""

    EVERY_CREDENTIAL = "every", "every member with a credential"
    HOST_EMPLOYEES = "host", "members employed by the host company"
    BELOW_OWNING = "below", "users by a credential of the owning organization or one below it"


class CredentialsCounted(models.TextChoices):
    """Which credentials count when somebody reads."""

    ALL = "all", "all of a person's credentials"
    CURRENT = "current", "the current credential only"


class TwoFactor(models.TextChoices):
    """Of whom a second step is asked before they enter."""

    NOBODY = "nobody", "nobody"
    EXTERNALS = "externals", "Externals"
    EVERYONE = "everyone", "everyone"


class WordsKept(models.TextChoices):
    """How long the record keeps the words of an entry, in days; that it happened is kept for good."""

    FOR_GOOD = "0", "for good"
    TEN_YEARS = "3652", "ten years"
    FIVE_YEARS = "1826", "five years"
    TWO_YEARS = "731", "two years"


class OriginsKept(models.TextChoices):
    """How long the record keeps the address and the program that an act came from, in days."""

    YEAR = "365", "a year"
    QUARTER = "90", "90 days"
    MONTH = "30", "30 days"


class PartnerRule(models.TextChoices):
    """What a platform says to people who come from another one, or who go there."""

    ALLOW = "allow", "Allow"
    ASK = "ask", "Ask an Administrator"
    REFUSE = "refuse", "Refuse"


class Accent(models.TextChoices):
    """The eight colours a platform or company may choose; red and amber mean something else."""

    PETROL = "petrol"
    COPPER = "copper"
    PLUM = "plum"
    FOREST = "forest"
    COBALT = "cobalt"
    VIOLET = "violet"
    SLATE = "slate"
    MOSS = "moss"


class Platform(models.Model):
    """A tenant. Its options have the meaning and the defaults of docs/access.md."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    mark = models.CharField(max_length=3, help_text="Two or three letters on its plate.")
    accent = models.CharField(max_length=10, choices=Accent, default=Accent.PETROL)
    status = models.CharField(max_length=10, choices=PlatformStatus, default=PlatformStatus.ACTIVE)
    time_zone = models.CharField(max_length=40, default="UTC", help_text="Days begin and end here.")
    created_at = models.DateTimeField(auto_now_add=True)

    invitations_from_administrators = models.BooleanField(default=False)
    invitations_from_members = models.BooleanField(default=False)
    member_locations = models.BooleanField("member's platform locations", default=False)
    ungrant_expired = models.BooleanField("expired roles are taken back", default=False)
    members_create_spaces = models.BooleanField(default=True)
    externals_read_open = models.BooleanField("Externals read open content like members", default=False)
    open_readers = models.CharField(
        "who reads open content", max_length=10, choices=OpenReaders, default=OpenReaders.EVERY_CREDENTIAL
    )
    credentials_counted = models.CharField(
        "credentials that count", max_length=10, choices=CredentialsCounted, default=CredentialsCounted.ALL
    )
    restricted_first = models.BooleanField("offer (Restricted) first to Externals", default=False)
    leader_edits_frozen = models.BooleanField("Leader modifies Frozen content", default=True)
    freeze_before_release = models.BooleanField(default=False)
    two_factor = models.CharField("two-factor asked of", max_length=10, choices=TwoFactor, default=TwoFactor.NOBODY)
    two_factor_externals_at = models.DateTimeField(null=True, editable=False, help_text="Externals need it from here.")
    two_factor_members_at = models.DateTimeField(null=True, editable=False, help_text="Everybody needs it from here.")
    words_kept = models.CharField("words of the record", max_length=5, choices=WordsKept, default=WordsKept.FOR_GOOD)
    origins_kept = models.CharField(
        "addresses in the record", max_length=5, choices=OriginsKept, default=OriginsKept.QUARTER
    )
    legal_hold = models.BooleanField("legal hold", default=False)
    partners_inbound = models.CharField(
        max_length=10,
        choices=PartnerRule,
        default=PartnerRule.ALLOW,
        help_text="For people of a platform without a rule of its own who come here.",
    )
    partners_outbound = models.CharField(
        max_length=10,
        choices=PartnerRule,
        default=PartnerRule.ALLOW,
        help_text="For our people who go to a platform without a rule of its own.",
    )
    invitation_days = models.PositiveSmallIntegerField(default=14, help_text="Days an invitation stands.")

    default_roles = models.ManyToManyField(
        "tenants.Role", blank=True, related_name="+", help_text="What an invitation by a Member carries."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def is_active(self):
        """True while people may work here and its licences pay elsewhere."""
        return self.status == PlatformStatus.ACTIVE

    @property
    def zone(self):
        """The time zone in which a date begins and ends."""
        return ZoneInfo(self.time_zone)


class DomainRule(models.Model):
    """People of one mail domain, and of those below it, may or may not be invited."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="domain_rules")
    domain = models.CharField(max_length=253)
    allowed = models.BooleanField(default=False)

    class Meta:
        ordering = ["domain"]
        constraints = [models.UniqueConstraint(fields=["platform", "domain"], name="one_rule_per_domain")]

    def __str__(self):
        return f"{self.domain} {'allowed' if self.allowed else 'refused'}"
