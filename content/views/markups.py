"""The markups of a version of a file: what a viewer draws, and pinning a remark."""

from django import forms
from django.http import JsonResponse
from django.views.decorators.http import require_http_methods

from content.files import read_version
from content.markups import listing, making
from content.reading import record_opening
from content.views.attempts import attempt
from tenants import access, limits

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class MarkupForm(forms.Form):
    """A remark and the place it is pinned to; the place comes from a viewer."""

    text = forms.CharField(label="Remark", strip=False)
    kind = forms.CharField(max_length=10)
    view = forms.CharField(strip=False)
    snapshot = forms.FileField(required=False)


@get_or_post
def markups(request, version):
    """Tell the markups of a version as JSON; pin one on POST and tell them all, or say what is wrong."""
    found = read_version(request.actor, version)
    access.require(request.actor, "comment", found.file.item)
    if request.method != "POST":
        record_opening(request.actor, found.file.item)
        return _answer(request, found)
    _spend(request)
    form = MarkupForm(request.POST, request.FILES)
    done, status = attempt(form, lambda: _make(request, found, form.cleaned_data))
    if not done:
        said = [str(words) for errors in form.errors.values() for words in errors]
        return JsonResponse({"said": " ".join(said)}, status=status)
    return _answer(request, found, made=done.pk)


def _spend(request):
    limits.spend(request, "comment")
    if request.FILES:
        limits.spend(request, "markup")


def _make(request, version, sent):
    snapshot = sent["snapshot"].read(making.HEAVIEST + 1) if sent["snapshot"] else b""
    mark = making.Mark(sent["kind"], sent["view"], snapshot)
    return making.make(actor=request.actor, version=version, mark=mark, text=sent["text"])


def _answer(request, version, **more):
    told = {"markups": listing.told(request.actor, version), **more}
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store, private"
    return response
