"""Why somebody does not get in: what is missing, and who can change it."""

from dataclasses import dataclass

from tenants.models import Capability, PlatformStatus, Role


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is missing, and the people who can put it right."""

    what: str
    where: str
    who: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The answer for one person: a title, a sentence, and what would open the door."""

    title: str
    sentence: str
    steps: tuple[Step, ...] = ()


def closed_door(actor):
    """Return why `actor` may not enter their platform, in words for themselves."""
    platform = actor.platform
    if platform.status == PlatformStatus.SUSPENDED:
        return Closed(
            f"{platform} is suspended",
            "Nobody enters until the operator of this installation opens it again."
            " Your membership, your credentials and your content stay as they are.",
        )
    if platform.status == PlatformStatus.CLOSED:
        return Closed(f"{platform} is closed", "The operator of this installation has closed it for good.")
    if not actor.member.counts(actor.now):
        return Closed(
            f"Your access to {platform} has ended",
            "Its end date is reached. What you own there and the record of what you did stay as they are.",
            (Step("A new invitation gives access again", platform.name, f"An Administrator of {platform}"),),
        )
    return Closed(
        f"No licence lets you into {platform}",
        "You are a member here, and what you own and hold stays as it is. To enter you need a role that includes"
        " signing in, with a licence that counts here now.",
        tuple(_steps(actor)),
    )


def _helper(actor):
    if actor.is_administrator:
        return "Yourself: you are an Administrator, and managing the platform needs no licence"
    return f"An Administrator of {actor.platform}"


def _steps(actor):
    """Yield what is missing of the roles that would let the person in; what other roles lack keeps nobody out."""
    helper, here = _helper(actor), actor.platform.name
    entering = {role.code for role in Role.objects.all() if Capability.ENTER in role.capabilities}
    doors = [answer for code, answer in actor.resolutions.items() if code in entering]
    if not actor.resolutions:
        yield Step("No role is granted to you here", here, helper)
    elif not doors:
        yield Step("No role that includes signing in is granted to you here", here, helper)
    said = set()
    for missing in (missing for answer in doors for missing in answer.missing):
        if (missing.what, missing.platform_name) not in said:
            said.add((missing.what, missing.platform_name))
            what = missing.what[:1].upper() + missing.what[1:]
            who = helper if missing.here else missing.who
            if not missing.platform_name:
                who += f", or one of {here} by a licence of its own"
            yield Step(what, missing.platform_name, who)
