"""The default roles of invitations by Members."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenants import guest_roles, web
from tenants.errors import Unacceptable
from tenants.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("set_options")
def default_roles(request):
    """Show which roles a Member's invitation carries, and choose others."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            guest_roles.set_default_roles(actor=request.actor, codes=request.POST.getlist("roles"))
        except Unacceptable as error:
            problem, status = error.sentence, error.status
        else:
            messages.success(request, "Invitations by Members carry these roles from now on.")
            return redirect("tenants:options", request.platform.slug)
    chosen = {role.pk for role in guest_roles.default_roles(request.platform)}
    names = dict(Role.objects.values_list("code", "name"))
    rows = [(role, role.pk in chosen, ", ".join(map(names.get, role.prerequisites))) for role in Role.objects.all()]
    context = {"rows": rows, "problem": problem}
    return web.render_page(request, "tenants/default_roles.html", context, status=status)
