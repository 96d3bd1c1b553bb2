"""Saved searches: keeping the one that is shown, the list of them, forgetting one."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from content import saved
from content.forms import SaveForm, address, wanted
from content.views.attempts import attempt
from tenants.web import render_page


@require_safe
def search_list(request):
    """The searches that the person keeps here."""
    return render_page(
        request, "content/search_list.html", {"saved": saved.mine(request.actor).select_related("watch")}
    )


def search_save(request):
    """Give the search in the address a name."""
    asked = wanted(request.GET)
    form, status, query = SaveForm(request.POST or None, initial={"name": asked.words[:60]}), 200, address(asked)
    back = f"{reverse('content:item_list', args=[request.platform.slug])}?{query}"
    if request.method == "POST":
        form = SaveForm(request.POST)
        _kept, status = attempt(
            form, lambda: saved.save_search(actor=request.actor, name=form.cleaned_data["name"], query=query)
        )
        if status == 302:
            return redirect(back)
    return render_page(request, "content/search_save.html", {"form": form, "asked": asked, "back": back}, status=status)


@require_POST
def search_rename(request, pk):
    """Give a search another name."""
    saved.find_search(request.actor, pk)
    form = SaveForm(request.POST)
    done, status = attempt(
        form, lambda: saved.rename_search(actor=request.actor, pk=pk, name=form.cleaned_data["name"])
    )
    if done:
        return redirect("content:search_list", request.platform.slug)
    context = {"saved": saved.mine(request.actor).select_related("watch"), "form": form, "renamed": pk}
    return render_page(request, "content/search_list.html", context, status=status)


@require_POST
def search_delete(request, pk):
    """Forget a search."""
    saved.delete_search(actor=request.actor, pk=pk)
    messages.success(request, "The saved search is deleted.")
    return redirect("content:search_list", request.platform.slug)
