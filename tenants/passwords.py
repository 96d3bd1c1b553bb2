"""What a password may not be made of, beside what Django knows of: our own name and those of the person's platforms."""

import re

from django.core.exceptions import ValidationError

from tenants.models import Platform

SHORTEST = 4  # letters of a word that is worth refusing


class NamesValidator:
    """Refuses passwords that hold the name of the product or of a platform of the person."""

    def validate(self, password, user=None):
        """Raise ValidationError for one that does."""
        letters = _letters(password)
        if any(name in letters for name in ("gangway", *self._names(user))):
            raise ValidationError(self.get_help_text(), code="password_of_names")

    def get_help_text(self):
        """Say the rule."""
        return "A password does not hold the name of this product or of a company you work with."

    def _names(self, user):
        if user is None or user.pk is None:
            return []
        platforms = Platform.objects.filter(members__user=user).values_list("name", "slug")
        words = {_letters(word) for pair in platforms for text in pair for word in re.split(r"\W+", text)}
        return [word for word in words if len(word) >= SHORTEST and word not in COMMON]


COMMON = {"company", "group", "engineering", "aerospace", "industries"}  # say nothing about whose it is


def _letters(text):
    return "".join(sign for sign in text.lower() if sign.isalnum())
