"""Personal API tokens, and the answers that are kept so that repeating a request does nothing twice."""

from django.db import models

from tenants.models.members import Member


class Scope(models.TextChoices):
    """What a token lets a program do, within what its owner may do."""

    READ = "read", "Read only"
    WRITE = "write", "Read and change"


class ApiToken(models.Model):
    """A program's key to one platform in the name of one member. Only the hash of the secret is stored."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, help_text="How its owner recognizes it.")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="one_token_of_a_name_per_member")]

    def __str__(self):
        return f"{self.name} ({self.prefix})"

    @property
    def platform_id(self):
        """The platform that it opens."""
        return self.member.platform_id


class ApiReply(models.Model):
    """What a request with an idempotency key did: the same key with the same request is answered with it again."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="replies")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_reply_of_a_key_per_token")]

    def __str__(self):
        return f"{self.key} of {self.token}"
