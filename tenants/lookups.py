"""How conditions of the rules are written for the database."""

from django.db.models import BigAutoField, ForeignKey
from django.db.models.lookups import In


class Among(In):
    """`in` for plain ids, as one array on PostgreSQL: hundreds of values are slow to write, to send and to plan."""

    lookup_name = "among"

    def get_prep_lookup(self):
        """Leave the ids as they are."""
        return self.rhs

    def as_postgresql(self, compiler, connection):
        """Compare with one array."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::bigint[])", [*params, list(self.rhs)]


def register():
    """Let keys be asked with it."""
    for field in (BigAutoField, ForeignKey):
        field.register_lookup(Among)
