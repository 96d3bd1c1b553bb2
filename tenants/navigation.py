"""What this floor adds to the side navigation."""

from django.urls import reverse

from tenants import access, web

MANAGEMENT = (
    ("tenants:member_list", "Members", "users"),
    ("tenants:group_list", "Groups", "tree"),
    ("tenants:invitation_list", "Invitations", "mail"),
    ("tenants:partner_list", "Partners", "swap"),
    ("tenants:options", "Options", "sliders"),
    ("tenants:organization_list", "Organizations", "tree"),
    ("tenants:role_list", "Roles and licences", "ticket"),
    ("tenants:sign_in", "Company sign-in", "key"),
    ("tenants:record", "Record", "record"),
)


def links(request):
    """Return home for everybody, and the management of the platform for Administrators; auditors get the record."""
    slug = request.platform.slug
    home = {"url": reverse("tenants:home", args=[slug]), "label": "Home", "icon": "home", "position": 0, "exact": True}
    groups = [{"title": "", "links": [home], "position": 0}]
    administers = request.actor.is_administrator
    if administers or access.can(request.actor, "see_record", request.platform):
        managed = [
            {"url": url, "label": label, "icon": icon}
            for name, label, icon in (MANAGEMENT if administers else MANAGEMENT[-1:])
            if (url := web.address(name, slug))
        ]
        groups.append({"title": "Platform Management", "links": managed, "position": 60})
    return groups


def register():
    """Hand the links to the pages."""
    web.contribute_navigation(links)
