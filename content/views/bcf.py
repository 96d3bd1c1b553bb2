"""Threads to and from other tools as BCF: taking them away, looking at what a file holds, bringing it."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from content import reading
from content.bcf import importing
from content.bcf.archives import VERSIONS
from content.files import read_version
from content.iterations import latest_versions
from content.views.attempts import attempt
from content.web import bcf_of
from tenants import access, limits
from tenants.errors import NotVisible
from tenants.web import render_page


class BcfForm(forms.Form):
    """The file of the item that the threads are about, and the BCF file."""

    about = forms.ModelChoiceField(queryset=None, label="Which file they are about", empty_label=None)
    file = forms.FileField(label="BCF file", help_text="BCF 2.1 or 3.0, such as threads.bcfzip.")

    def __init__(self, item, *given):
        super().__init__(*given)
        self.fields["about"].queryset = latest_versions(item)
        self.fields["file"].widget.attrs["accept"] = ".bcf,.bcfzip"


@require_POST
def bcf_export(request, pk):
    """Send the threads of an item as BCF; a POST, because it leaves an entry in the record."""
    item = reading.visit_item(request.actor, pk, request.method)
    limits.spend(request, "zip")
    return bcf_of(request.actor, item, request.POST.get("version", VERSIONS[0]))


@require_http_methods(["GET", "HEAD", "POST"])
def bcf_import(request, pk):
    """Choose a BCF file; on POST show what of it is new here, before anything is brought."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "markup", item)
    if request.method != "POST":
        return _page(request, item, BcfForm(item))
    limits.spend(request, "upload")
    form = BcfForm(item, request.POST, request.FILES)
    found, status = attempt(form, lambda: _looked(request, form.cleaned_data))
    return _page(request, item, form, status if found is None else 200, **(found or {}))


def _looked(request, typed):
    """Keep the file and return what the preview tells of it."""
    token = importing.keep(request.actor, typed["about"], typed["file"])
    with importing.kept(request.actor, token) as (_version, archive, _sha256):
        coming = importing.preview(typed["about"], archive)
    told = {"new": sum(one.new for one in coming), "comments": sum(one.comments for one in coming)}
    return told | {"coming": coming, "token": token, "about": typed["about"], "version": archive.version}


def _page(request, item, form, status=200, **more):
    return render_page(request, "content/bcf_import.html", {"item": item, "form": form, **more}, status=status)


@require_POST
def bcf_bring(request, pk):
    """Bring what was shown, in one act."""
    item = reading.open_item(request.actor, pk)
    access.require(request.actor, "markup", item)
    limits.spend(request, "upload")
    with importing.kept(request.actor, request.POST.get("token", "")) as (number, archive, sha256):
        version = read_version(request.actor, number)
        if version.file.item_id != item.pk:
            raise NotVisible
        begun, answers = importing.bring(actor=request.actor, version=version, archive=archive, sha256=sha256)
    messages.success(request, f"Brought: {begun} thread{'s' * (begun != 1)}, {answers} comment{'s' * (answers != 1)}.")
    return redirect("content:item_discussion", request.platform.slug, item.pk)
