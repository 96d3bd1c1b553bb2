"""Pages of the demo: sign in by a click, read the mail. They exist only where settings.DEMO is on."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from platform_site.demo import mail, people
from tenants.models import User


@login_not_required
@require_safe
def choose(request):
    """Everybody of the demo world, one button each."""
    context = {"platforms": people.by_platform(), "operator": User.objects.filter(email=people.OPERATOR).first()}
    return render(request, "demo/choose.html", context)


@login_not_required
@require_POST
def sign_in(request, pk):
    """Sign in as the chosen person."""
    user = get_object_or_404(User, pk=pk, is_active=True, claimed_at__isnull=False)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("admin:index" if user.is_superuser else "home")


@login_not_required
@require_safe
def mail_list(request):
    """All mail that the demo sent, the newest first."""
    return render(request, "demo/mail_list.html", {"letters": mail.letters()})


@login_not_required
@require_safe
def mail_detail(request, key):
    """One message, its links followed by a click."""
    found = next((letter for letter in mail.letters() if letter.key == key), None)
    if found is None:
        raise Http404
    return render(request, "demo/mail_detail.html", {"letter": found})
