"""Accounts at the operator's desk, to read: addresses, second steps, sessions; no secret is shown, and nothing is made.

Who could confirm an address, add a passkey or see the key of a session here would be that person on their platforms.
"""

from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as social_admin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as session_admin
from allauth.usersessions.models import UserSession
from django.contrib import admin

from tenants.admin.desk import ReadOnlyAdmin

REGISTERED = (account_admin, mfa_admin, social_admin, session_admin)  # read first, so that what they register can go
for theirs in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(theirs):
        admin.site.unregister(theirs)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Addresses of people; each is confirmed by its person, from a mail to it."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__name"]


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second steps of people, without what proves them."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = list_display


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    """Links to sign-ins of companies, each made by its person after their own proof."""

    list_display = ["user", "provider", "last_login", "date_joined"]
    list_filter = ["provider"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = list_display


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """Where people are signed in, without the keys of their sessions; each ends their own."""

    list_display = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "ip"]
    fields = list_display
