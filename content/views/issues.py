"""The list and the board of issues, raising one, what it tells, and its steps."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import acts as rules
from content import following, reading
from content.issues import acts, finding, people, threads
from content.issues.forms import FactsForm, RaiseForm, StepForm, WantedForm
from content.models import Category, IssueState
from content.names import Names
from content.views.attempts import attempt
from tenants import access
from tenants.errors import NotVisible
from tenants.web import render_page, way_back

PER_PAGE, PER_COLUMN = 50, 50
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def issue_list(request):
    """Issues that one has in lists, the most urgent first, narrowed by what the address asks."""
    context = _asked(request)
    page = Paginator(context["found"], PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    _learn(request.actor, page.object_list)
    return render_page(request, "content/issue_list.html", context | {"page": page})


@require_safe
def issue_board(request):
    """The same issues in a column for each state; each card leads on by its buttons."""
    context = _asked(request)
    states = context["asked"].states or IssueState.values
    columns = [(IssueState(state), list(context["found"].filter(state=state)[: PER_COLUMN + 1])) for state in states]
    _learn(request.actor, [issue for _state, rows in columns for issue in rows])
    shown = [(state, rows[:PER_COLUMN], len(rows) > PER_COLUMN) for state, rows in columns]
    return render_page(request, "content/issue_board.html", context | {"columns": shown, "most": PER_COLUMN})


def _asked(request):
    today = timezone.localdate(timezone=request.platform.zone)
    form = WantedForm(request.GET)
    asked = form.wanted()
    found = finding.found(request.actor, asked, today)
    shown = following.page(following.ISSUES, request.actor, request.platform.pk)
    return {"form": form, "asked": asked, "found": found, "today": today, "live": shown}


def _learn(actor, issues):
    """Say on each issue who sees to it, and which steps lead on."""
    names = Names(actor)
    names.load({user.pk for issue in issues for user in issue.assignees.all()})
    for issue in issues:
        issue.people = [names.say(user) for user in issue.assignees.all()]
        issue.may = access.can(actor, "modify", issue.item)
        issue.steps = [IssueState(state) for state in acts.STEPS[issue.state]] if issue.may else []


@get_or_post
def issue_new(request, pk):
    """Raise an issue against an item, or from a thread about it; it stands where the current credential creates."""
    item = reading.visit_item(request.actor, pk, request.method)
    acts.require_lasting(item)
    decision = rules.create(request.actor, Category.EVALUATION)
    form, status = _raise_form(request, item, decision), 200
    if request.method == "POST":
        made, status = attempt(form, lambda: _raised(request, item, form))
        if made:
            messages.success(request, f"The issue {made.number} is raised.")
            return redirect("content:item_detail", request.platform.slug, made.pk)
    context = {"item": item, "form": form, "decision": decision}
    return render_page(request, "content/issue_new.html", context, status=status)


def _raise_form(request, item, decision):
    made = people.prospective(request.actor, item) if decision else None
    offered = [one.user for one in people.candidates(request.actor, made, [item])] if made else []
    if request.method == "POST":
        return RaiseForm(request.POST, people=offered)
    asked = request.GET.get("thread")
    return RaiseForm(initial={"thread": asked} | threads.suggested(request.actor, item, asked), people=offered)


def _raised(request, item, form):
    draft, thread = form.draft(), form.cleaned_data["thread"]
    return acts.raise_issue(actor=request.actor, item=item, draft=draft, facts=form.facts(), thread=thread)


def _issue(request, pk):
    item = reading.visit_item(request.actor, pk, request.method)
    if not hasattr(item, "issue"):
        raise NotVisible
    return item


@get_or_post
def issue_edit(request, pk):
    """Change what an issue tells; a form that was open while somebody else stored a change comes back."""
    item = _issue(request, pk)
    access.require(request.actor, "modify", item)
    form, status = _facts_form(request, item), 200
    if request.method == "POST":
        done, status = attempt(form, lambda: _changed(request, item, form))
        if done:
            return redirect("content:item_detail", request.platform.slug, item.pk)
    return render_page(request, "content/issue_edit.html", {"item": item, "form": form}, status=status)


def _facts_form(request, item):
    issue, stored = item.issue, list(item.issue.assignees.all())
    offered = {one.user.pk: one.user for one in people.candidates(request.actor, item)}
    names = Names(request.actor, item.space_id)
    names.load({user.pk for user in stored})
    offered |= {user.pk: names.say(user) for user in stored}
    choices = [_Choice(pk, user) for pk, user in offered.items()]
    if request.method == "POST":
        return FactsForm(request.POST, people=choices)
    initial = {name: getattr(issue, name) for name in ("kind", "priority", "due")}
    initial |= {
        "change": finding.resolving(request.actor, issue),
        "version": item.version,
        "assignees": [user.pk for user in stored],
    }
    return FactsForm(initial=initial, people=choices)


class _Choice:
    """Somebody to choose, by the name that the reader may know."""

    def __init__(self, pk, name):
        self.pk, self.name = pk, name

    def __str__(self):
        return str(self.name)


def _changed(request, item, form):
    version = form.cleaned_data["version"]
    return acts.change_issue(actor=request.actor, item=item, facts=form.facts(), version=version)


@require_POST
def issue_step(request, pk):
    """Take an issue to another state, and go back to where one was."""
    item, form = _issue(request, pk), StepForm(request.POST)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    acts.move_issue(actor=request.actor, item=item, state=state)
    messages.success(request, f"{item.number} is {IssueState(state).label} now.")
    return redirect(way_back(request, reverse("content:item_detail", args=[request.platform.slug, item.pk])))
