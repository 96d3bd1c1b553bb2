"""The page of an item, what explains it, and the forms that make and change it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from content import (
    acts,
    conversions,
    items,
    lifecycle,
    live,
    personal,
    properties,
    readers,
    reading,
    record,
    resumable,
    watching,
)
from content.forms import DuplicateForm, ItemForm, NewItemForm, RepairForm
from content.models import Category, Item, ItemType
from content.names import Names
from content.reviewing.showing import is_review
from content.rules import READING, sources
from content.views.attempts import attempt
from content.views.viewing import main_view
from spaces.rules import people_known
from tenants import access, events
from tenants.errors import Conflict
from tenants.panels import panels
from tenants.web import note_look, render_page

BUTTONS = (
    "modify",
    "repair",
    "lock",
    "unlock",
    "break_lock",
    "revise",
    "delete",
    "clear",
    "see_readers",
    "comment",
    "share",
    "move",
    "change_owner",
)
ENTRIES, PER_PAGE = 15, 100
SENTENCES = {rule.code: rule.sentence for rule in READING}


def _page(request, item, **more):
    """Return everything that the page of an item shows."""
    actor = request.actor
    names = Names(actor, item.space_id)
    names.learn([item])
    found, hidden_later = reading.revisions(actor, item)
    rows = record.changes_of(item)
    files = _files(item, names)
    conversions.picture([item])
    main_panels, side_panels = panels(request, "item", item=item)
    may = {act: access.can(actor, act, item) for act in BUTTONS}
    return {
        "item": item,
        "live": live.page(item),
        "may": may,
        "steps": lifecycle.steps(actor, item),
        "consequences": lifecycle.CONSEQUENCES,
        "why": access.can(actor, "read", item),
        "starred": personal.starred(actor, item),
        "watch": watching.of(actor, item),
        "may_watch": watching.may_watch(actor, item),
        "files": files,
        "told": properties.told(item.type, item.properties, empty=bool(may["modify"])),
        "tags": item.tags.all(),
        "view": main_view(files),
        "revisions": found,
        "hidden_later": hidden_later,
        "entries": _entries(actor, item, rows[:ENTRIES]),
        "may_create": acts.create(actor, item.category),
        "may_repair_files": access.can(actor, "repair_files", item),
        "unfinished": resumable.unfinished(actor, item),
        "at_once": settings.UPLOADS_AT_ONCE,
        "main_panels": main_panels,
        "side_panels": side_panels,
        **more,
    }


def _files(item, names):
    files = list(item.files.prefetch_related("versions__created_by"))
    names.load({version.created_by_id for file in files for version in file.versions.all()})
    for file in files:
        for version in file.versions.all():
            version.by = names.say(version.created_by)
    return files


def _entries(actor, item, rows):
    return events.entries(actor, rows.select_related("actor", "subject"), **record.known_around(actor, item))


@require_safe
def item_detail(request, pk):
    """One item: what it is, its files, its history, why one sees it and what one may do; a review opens as a review."""
    item = reading.open_item(request.actor, pk)
    if request.method == "GET":
        personal.note_opened(request.actor, item)
    if "own" not in request.GET and is_review(item):
        return redirect("content:review_detail", request.platform.slug, item.pk)
    reading.record_opening(request.actor, item)
    return render_page(request, "content/item_detail.html", _page(request, item))


@require_safe
def item_why(request, pk):
    """All rules of reading with the ones that hold, the deciding one first."""
    item = reading.visit_item(request.actor, pk, request.method)
    holding = access.why(request.actor, "read", item)
    decided = access.can(request.actor, "read", item)
    rules = [(rule, rule in holding, rule.say(request.actor, item) if rule in holding else "") for rule in READING]
    context = {"item": item, "rules": rules, "why": decided, "first": holding[0].code if holding else ""}
    return render_page(request, "content/item_why.html", context, partials=["why-panel"])


@require_safe
def item_readers(request, pk):
    """Everybody who reads the item or will once they accept, with the rule; restricted askers see their own people."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "see_readers", item)
    known = people_known(request.actor, item.space_id)
    found = [one for one in readers.readers(item) if known is None or not one.actor.organizations.isdisjoint(known)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    members = readers.named([one.person.pk for one in page])
    rows = [
        (members[one.person.pk], one.code, SENTENCES[one.code], _through(one.actor, one.code, item, known))
        for one in page
    ]
    context = {"item": item, "readers": rows, "page": page, "known": known}
    return render_page(request, "content/item_readers.html", context)


def _through(actor, code, item, known):
    """Say through which groups somebody reads by a rule; who may not know everybody is told no group's name."""
    found = sources(actor, code, item)
    groups = dict.fromkeys(one.group for one in found if one.group_id)
    if not groups:
        return ""
    also = "" if all(one.group_id for one in found) else "also "
    if known is not None:
        return f"{also}through a group"
    return f"{also}through the group{'s' if len(groups) > 1 else ''} {', '.join(groups)}"


@require_safe
def item_record(request, pk):
    """Every entry about an item, newest first."""
    item = reading.visit_item(request.actor, pk, request.method)
    page = Paginator(record.of_item(request.actor, item), PER_PAGE).get_page(request.GET.get("page"))
    context = {"item": item, "page": page, "entries": _entries(request.actor, item, page.object_list)}
    note_look(request, item, space_id=item.space_id)
    return render_page(request, "content/item_record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request):
    """Choose a type, then fill the form; the space and the organization come from the current credential."""
    asked = request.GET.get("type", "")
    kind = next((kind for kind in ItemType.objects.all() if kind.code == asked), None)
    if kind is None:
        context, status = {"groups": _groups(request.actor), "unknown": asked}, 422 if request.method == "POST" else 200
        return render_page(request, "content/item_new.html", context, status=status)
    held = request.actor.current
    form, status = NewItemForm(kind, initial={"credential": held.id if held else ""}), 200
    if request.method == "POST":
        form = NewItemForm(kind, request.POST)
        item, status = attempt(form, lambda: _made(request.actor, form, kind))
        if item:
            return redirect("content:item_detail", request.platform.slug, item.pk)
    context = {"form": form, "kind": kind, "decision": acts.create(request.actor, kind.category)}
    return render_page(request, "content/item_new.html", context, status=status)


def _made(actor, form, kind):
    _require_shown(actor, form)
    return items.create_item(actor=actor, kind=kind, draft=form.draft(), private=form.cleaned_data["private"])


def _require_shown(actor, form):
    """Refuse what would land elsewhere than the page said: another window switched the credential."""
    shown, held = form.cleaned_data["credential"], actor.current
    if shown and held and shown != str(held.id):
        form.data = {**form.data.dict(), "credential": held.id}
        raise Conflict(
            f"Your current credential changed meanwhile: you are {held.responsibility_name} in {held.space_title} "
            f"for {held.organization_name} now.",
            "Create it there, or switch back first.",
        )


@require_http_methods(["GET", "HEAD", "POST"])
def item_duplicate(request, pk):
    """Make an item of this one, where the current credential creates."""
    item, held = reading.visit_item(request.actor, pk, request.method), request.actor.current
    form, status = DuplicateForm(initial={"title": item.title, "credential": held.id if held else ""}), 200
    if request.method == "POST":
        form = DuplicateForm(request.POST)
        new, status = attempt(form, lambda: _duplicated(request.actor, form, item))
        if new:
            return redirect("content:item_detail", request.platform.slug, new.pk)
    context = {"form": form, "item": item, "decision": acts.create(request.actor, item.category)}
    return render_page(request, "content/item_duplicate.html", context, status=status)


def _duplicated(actor, form, item):
    _require_shown(actor, form)
    typed = form.cleaned_data
    draft = items.Draft(typed["title"], item.description)
    choices = {"with_files": typed["with_files"], "private": typed["private"]}
    return items.duplicate_item(actor=actor, item=item, draft=draft, **choices)


def _groups(actor):
    kinds = list(ItemType.objects.all())
    return [
        {
            "category": category,
            "decision": acts.create(actor, category),
            "kinds": [kind for kind in kinds if kind.category == category],
        }
        for category in Category
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def item_edit(request, pk):
    """Change properties; a form that was open while somebody else stored a change comes back with both."""
    item = reading.visit_item(request.actor, pk, request.method)
    if request.method != "POST":
        access.require(request.actor, "modify", item)
        return _changing(request, item, ItemForm.of(item), 200)
    form = ItemForm(item.type, request.POST, stored=item.properties)
    done, status = attempt(form, lambda: items.edit_item(**_typed(request, item, form)))
    return _changed(request, item) if done else _changing(request, item, form, status)


@require_http_methods(["GET", "HEAD", "POST"])
def item_repair(request, pk):
    """Change properties as Owner, for a reason."""
    item = reading.visit_item(request.actor, pk, request.method)
    if request.method != "POST":
        access.require(request.actor, "repair", item)
        return _changing(request, item, RepairForm.of(item), 200)
    form = RepairForm(item.type, request.POST, stored=item.properties)
    done, status = attempt(
        form, lambda: items.repair_item(**_typed(request, item, form), reason=form.cleaned_data["reason"])
    )
    return _changed(request, item) if done else _changing(request, item, form, status)


def _typed(request, item, form):
    return {"actor": request.actor, "item": item, "draft": form.draft(), "version": form.cleaned_data["version"]}


def _changed(request, item):
    return redirect("content:item_detail", request.platform.slug, item.pk)


def _changing(request, item, form, status):
    """Show the form; what somebody else stored meanwhile stands beside it, and sending it again stores over that."""
    stored = Item.objects.filter(pk=item.pk).first() if status == 409 else None
    if stored:
        form.data = {**form.data.dict(), "version": stored.version}
    context = {"form": form, "item": item, "repair": isinstance(form, RepairForm), "stored": stored}
    return render_page(request, "content/item_edit.html", context, status=status)
