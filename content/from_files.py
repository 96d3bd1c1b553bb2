"""Makes items of files that come together: one an item, assemblies related to their parts as the files say.

The files are stored and read once, and a batch says beforehand what becomes of each. Its lines stand in the order in
which parts come before what holds them; each is done in a transaction of its own. Bytes that nothing was made of are
swept away after a day, as of any upload that was not ended.
"""

from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from pathlib import PurePosixPath

from django.core.files import File as DjangoFile
from django.db.models.functions import Lower
from django.urls import reverse

from content import acts, blobs, reading, references, step_files
from content.files import Arrival, add_version, clean_name
from content.items import Draft, create_item
from content.models import Category, File, ItemType, ReferenceKind
from tenants import batches
from tenants.batches import READY, Subject, Verdict
from tenants.errors import AccessDenied, Conflict, Unacceptable

KIND = "from_files"
ASSEMBLY, PART = "physical-product", "part-3d"
EXISTS, USED, MISSING, GONE, ELSEWHERE = "exists", "used", "missing", "gone", "elsewhere"
MOST_PARTS = 1000  # of one file
NAMED = 6  # parts that a sentence names
TITLE = 120  # characters


def begin(*, actor, files):
    """Store and read the files, and return the judged batch. Raises AccessDenied, Unacceptable or NoSpace."""
    if not (decision := may(actor, {})):
        raise AccessDenied(decision)
    if not files:
        raise Unacceptable("Choose the files.", field="file")
    budget, found = step_files.Budget(), {}
    for file in files:
        name = clean_name(file.name)
        if name.lower() in found:
            raise Unacceptable(f"{name} is there twice. Send each file once.", field="file")
        if not file.size:
            raise Unacceptable(f"{name} is empty: there is nothing in it to store.", field="file")
        found[name.lower()] = _arrived(file, name, budget)
    held = actor.current
    parameters = {"credential": str(held.id), "space": held.space_title, "organization": held.organization_name}
    return batches.make(actor=actor, kind=KIND, parameters=parameters, subjects=_subjects(found))


def _arrived(file, name, budget):
    """Return what a line keeps of one file: where its bytes wait, and what it says of its parts."""
    structure = step_files.Structure({})
    file.seek(0)
    if name.lower().endswith(step_files.SUFFIXES):
        structure = step_files.read(file, budget)
    file.seek(0)
    parts = _named(structure.parts, name)
    sha256 = getattr(file, "sha256", "") or blobs.hash_of(file)
    found = {"name": name, "sha256": sha256, "parts": [[part, parts[part]] for part in list(parts)[:MOST_PARTS]]}
    whole = structure.whole and len(parts) <= MOST_PARTS
    return found | {"blob": blobs.put(file, sha256)[0], "whole": whole}


def _named(parts, itself):
    """Return {file name: times} under the names by which we keep files; one that is none is left out."""
    found = {}
    for part, times in parts.items():
        with suppress(Unacceptable):
            name = clean_name(part)
            if name.lower() != itself.lower():
                found[name] = found.get(name, 0) + times
    return found


def _subjects(found):
    """Return a line for each file, parts before what holds them, and for each that is named but was not sent."""
    lines = [Subject(name, found[name]["name"], found[name]) for name in _ordered(found)]
    named = {part.lower(): part for one in found.values() for part, _times in one["parts"]}
    return lines + [Subject(key, part, {"name": part}) for key, part in named.items() if key not in found]


def _ordered(found):
    """Return the names, parts before what holds them; a circle of files is cut where it closes."""
    ordered, seen = [], set()
    for top in found:
        stack = [(top, False)]
        while stack:
            name, below_done = stack.pop()
            if below_done:
                ordered.append(name)
            elif name not in seen:
                seen.add(name)
                below = (part.lower() for part, _times in found[name]["parts"])
                stack += [(name, True), *((part, False) for part in below if part in found)]
    return ordered


# --- the kind of batch ---


def may(actor, parameters):
    """Answer whether the actor creates what the files become, by the current credential."""
    return acts.create(actor, Category.DEFINITION)


def judge(actor, parameters, lines):
    """Return a verdict for each file; what exists in the space is used, unless its maker wants another."""
    if not actor.current or str(actor.current.id) != parameters["credential"]:
        words = f"You work with another credential now. Switch back to {parameters['space']}, or upload again."
        return [Verdict(ELSEWHERE, words)] * len(lines)
    there, users = existing(actor, [line.key for line in lines]), defaultdict(list)
    for line in lines:
        for part, _times in line.data.get("parts", ()):
            users[part.lower()].append(line.subject)
    return [_verdict(line.data, there.get(line.key), users[line.key]) for line in lines]


