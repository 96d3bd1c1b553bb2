"""Ids as addresses and forms name them: text, of which anything may come."""

LARGEST = 2**63 - 1  # what a key column holds
LONGEST = 19  # digits of that


def id_of(text):
    """Return the id that a text names, None of a text that names none."""
    text = str(text or "")
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST:
        return None
    number = int(text)
    return number if number <= LARGEST else None


def ids_of(texts):
    """Return the ids that some texts name, without those that name none."""
    return [number for number in map(id_of, texts) if number is not None]
