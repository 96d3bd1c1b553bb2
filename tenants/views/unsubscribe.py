"""The way out of a mail, for people and for mail programs that press it for them."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tenants import news, news_choices


@csrf_exempt  # RFC 8058: the mail program posts by itself; the signed link turns this one thing off and no more
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Show what the link turns off; turn it off on POST. Nobody has to sign in."""
    _user, of_platform, code = news_choices.read_token(token)
    if request.method == "POST":
        news_choices.unsubscribe(token)
    daily = code == news_choices.DIGEST
    context = {
        "label": "The daily digest" if daily else news.kind_of(code).label,
        "of_platform": of_platform,
        "done": request.method == "POST",
    }
    response = render(request, "tenants/unsubscribe.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
