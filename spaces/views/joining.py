"""Asking to join a space, and its Owners' answer."""

from django.contrib import messages
from django.views.decorators.http import require_http_methods, require_POST

from spaces import joining
from spaces.views.asking import find_space, to
from tenants.errors import Conflict
from tenants.web import open_to_repair, render_page


@require_http_methods(["GET", "HEAD", "POST"])
def access_ask(request, pk):
    """Ask the Owners of a space known from outside; a question that stands is shown instead."""
    space, problem, status = joining.find_known(request.actor, pk), "", 200
    if request.method == "POST":
        try:
            joining.ask(actor=request.actor, pk=pk, message=request.POST.get("message", ""))
        except Conflict as error:
            problem, status = error.sentence, error.status
        else:
            messages.success(request, f"The Owners of {space} know that you want to join.")
            return to(request, "spaces:access_ask", pk)
    return render_page(request, "spaces/access_ask.html", _asking(request, space) | {"problem": problem}, status=status)


def _asking(request, space):
    return {
        "space": space,
        "asked": joining.open_request(request.actor, space),
        "is_in": joining.is_in(request.actor, space),
        "message": request.POST.get("message", "")[: joining.LONGEST],
    }


@require_POST
def access_withdraw(request, pk):
    """Take one's own question back."""
    space = joining.withdraw(actor=request.actor, pk=pk)
    messages.success(request, f"You no longer ask to join {space}.")
    return to(request, "tenants:home")


@require_POST
@open_to_repair
def access_answer(request, pk, asked):
    """Let somebody in with the proposed level, or not."""
    space = find_space(request, pk, "give_any")
    if "let_in" in request.POST:
        answered = joining.let_in(actor=request.actor, space=space, pk=asked)
        messages.success(request, f"{answered.member} is {joining.proposed(answered.member)} in {space}.")
    else:
        answered = joining.refuse(actor=request.actor, space=space, pk=asked)
        messages.success(request, f"{answered.member} is told that they do not come into {space}.")
    return to(request, "spaces:space_members", pk)
