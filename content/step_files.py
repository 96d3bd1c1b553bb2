"""Reads of a STEP file (ISO 10303-21) what it is an assembly of, and none of its geometry.

Foreign bytes are read in the web process here, so everything is bounded: they are passed once, in pieces, by searches
that never go back; a statement longer than LONGEST is skipped; what is kept, and the time for all files, has an end.
"""

import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

PIECE = 256 * 1024  # bytes
LONGEST = 64 * 1024  # bytes of a statement that is looked at
MOST_KEPT = 4 * 1024 * 1024  # bytes of all that are looked at in one file
MOST_TIMES = 1_000_000  # of one part in one file
SUFFIXES = (".stp", ".step", ".p21")
ENDS = {b"'": b"'", b"/*": b"*/"}
HALF = {b"": b"/", b"/*": b"*"}  # the last byte of a piece that may be half of a mark, by where it stands
SIGNS = re.compile(rb"'|/\*|;")
HEAD = re.compile(rb"\s*#(\d{1,18})\s*=\s*([A-Z_][A-Z0-9_]*)\s*\(")
TOKENS = re.compile(r"'((?:[^']|'')*)'|#(\d{1,18})|([(),])")
ESCAPES = re.compile(r"\\X2\\((?:[0-9A-F]{4})*)\\X0\\|\\X\\([0-9A-F]{2})|\\S\\(.)")
DEFINITION = "PRODUCT_DEFINITION_WITH_ASSOCIATED_DOCUMENTS"
USAGE, DOCUMENT = "NEXT_ASSEMBLY_USAGE_OCCURRENCE", "DOCUMENT_FILE"
REFERENCE, NAMING = "APPLIED_DOCUMENT_REFERENCE", "APPLIED_EXTERNAL_IDENTIFICATION_ASSIGNMENT"
PARENT, CHILD = 3, 4  # fields of a usage
WANTED = frozenset({DEFINITION, USAGE, DOCUMENT, REFERENCE, NAMING})


@dataclass(slots=True)
class Budget:
    """The bytes and the time that reading may take, over all files of one request."""

    size: int = 256 * 1024 * 1024
    until: float = field(default_factory=lambda: time.monotonic() + 4)

    def read(self, file):
        """Return the next piece of a file; nothing once the budget is spent."""
        if self.spent:
            return b""
        piece = file.read(PIECE)
        self.size -= len(piece)
        return piece

    @property
    def spent(self):
        """Tell whether nothing is left."""
        return self.size <= 0 or time.monotonic() > self.until


@dataclass(frozen=True, slots=True)
class Structure:
    """What a file says: the files of its parts with how often each is there; `whole` unless a limit cut it short."""

    parts: dict
    whole: bool = True


def read(file, budget):
    """Return the Structure of a STEP file; whatever is no STEP file has no parts."""
    kept, left, whole = defaultdict(dict), MOST_KEPT, True
    for statement in statements(file, budget):
        head = HEAD.match(statement)
        if head is None or (kind := head[2].decode()) not in WANTED:
            continue
        left -= len(statement)
        if left < 0:
            whole = False
            break
        kept[kind][int(head[1])] = arguments(statement[head.end() :])
    return Structure(_parts(kept), whole and not budget.spent)


class _Held:
    """The pieces of one statement, until they are too many."""

    def __init__(self):
        self.pieces, self.size = [], 0

    def add(self, piece):
        """Keep a piece."""
        self.size += len(piece)
        if self.size <= LONGEST:
            self.pieces.append(piece)

    def take(self):
        """Return the statement, nothing of one that was too long, and begin the next."""
        statement = b"".join(self.pieces) if self.size <= LONGEST else b""
        self.pieces, self.size = [], 0
        return statement


