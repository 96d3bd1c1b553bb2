"""Signing in through a company's own identity provider."""

from django.db import models

from tenants.models.platforms import Platform


class SignInService(models.Model):
    """The OpenID Connect provider of one platform; its secret is sealed and never shown again."""

    platform = models.OneToOneField(Platform, models.CASCADE, related_name="sign_in_service")
    issuer = models.URLField(max_length=300)
    client_id = models.CharField(max_length=200)
    sealed_secret = models.TextField()
    domains = models.JSONField(default=list, help_text="Mail domains whose people it signs in.")
    on = models.BooleanField(default=False)

    def __str__(self):
        return f"Sign-in of {self.platform}"
