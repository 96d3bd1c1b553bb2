"""The roles that ship; operators change them and add to them in the admin."""

ROLES = [
    # code, name, what it is for, capabilities, codes of the roles it needs
    ("ENT", "Entry", "Sign in to a platform and be told what happens there.", ["enter"], []),
    ("COL", "Collaboration", "Read, comment and review in spaces.", ["content", "evaluate"], ["ENT"]),
    ("DES", "Design", "Create and change definitions and resources.", ["design"], ["COL"]),
    ("CHG", "Change", "Raise and decide changes.", ["change"], ["COL"]),
]


def ship(model):
    """Store the roles that are missing; what an operator changed stays."""
    for position, (code, name, description, capabilities, needs) in enumerate(ROLES, 1):
        defaults = {"name": name, "description": description, "capabilities": capabilities, "prerequisites": needs}
        model.objects.get_or_create(code=code, defaults=defaults | {"position": position})
