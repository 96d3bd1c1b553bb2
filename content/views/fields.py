"""A field of an item changed in place; without script the same on a page of its own."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from content import fields, reading, tags
from content.forms import FieldForm
from content.views.attempts import attempt
from tenants import access, limits
from tenants.web import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def item_field(request, pk, field):
    """Show one field to change, and store it; two who change it at once both see what the other typed."""
    item = reading.visit_item(request.actor, pk, request.method)
    one, stored = fields.find(item, field), fields.value(item, field)
    if request.method != "POST":
        access.require(request.actor, "modify", item)
        return _shown(request, item, field, FieldForm(field, one, stored))
    form = FieldForm(field, one, stored, request.POST)
    done, status = attempt(form, lambda: fields.edit_field(**_typed(request, item, field, form)))
    if done:
        return redirect("content:item_detail", request.platform.slug, item.pk)
    return _shown(request, item, field, form, status)


def _typed(request, item, code, form):
    typed = form.cleaned_data
    return {"actor": request.actor, "item": item, "code": code, "typed": typed["value"], "shown": typed["shown"]}


def _shown(request, item, code, form, status=200):
    """Answer with the form; after a conflict with what is stored beside what was typed."""
    conflict = status == 409
    if conflict:
        form.data = {**form.data.dict(), "shown": form.stored}
    context = {"item": item, "code": code, "form": form, "conflict": conflict}
    response = render_page(request, "content/item_field.html", context, status=status)
    if status != 200:  # htmx puts the form back where it stood
        response["HX-Retarget"] = response["HX-Reselect"] = f"#edit-{code}"
        response["HX-Reswap"] = "outerHTML"
    return response


@require_safe
def tag_offer(request):
    """Offer words that items in one's lists carry, as options of the field of tags."""
    limits.spend(request, "search")
    found = tags.offered(request.actor, request.GET.get("value", ""))
    return render(request, "content/tag_offer.html", {"found": found}) if found else HttpResponse()
