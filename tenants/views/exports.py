"""Lists as files."""

from django.views.decorators.http import require_POST

from tenants import exports, limits, web


@web.without_licence
@require_POST
def export(request, name):
    """Send a list as CSV, narrowed as the page it was asked from; a POST, because it leaves an entry in the record."""
    limits.spend(request, "export")
    wanted, lines = exports.begin(actor=request.actor, name=name, query=request.GET.dict())
    return web.csv_answer(f"{request.platform.slug}-{name}", wanted.header, lines)
