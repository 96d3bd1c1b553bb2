"""The page of an item, what explains it, and the forms that make and change it."""

from django.db import transaction
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from content import acts, items, lifecycle, reading
from content.forms import ItemForm, NewItemForm, RepairForm
from content.models import Category, Item, ItemType
from content.rules import READING
from content.views.names import Names, space_owners
from spaces.rules import people_known
from tenants import access, audit, events
from tenants import actor as actors
from tenants.errors import Conflict, Unacceptable
from tenants.models import AuditEvent
from tenants.web import render_page

BUTTONS = ("modify", "repair", "lock", "unlock", "break_lock", "revise", "delete", "clear", "see_readers", "comment")
ENTRIES = 15


def _page(request, item, **more):
    """Return everything that the page of an item shows."""
    actor = request.actor
    names = Names(actor, item.space_id)
    names.learn([item])
    found, hidden_later = reading.revisions(actor, item)
    rows = AuditEvent.objects.filter(object_type="content.item", object_id=str(item.pk), platform=actor.platform)
    return {
        "item": item,
        "may": {act: access.can(actor, act, item) for act in BUTTONS},
        "steps": lifecycle.steps(actor, item),
        "consequences": lifecycle.CONSEQUENCES,
        "why": access.can(actor, "read", item),
        "files": _files(item, names),
        "revisions": found,
        "hidden_later": hidden_later,
        "entries": _entries(actor, item, rows[:ENTRIES]),
        "sees_space": access.can(actor, "see", item.space),
        "may_repair_files": access.can(actor, "repair_files", item),
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
    known = people_known(actor, item.space_id)
    also = space_owners(item.space_id) if known is not None else frozenset()
    return events.entries(actor, rows.select_related("actor", "subject"), known=known, also=also)


@require_safe
def item_detail(request, pk):
    """One item: what it is, its files, its history, why one sees it and what one may do."""
    item = _open(request, pk)
    return render_page(request, "content/item_detail.html", _page(request, item))


def _open(request, pk):
    """Return the item; other people's Private and personal ones that only power opens leave an entry each time."""
    item = reading.open_item(request.actor, pk)
    if not access.can(request.actor, "list", item):
        with transaction.atomic():
            audit.record(request.actor, "private_item_opened", item, space_id=item.space_id, subject=item.owner)
    return item


@require_safe
def item_why(request, pk):
    """All rules of reading with the ones that hold, the deciding one first."""
    item = _open(request, pk)
    holding = access.why(request.actor, "read", item)
    decided = access.can(request.actor, "read", item)
    rules = [(rule, rule in holding, rule.say(request.actor, item) if rule in holding else "") for rule in READING]
    context = {"item": item, "rules": rules, "why": decided, "first": holding[0].code if holding else ""}
    return render_page(request, "content/item_why.html", context, partials=["why-panel"])


@require_safe
def item_readers(request, pk):
    """Everybody who reads the item now, with the rule; restricted askers see people of their organization."""
    item = _open(request, pk)
    access.require(request.actor, "see_readers", item)
    known = people_known(request.actor, item.space_id)
    found = [
        (actor.member, decision)
        for actor, decision in access.who(actors.everyone(request.platform), "read", item)
        if decision and (known is None or not actor.organizations.isdisjoint(known))
    ]
    return render_page(request, "content/item_readers.html", {"item": item, "readers": found, "known": known})


@require_safe
def item_record(request, pk):
    """Every entry about an item, newest first."""
    item = _open(request, pk)
    rows = AuditEvent.objects.filter(object_type="content.item", object_id=str(item.pk), platform=request.platform)
    context = {"item": item, "entries": _entries(request.actor, item, rows[:500])}
    return render_page(request, "content/item_record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request):
    """Choose a type, then fill the form; the space and the organization come from the current credential."""
    kind = ItemType.objects.filter(code=request.GET.get("type", "")).first()
    if kind is None:
        return render_page(request, "content/item_new.html", {"groups": _groups(request.actor)})
    form = NewItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if item := _made(request, form, kind):
            return redirect("content:item_detail", request.platform.slug, item.pk)
    context = {"form": form, "kind": kind, "decision": acts.create(request.actor, kind.category)}
    return render_page(request, "content/item_new.html", context, status=422 if request.method == "POST" else 200)


def _made(request, form, kind):
    try:
        private = form.cleaned_data["private"]
        return items.create_item(actor=request.actor, kind=kind, draft=form.draft(), private=private)
    except Unacceptable as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


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
    item = _open(request, pk)
    access.require(request.actor, "modify", item)

    def store(form):
        return items.edit_item(actor=request.actor, item=item, draft=form.draft(), version=form.cleaned_data["version"])

    return _changing(request, item, ItemForm, store)


@require_http_methods(["GET", "HEAD", "POST"])
def item_repair(request, pk):
    """Change properties as Owner, for a reason."""
    item = _open(request, pk)
    access.require(request.actor, "repair", item)

    def store(form):
        values = form.cleaned_data
        return items.repair_item(
            actor=request.actor, item=item, draft=form.draft(), reason=values["reason"], version=values["version"]
        )

    return _changing(request, item, RepairForm, store)


def _changing(request, item, form_class, store):
    form, status, stored = form_class.of(item), 200, None
    if request.method == "POST":
        form, status = form_class(request.POST), 422
        try:
            if form.is_valid():
                store(form)
                return redirect("content:item_detail", request.platform.slug, item.pk)
        except Unacceptable as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        except Conflict as error:
            stored, status = Item.objects.filter(pk=item.pk).first(), 409
            form.add_error(None, f"{error.sentence} {error.remedy}".strip())
            form.data = {**form.data.dict(), "version": stored.version if stored else ""}
    context = {"form": form, "item": item, "repair": form_class is RepairForm, "stored": stored}
    return render_page(request, "content/item_edit.html", context, status=status)
