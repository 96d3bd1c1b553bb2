"""The icons that pages may name, as static/icons.txt lists them."""

from pathlib import Path

LISTED = Path(__file__).resolve().parents[1] / "static" / "icons.txt"


def icons():
    """Return {symbol: Lucide's name or "own"}."""
    lines = (line.split("#")[0].split() for line in LISTED.read_text().splitlines())
    return dict(line for line in lines if line)
