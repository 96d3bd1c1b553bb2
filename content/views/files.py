"""Files in and out: uploads that become versions, downloads."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import locks, reading
from content.files import Arrival, add_version, read_version
from content.forms import UploadForm
from content.soundness import require_sound
from content.uploads import received
from content.web import attachment
from tenants import access, limits
from tenants.errors import DomainError, NotVisible
from tenants.web import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def file_upload(request, pk):
    """Store a file as the next version of its name; what cannot be taken comes back with what was said about it."""
    item = reading.visit_item(request.actor, pk, request.method)
    form, status = UploadForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        limits.spend(request, "upload")
        version, status = _stored(request, item, form)
        if version:
            messages.success(request, f"Version {version.number} of {version.file.name} is stored.")
            return redirect("content:item_detail", request.platform.slug, item.pk)
    repairs = not access.can(request.actor, "modify", item)
    if repairs and request.method != "POST" and not access.can(request.actor, "repair_files", item):
        access.require(request.actor, "modify", item)
    context = {"item": item, "form": form, "repairs": repairs}
    return render_page(request, "content/file_upload.html", context, status=status)


def _stored(request, item, form):
    """Return (the new version, 200), or (None, the status of the refusal that the form now says)."""
    try:
        file = received(request)
        if form.is_valid():
            return add_version(actor=request.actor, item=item, arrival=Arrival(file=file, **form.cleaned_data)), 200
    except DomainError as error:
        if isinstance(error, NotVisible) or (request.htmx and error.status != 422):
            raise  # a page that stays where it is shows the sentence above what was typed
        form.is_valid()
        form.add_error(None, f"{error.sentence} {error.remedy}".strip())
        return None, error.status
    return None, 422


@require_POST
def file_check_out(request, version):
    """Lock the item and lead to its page, where the bytes of the version are sent."""
    found = read_version(request.actor, version)
    require_sound(request.actor, found)
    item = locks.check_out(actor=request.actor, version=found)
    address = reverse("content:item_detail", args=[request.platform.slug, item.pk])
    return redirect(f"{address}?out={found.pk}")


@require_safe
def file_download(request, version, name):
    """Send a version's bytes as an attachment; asks the one rule each time."""
    return attachment(request, read_version(request.actor, version))
