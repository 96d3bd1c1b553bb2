"""Many files at once become items."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from content import acts, from_files
from content.models import Category
from content.uploads import received_many
from tenants import limits
from tenants.errors import DomainError, NotVisible
from tenants.web import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def items_from_files(request):
    """Take the files and lead to the preview of what becomes of them."""
    said, status = "", 200
    if request.method == "POST":
        limits.spend(request, "upload")
        try:
            batch = from_files.begin(actor=request.actor, files=received_many(request))
            return redirect("tenants:batch_detail", request.platform.slug, batch.pk)
        except NotVisible:
            raise
        except DomainError as refusal:
            said, status = f"{refusal.sentence} {refusal.remedy}".strip(), refusal.status
    context = {"decision": acts.create(request.actor, Category.DEFINITION), "said": said}
    return render_page(request, "content/items_from_files.html", context, status=status)
