"""The form by which a person chooses how each kind of news comes by mail."""

from django import forms

from tenants import news_choices
from tenants.models import Delivery

EVERYWHERE = "everywhere-"


class ChoiceForm(forms.Form):
    """One choice for each kind of news of the platform, and for those that come without a platform too."""

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        for kind, way in news_choices.offered(actor).items():
            self._add(kind.code, kind, way, kind.deliveries)
        for kind, way in news_choices.deliveries(actor.user, None).items():
            if kind.everywhere:
                ways = [one for one in kind.deliveries if one != Delivery.DIGEST]
                self._add(EVERYWHERE + kind.code, kind, way, ways)

    def _add(self, name, kind, way, ways):
        label = f"{kind.label}, wherever I work" if name.startswith(EVERYWHERE) else kind.label
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[(one.value, one.label.capitalize()) for one in ways],
            initial=way,
            help_text=f"You get it because {kind.why}.",
        )

    def keep(self):
        """Store what was chosen."""
        here = {name: way for name, way in self.cleaned_data.items() if not name.startswith(EVERYWHERE)}
        alike = {name.removeprefix(EVERYWHERE): way for name, way in self.cleaned_data.items() if name not in here}
        news_choices.choose(user=self.actor.user, platform=self.actor.platform, chosen=here)
        news_choices.choose(user=self.actor.user, platform=None, chosen=alike)