def statements(file, budget):
    """Yield the statements of a file without comments; marks in strings end none, and too long ones are empty."""
    held, inside, rest = _Held(), b"", b""
    while piece := budget.read(file):
        data, at = rest + piece, 0
        while (found := _next(data, at, inside)) is not None:
            start, end = found
            mark = data[start:end]
            if inside != b"/*":
                held.add(data[at : end if mark == b"'" else start])
            if mark == b";":
                yield held.take()
            inside = mark if not inside and mark != b";" else b""
            at = end
        whole = len(data) - (at < len(data) and data[-1:] == HALF.get(inside))
        if inside != b"/*":
            held.add(data[at:whole])
        rest = data[whole:]


def _next(data, at, inside):
    """Return (start, end) of the mark that comes next, or None when it is not in this piece."""
    if inside:
        start = data.find(ENDS[inside], at)
        return None if start < 0 else (start, start + len(ENDS[inside]))
    found = SIGNS.search(data, at)
    return None if found is None else found.span()


def arguments(text):
    """Return the arguments of a statement: texts, numbers of others, lists of those; anything else is None."""
    found, inner, value, depth = [], [], None, 0
    for quoted, number, mark in TOKENS.findall(text.decode("utf-8", "replace")):
        if mark == "":
            value = int(number) if number else unescaped(quoted)
            inner.append(value)
        elif mark == "(":
            depth, inner = depth + 1, [] if depth == 0 else inner
        elif depth == 0:
            found.append(value)
            value = None
            if mark == ")":
                break
        elif mark == ")":
            depth -= 1
            value = inner
    return found


def unescaped(text):
    """Return a text of a file as people read it."""

    def sign(found):
        wide, narrow, shifted = found.groups()
        if shifted:
            return chr(ord(shifted) % 128 + 128)
        codes = [narrow] if narrow else [wide[at : at + 4] for at in range(0, len(wide or ""), 4)]
        return "".join(chr(int(code, 16)) for code in codes)

    return ESCAPES.sub(sign, text.replace("''", "'")).replace("\\\\", "\\")


def _parts(kept):
    """Return {file name: times} of the parts that stand in files of their own."""
    files, below, above = _files(kept), defaultdict(list), defaultdict(int)
    for usage in kept[USAGE].values():
        if len(usage) > CHILD and isinstance(usage[PARENT], int) and isinstance(usage[CHILD], int):
            below[usage[PARENT]].append(usage[CHILD])
            above[usage[CHILD]] += 1
    ready = deque(number for number in below if number not in above)
    times, found = dict.fromkeys(ready, 1), {}
    while ready:  # in the order of the tree, each once; a circle is never ready
        number = ready.popleft()
        passed = times.get(number, 0)
        if passed and number in files and number in above:  # its own file says what is below
            found[files[number]] = min(found.get(files[number], 0) + passed, MOST_TIMES)
            passed = 0
        for child in below.get(number, ()):
            times[child] = min(times.get(child, 0) + passed, MOST_TIMES)
            above[child] -= 1
            if not above[child]:
                ready.append(child)
    return found


def _files(kept):
    """Return {definition: file name} of the parts that stand in files of their own."""
    named = {number: one[0] for number, one in kept[DOCUMENT].items() if one}
    for one in kept[NAMING].values():
        named |= dict.fromkeys(_numbers(one, 3), one[0])
    held = [
        (document, definition)
        for one in kept[REFERENCE].values()
        for document in _numbers(one[:1], 0)
        for definition in _numbers(one, 2)
    ]
    for definition, one in kept[DEFINITION].items():
        held += [(document, definition) for document in _numbers(one, 4)]
    names = {definition: base_name(named.get(document)) for document, definition in held}
    return {definition: name for definition, name in names.items() if name.lower().endswith(SUFFIXES)}


def _numbers(fields, at):
    """Return the numbers of others in one field of a statement."""
    found = fields[at] if len(fields) > at else []
    return [number for number in (found if isinstance(found, list) else [found]) if isinstance(number, int)]


def base_name(path):
    """Return the file name at the end of a path as any system writes it."""
    return re.split(r"[\\/]", path)[-1].strip() if isinstance(path, str) else ""
