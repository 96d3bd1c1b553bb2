"""One line of JSON for each log record, in UTC, without tokens."""

import json
import logging
import re
from datetime import UTC, datetime

TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")  # invitations, resets and keys are all longer than any name in a path


def masked(text):
    """Return the text with everything that may be a token taken out."""
    return TOKEN.sub("[token]", text)


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, sentence and trace."""

    def format(self, record):
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
