"""Pages of a list whose number of rows is counted no further than it is told."""

from django.core.paginator import Page, Paginator

from content import facets, reading

FURTHEST = 10_000  # pages; nobody turns more of them


class Capped(Paginator):
    """Counts to one more than is told exactly. Beyond that there is a later page while there are rows."""

    @property
    def exact(self):
        """True when the count is that of all rows."""
        return self.count <= facets.EXACT

    def get_page(self, number):
        """Return a page that there is: for nonsense the first, for too much the last that is known."""
        if self.exact:
            return super().get_page(number)
        asked = int(number) if str(number).isascii() and str(number).isdigit() and len(str(number)) < 6 else 1
        found = _Open(self, max(1, min(asked, FURTHEST)))
        return found if found.object_list else _Open(self, 1)

    def __init__(self, head, ordered, per_page, *, newest=False):
        """Take the Head of the rows that fit and all of them in their order, which is that of the Head if `newest`."""
        self.first = head.keys if newest and not (head.more and head.anyhow) else []
        super().__init__(self.first if self.first and not head.more else ordered, per_page)
        self.count = len(head.rows) + head.more

    def rows(self, start, end):
        """Return the rows at these places, from the Head where it has them all."""
        found = self.first if end <= len(self.first) else self.object_list
        return reading.loaded(found[start:end])

    def _get_page(self, rows, *more):
        return super()._get_page(reading.loaded(rows), *more)


class _Open(Page):
    """A page among more than are counted."""

    def __init__(self, paginator, number):
        first = (number - 1) * paginator.per_page
        rows = paginator.rows(first, first + paginator.per_page + 1)
        self.later = len(rows) > paginator.per_page
        super().__init__(rows[: paginator.per_page], number, paginator)

    def has_next(self):
        """Tell whether there are rows after this page."""
        return self.later

    def end_index(self):
        """Return the place of its last row."""
        return self.start_index() + len(self.object_list) - 1
