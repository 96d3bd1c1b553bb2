"""Who signs a change, signing it, its steps, and the routes that Administrators keep."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content.changes import asking, authority, signing, steps, table
from content.changes.forms import RouteForm, SignForm, StepForm, WishForm
from content.changes.showing import about, routes
from content.models import ChangeState, Quorum
from content.views.attempts import attempt
from content.views.changes import opened_for
from tenants import proof
from tenants.errors import DomainError, NotVisible, Unproved
from tenants.ids import id_of
from tenants.models import Member, Status, UserGroup
from tenants.web import administrators_only, render_page, with_next

MOST_PEOPLE = asking.OFFERED
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def change_asked(request, pk):
    """Choose who signs: one more, one less, how many it takes, or a route of the platform."""
    opened = opened_for(request, pk)
    authority.require(request.actor, opened, table.WORKER)
    form, status = _wish_form(request, opened), 200
    if request.method == "POST":
        status = attempt(form, lambda: _asked(request, opened, form))[1] if form.is_bound else _other(request, opened)
        if status == 302:
            return redirect("content:change_asked", request.platform.slug, opened.change.pk)
    offered = {"routes": routes(request.platform), "quorums": Quorum.choices}
    context = about(request.actor, opened) | {"form": form, **offered}
    return render_page(request, "content/change_asked.html", context, status=status)


def _wish_form(request, opened):
    members, groups = asking.offered(request.actor, opened)
    return WishForm(request.POST if "whom" in request.POST else None, people=members, groups=groups)


def _asked(request, opened, form):
    return asking.ask(actor=request.actor, change=opened.change, wish=form.wish())


def _other(request, opened):
    """Do what the other forms of the page ask."""
    about_it, sent = {"actor": request.actor, "change": opened.change}, request.POST
    if "quorum" in sent:
        asking.set_quorum(**about_it, quorum=sent["quorum"])
    elif "route" in sent:
        asking.follow(**about_it, route=id_of(sent["route"]))
    else:
        asking.ask_no_more(**about_it, slot=id_of(sent.get("slot")))
    return 302


@get_or_post
def change_sign(request, pk):
    """Sign, with the password or passkey given anew for this one signature."""
    opened = opened_for(request, pk)
    context = about(request.actor, opened)
    form, status = SignForm(request.POST or None, initial={"shown": context["mark"]}), 200
    method = _proof(request, opened, context)
    if request.method == "POST" and method:
        done, status = attempt(form, lambda: _signed(request, opened, form, method))
        if done:
            proof.use_up(request)
            messages.success(request, f"Signed. {done} is {ChangeState(done.state).label}.")
            return redirect("content:change_detail", request.platform.slug, done.pk)
    if not method:
        return HttpResponseRedirect(with_next(reverse("account_reauthenticate"), request.path))
    return render_page(request, "content/change_sign.html", context | {"form": form}, status=status)


def _proof(request, opened, context):
    """Return with what the person proved themselves. Raises AccessDenied or Unproved for who cannot sign at all."""
    if not context["mine"]:
        signing.require_asked(request.actor, opened)
    if not proof.can_be_given(request.user):
        raise Unproved(
            "A signature takes your password or passkey again, and you have neither.",
            "Set a password, or add a passkey on the pages of your account, then come back and sign.",
            reverse("account_change_password"),
            "Set a password",
        )
    return proof.given_anew(request)


def _signed(request, opened, form, method):
    typed = form.cleaned_data
    word = signing.Word(typed["agrees"] == "yes", typed["remark"], typed["shown"], method)
    proof.claim(request)
    try:
        return signing.sign(actor=request.actor, change=opened.change, word=word)
    except DomainError:
        proof.give_back(request)
        raise


@get_or_post
def change_step(request, pk, target):
    """Say what a step does to whom and to which items, then take it."""
    opened = opened_for(request, pk)
    label = _label(opened.change, target)
    form, status = StepForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        done, status = attempt(form, lambda: _stepped(request, opened, target, form))
        if done:
            messages.success(request, f"{done} is {ChangeState(done.state).label}.")
            return redirect("content:change_detail", request.platform.slug, done.pk)
    elif label:
        authority.require(request.actor, opened, table.STEPS[opened.change.state, target][0])
    context = {"opened": opened, "change": opened.change, "target": target, "form": form, "label": label}
    context["reasoned"] = target in table.REASONED
    return render_page(request, "content/change_step.html", context, status=status)


def _label(change, target):
    if target not in ChangeState.values:
        raise NotVisible
    return table.STEPS.get((change.state, target), ("", ""))[1]


def _stepped(request, opened, target, form):
    reason = form.cleaned_data["reason"]
    return steps.step(actor=request.actor, change=opened.change, target=target, reason=reason)


# --- routes ---


@require_safe
@administrators_only("set_options")
def route_list(request):
    """The routes of the platform."""
    kept = routes(request.platform).prefetch_related("slots__user", "slots__group")
    return render_page(request, "content/route_list.html", {"routes": kept})


@get_or_post
@administrators_only("set_options")
def route_edit(request, pk=None):
    """Make a route, or say whom one asks from now on."""
    route = _route(request, pk) if pk else None
    form, status = _route_form(request, route), 200
    if request.method == "POST":
        done, status = attempt(form, lambda: _stored(request, route, form))
        if done:
            return redirect("content:route_list", request.platform.slug)
    return render_page(request, "content/route_edit.html", {"route": route, "form": form}, status=status)


def _route_form(request, route):
    rows = Member.objects.filter(platform=request.platform, status=Status.ACTIVE).select_related("user")
    people = list(rows.order_by("user__name", "pk")[:MOST_PEOPLE])
    groups = UserGroup.objects.filter(platform=request.platform)
    members = {member.user_id: member.pk for member in people}
    slots = route.slots.all() if route else ()
    asked = [(slot.purpose, _word(slot, members)) for slot in slots]
    initial = {"name": route.name, "quorum": route.quorum} if route else {}
    return RouteForm(request.POST or None, people=people, groups=groups, asked=asked, initial=initial)


def _word(slot, members):
    if slot.user_id:
        return f"person-{members.get(slot.user_id, '')}"
    return f"group-{slot.group_id}" if slot.group_id else f"responsibility-{slot.responsibility}"


def _stored(request, route, form):
    typed = {"name": form.cleaned_data["name"], "quorum": form.cleaned_data["quorum"]}
    return asking.set_route(actor=request.actor, route=route, wishes=form.wishes(), **typed)


def _route(request, pk):
    route = routes(request.platform).filter(pk=pk).first()
    if route is None:
        raise NotVisible
    return route


@require_POST
@administrators_only("set_options")
def route_delete(request, pk):
    """Delete a route."""
    route = _route(request, pk)
    asking.delete_route(actor=request.actor, route=route)
    messages.success(request, f"The route {route.name} is deleted. Changes that followed it stay as they are.")
    return redirect("content:route_list", request.platform.slug)
