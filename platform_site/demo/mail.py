"""Reads the mail that the demo keeps on disk."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_string, policy
from pathlib import Path

from django.conf import settings
from django.utils import timezone

RULE = "\n" + "-" * 79 + "\n"  # what Django's file backend writes after each message


@dataclass(frozen=True, slots=True)
class Letter:
    """One kept message. `key` names it in the address of its page."""

    key: str
    subject: str
    sender: str
    recipient: str
    at: datetime
    text: str

    @property
    def lines(self):
        """Return the text line by line as (words, path): path is set where the line is a link to this site."""
        base = settings.PUBLIC_BASE_URL
        return [
            (line, line.strip().removeprefix(base) if line.strip().startswith(base) else "")
            for line in self.text.splitlines()
        ]


def letters():
    """Return all kept messages, the newest first."""
    folder = Path(settings.MAILERS["default"].get("OPTIONS", {}).get("file_path", settings.VAR / "mail"))
    found = [letter for path in sorted(folder.glob("*.log")) for letter in _read(path)] if folder.is_dir() else []
    return sorted(found, key=lambda letter: letter.at, reverse=True)


def _read(path):
    at = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
    for number, source in enumerate(path.read_text().split(RULE)):
        if not source.strip():
            continue
        message = message_from_string(source.strip(), policy=policy.default)
        body = message.get_body(("plain",))
        yield Letter(
            key=f"{path.stem}-{number}",
            subject=str(message["Subject"]),
            sender=str(message["From"]),
            recipient=str(message["To"]),
            at=at,
            text=body.get_content() if body else "",
        )
