"""What a mail says: text and HTML of one style, in the colour of its platform, with the reason why it comes."""

from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils import timezone

from tenants.models import Accent

COLOURS = {  # of static/css/tokens.css in light; mail knows no variables
    Accent.PETROL: "#055b63",
    Accent.COPPER: "#7c3a12",
    Accent.PLUM: "#743170",
    Accent.FOREST: "#2b5c34",
    Accent.COBALT: "#1d49a0",
    Accent.VIOLET: "#573a93",
    Accent.SLATE: "#43525e",
    Accent.MOSS: "#4c551d",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its address. `headers` are further ones, such as how to unsubscribe."""

    subject: str
    text: str
    html: str = ""
    headers: dict = field(default_factory=dict)


class ListUnsubscribe(str):
    """That header on one line: Python would turn an address that is longer than a line into code words."""

    name = "List-Unsubscribe"

    def fold(self, *, policy):
        """Return the line."""
        return f"{self.name}: {self}{policy.linesep}"


def write(template, subject, *, platform=None, headers=None, **context):
    """Return the Letter of the templates `mail/<template>.txt` and `.html`; `why` in the context says why it comes."""
    accent = platform.accent if platform else Accent.PETROL
    context |= {"platform": platform, "subject": subject, "colour": COLOURS[accent]}
    with timezone.override(platform.zone if platform else None):
        text = render_to_string(f"mail/{template}.txt", context)
        html = render_to_string(f"mail/{template}.html", context)
    return Letter(" ".join(subject.split())[:200], text.strip() + "\n", html, headers or {})
