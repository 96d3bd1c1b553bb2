"""How somebody has proved in this session who they are, and where that is enough.

A company's provider says of a person what the company wants. It opens the company's own platform, and nothing else
until the person proves it here: by their password, a code or a passkey.
"""

from allauth.account.authentication import get_authentication_records


def confined(request):
    """Return the slugs of the only platforms this session opens; None when the person proved it here."""
    records = get_authentication_records(request, request.user)
    if not records or any(record.get("method") != "socialaccount" for record in records):
        return None
    return {record.get("provider") for record in records}
