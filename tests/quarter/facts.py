"""What the people of the quarter have said and what became of them, as they know it themselves.

A fact counts for sure from when its request was answered, and may count from when it was sent: between the two nobody
outside can tell.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["no", "yes", "stop", "erase"]


@dataclass(slots=True)
class Fact:
    """Something that was told: a no or a yes to `about`, an address that is stopped, an erasure.

    The answer to an erasure says until when a mail may still begin that was let through before: `mail_until`.
    """

    kind: Kind
    about: str
    asked_at: datetime
    answered_at: datetime | None = None
    mail_until: datetime | None = None


@dataclass(slots=True)
class Somebody:
    """One of the people, with all that the shop's mails must go by.

    `zone` is the one by whose clocks they live, however the shop has learnt it: of their own, by their country, or not
    at all, so that it takes its own for theirs.
    """

    email: str
    zone: str
    words: dict[str, str]
    person_id: str = ""
    code: str = ""
    facts: list[Fact] = field(default_factory=list)

    def tells(self, kind: Kind, about: str, now: datetime) -> Fact:
        """Note a fact whose request goes out now."""
        fact = Fact(kind, about, now)
        self.facts.append(fact)
        return fact

    @property
    def is_erased(self) -> bool:
        """Whether they have asked for it."""
        return any(fact.kind == "erase" for fact in self.facts)

    def barred(self, purpose: str, since: datetime, until: datetime) -> str | None:
        """Why no mail of a purpose may begin between two moments, whatever nobody can tell; None if one may."""
        for fact in self.facts:
            if fact.kind == "stop" and fact.answered_at and fact.answered_at <= since:
                return "stop"
            if fact.kind == "erase" and fact.answered_at and until > (fact.mail_until or fact.answered_at):
                return "erase"
        sure = [it for it in self.facts if it.kind == "no" and it.answered_at and it.answered_at <= since]
        noes = [it for it in sure if it.about in {"*", purpose}]
        if purpose == "service" or not noes:
            return None
        yeses = [it for it in self.facts if it.kind == "yes" and it.about == purpose and it.asked_at <= until]
        last = max(it.asked_at for it in noes)
        return None if any(it.asked_at >= last for it in yeses) else "no"

    def may_bar(self, why: str, purpose: str, until: datetime) -> bool:
        """Whether something that was said until a moment may be why a letter was not sent."""
        kinds: dict[str, set[Kind]] = {
            "refused": {"no", "erase"},
            "stopped": {"stop"},
            "erased": {"erase"},
            "no_address": {"erase"},
        }
        return any(
            fact.kind in kinds.get(why, set()) and fact.asked_at <= until and fact.about in {"*", purpose}
            for fact in self.facts
        )
