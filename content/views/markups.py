"""The markups of a version of a file: what a viewer draws, pinning a remark, and taking over those of before."""

from django import forms
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content.files import read_version
from content.markups import carrying, listing, making
from content.names import Names
from content.reading import record_opening
from content.views.attempts import attempt
from tenants import access, limits
from tenants.web import render_page

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
    told = {"markups": listing.told(request.actor, version), "earlier": carrying.count(request.actor, version), **more}
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
def markup_earlier(request, version):
    """Show the open markups of earlier versions, each with how it is found in this one."""
    found = read_version(request.actor, version)
    access.require(request.actor, "comment", found.file.item)
    record_opening(request.actor, found.file.item)
    limits.spend(request, "look")
    rows = carrying.earlier(request.actor, found)
    names = Names(request.actor, found.file.item.space_id)
    names.load({row.markup.comment.author_id for row in rows})
    told = [(row.markup, row.verdict, names.say(row.markup.comment.author)) for row in rows]
    may = access.can(request.actor, "markup", found.file.item)
    context = {"item": found.file.item, "version": found, "rows": told, "may": may}
    return render_page(request, "content/markup_earlier.html", context)


@require_POST
def markup_carry(request, version, pk):
    """Take over a markup as it was shown to be found."""
    found = read_version(request.actor, version)
    limits.spend(request, "look")
    carrying.carry(actor=request.actor, version=found, pk=pk, found=request.POST.get("found", ""))
    return redirect("content:markup_earlier", request.platform.slug, version)
