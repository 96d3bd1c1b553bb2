"""How allauth sees our people: canonical addresses, invited rows that are claimed, mail through the outbox."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from tenants import account_words, addresses, letters, outbox
from tenants.models import User

MINUTE = timedelta(minutes=1)


def on_this_site(path):
    """Return an absolute address by our own setting, never by what a request says of its host."""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{path}"


class SessionsMiddleware(UserSessionsMiddleware):
    """Notes once a minute when a session was last used; a bell that asks by itself is no use of it."""

    def __call__(self, request):
        """Pass by the bell, and what was noted just now: reading a page need not write."""
        if request.path.endswith("/notifications/bell/") or self._is_noted(request):
            return self.get_response(request)
        return super().__call__(request)

    def _is_noted(self, request):
        if not (request.session.session_key and request.user.is_authenticated):
            return False
        return UserSession.objects.filter(
            session_key=request.session.session_key,
            user=request.user,
            ip=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("user-agent", "")[: UserSession._meta.get_field("user_agent").max_length],
            last_seen_at__gt=timezone.now() - MINUTE,
        ).exists()


class AccountAdapter(DefaultAccountAdapter):
    """Our answers to allauth's questions."""

    def clean_email(self, email):
        """Return the canonical form, so that every spelling finds the same person."""
        try:
            return addresses.canonical(email)
        except addresses.AddressError as error:
            raise ValidationError(str(error)) from None

    def authenticate(self, request, **credentials):
        """Sign in by the canonical address; a malformed one finds nobody."""
        if "email" in credentials:
            try:
                credentials["email"] = addresses.canonical(credentials["email"])
            except addresses.AddressError:
                credentials["email"] = "nobody@invalid"
        return super().authenticate(request, **credentials)

    def save_user(self, request, user, form, commit=True):
        """Fill the row that an invitation made for this address, else a new one."""
        invited = User.objects.filter(email=form.cleaned_data["email"], claimed_at=None).first()
        user = super().save_user(request, invited or user, form, commit=False)
        user.name = form.cleaned_data["name"]
        user.is_active, user.claimed_at = True, timezone.now()
        if commit:
            user.save()
        return user

    def send_mail(self, template_prefix, email, context):
        """Write the letter now, send it through the worker: the answer is the same while the mail server is down."""
        context = {"request": self.request, "email": email, "current_site": {"name": "Gangway"}, **context}
        subject, words = account_words.written(template_prefix, context) or self._of_allauth(template_prefix, context)
        why = f"somebody uses {email} to sign in on Gangway, or tried to"
        letter = letters.write("account", subject, words=words, why=why)
        outbox.put(to=email, letter=letter)

    def _of_allauth(self, template_prefix, context):
        message = self.render_mail(template_prefix, context["email"], context)
        return message.subject, str(message.body)

    def get_email_confirmation_url(self, request, emailconfirmation):
        """Lead to the page that asks for the click; opening it changes nothing."""
        return on_this_site(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key):
        """Lead to the page where the new password is typed."""
        user_key, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_key, "key": token})
        return on_this_site(path)
