"""What comes from outside as text, before any page sees it."""

NUL = "\0"


class NulMiddleware:
    """Takes NULs out of what an address asks and a form says: nobody types one, and the database keeps none."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Clean a form, which the check of its token has read by now; programs are answered by rules of their own."""
        if request.method == "POST" and request.token is None and _has_nul(request.POST):
            cleaned = request.POST.copy()
            for name, values in request.POST.lists():
                cleaned.setlist(name, [value.replace(NUL, "") for value in values])
            request.POST = cleaned


def _has_nul(sent):
    return any(NUL in value for _name, values in sent.lists() for value in values)
