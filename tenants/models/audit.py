"""The record: append-only, written in the transaction of the act it tells of."""

from django.db import models

from tenants.models.people import User
from tenants.models.platforms import Platform


class AppendOnly(TypeError):
    """Somebody tried to change or delete an entry of the record."""


class AppendOnlyQuerySet(models.QuerySet):
    """Refuses what would change what is append-only."""

    def update(self, **kwargs):
        """Refuse."""
        raise AppendOnly("The record is append-only.")

    def delete(self):
        """Refuse."""
        raise AppendOnly("The record is append-only.")

    bulk_update = update


class AuditQuerySet(AppendOnlyQuerySet):
    """Entries of the record; they may forget their words, and nothing else."""

    def forget(self):
        """Take the words from these entries, and with the salt the means to guess them; return how many it were.

        The one change that the database allows. Call it only beside an entry that says what was forgotten and why.
        """
        blank = {"object_label": "", "before": {}, "after": {}, "reason": "", "words_salt": ""}
        return models.QuerySet.update(self, **blank)


class AuditEvent(models.Model):
    """Who did what, with which credential, on what, from what to what, and by which rule.

    Entries of a platform are a chain: `seq` counts them without gaps, `hash` covers the entry and `previous`, the hash
    of the one before. The words (label, before, after, reason) and the origin are in the hash by a salted digest
    only, so they can be forgotten and the chain still holds.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    credential = models.JSONField(default=dict, help_text="Space, responsibility, organization in words and ids.")
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=250)
    space_id = models.BigIntegerField(null=True, help_text="Space concerned; no foreign key, it may be deleted.")
    subject = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", help_text="Person concerned.")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    rule = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    seq = models.PositiveBigIntegerField()
    words_salt = models.CharField(max_length=32, help_text="Empty once the words are forgotten.")
    words_digest = models.CharField(max_length=64)
    origin_digest = models.CharField(max_length=64, blank=True, help_text="Empty where no request asked for it.")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["platform", "-at", "-id"], name="audit_by_platform"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["space_id", "-id"], name="audit_by_space"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["platform", "seq"], name="one_entry_a_place"),
            models.UniqueConstraint(
                fields=["seq"], condition=models.Q(platform=None), name="one_entry_a_place_of_no_platform"
            ),
        ]

    def __str__(self):
        return f"{self.verb} {self.object_label}"

    def save(self, **kwargs):
        """Insert; refuse to change a stored entry."""
        if not self._state.adding:
            raise AppendOnly("The record is append-only.")
        super().save(force_insert=True, **{k: v for k, v in kwargs.items() if k != "force_insert"})

    def delete(self, **kwargs):
        """Refuse."""
        raise AppendOnly("The record is append-only.")

    @property
    def is_forgotten(self):
        """True once the words were taken from it: by request of a person, or because their time was over."""
        return not self.words_salt


class AuditHead(models.Model):
    """The last link of a chain; locked last of all by every act, so that places have no gaps."""

    chain = models.BigIntegerField(primary_key=True, help_text="The platform's id; 0 for acts of no platform.")
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.chain}: {self.seq}"


class AuditOrigin(models.Model):
    """Where an act came from: personal data of its own, deleted long before the entry's words."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, primary_key=True, related_name="origin")
    salt = models.CharField(max_length=32)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)

    def __str__(self):
        return self.address

    def said(self):
        """Return what the digest in the entry covers."""
        return {"address": self.address, "agent": self.agent}


class RecordKey(models.Model):
    """The key pair with which a platform signs the state of its record; made when it is first needed, kept for good."""

    platform = models.OneToOneField(Platform, models.PROTECT, primary_key=True, related_name="record_key")
    public = models.CharField(max_length=44, help_text="Ed25519, base64.")
    private = models.TextField(help_text="Sealed with the installation's own key.")
    made_at = models.DateTimeField()

    def __str__(self):
        return self.public


class Checkpoint(models.Model):
    """A signed statement of how long the record of a platform was at a moment, and what its last link was."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="checkpoints")
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.CharField(max_length=88, help_text="Ed25519 over the statement, base64.")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["platform", "seq"], name="one_checkpoint_a_place")]

    def __str__(self):
        return f"{self.platform} at {self.seq}"


class KeptCheckpoint(models.Model):
    """A checkpoint of a partner as it came, with the key it was signed with: a witness that is not theirs to change."""

    keeper = models.ForeignKey(Platform, models.PROTECT, related_name="kept_checkpoints")
    chain = models.BigIntegerField(help_text="The partner whose record it is about.")
    slug = models.CharField(max_length=50)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.CharField(max_length=88)
    public = models.CharField(max_length=44)
    kept_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["keeper", "chain", "seq"], name="one_witness_a_checkpoint")]

    def __str__(self):
        return f"{self.slug} at {self.seq}"