def _verdict(data, item, users):
    if "blob" not in data:
        if item is not None:
            return Verdict(USED, f"Was not sent; {item} holds a file of this name and becomes the part.")
        return Verdict(MISSING, f"{_listed(users)} names it, and it was not sent: that relation is left out.")
    if not blobs.storage().exists(data["blob"]):
        return Verdict(GONE, "The file was kept for a day alone. Upload it again.")
    if item is not None:
        return Verdict(
            EXISTS, f"{item} holds a file of this name and is used as it is. Include this one for a new item."
        )
    return Verdict(READY, _becomes(data))


def _becomes(data):
    doubt = "" if data["whole"] else " It was too large to be read to its end; parts may be missing."
    if not data["parts"]:
        return f"Becomes a new 3D part.{doubt}"
    held = _listed([f"{name} ({times})" for name, times in data["parts"]])
    return f"Becomes a new physical product, which holds {held}.{doubt}"


def _listed(words):
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more


def existing(actor, names):
    """Return {file name in small letters: item} of the items in the actor's current space that they have in lists."""
    held = reading.listed(actor).filter(space=actor.current.space_id, superseded=False).order_by()
    rows = File.objects.annotate(key=Lower("name")).filter(key__in=names, item__in=held.values("pk"))
    return {file.key: file.item for file in rows.select_related("item").order_by("pk")}


def act(actor, parameters, line):
    """Make the item of one file, store the file in it, and relate it to its parts; return what was done."""
    if not actor.current or str(actor.current.id) != parameters["credential"]:
        raise Conflict("You work with another credential now.", "Switch back, or upload again.")
    data = line.data
    if data["parts"]:
        references.lock_circles(actor)  # before the space that the item is made in
    kind = ItemType.objects.get(code=ASSEMBLY if data["parts"] else PART)
    item = create_item(actor=actor, kind=kind, draft=Draft(PurePosixPath(data["name"]).stem[:TITLE]))
    with blobs.storage().open(data["blob"]) as stored:
        arrival = Arrival(file=DjangoFile(stored, name=data["name"]), sha256=data["sha256"])
        add_version(actor=actor, item=item, arrival=arrival)
    line.data = data | {"item": item.pk}
    line.save(update_fields=["data"])
    left_out = _relate(actor, item, line)
    related = len(data["parts"]) - len(left_out)
    held = f", with {related} part{'s' if related != 1 else ''}" if data["parts"] else ""
    return f"{item} is made{held}{f'; left out: {_listed(left_out)}' if left_out else ''}."


def _relate(actor, item, line):
    """Relate an item to its parts; return the names of those that are not there."""
    wanted = [name.lower() for name, _times in line.data["parts"]]
    there = existing(actor, wanted)
    made = {one.key: one.data.get("item") for one in line.batch.lines.filter(key__in=wanted)}
    left_out = []
    for number, (name, times) in enumerate(line.data["parts"], 1):
        found = made.get(name.lower()) or getattr(there.get(name.lower()), "pk", None)
        if found is None or found == item.pk:
            left_out.append(name)
            continue
        relation = references.Relation(ReferenceKind.HAS_PART, Decimal(times), 10 * number)
        references.add_reference(actor=actor, item=item, target_id=found, relation=relation)
    return left_out


def _says(parameters):
    where = f"New items stand in {parameters['space']} and belong to {parameters['organization']}, as you work now."
    return [where, "A STEP file that names others becomes an assembly that holds them."]


def _links(actor, lines):
    made = {line.data["item"]: line.key for line in lines if line.data.get("item")}
    found = reading.listed(actor).filter(pk__in=made).values_list("pk", flat=True)
    return {made[pk]: reverse("content:item_detail", args=[actor.platform.slug, pk]) for pk in found}


def register():
    """Offer this sort of batch."""
    batches.contribute(
        KIND,
        batches.Kind(
            title=lambda parameters: "Assembly from files",
            says=_says,
            may=may,
            judge=judge,
            act=act,
            button=lambda number: f"Make {number} item{'s' if number != 1 else ''}",
            doubts=frozenset({EXISTS}),
            links=_links,
            home=("content:item_list", "All I can read"),
        ),
    )
