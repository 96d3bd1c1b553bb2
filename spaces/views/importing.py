"""Import of members: drop a file, look at what it would do."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from spaces import import_files, importing
from spaces.forms import ImportForm
from tenants import web
from tenants.errors import Unacceptable

EXAMPLE = {"user": "mara.holm@supplier.example", "agreement": "contractor", "company": "Supplier"}


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("invite")
def member_import(request):
    """Take a file and lead to its verdicts; nobody is invited by that."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        try:
            rows = import_files.read(form.cleaned_data["file"])
            batch = importing.make(request.actor, rows, form.cleaned_data["file"].name)
            return redirect("tenants:batch_detail", request.platform.slug, batch.pk)
        except Unacceptable as error:
            form.add_error("file", error.sentence)
    context = {"form": form, "mine": importing.mine(request.actor), "columns": importing.MEANINGS}
    status = 422 if request.method == "POST" else 200
    return web.render_page(request, "spaces/member_import.html", context, status=status)


@require_safe
@web.administrators_only("invite")
def import_example(request):
    """Download a file with every column and one line to write over."""
    row = [EXAMPLE.get(column, "") for column in import_files.COLUMNS]
    return web.csv_answer("import-members", import_files.COLUMNS, [row])
