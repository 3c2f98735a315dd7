"""What the tellings of a reward share."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from chalicelib.domain.calendar import local
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.explain import Rule, Step
from chalicelib.domain.program.program import GIFT, Program
from chalicelib.web.language import Language, format_amount, format_date
from chalicelib.web.numbers import format_money, format_number, format_percent

Sentences = Iterator[str]
Detail = dict[str, Any]
"""The details of a step, and its outcome among them."""


class Teller:
    """What both tellings share. Each has a method for every rule, to be told."""

    foreground: ClassVar[frozenset[Rule]]

    def __init__(self, redemption: Redemption, language: Language, program: Program) -> None:
        self.redemption = redemption
        self.standing = redemption.standing
        self.language = language
        self.program = program
        self._ = language.translations.gettext
        self.ngettext = language.translations.ngettext

    def is_background(self, step: Step) -> bool:
        """Whether a step led to the reward, and does not say where it stands now."""
        return step["rule"] not in self.foreground and step["outcome"] != "open"

    def tell(self, step: Step) -> Sentences:
        """Say a step in no, one or more sentences."""
        sentences: Sentences = getattr(self, f"tell_{step['rule']}")({**step["detail"], "outcome": step["outcome"]})
        return sentences

    @property
    def worth(self) -> int:
        """What the reward is now, in its unit."""
        return self.standing.worth if self.standing else 0

    @property
    def was_earned(self) -> bool:
        """Whether it was available once."""
        return self.standing is not None and self.standing.has("earned")

    @property
    def has_expired(self) -> bool:
        """Whether all of it came back as expired."""
        return self.standing is not None and self.standing.age is not None and self.standing.age.back >= self.worth

    @property
    def waits_for_review(self) -> bool:
        """Whether somebody has to decide before anything is released."""
        return self.standing is not None and self.standing.review_open

    @property
    def is_gift(self) -> bool:
        """Whether the reward is a thing and not a number."""
        return self.redemption.unit.startswith(GIFT)

    def reward(self, amount: int) -> str:
        """Write an amount in the unit of the reward."""
        return format_amount(amount, self.redemption.unit, self.language)

    def estimate(self, amount: int) -> str:
        """Write what the checkout was told before there were terms."""
        return format_amount(amount, self.redemption.reward_unit or self.redemption.currency, self.language)

    def money(self, amount: int) -> str:
        """Write an amount of the order."""
        return format_money(amount, self.redemption.currency, self.language.tag)

    def number(self, number: int) -> str:
        """Write how many, or which one."""
        return format_number(number, self.language.tag)

    def date(self, moment: datetime) -> str:
        """Write a day."""
        return format_date(local(moment, self.program), self.language)

    def part(self, granted: int, full: int) -> dict[str, str]:
        """The figures of one amount of another."""
        return {"granted": self.reward(granted), "full": self.reward(full)}

    def share(self, detail: Detail) -> dict[str, str]:
        """The figures of a percentage."""
        figures = {
            "percent": format_percent(detail["basis_points"], self.language.tag),
            "paid": self.money(detail["of"]),
        }
        limit = {"maximum": self.reward(detail["maximum"])} if "maximum" in detail else {}
        return {**figures, **limit, "full": self.reward(detail["outcome"])}
