"""Partners: the platforms ours has people in common with, the rules towards each, what waits for our word."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import members, partner_rows, partners, partnership, recall, sources, web
from tenants.errors import DomainError, Unacceptable
from tenants.member_forms import ReasonForm
from tenants.partner_forms import DEFAULT, AnswerForm, DefaultForm, NameForm, RulesForm

PER_PAGE = 50


@require_safe
@web.administrators_only("manage_partners")
def partner_list(request):
    """List what waits for us, every partner with both rules as they hold, and the default."""
    return _list(request)


@require_POST
@web.administrators_only("manage_partners")
def partner_name(request):
    """Keep a record of a partner by its exact address."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, name_form=form)
    try:
        row = partners.name_partner(actor=request.actor, **form.cleaned_data)
    except DomainError as error:
        form.add_error("address" if isinstance(error, Unacceptable) else None, error.sentence)
        return _list(request, status=error.status, name_form=form)
    return _done(request, f"There is a record of {row.address} now.")


@require_POST
@web.administrators_only("manage_partners")
def partner_default(request):
    """Set both rules for partners without one of their own."""
    form = DefaultForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, default_form=form)
    partners.set_default_rules(actor=request.actor, **form.cleaned_data)
    return _done(request, "The default is set.")


@require_POST
@web.administrators_only("manage_partners")
def partner_answer(request, pk):
    """Approve or refuse an invitation that waits for us."""
    partners.find_asked(request.platform, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, problem="Choose Approve or Refuse.")
    if form.cleaned_data["decision"] == "approve":
        row = partners.approve_invitation(actor=request.actor, pk=pk)
        return _done(request, f"Approved: {row.invitation.member.user}.")
    row = partners.refuse_invitation(actor=request.actor, pk=pk, reason=form.cleaned_data["reason"])
    return _done(request, f"Refused: {row.invitation.member.user}.")


def _done(request, sentence):
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("tenants:partner_list", args=[request.platform.slug]))


def _list(request, *, status=200, **more):
    rows = partner_rows.rows_of(request.platform)
    context = {
        "waiting": partner_rows.waiting(request.platform, timezone.now()),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "default_form": more.pop("default_form", None) or DefaultForm(initial=_defaults(request.platform)),
        "name_form": more.pop("name_form", None) or NameForm(),
    }
    return web.render_page(request, "tenants/partner_list.html", context | more, status=status)


def _defaults(platform):
    return {way: getattr(platform, field) for way, field in partners.DEFAULTS.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("manage_partners")
def partner_detail(request, address):
    """Show one partner: the rules, our people there and their people here. Set the rules on POST."""
    row = partner_rows.find(request.platform, address)
    form = RulesForm(request.POST if request.method == "POST" else None, initial=_rules(row))
    if request.method == "POST" and form.is_valid():
        partners.set_rules(actor=request.actor, address=address, **form.cleaned_data)
        messages.success(request, f"The rules for {row} are set.")
        return HttpResponseRedirect(request.path)
    return web.render_page(
        request,
        "tenants/partner_detail.html",
        {"row": row, "form": form, **_people(request, row)},
        status=422 if request.method == "POST" else 200,
    )


def _people(request, row):
    """Return one page of our people there, and one of theirs here."""
    stays = Paginator(row.stays, PER_PAGE).get_page(request.GET.get("away"))
    return {
        "stays": stays,
        "away": partner_rows.away(request.platform, list(stays)),
        "guests": Paginator(row.guests, PER_PAGE).get_page(request.GET.get("here")),
    }


def _rules(row):
    return {way: getattr(row.record, way, "") or DEFAULT for way in partners.WAYS}


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("manage_partners")
def partner_end(request, address):
    """Show what ends with a partnership; end it on POST."""
    row = partner_rows.find(request.platform, address)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        partnership.end_partnership(actor=request.actor, address=address, reason=form.cleaned_data["reason"])
        return _done(request, f"The partnership with {row} has ended.")
    context = {"row": row, "form": form, "ends": partnership.ending(request.platform, row.other)}
    status = 422 if request.method == "POST" else 200
    return web.render_page(request, "tenants/partner_end.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("manage_partners")
def member_recall(request, pk):
    """Show what a recall ends and what it leaves; recall on POST."""
    member = members.find_member(request.platform, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        recall.recall_licences(actor=request.actor, member=member, reason=form.cleaned_data["reason"])
        messages.success(request, f"Recalled: {member} uses your licences on {request.platform} only.")
        return HttpResponseRedirect(reverse("tenants:member_detail", args=[request.platform.slug, member.pk]))
    context = {"member": member, "form": form, "ends": recall.endings(member), "stays": recall.remains(member)}
    status = 422 if request.method == "POST" else 200
    return web.render_page(request, "tenants/member_recall.html", context, status=status)


@require_safe
@web.administrators_only("manage_partners")
def licences_between(request):
    """Show which of our licences are used elsewhere, and which of others are used here, as resolved now."""
    here, there = sources.together(sources.brought(request.platform)), sources.together(sources.lent(request.platform))
    context = {
        "here": Paginator(here, PER_PAGE).get_page(request.GET.get("here")),
        "there": Paginator(there, PER_PAGE).get_page(request.GET.get("there")),
    }
    return web.render_page(request, "tenants/licences_between.html", context)
