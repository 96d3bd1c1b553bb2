"""Which markups a version has, told to whoever takes part in the discussion of its item."""

from django.urls import reverse

from content import markdown
from content.models import Markup
from content.names import Names

MOST = 500  # of one version; the newest
LONGEST_SAID = 300  # signs of a remark of which a list says the words


def rows():
    """Return markups with all that is told of them; what was taken back is told nowhere."""
    related = ("comment__author", "comment__parent", "version__file__item", "carried_from__version__file__item")
    return Markup.objects.filter(comment__deleted_at=None).select_related(*related)


def of_version(version):
    """Return the markups of a version, the open ones first, in the order in which they were made."""
    found = list(rows().filter(version=version).order_by("-pk")[:MOST])
    return sorted(found, key=lambda markup: (not is_open(markup), markup.pk))


def is_open(markup):
    """Tell whether neither the comment of a markup nor the thread that it answers is closed."""
    comment = markup.comment
    return comment.resolved_at is None and not (comment.parent and comment.parent.resolved_at)


def told(actor, version):
    """Return the markups of a version as a viewer draws them, with the names of those the actor may know."""
    found = of_version(version)
    names = Names(actor, version.file.item.space_id)
    names.load({markup.comment.author_id for markup in found})
    return [_told(actor, markup, names) for markup in found]


def told_one(actor, pk):
    """Return one markup in the same way."""
    markup = rows().get(pk=pk)
    names = Names(actor, markup.comment.item.space_id)
    names.load({markup.comment.author_id})
    return _told(actor, markup, names)


def _told(actor, markup, names):
    comment = markup.comment
    return {
        "id": markup.pk,
        "comment": comment.pk,
        "kind": markup.kind,
        "view": _view(actor, markup.view),
        "text": comment.text,
        "said": markdown.plain(comment.text[:LONGEST_SAID]),
        "by": names.say(comment.author),
        "at": comment.created_at.isoformat(),
        "open": is_open(markup),
        "found": markup.get_found_display() if markup.found else "",
        "thread": thread_url(actor, comment),
    }


def _view(actor, view):
    """Return the view of a markup with the addresses of the pictures that came with it, each asked by the one rule."""
    if not view.get("pictures"):
        return view
    slug = actor.platform.slug
    pictures = [
        one | {"address": reverse("content:attachment_download", args=[slug, one["attachment"]])}
        for one in view["pictures"]
    ]
    return view | {"pictures": pictures}


def thread_url(actor, comment):
    """Return where the thread of a markup stands."""
    here = reverse("content:item_discussion", args=[actor.platform.slug, comment.item_id])
    return f"{here}#comment-{comment.pk}"
