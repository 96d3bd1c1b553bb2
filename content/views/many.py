"""One act on many items: which were selected, what holds for all of them; the batch judges them before it is done."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from content import item_batches, reading, zips
from content.forms import wanted
from content.items import Draft
from content.many_forms import ACTS
from content.names import Names
from content.reviewing.acts import begin
from content.views.attempts import attempt
from content.web import zip_of
from tenants import limits, web
from tenants.batches import MOST_LINES
from tenants.errors import NotVisible, Unacceptable
from tenants.ids import ids_of

MOST_NAMED = 12
MOST_LEFT_OUT = 50
FIRST = "changed"  # in which order they are done: the oldest change first


@require_http_methods(["GET", "HEAD", "POST"])
def item_many(request):
    """Ask what shall be done to the selected items; on POST make the batch that judges them, or send their files."""
    act = request.GET.get("act", "")
    if act not in ACTS:
        raise NotVisible
    label, kind = ACTS[act]
    chosen, missing = _selected(request)
    form = kind(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and chosen and (answer := _done(request, act, form, chosen)):
        return answer
    reading.record_openings(request.actor, chosen[:MOST_NAMED])
    context = {"form": form, "act": act, "label": label, "number": len(chosen), "missing": missing}
    context |= {"named": chosen[:MOST_NAMED], "more": len(chosen) - MOST_NAMED, "query": request.GET.urlencode()}
    context |= _packed(request.actor, chosen) if act == "zip" else {}
    return web.render_page(request, "content/item_many.html", context, status=422 if form.is_bound else 200)


def _packed(actor, chosen):
    """Return what a zip of these items holds, and what of them it leaves out."""
    judged = zips.judge(actor, chosen)
    left_out = [share for share in judged if share.left_out]
    return {
        "files": (sum(share.number for share in judged), sum(share.size for share in judged)),
        "holds": sum(bool(share.number) for share in judged),
        "left_out": left_out[:MOST_LEFT_OUT],
        "more_left_out": len(left_out) - MOST_LEFT_OUT,
    }


def _done(request, act, form, chosen):
    """Return the answer to what was asked, or None for a form that says what is wrong."""
    if not form.is_valid():
        return None
    if act == "review":
        return _reviewed(request, form, chosen)
    if act == "zip":
        limits.spend(request, "zip")
        return zip_of(request.actor, chosen)
    batch = item_batches.make(actor=request.actor, act=act, parameters=form.parameters(), chosen=chosen)
    return redirect("tenants:batch_detail", request.platform.slug, batch.pk)


def _reviewed(request, form, chosen):
    typed = form.cleaned_data
    told = {"draft": Draft(typed["title"], typed["description"]), "due_on": typed["due_on"]}
    made, _status = attempt(form, lambda: begin(actor=request.actor, chosen=chosen, **told))
    return made and redirect("content:review_detail", request.platform.slug, made.pk)


def _selected(request):
    """Return (the items that the address names, or all that fit the list; how many it names that are not there)."""
    actor = request.actor
    if request.GET.get("all"):
        asked = Names(actor).narrow(wanted(request.GET))
        rows, named = reading.filtered(reading.listed(actor), asked, actor), None
    else:
        texts = ",".join(request.GET.getlist("item")).split(",")  # a box each, and those of other pages in one
        named = set(ids_of(texts))
        rows = reading.listed(actor, others=True).filter(pk__in=named)
    chosen = list(reading.ordered(rows, FIRST)[: MOST_LINES + 1])
    if len(chosen) > MOST_LINES:
        raise Unacceptable(f"{MOST_LINES:,} at once is the most.", remedy="Narrow the list first.")
    return chosen, 0 if named is None else len(named) - len(chosen)
