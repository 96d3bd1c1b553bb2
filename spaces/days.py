"""A date in a form, as the ground floor reads it; asked for here by this floor and those above."""

from tenants.days import beginning, ending, first_day, last_day

__all__ = ["beginning", "ending", "first_day", "last_day"]
