"""The discussion of an item: threads, answers, edits, reactions, and what came with them."""

from django import forms
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import comments, live, reading
from content.forms import ReasonForm
from content.models import Sign
from content.names import Names
from content.uploads import received_many
from content.views.attempts import attempt
from content.web import attachment_of_comment
from tenants import access, limits
from tenants.errors import DomainError, NotVisible
from tenants.web import asked_words, render_page

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class CommentForm(forms.Form):
    """What somebody says; `parent` and `file` come from the place where they say it."""

    text = forms.CharField(
        label="Say something",
        max_length=comments.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": None}),
        help_text="Markdown works. Write @ and a name to tell somebody who may take part.",
    )
    parent = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    file = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    def __init__(self, *given, request=None, **more):
        super().__init__(*given, **more)
        self.request = request

    def clean(self):
        """Take what is attached along, or say why it did not arrive."""
        data = super().clean()
        try:
            data["sent"] = received_many(self.request, "files") if self.request else []
        except DomainError as error:
            self.add_error(None, f"{error.sentence} {error.remedy}".strip())
        return data


@get_or_post
def item_discussion(request, pk):
    """Show the threads of an item to those who take part; say something on POST."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "comment", item)
    form, status = CommentForm(request.POST if request.method == "POST" else None, request=request), 200
    if request.method == "POST":
        _spend(request)
        done, status = attempt(form, lambda: comments.say(actor=request.actor, item=item, remark=_said(form)))
        if done:
            return redirect(_place(request, done))
    return render_page(request, "content/item_discussion.html", _page(request, item, form), status=status)


def _spend(request):
    limits.spend(request, "comment")
    if request.FILES:
        limits.spend(request, "upload")


def _standing(request, pk):
    """Return a comment that was not taken back, for its own pages; looking at what only asking shows is recorded."""
    comment = comments.find(request.actor, pk)
    if comment.deleted_at:
        raise NotVisible
    if request.method == "GET":
        reading.record_opening(request.actor, comment.item)
    return comment


def _said(form):
    data = form.cleaned_data
    return comments.Said(data["text"], data["parent"], data["file"], tuple(data["sent"]))


def _place(request, comment):
    here = reverse("content:item_discussion", args=[request.platform.slug, comment.item_id])
    return f"{here}?said={comment.pk}#comment-{comment.pk}"


def _page(request, item, form):
    shown = live.page(item, talk=True)
    threads = list(comments.thread_rows(item))
    said = [one for thread in threads for one in (thread, *thread.answers.all())]
    names = Names(request.actor, item.space_id)
    names.load(comments.people_in(said))
    for one in said:
        one.by, one.mine = names.say(one.author), one.author_id == request.actor.user.pk
        one.signs = _signs(one, request.actor.user.pk, names)
    for thread in threads:
        thread.closed_by = names.say(thread.resolved_by) if thread.resolved_by_id else ""
    return {
        "item": item,
        "live": shown,
        "form": form,
        "files": item.files.all(),
        "open": [thread for thread in threads if not thread.resolved_at],
        "closed": [thread for thread in threads if thread.resolved_at],
        "answered": form.data.get("parent", "") if form.is_bound else "",
        "moderates": bool(access.can(request.actor, "edit", item.space)),
        "may_mark": access.can(request.actor, "markup", item),
    }


def _signs(comment, user_id, names):
    found = []
    for sign in Sign:
        people = [reaction.user for reaction in comment.reactions.all() if reaction.sign == sign]
        mine = any(person.pk == user_id for person in people)
        found.append((sign, len(people), mine, ", ".join(names.say(person) for person in people)))
    return found


@get_or_post
def comment_edit(request, pk):
    """Say it otherwise."""
    comment = _standing(request, pk)
    form, status = CommentForm(request.POST or None, initial={"text": comment.text}), 200
    if request.method == "POST":
        limits.spend(request, "comment")
        text = request.POST.get("text", "")
        done, status = attempt(form, lambda: comments.edit(actor=request.actor, comment=comment, text=text))
        if done:
            return redirect(_place(request, done))
    context = {"item": comment.item, "comment": comment, "form": form, "texts": comment.texts.all()}
    context["mine"] = comment.author_id == request.actor.user.pk
    return render_page(request, "content/comment_edit.html", context, status=status)


@get_or_post
def comment_delete(request, pk):
    """Ask before a comment is taken back; take it back on POST."""
    comment = _standing(request, pk)
    form, status = ReasonForm(request.POST or None), 200
    if request.method == "POST":
        told = {"actor": request.actor, "comment": comment, "reason": request.POST.get("reason", "")}
        done, status = attempt(form, lambda: comments.delete(**told))
        if done:
            return redirect(_place(request, done))
    context = {"item": comment.item, "comment": comment, "form": form}
    context["mine"] = comment.author_id == request.actor.user.pk
    return render_page(request, "content/comment_delete.html", context, status=status)


@require_POST
def comment_resolve(request, pk):
    """Close a thread, or open it again."""
    comment = comments.find(request.actor, pk)
    comments.resolve(actor=request.actor, comment=comment, on=request.POST.get("on") == "1")
    return redirect(_place(request, comment))


@require_POST
def comment_react(request, pk):
    """Set a sign under a comment, or take it back."""
    comment = comments.find(request.actor, pk)
    comments.react(actor=request.actor, comment=comment, sign=request.POST.get("sign", ""))
    return redirect(_place(request, comment))


@require_safe
def comment_people(request, pk):
    """Suggest people whose name begins so, of those who may take part and may be known."""
    limits.spend(request, "suggest")
    item = reading.open_item(request.actor, pk)
    access.require(request.actor, "comment", item)
    begin = asked_words(request, most=60)
    people = comments.candidates(request.actor, item, begin) if len(begin) > 1 else []
    return render_page(request, "content/comment_people.html", {"people": people})


@require_safe
def attachment_download(request, pk):
    """Send what came with a comment, as an attachment that nothing runs."""
    return attachment_of_comment(request, comments.find_attachment(request.actor, pk))
