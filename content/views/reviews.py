"""The pages of a review: what is judged, by whom and how; asking people; closing; the minute."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import following, reading, watching
from content.forms import PickForm
from content.reviewing import acts, people, showing
from content.reviewing.forms import CloseForm, DueForm, VerdictForm
from content.views import picking
from content.views.attempts import attempt
from tenants import access, limits
from tenants.errors import NotVisible
from tenants.web import asked_words, render_page

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _review(request, pk):
    return showing.of(reading.visit_item(request.actor, pk, request.method))


def _back(request, review, words):
    messages.success(request, words)
    return redirect("content:review_detail", request.platform.slug, review.pk)


@get_or_post
def review_detail(request, pk):
    """Show what is under review and how it was judged; give a verdict on POST."""
    review = _review(request, pk)
    shown = following.page(following.REVIEW, request.actor, review.pk)
    form, status = VerdictForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        access.require(request.actor, "comment", review.item)
        done, status = attempt(form, lambda: _judged(request, review, form))
        if done:
            return _back(request, review, "Your verdict is stored.")
    context = _page(request, review, form) | {"live": shown, "watch": watching.of(request.actor, review.item)}
    context["may_watch"] = watching.may_watch(request.actor, review.item)
    return render_page(request, "content/review_detail.html", context, partials=["asked-found"], status=status)


def _judged(request, review, form):
    typed = form.cleaned_data
    told = {"seen": typed["on"], "judgement": typed["judgement"], "remark": typed["remark"]}
    acts.judge(actor=request.actor, review=review, **told)
    return True


def _page(request, review, form):
    actor, item = request.actor, review.item
    found = showing.shown(actor, review)
    may_change = found["open"] and access.can(actor, "modify", item)
    may_close = found["open"] and access.can(actor, "to_frozen", item)
    ticked = {one.partition("-")[0] for one in form.data.getlist("on")} if form.is_bound else None
    for row in found["rows"]:
        row.ticked = not row.mine if ticked is None else str(row.item.pk) in ticked
    context = found | {"item": item, "form": form, "may_change": may_change, "may_close": may_close}
    return context | (_asking(request, review) if may_change else {})


def _asking(request, review):
    words = asked_words(request)
    if words:
        limits.spend(request, "search")
    found = people.search(request.actor, review, acts.under_review(review), words) if len(words.strip()) > 1 else []
    return {"words": words, "found": found, "due": DueForm(initial={"due_on": review.due_on})}


@require_POST
def review_ask(request, pk):
    """Ask somebody for verdicts."""
    review = _review(request, pk)
    access.require(request.actor, "modify", review.item)
    asked = people.find(request.actor, review, acts.under_review(review), request.POST.get("person", ""))
    if asked is None:
        raise NotVisible
    acts.name_reviewer(actor=request.actor, review=review, member=asked.member)
    return _back(request, review, f"{asked.member} is asked.")


@require_POST
def reviewer_remove(request, pk, reviewer):
    """Ask somebody no longer."""
    review = _review(request, pk)
    access.require(request.actor, "modify", review.item)
    acts.remove_reviewer(actor=request.actor, review=review, reviewer=acts.find_reviewer(review, reviewer))
    return _back(request, review, "Asked no longer.")


@get_or_post
def review_add(request, pk):
    """Search among what one reads, choose, and put it under review."""
    review = _review(request, pk)
    access.require(request.actor, "modify", review.item)
    readable = showing.addable(request.actor, review)
    form, status = PickForm(request.POST if request.method == "POST" else None, readable=readable), 200
    if request.method == "POST":
        told = {"actor": request.actor, "review": review}
        done, status = attempt(form, lambda: acts.add_item(**told, item=form.cleaned_data["target"]))
        if done:
            return _back(request, review, "It is under review.")
    context = {"item": review.item, "form": form, **picking.offered(request, readable)}
    return render_page(request, "content/review_add.html", context, partials=["found"], status=status)


@require_POST
def review_take_out(request, pk, item):
    """Take an item that nobody judged out of the review."""
    review = _review(request, pk)
    access.require(request.actor, "modify", review.item)
    acts.take_out(actor=request.actor, review=review, item=reading.open_item(request.actor, item))
    return _back(request, review, "It is under review no more.")


@get_or_post
def review_due(request, pk):
    """Say until when verdicts are asked for."""
    review = _review(request, pk)
    access.require(request.actor, "modify", review.item)
    form, status = DueForm(request.POST if request.method == "POST" else None, initial={"due_on": review.due_on}), 200
    if request.method == "POST":
        told = {"actor": request.actor, "review": review}
        done, status = attempt(form, lambda: acts.set_due(**told, **form.cleaned_data))
        if done:
            return _back(request, review, "The day is stored.")
    context = {"item": review.item, "form": form}
    return render_page(request, "content/review_due.html", context, status=status)


@get_or_post
def review_close(request, pk):
    """Close the review, once it was shown what that ends."""
    review = _review(request, pk)
    access.require(request.actor, "to_frozen", review.item)
    form, status = CloseForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        told = {"actor": request.actor, "review": review}
        done, status = attempt(form, lambda: acts.close(**told, **form.cleaned_data))
        if done:
            return redirect("content:review_minute", request.platform.slug, review.pk)
    context = showing.shown(request.actor, review) | {"item": review.item, "form": form}
    context["owing"] = [one for one in context["asked"] if one.active and one.judged < len(context["rows"])]
    return render_page(request, "content/review_close.html", context, status=status)


@require_safe
def review_minute(request, pk):
    """The minute, to be read and printed: as far as its reader may see, and as of now while the review is open."""
    review = _review(request, pk)
    context = showing.shown(request.actor, review) | {"item": review.item, "now": timezone.now()}
    return render_page(request, "content/review_minute.html", context)
