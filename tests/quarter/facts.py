"""What the people of the quarter have said and what became of them, as they know it themselves.

A fact counts for sure once its request was answered, and may count from when it was sent: between the two nobody
outside can tell.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.domain.model.people import EVERYTHING

Kind = Literal["no", "yes", "stop", "erase"]


@dataclass(slots=True)
class Fact:
    """Something that was told: a no or a yes to `about`, an address that is stopped, an erasure.

    When it was asked and answered is told by its place among all that has happened, since much happens in one second.
    The answer to an erasure says until when a mail may still begin that was let through before: `mail_until`.
    """

    kind: Kind
    about: str
    asked: int
    answered: int | None = None
    answered_at: datetime | None = None
    mail_until: datetime | None = None

    def refuses(self, purpose: str) -> bool:
        """Whether it is a no to letters of a purpose: so are a spam complaint and an erasure, of which this is one."""
        return self.kind != "yes" and self.about in {EVERYTHING, purpose}


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

    def tells(self, kind: Kind, about: str, place: int) -> Fact:
        """Note a fact whose request goes out now."""
        fact = Fact(kind, about, place)
        self.facts.append(fact)
        return fact

    @property
    def is_erased(self) -> bool:
        """Whether they have asked for it."""
        return any(fact.kind == "erase" for fact in self.facts)

    def barred(self, purpose: str, claimed: int, at: datetime) -> str | None:
        """Why no mail of a purpose may be claimed in this place, or begin at this time; None if one may."""
        sure = [it for it in self.facts if it.answered is not None and it.answered < claimed]
        for fact in self.facts:
            if fact in sure and fact.kind in {"stop", "erase"}:
                return fact.kind
            if fact.kind == "erase" and fact.answered_at and at > (fact.mail_until or fact.answered_at):
                return "erased"
        noes = [it.asked for it in sure if it.kind == "no" and it.refuses(purpose)]
        yeses = [it.asked for it in self.facts if it.kind == "yes" and it.about == purpose and it.asked < claimed]
        return "no" if purpose != "service" and noes and max(noes) > max(yeses, default=-1) else None

    def may_bar(self, why: str, purpose: str, decided: int) -> bool:
        """Whether something that was said before this place may be why a letter was not sent."""
        said = [it for it in self.facts if it.asked < decided]
        if why == "refused":
            noes = [it for it in said if it.refuses(purpose)]
            sure = [
                it.asked
                for it in said
                if it.kind == "yes" and it.about == purpose and (it.answered or decided) < decided
            ]
            return any(it.answered is None or it.answered > max(sure, default=-1) for it in noes)
        kinds = {"stopped": {"stop"}, "erased": {"erase"}, "no_address": {"erase"}}
        return any(it.kind in kinds.get(why, set()) for it in said)
