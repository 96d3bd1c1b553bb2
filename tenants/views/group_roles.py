"""The roles of a group: granting, licence settings, taking back; each for everybody in it."""

from django.contrib import messages
from django.views.decorators.http import require_POST

from tenants import group_roles, groups, web
from tenants.errors import NotVisible
from tenants.group_forms import GroupGrantForm
from tenants.member_forms import SettingForm
from tenants.views.groups import attempt, detail, to_group


@require_POST
@web.administrators_only("grant_roles")
def group_role_grant(request, pk):
    """Grant a role to everybody in the group."""
    group = groups.find_group(request.platform, pk)
    form = GroupGrantForm(request.POST, group=group)
    done, status = attempt(
        request, form, lambda typed: group_roles.grant_to_group(actor=request.actor, group=group, **typed)
    )
    if not done:
        return detail(request, group, status=status, grant_form=form)
    return _done(request, group, f"{done.role} is granted to {group}.")


@require_POST
@web.administrators_only("grant_roles")
def group_role_set(request, pk, grant_pk):
    """Turn Assign licence or Restrict usage on or off for everybody in the group."""
    group = groups.find_group(request.platform, pk)
    form = SettingForm(request.POST)
    if not form.is_valid():
        return detail(request, group, status=422, problem="Choose on or off for one of the two settings.")
    grant = _grant(group, grant_pk)
    group_roles.set_group_grant(actor=request.actor, grant=grant, **form.settings_of(grant))
    return _done(request, group, f"{grant.role}: {form.say()}.")


@require_POST
@web.administrators_only("grant_roles")
def group_role_ungrant(request, pk, grant_pk):
    """Take a role back from everybody in the group."""
    group = groups.find_group(request.platform, pk)
    grant = _grant(group, grant_pk)
    group_roles.ungrant_group(actor=request.actor, grant=grant)
    return _done(request, group, f"{grant.role} is taken back from {group}.")


def _grant(group, pk):
    found = group.grants.select_related("role", "group__platform").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _done(request, group, sentence):
    if request.htmx:
        return detail(request, group, done=sentence)
    messages.success(request, sentence)
    return to_group(request, group)
