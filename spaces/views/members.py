"""Manage members: who is in a space, and giving, changing, ending credentials."""

from dataclasses import dataclass

from django.contrib import messages
from django.views.decorators.http import require_http_methods, require_safe

from spaces import days, hooks, joining, people, previews
from spaces.credentials import change_credential, give_credential, may_touch, remove_credential, spec_of
from spaces.forms import CredentialForm
from spaces.giving import held_none_unrestricted
from spaces.group_credentials import group_rows
from spaces.people import LAST_OWNER
from spaces.views.asking import find_space, page_of, to
from tenants import access, limits
from tenants import actor as actors
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.forms import take
from tenants.web import address, asked_words, open_to_repair, render_page

REFUSED = (Unacceptable, Conflict, AccessDenied)
MOST_ASKING = 25
PARTIALS = ["members-panel", "drawer"]
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@open_to_repair
def space_members(request, pk):
    """Who is in the space, as far as the asker may know; with the means to change it for those who may."""
    space = find_space(request, pk)
    listed = people.people_of(request.actor, space)
    present = {person.member.pk: person.member for person in listed}.values()
    context = _page(request, space) | {
        "people": listed,
        "groups": group_rows(request.actor, space),
        "externals": sum(member.is_external for member in present),
        "insiders": sum(not member.is_external for member in present),
        "pending": sum(member.is_pending for member in present),
        "bound": people.bound_people(listed),
        "asking": list(joining.open_requests(request.actor, space)[:MOST_ASKING]),
    }
    return render_page(request, "spaces/space_members.html", context, partials=PARTIALS)


@require_safe
@open_to_repair
def people_search(request, pk):
    """People of the platform by the beginning of a name or address, as far as the asker may know them."""
    limits.spend(request, "search")
    space = find_space(request, pk, "manage_members")
    context = _page(request, space) | _search(request, space)
    return render_page(request, "spaces/credential_add.html", context, partials=[*PARTIALS, "people-found"])


@get_or_post
@open_to_repair
def credential_add(request, pk):
    """Give a credential: find the person, then say which."""
    space = find_space(request, pk, "manage_members")
    member = people.find_person(request.actor, space, request.POST.get("person") or request.GET.get("person"))
    if member is None:
        context, status = _page(request, space) | _search(request, space), 422 if request.method == "POST" else 200
        return render_page(request, "spaces/credential_add.html", context, partials=PARTIALS, status=status)
    form = CredentialForm(_typed(request), member=member, organizations=_own(request.actor, space))

    def give(spec):
        return give_credential(actor=request.actor, space=space, member=member, spec=spec)

    return _answer(request, space, form, give, "spaces/credential_add.html")


@get_or_post
@open_to_repair
def credential_change(request, pk, credential):
    """Change a credential."""
    space = find_space(request, pk, "manage_members")
    person = _find_credential(request, space, credential)
    form = CredentialForm(
        _typed(request),
        member=person.member,
        initial=_initial(person),
        organizations=_own(request.actor, space),
    )

    def change(spec):
        return change_credential(actor=request.actor, credential=person.credential, spec=spec)

    return _answer(request, space, form, change, "spaces/credential_change.html", person=person)


@get_or_post
@open_to_repair
def credential_remove(request, pk, credential):
    """End a credential; what ends with it is said before."""
    space = find_space(request, pk, "manage_members")
    person = _find_credential(request, space, credential)
    context, status = _page(request, space) | {"person": person}, 200
    if request.method == "POST":
        try:
            return _remove(request, space, person)
        except REFUSED as error:
            context["error"], status = error, _status(request, error)
    context |= _ending(request, space, person)
    return render_page(request, "spaces/credential_remove.html", context, partials=PARTIALS, status=status)


def _remove(request, space, person):
    named = {name: _named(request, space, name) for name in ("successor", "heir")}
    remove_credential(actor=request.actor, credential=person.credential, **named)
    messages.success(request, f"{person.member} is no longer {spec_of(person.credential)} in {space}.")
    return _onward(request, space)


def _onward(request, space):
    """Lead back to the members, or to the list for somebody who has just left the space themselves."""
    stays = access.can(actors.of(request.user, request.platform), "see", space)
    return to(request, "spaces:space_members", space.pk) if stays else to(request, "spaces:space_list")


