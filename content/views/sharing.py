"""Who has an item by share: giving, changing and ending shares, each with what it opens or closes said before."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from content import reading, recipients, share_effects, shared, shares
from content.names import STRANGER, Names
from content.share_forms import ShareForm, ShareGuestForm
from content.share_invites import invite_by_sharing
from content.share_words import told
from content.views.attempts import attempt
from tenants import access, limits
from tenants import actor as actors
from tenants.models import UserGroup
from tenants.web import asked_words, render_page, way_back

PER_PAGE = 25
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def item_sharing(request, pk):
    """Who has the item by share, as far as the reader may know, and whom to share it with."""
    item = reading.visit_item(request.actor, pk, request.method)
    rows = told(request.actor, shared.of_item(request.actor, item), recipients.place(request.actor, item))
    may = access.can(request.actor, "share", item)
    context = {"item": item, "may": may, "rows": rows, **(_asked(request, item) if may else {})}
    return render_page(request, "content/item_sharing.html", context, partials=["recipients-found"])


def _asked(request, item):
    """Return whom the words of the search find."""
    words = asked_words(request)
    if words:
        limits.spend(request, "search")
    invites = request.platform.invitations_from_members
    invites = "@" in words and invites and access.can(request.actor, "invite_external", request.platform)
    return {"words": words, "found": _found(request.actor, item, words), "invites": bool(invites)}


def _found(actor, item, words):
    """Return what the list of people and groups found says of each."""
    people, groups = recipients.search(actor, item, words)
    found = [
        {
            "to": recipients.address_of(member),
            "name": str(member),
            "member": member,
            "corner": None if member.company.is_host else member.company,
            "sub": f"{member.user.email}, {member.company}{', invited, not accepted' if member.is_pending else ''}",
        }
        for member in people
    ]
    return found + [{"to": recipients.address_of(group), "name": group.name, "sub": "Group"} for group in groups]


@get_or_post
def share_invite(request, pk):
    """Invite an address that nobody on the platform has by sharing the item with it."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "share", item)
    access.require(request.actor, "invite_external", request.platform)
    typed, levels = request.POST if request.method == "POST" else None, shares.levels(request.actor, item)
    initial = {"email": request.GET.get("email", "")[:254]}
    form, status = ShareGuestForm(typed, space=item.space, levels=levels, initial=initial), 200
    if request.method == "POST":
        sent, status = attempt(form, lambda: _invited(request, item, form))
        if sent:
            messages.success(request, f"{sent[0].email} is invited. The share counts from acceptance.")
            return redirect("content:item_sharing", request.platform.slug, item.pk)
    return render_page(request, "content/share_invite.html", {"item": item, "form": form}, status=status)


def _invited(request, item, form):
    return invite_by_sharing(actor=request.actor, item=item, guest=form.guest(), spec=form.spec())


@get_or_post
def share_detail(request, pk, to):
    """Share with a person or a group, or change how it is shared with them, once it was shown what that opens."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "share", item)
    recipient, was = shared.changing(request.actor, item, to)
    typed = request.POST if request.method == "POST" else request.GET if "level" in request.GET else None
    levels = shares.levels(request.actor, item)
    form = ShareForm(typed, levels=levels, zone=request.platform.zone, share=was)
    return _answer(request, item, (recipient, was), form)


def _answer(request, item, whom, form):
    """Show the form with its effect, or do what it asks once the effect was shown."""
    recipient, was = whom
    effect, status = _effect_of_form(request, item, whom, form), 200
    unseen = request.method == "POST" and effect is not None and request.POST.get("shown") != effect.token
    if request.method == "POST":
        share, status = (None, 422) if unseen else attempt(form, lambda: _shared(request, item, whom, form))
        if share:
            messages.success(request, f"{share.get_level().label}: {_name(request, item, recipient)}.")
            return redirect("content:item_sharing", request.platform.slug, item.pk)
    context = {"item": item, "form": form, "effect": effect, "unseen": unseen, "was": was}
    context |= {"name": _name(request, item, recipient), "recipient": recipient, "to": recipients.address_of(recipient)}
    context["is_group"] = isinstance(recipient, UserGroup)
    return render_page(request, "content/share_form.html", context, partials=["effect"], status=status)


def _shared(request, item, whom, form):
    recipient, was = whom
    if was:
        return shares.change_share(actor=request.actor, item=item, share=was, spec=form.spec())
    return shares.give_share(actor=request.actor, item=item, recipient=recipient, spec=form.spec())


@get_or_post
def share_end(request, pk, to):
    """End a share, once it was shown whose access ends by it; the recipient ends their own."""
    item = reading.visit_item(request.actor, pk, request.method)
    share, mine = shared.ending(request.actor, item, to)
    recipient = shares.recipient_of(item, share)
    name = _name(request, item, recipient)
    if request.method == "POST":
        shares.end_share(actor=request.actor, item=item, share=share)
        messages.success(request, f"{item.title} is no longer shared with {'you' if mine else name}.")
        return redirect(_after(request, item))
    context = {"item": item, "share": share, "name": name, "mine": mine}
    context["effect"] = share_effects.effect_of(request.actor, item, recipient, None)
    context["back"] = way_back(request, reverse("content:item_sharing", args=[request.platform.slug, item.pk]))
    return render_page(request, "content/share_end.html", context)


def _after(request, item):
    """Lead back to where one came from, and away from an item that one no longer reads."""
    slug = request.platform.slug
    if not access.can(actors.of(request.user, request.platform), "read", item):
        return reverse("content:shared_with_me", args=[slug])
    return way_back(request, reverse("content:item_sharing", args=[slug, item.pk]))


# --- lists ---


@require_safe
def shared_with_me(request):
    """Everything that others shared with one, themselves or through a group."""
    return _listed(request, shared.received_by(request.actor), "content/shared_with_me.html")


@require_safe
def shared_by_me(request):
    """Everything that one has shared, with whom and until when."""
    return _listed(request, shared.given_by(request.actor), "content/shared_by_me.html")


def _listed(request, keys, template):
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    rows = told(request.actor, shared.load(page.object_list), None)
    return render_page(request, template, {"page": page, "rows": rows})


# --- what these pages say of people ---


def _effect_of_form(request, item, whom, form):
    """Return what the share would change, or None while what was typed makes no sense."""
    if form.is_bound and not form.is_valid():
        return None
    return share_effects.of_share(request.actor, item, whom, form.spec())


def _name(request, item, recipient):
    """Name with whom an item is shared, as far as the reader may know."""
    names = Names(request.actor, recipients.place(request.actor, item))
    if isinstance(recipient, UserGroup):
        found = recipients.find(request.actor, item, recipients.address_of(recipient))
        return str(recipient) if found else "a group"
    names.companies = {recipient.user_id: (recipient.company, recipient.unit_id)}
    return str(recipient) if names.may(recipient.user_id) else STRANGER
