"""Manage members: what groups hold in a space; who gets or loses something by it is said before."""

from django.contrib import messages
from django.views.decorators.http import require_http_methods

from spaces import days, people, previews
from spaces.forms import GroupCredentialForm
from spaces.group_credentials import (
    change_group_credential,
    end_group_credential,
    give_to_group,
    groups_for,
    may_touch_group,
    spec_of,
)
from spaces.views.asking import find_space, page_of, to
from tenants import groups
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.forms import take
from tenants.web import open_to_repair, render_page

REFUSED = (Unacceptable, Conflict, AccessDenied)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@open_to_repair
def group_add(request, pk):
    """Give a group a credential: each active member of it holds it then."""
    space = find_space(request, pk, "manage_members")
    offered = groups_for(request.actor, space)
    form = GroupCredentialForm(_typed(request), platform=space.platform, groups=offered)

    def give(group, spec):
        return give_to_group(actor=request.actor, space=space, group=group, spec=spec)

    return _answer(request, space, form, give, offered=offered)


@get_or_post
@open_to_repair
def group_change(request, pk, credential):
    """Change what a group holds."""
    space = find_space(request, pk, "manage_members")
    found = _find(request, space, credential)
    offered = [found.group.user_group]
    form = GroupCredentialForm(
        _typed(request), platform=space.platform, groups=offered, initial=_initial(found, space.platform.zone)
    )

    def change(group, spec):
        return change_group_credential(actor=request.actor, credential=found, spec=spec)

    return _answer(request, space, form, change, was=found)


@get_or_post
@open_to_repair
def group_remove(request, pk, credential):
    """End what a group holds; who loses something is said before."""
    space = find_space(request, pk, "manage_members")
    found = _find(request, space, credential)
    group = found.group.user_group
    if request.method == "POST":
        end_group_credential(actor=request.actor, credential=found)
        messages.success(request, f"{group} is no longer {spec_of(found)} in {space}.")
        return to(request, "spaces:space_members", space.pk)
    context = page_of(request, space) | {"credential": found, "group": group}
    context["people"] = [row.member for row in _known(request, space) if row.group_credential == found]
    return render_page(request, "spaces/group_remove.html", context)


def _initial(credential, zone):
    return {
        "group": credential.group.user_group,
        "responsibility": credential.get_responsibility(),
        "restricted": credential.restricted,
        "starts_on": days.first_day(credential.starts_at, zone),
        "ends_on": days.last_day(credential.ends_at, zone),
    }


def _typed(request):
    return request.POST if request.method == "POST" else None


def _known(request, space):
    return people.people_of(request.actor, space)


def _find(request, space, pk):
    """Return a group credential of the space that the asker may change."""
    found = next((row for row in people.groups_in(space) if row.pk == pk), None)
    if found is None:
        raise NotVisible
    if not (decision := may_touch_group(request.actor, space, found)):
        raise AccessDenied(decision)
    return found


def _answer(request, space, form, act, **more):
    """Show the form with its effect, or do what it asks once the effect was shown."""
    effect, status = _effect(request, space, form), 200
    if request.method == "POST":
        more["unseen"] = bool(effect and request.POST.get("shown") != effect["token"])
        done, status = (None, 422) if more["unseen"] or not form.is_valid() else _try(form, act)
        if done:
            messages.success(request, f"{form.cleaned_data['group']} is {form.spec()} in {space}.")
            return to(request, "spaces:space_members", space.pk)
    context = page_of(request, space) | {"form": form, "effect": effect, **more}
    return render_page(request, "spaces/group_credential.html", context, status=status)


def _try(form, act):
    try:
        return act(form.cleaned_data["group"], form.spec()), 200
    except REFUSED as error:
        take(form, error)
        return None, error.status


def _effect(request, space, form):
    """Return whom it reaches and how much of the space it opens to the one who gains most, or None."""
    if not form.is_bound or not form.is_valid():
        return None
    group, spec = form.cleaned_data["group"], form.spec()
    reached = list(groups.people_of(group))
    gain = previews.most_opened(space, [(member, spec.of(member)) for member in reached])
    token = f"{group.pk}:{spec.responsibility}:{spec.restricted}:{len(reached)}:{gain}"
    return {"token": token, "people": reached, "gain": gain}
