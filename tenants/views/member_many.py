"""One act on many members: who was selected, what all of them get; the batch judges them before anything is done."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenants import member_batches, roster, web
from tenants.errors import NotVisible
from tenants.ids import ids_of
from tenants.many_forms import ACTS
from tenants.member_forms import MemberFilter

MOST_NAMED = 12


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("manage_members")
def member_many(request):
    """Ask what shall be done to the selected members; make the batch that judges them on POST."""
    chosen, act = _selected(request), request.GET.get("act", "")
    if act not in ACTS:
        raise NotVisible
    label, kind = ACTS[act]
    form = kind(request.POST if request.method == "POST" else None, platform=request.platform)
    if request.method == "POST" and chosen and form.is_valid():
        made = {"actor": request.actor, "act": act, "parameters": form.parameters(), "chosen": chosen}
        return redirect("tenants:batch_detail", request.platform.slug, member_batches.make(**made).pk)
    context = {"form": form, "label": label, "named": chosen[:MOST_NAMED], "number": len(chosen)}
    context["more"] = len(chosen) - len(context["named"])
    return web.render_page(request, "tenants/member_many.html", context, status=200 if form.is_bound is False else 422)


def _selected(request):
    """Return the members that the address names one by one, or all who fit the filters of the list."""
    rows = roster.everybody(request.platform)
    if request.GET.get("all"):
        form = MemberFilter(request.GET, platform=request.platform)
        form.is_valid()
        rows = form.narrow(rows, request.actor.now)
    else:
        named = ",".join(request.GET.getlist("member")).split(",")  # a box each, and those of other pages in one
        rows = rows.filter(pk__in=ids_of(named))
    return list(roster.ordered(rows, roster.USUAL))
