"""What two platforms say to one invitation: pure answers, asked at sending and again at acceptance.

Source of the rules: docs/access.md, "Partners".
"""

from dataclasses import dataclass
from enum import StrEnum

from tenants.models import Given, PartnerRule, Way

STRICTNESS = [PartnerRule.ALLOW, PartnerRule.ASK, PartnerRule.REFUSE]


class Verdict(StrEnum):
    """What one side's rule makes of an invitation: it goes on, somebody is asked first, or it stops."""

    GO = "go"
    ASK = "ask"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Effective:
    """A rule as it holds, and where it comes from."""

    rule: PartnerRule
    inherited: bool

    @property
    def words(self):
        """Say both: a rule that is inherited changes with the default."""
        return f"{self.rule.label}, {'from the default' if self.inherited else 'set for this partner'}"


def effective(platform, record, way):
    """Return the Effective rule of `platform`; `record` is its Partner row about the other side, or None."""
    own = getattr(record, way, "")
    return Effective(PartnerRule(own or getattr(platform, f"partners_{way}")), not own)


def strictest(rules):
    """Return the strictest of several Effective rules: with several homes, every one has to agree."""
    return max(rules, key=lambda one: STRICTNESS.index(one.rule))


def verdict(rule, given=""):
    """Return the Verdict of a rule when the side has said `given` to this invitation: one of Given, or nothing."""
    if rule == PartnerRule.REFUSE or given == Given.REFUSED:
        return Verdict.STOP
    return Verdict.GO if rule == PartnerRule.ALLOW or given == Given.APPROVED else Verdict.ASK


def together(verdicts):
    """Return what all sides' verdicts make of an invitation: one that stops it is enough, then one that asks."""
    found = set(verdicts)
    return Verdict.STOP if Verdict.STOP in found else Verdict.ASK if Verdict.ASK in found else Verdict.GO


def question(way):
    """Return what a rule of this side is about, in words."""
    return "People of a partner who come here" if way == Way.INBOUND else "Our people who go to a partner"
