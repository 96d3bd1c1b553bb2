"""Ids and numbers as addresses, headers and forms name them: text, of which anything may come."""

LARGEST = 2**63 - 1  # what a key column holds
LONGEST = 19  # digits of that


def number_of(text):
    """Return the number that a text spells in plain digits, None of any other text, and of more than a column holds."""
    text = str(text)
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST:
        return None
    number = int(text)
    return number if number <= LARGEST else None


def id_of(text):
    """Return the id that a text names, None of a text that names none."""
    return number_of(text or "")


def ids_of(texts):
    """Return the ids that some texts name, without those that name none."""
    return [number for number in map(id_of, texts) if number is not None]


def can_be_stored(texts):
    """Tell whether the texts of an address can name anything that is stored: a NUL is in no text of the database."""
    return not any("\0" in str(text) for text in texts)
