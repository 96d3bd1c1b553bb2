"""Runs the service behind a form, so that a refusal comes back beside what was typed."""

from tenants.errors import DomainError, NotVisible


def attempt(form, act):
    """Return (what `act` returns, 302) when the form is right and the act done, else (None, the status to answer).

    The form then says the refusal and what would change it. NotVisible passes: there is nothing to show a form about.
    """
    if not form.is_valid():
        return None, 422
    try:
        return act(), 302
    except NotVisible:
        raise
    except DomainError as error:
        field = getattr(error, "field", None)
        form.add_error(field if field in form.fields else None, f"{error.sentence} {error.remedy}".strip())
        return None, error.status
