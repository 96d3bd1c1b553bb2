"""The record of a platform, for its Administrators and auditors: looked at, taken away, and what others say of it."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenants import auditors, checkpoints, events, limits, members, record_files, record_looks, web
from tenants.errors import NotVisible
from tenants.models import AuditEvent, Platform
from tenants.record_forms import RecordFilter

PER_PAGE = 50
CHECKER = ("check_record.py", "record.md")


@require_safe
@web.administrators_only("see_record")
def record(request):
    """Show who did what on the platform, newest first, a page at a time by cursor; looking is recorded itself."""
    form = RecordFilter(request.GET, platform=request.platform)
    valid = form.is_valid()
    rows = form.narrow(events.visible(request.actor, AuditEvent.objects.select_related("actor", "subject")))
    found = list(events.older_than(rows, request.GET.get("before", ""))[: PER_PAGE + 1])
    context = {
        "form": form,
        "entries": events.entries(request.actor, found[:PER_PAGE]),
        "older": _older(request, found) if len(found) > PER_PAGE else "",
        "filtered": bool(form.asked),
        "bars": record_looks.picture(rows, request.platform.zone),
    }
    web.note_look(request, request.platform, form.asked)
    return web.render_page(request, "tenants/record.html", context, partials=["entries"], status=200 if valid else 422)


def _older(request, found):
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    return f"?{urlencode(kept | {'before': events.cursor_of(found[PER_PAGE - 1])})}"


@require_POST
@web.administrators_only("see_record")
def record_take(request):
    """Send the record as JSON lines that can be checked without us; a POST, because it leaves an entry."""
    limits.spend(request, "export")
    lines = record_files.take(actor=request.actor, query=request.GET.dict())
    return web.lines_answer(f"{request.platform.slug}-record", lines)


@require_safe
@web.administrators_only("see_record")
def record_elsewhere(request):
    """Show what our people did on other platforms: who, when, which kind of act, and no word of what it was about."""
    where = request.GET.get("platform", "").replace("\x00", "")[: Platform._meta.get_field("slug").max_length]
    web.note_look(request, request.platform, {"where": "elsewhere"} | ({"platform": where} if where else {}))
    page = Paginator(record_looks.elsewhere(request.actor, where), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": events.acts(page), "where": where}
    return web.render_page(request, "tenants/record_elsewhere.html", context)


@require_safe
@web.administrators_only("see_record")
def record_proof(request):
    """Show the signed checkpoints of the record, who keeps them, and which of others we keep."""
    context = checkpoints.standing(request.platform, PER_PAGE)
    return web.render_page(request, "tenants/record_proof.html", context)


@require_safe
@web.administrators_only("see_record")
def record_checker(request, name):
    """Send the checker of records, or the description of their format: what a stranger needs beside the file."""
    if name not in CHECKER:
        raise NotVisible
    return FileResponse((settings.ROOT / "docs" / name).open("rb"), as_attachment=True, filename=name)


@require_POST
@web.administrators_only("manage_members")
def member_auditor(request, pk):
    """Make somebody an auditor, or no longer."""
    member = members.find_member(request.platform, pk)
    on = request.POST.get("on") == "1"
    member = auditors.set_auditor(actor=request.actor, member=member, on=on)
    messages.success(request, f"{member} is {'an' if on else 'no'} auditor now.")
    return redirect("tenants:member_detail", request.platform.slug, member.pk)
