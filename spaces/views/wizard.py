"""The invitation wizard: people, roles, spaces, preview; each step a page, everything kept in a draft."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from spaces import drafts, inviting
from spaces.wizard_forms import MessageForm, PeopleForm, RolesForm, SpacesForm
from tenants import invitation_mail, web
from tenants.errors import Conflict, TooMany, Unacceptable
from tenants.ids import id_of
from tenants.models import Role

STEPS = [("people", "Who"), ("roles", "Roles"), ("spaces", "Spaces"), ("preview", "Preview and send")]


def _to(request, step, draft):
    return redirect(f"spaces:invitation_{step}", request.platform.slug, draft.pk)


@require_POST
@web.administrators_only("invite")
def invitation_new(request):
    """Begin a draft of its own, for somebody who had access when `member` names one."""
    return _to(request, "people", drafts.new_draft(request.actor, id_of(request.POST.get("member"))))


def _steps(draft, current, counts):
    said = {
        "people": f"{counts['ready']} of {counts['typed']} ready" if counts["typed"] else "",
        "roles": f"{counts['roles']} roles" if draft.data["roles"] is not None else "",
        "spaces": f"{len(draft.data['opened'])} spaces" if draft.data["opened"] else "",
    }
    names = [name for name, _label in STEPS]
    at = names.index(current)
    return [
        {
            "name": name,
            "label": label,
            "no": no,
            "said": said.get(name, ""),
            "done": no - 1 < at,
            "current": no - 1 == at,
        }
        for no, (name, label) in enumerate(STEPS, 1)
    ]


def _show(request, draft, step, status=200, **context):
    judged = context.pop("judged", None) or drafts.verdicts(draft)
    ready = drafts.ready(draft, judged)
    roles = drafts.roles_of(draft)
    counts = {"ready": len(ready), "typed": len(judged), "roles": len(roles)}
    context |= {
        "draft": draft,
        "step": step,
        "steps": _steps(draft, step, counts),
        "judged": judged,
        "ready": ready,
        "people": len(ready),
        "company": drafts.company_of(draft) or draft.data["company_name"] or "a company you have not named yet",
        "confirmed": draft.data["confirmed"],
    }
    return web.render_page(request, f"spaces/invitation_{step}.html", context, status=status, partials=["cost"])


def _step(request, draft, step, form, **extra):
    """Show a step, or store it and go where the button leads; a stale window gets its words back with 409."""
    if request.method != "POST":
        return _show(request, draft, step, form=form, **extra)
    if not form.is_valid():
        return _show(request, draft, step, 422, form=form, **extra)
    try:
        form.store(draft)
    except Conflict as error:
        form.add_error(None, f"{error.sentence} {error.remedy}")
        return _show(request, drafts.find_draft(request.actor, draft.pk), step, 409, form=form, **extra)
    return _to(request, request.POST.get("go") if request.POST.get("go") in dict(STEPS) else step, draft)


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("invite")
def invitation_people(request, draft):
    """Step 1: addresses with their verdicts, the company and the right."""
    draft = drafts.find_draft(request.actor, draft)
    return _step(request, draft, "people", PeopleForm.of(draft, request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("invite")
def invitation_roles(request, draft):
    """Step 2: roles, their licence settings, and what they cost."""
    draft = drafts.find_draft(request.actor, draft)
    form = RolesForm.of(draft, request.POST or None)
    if request.htmx and request.htmx.target == "cost" and form.is_valid():
        draft.data["roles"] = form.chosen()  # asked, not stored
    roles = drafts.roles_of(draft)
    cost = inviting.cost(draft.platform, roles, len(drafts.ready(draft)))
    if request.htmx and request.htmx.target == "cost":
        return _show(request, draft, "roles", form=form, cost=cost)
    rows = _role_rows(draft, roles)
    return _step(request, draft, "roles", form, cost=cost, rows=rows)


def _role_rows(draft, roles):
    chosen = {role.pk: (assigned, restricted) for role, assigned, restricted in roles}
    usual = not draft.platform.invitations_from_administrators
    names = {role.code: role.name for role in Role.objects.all()}
    return [
        {
            "role": role,
            "chosen": role.pk in chosen,
            "assigned": chosen.get(role.pk, (usual, True))[0],
            "restricted": chosen.get(role.pk, (usual, True))[1],
            "needs": ", ".join(names.get(code, code) for code in role.prerequisites),
        }
        for role in Role.objects.all()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("invite")
def invitation_spaces(request, draft):
    """Step 3: spaces with a responsibility, (Restricted), and a last day."""
    draft = drafts.find_draft(request.actor, draft)
    form = SpacesForm.of(draft, request.POST or None)
    return _step(request, draft, "spaces", form, rows=form.rows())


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("invite")
def invitation_preview(request, draft):
    """Step 4: what the person will see, in numbers and by space; one click sends."""
    draft = drafts.find_draft(request.actor, draft)
    form, status = MessageForm.of(draft, request.POST or None), 200
    if request.method == "POST":
        answer, status = _send(request, draft, form)
        if answer is not None:
            return answer
    return _show(request, draft, "preview", status, form=form, **_foreseen(request.actor, draft))


def _foreseen(actor, draft):
    batch = drafts.batch_of(draft)
    shown = inviting.exposure(actor, batch)
    return {
        "batch": batch,
        "shown": shown,
        "readable": sum(row.readable for row in shown),
        "closed": sum(row.readable for row in shown if row.opened is None),
        "cost": inviting.cost(draft.platform, batch.roles, len(batch.emails)),
    }


def _send(request, draft, form):
    """Return (redirect, 302) after sending; (None, status) with the reason in the form."""
    if not form.is_valid():
        return None, 422
    try:
        form.store(draft)
        if request.POST.get("go") in dict(STEPS):
            return _to(request, request.POST["go"], draft), 302
        sent = inviting.send_invitations(actor=request.actor, batch=drafts.batch_of(draft))
    except (Conflict, Unacceptable, TooMany) as error:
        form.add_error(None, f"{error.sentence} {error.remedy}".strip())
        return None, error.status
    drafts.discard_draft(draft)
    links = [(invitation.email, invitation_mail.link(token)) for invitation, token in sent]
    request.session["invitation-links"] = links
    messages.success(request, f"{len(sent)} invitation{'s' if len(sent) > 1 else ''} sent.")
    return redirect("tenants:invitation_list", request.platform.slug), 302


@require_POST
@web.administrators_only("invite")
def invitation_discard(request, draft):
    """Throw a draft away."""
    drafts.discard_draft(drafts.find_draft(request.actor, draft))
    messages.success(request, "The draft is gone. Nobody was invited.")
    return redirect("tenants:invitation_list", request.platform.slug)
