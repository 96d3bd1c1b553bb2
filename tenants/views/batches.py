"""One batch: its verdicts, the one confirmation, progress, and what came of each line."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants import batch_runs, batches, web
from tenants.errors import Conflict, Unacceptable
from tenants.models import BatchState

PER_PAGE = 50
LONGEST = 10  # digits of a version


def _context(request, batch, refusal):
    kind, tally = batches.kind_of(batch), batches.tally(batch)
    waits = batch.state == BatchState.JUDGED
    counted = tally.verdicts if waits else tally.outcomes
    rows, show = batch.lines.order_by("number"), request.GET.get("show", "")
    if show in counted and show:
        rows = rows.filter(code=show) if waits else rows.filter(outcome=show, runs=True)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    batches.name_lines(request.actor, batch, page.object_list)
    for line in page:
        line.cells = [(name, line.data.get(name, "")) for name in kind.columns]
        line.doubtful = line.code in kind.doubts
        line.mending = waits and kind.reread is not None and request.GET.get("mend") == str(line.number)
    effects = batches.effects(request.actor, batch)
    return {
        "batch": batch,
        "refusal": refusal,
        "page_url": reverse("tenants:batch_detail", args=[request.platform.slug, batch.pk]),
        "mends": kind.reread is not None,
        "title": kind.title(batch.parameters),
        "says": kind.says(batch.parameters),
        "tally": tally,
        "button": kind.button(tally.running),
        "effects": effects,
        "token": batches.token(effects),
        "page": page,
        "show": show,
        "tabs": sorted(counted.items(), key=lambda pair: (pair[0] != batches.READY, -pair[1])),
        "home": (web.address(kind.home[0], request.platform.slug), kind.home[1]),
        "many_url": web.address(kind.many, request.platform.slug),
    }


def _page(request, batch, *, refusal=None, status=200):
    context, partials = _context(request, batch, refusal), ["batch", "batch-progress"]
    return web.render_page(request, "tenants/batch_detail.html", context, partials=partials, status=status)


def _changed(request, batch):
    if request.htmx:
        return _page(request, batch)
    return redirect("tenants:batch_detail", request.platform.slug, batch.pk)


@web.without_licence
@require_safe
def batch_detail(request, pk):
    """Show the batch to its maker; while it runs, the page asks for the progress again and again."""
    batch = batches.find(request.actor, pk)
    response = _page(request, batch)
    if request.htmx and batch.state == BatchState.DONE:
        response["HX-Refresh"] = "true"
    return response


@web.without_licence
@require_POST
def batch_confirm(request, pk):
    """Start it: the one confirmation. What changed meanwhile is said, on the page as it is now."""
    version = request.POST.get("version", "")
    shown = int(version) if version.isdecimal() and len(version) < LONGEST else None
    told = {"version": shown, "shown": request.POST.get("shown", "")}
    try:
        batch_runs.confirm(actor=request.actor, pk=pk, **told)
    except Conflict as refusal:
        return _page(request, batches.find(request.actor, pk), refusal=refusal, status=409)
    return redirect("tenants:batch_detail", request.platform.slug, pk)


@web.without_licence
@require_POST
def batch_judge(request, pk):
    """Judge every line again by the rules of now."""
    return _changed(request, batches.judge_again(actor=request.actor, pk=pk))


@web.without_licence
@require_POST
def batch_line(request, pk, number):
    """Mend one line, include or leave out a doubtful one, or take it out."""
    wanted, line = request.POST.get("act"), {"actor": request.actor, "pk": pk, "number": number}
    if wanted == "mend":
        batch = batches.mend_line(data=request.POST, **line)
    elif wanted in {"include", "leave"}:
        batch = batches.include_line(included=wanted == "include", **line)
    elif wanted == "drop":
        batch = batches.drop_line(**line)
    else:
        batches.find(request.actor, pk)
        raise Unacceptable("Choose what shall happen to the line.")
    return _changed(request, batch)


@web.without_licence
@require_POST
def batch_discard(request, pk):
    """Throw it away; nothing was done."""
    batch = batches.find(request.actor, pk)
    batches.discard(actor=request.actor, pk=pk)
    messages.success(request, "It is gone. Nothing was done.")
    return redirect(web.address(batches.kind_of(batch).home[0], request.platform.slug))


@web.without_licence
@require_safe
def batch_file(request, pk):
    """Download the lines with verdict and outcome, or only the rest: what was not done and is not going to be."""
    batch = batches.find(request.actor, pk)
    columns = batches.kind_of(batch).columns
    header = [*(columns or ["subject"]), "verdict", "why", "outcome", "told"]
    rest = request.GET.get("part") == "rest"
    return web.csv_answer("rest" if rest else "lines", header, batches.file_rows(request.actor, batch, rest=rest))