def _named(request, space, field):
    """Return the Member that a field names, or None when it is empty."""
    if not (wanted := request.POST.get(field)):
        return None
    member = people.find_person(request.actor, space, wanted)
    if member is None:
        raise Unacceptable("Choose a person of the list.", field=field)
    return member


# --- what these pages share ---


@dataclass(frozen=True, slots=True)
class Effect:
    """What a first unrestricted credential opens. `elsewhere` is None for those who may not count it."""

    token: str
    here: int
    elsewhere: int | None


def _page(request, space):
    return page_of(request, space) | {"manages": access.can(request.actor, "manage_members", space)}


def _search(request, space):
    words = asked_words(request)
    found = people.search_people(request.actor, space, words)
    asked = len(words.strip()) >= people.SHORTEST_SEARCH
    invite = address("tenants:invitation_new", request.platform.slug)
    here = request.platform.invitations_from_members and access.can(request.actor, "invite_external", request.platform)
    invites = here and "@" in words and access.can(request.actor, "give_any", space)
    return {"words": words, "found": found, "asked": asked, "invite_url": invite, "invite_here": bool(invites)}


def _typed(request):
    """Return what was typed: sent, or asked about by the live preview of its effect."""
    return request.POST if request.method == "POST" else request.GET if "responsibility" in request.GET else None


def _own(actor, space):
    """Return the organizations that an Owner (Restricted) may give for; None for all."""
    if access.can(actor, "give_any", space):
        return None
    return {held.organization_id for held in actor.held if held.space_id == space.pk and held.is_owner}


def _find_credential(request, space, pk):
    """Return the Person row of a credential that the asker knows of and may change."""
    listed = people.people_of(request.actor, space)
    person = next((person for person in listed if person.credential and person.credential.pk == pk), None)
    if person is None:
        raise NotVisible
    if not person.editable:
        raise AccessDenied(may_touch(request.actor, space, person.credential))
    return person


def _initial(person):
    credential, zone = person.credential, person.member.platform.zone
    return {
        "responsibility": person.responsibility,
        "restricted": person.restricted,
        "organization": person.organization,
        "starts_on": days.first_day(credential.starts_at, zone),
        "ends_on": days.last_day(credential.ends_at, zone),
    }


def _answer(request, space, form, act, template, **more):
    """Show the form with its effect, or do what it asks once the effect was shown."""
    effect, status = _effect(request.actor, space, form), 200
    if request.method == "POST":
        unseen = effect and request.POST.get("shown") != effect.token
        done, status = (None, 422) if unseen or not form.is_valid() else _try(request, form, act)
        if done:
            messages.success(request, f"{form.member} is {form.spec()} in {space}.")
            return _onward(request, space)
        more["unseen"] = unseen
    context = _page(request, space) | {"form": form, "member": form.member, "effect": effect, **more}
    return render_page(request, template, context, partials=[*PARTIALS, "effect"], status=status)


def _try(request, form, act):
    try:
        return act(form.spec()), 200
    except REFUSED as error:
        take(form, error)
        return None, _status(request, error)


def _status(request, error):
    """Return the status of a form that comes back: htmx puts only a 422 where the form stood."""
    return 422 if request.htmx else error.status


def _effect(actor, space, form):
    """Return what a first unrestricted credential opens, or None when this is none."""
    if not form.is_bound or not form.is_valid():
        return None
    spec = form.spec()
    if not spec.unrestricted or not held_none_unrestricted(form.member):
        return None
    here, elsewhere = previews.opens(actors.build([form.member])[0], space, spec)
    token = f"{spec.responsibility}:{spec.organization.pk}:{here}"  # tells nothing that the sentence does not
    return Effect(token, here, elsewhere if actor.is_administrator else None)


def _ending(request, space, person):
    """Return what ends with a credential, and who may take over what."""
    listed = people.people_of(request.actor, space)
    others = {row.member.pk: row.member for row in listed if row.member.is_active}
    others.pop(person.member.pk, None)
    last_one = sum(row.member.pk == person.member.pk and row.stored for row in listed) == 1
    return {
        "closes": previews.closes(actors.build([person.member])[0], space, person.credential.pk),
        "left": hooks.left_behind(space.pk, person.member.user) if last_one else 0,
        "is_last": person.note == LAST_OWNER,
        "others": list(others.values()),
    }
