"""What is owed, as an accountant reads it: a sentence for each line, and pictures of the months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.domain.money import is_currency
from chalicelib.domain.program.program import GIFT
from chalicelib.web.console import charts, times
from chalicelib.web.console.charts import Bars, Point, Series, Stack
from chalicelib.web.console.decide import entries
from chalicelib.web.language import Language, format_amount
from chalicelib.web.numbers import format_number

Body = Mapping[str, Any]

OWED = ("held", "available", "reserved")


class Line(NamedTuple):
    """A line of the statement: what it is, its amounts as they are said, and what to know about it."""

    name: str
    held: str
    available: str
    reserved: str
    total: str
    about: str


class Owing(NamedTuple):
    """What is owed of one currency or unit.

    Attributes:
        id: Of letters and digits, for the page.
        name: The currency, or what the unit is called.
        others: The other sides of the entries: what they are called, and their amount.
        rise: A sentence about the months.
        soon: What expires, as a picture; None where nothing does.
        next: A sentence about what expires first.
    """

    id: str
    name: str
    total: str
    worth: str
    lines: list[Line]
    others: list[tuple[str, str]]
    months: Stack
    rise: str
    soon: Bars | None
    next: str
    entries: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Books:
    """Tells what the API answers about what is owed, in a language."""

    language: Language

    def tell(self, month: Sequence[Body], year: Sequence[Body]) -> list[Owing]:
        """Say what is owed of each currency and unit: the statement of a month, and how the last months went."""
        ends = {unit_of(it): it["months"] for it in year}
        return [self._owing(it, ends.get(unit_of(it), []), number) for number, it in enumerate(month, 1)]

    def _owing(self, statement: Body, ends: Sequence[Body], number: int) -> Owing:
        unit, _ = unit_of(statement), self.language.translations.gettext
        words, about = entries(self.language), meanings(self.language)
        lines = [self._line(_("Owed before"), statement["opening"], unit, about["opening"])]
        lines += [self._line(words[line["kind"]], line, unit, about[line["kind"]]) for line in statement["movements"]]
        lines.append(self._line(_("Owed at the end"), statement["closing"], unit, about["closing"]))
        worth = statement.get("worth")
        return Owing(
            id=f"u{number}",
            name=self._name(unit),
            total=self.say(statement["closing"]["total"], unit),
            worth=self.say(worth["amount"], unit_of(worth)) if worth else "",
            lines=lines,
            others=[
                (counterparts(self.language)[line["account"]], self.say(line["amount"], unit))
                for line in statement["counterparts"]
            ],
            months=self._months(ends, unit),
            rise=self._rise(ends, unit),
            soon=self._soon(statement["expiring"], unit),
            next=self._next(statement["expiring"], unit),
            entries=sum(line["entries"] for line in statement["movements"]),
            is_right=statement["difference"] == 0,
        )

    def say(self, amount: int, unit: str) -> str:
        """Say an amount of a currency, or how many of a unit there are, whose name stands above."""
        return format_amount(amount, unit, self.language) if is_currency(unit) else self._count(amount)

    def _line(self, name: str, owed: Body, unit: str, about: str) -> Line:
        held, available, reserved, total = (self.say(owed[it], unit) for it in (*OWED, "total"))
        return Line(name, held, available, reserved, total, about)

    def _months(self, ends: Sequence[Body], unit: str) -> Stack:
        words, _ = names(self.language), self.language.translations.gettext
        labels = [times.month(it["month"], self.language) for it in ends]
        series = [
            Series(
                words[name],
                [Point(label, it[name], self.say(it[name], unit)) for label, it in zip(labels, ends, strict=True)],
            )
            for name in OWED
        ]
        return charts.stack(series, lambda value: self._axis(value, unit), _("End of the month"))

    def _rise(self, ends: Sequence[Body], unit: str) -> str:
        _ = self.language.translations.gettext
        if not ends:
            return _("Nothing has been owed yet.")
        first, last = ends[0], ends[-1]
        told = {
            "before": self.say(first["total"], unit),
            "start": times.month(first["month"], self.language),
            "after": self.say(last["total"], unit),
            "end": times.month(last["month"], self.language),
        }
        if first is last:
            return _("%(after)s is owed at the end of %(end)s.") % told
        if first["total"] == last["total"]:
            return _("It is as much at the end of %(end)s as it was at the end of %(start)s: %(after)s.") % told
        if first["total"] < last["total"]:
            return _("It rose from %(before)s at the end of %(start)s to %(after)s at the end of %(end)s.") % told
        return _("It fell from %(before)s at the end of %(start)s to %(after)s at the end of %(end)s.") % told

    def _soon(self, expiring: Sequence[Body] | None, unit: str) -> Bars | None:
        if not expiring:
            return None
        _ = self.language.translations.gettext
        points = [
            Point(times.month(it["month"], self.language), it["amount"], self.say(it["amount"], unit))
            for it in expiring
        ]
        return charts.bars(points, _("Month"), _("Expires"))

    def _next(self, expiring: Sequence[Body] | None, unit: str) -> str:
        if not expiring:
            return ""
        _, first = self.language.translations.gettext, expiring[0]
        told = {"figure": self.say(first["amount"], unit), "month": times.month(first["month"], self.language)}
        return _("First of all %(figure)s in %(month)s.") % told

    def _axis(self, value: int, unit: str) -> str:
        return format_amount(value, unit, self.language, is_limit=True) if is_currency(unit) else self._count(value)

    def _count(self, value: int) -> str:
        return format_number(value, self.language.tag)

    def _name(self, unit: str) -> str:
        _ = self.language.translations.gettext
        if unit.startswith(GIFT):
            return _("Gift: %(gift)s") % {"gift": unit.removeprefix(GIFT)}
        return unit if is_currency(unit) else unit[:1].upper() + unit[1:].replace("_", " ")


def names(language: Language) -> dict[str, str]:
    """What the parts of what is owed are called."""
    _ = language.translations.gettext
    return {"held": _("Held"), "available": _("Available"), "reserved": _("Reserved"), "total": _("Owed")}


def parts(language: Language) -> dict[str, str]:
    """What these parts are."""
    _ = language.translations.gettext
    return {
        "held": _("Promised for orders whose hold or review is not over; a refund takes it back."),
        "available": _("The ambassadors’ to use. Who owes you, after a reward was taken back, lessens the sum."),
        "reserved": _("In coupons that nobody has used yet, and in payouts that are not confirmed."),
        "total": _("All three: what the program owes."),
    }


def counterparts(language: Language) -> dict[str, str]:
    """What the other sides of entries are called: positive is where it went, negative where it came from."""
    _ = language.translations.gettext
    return {
        "program:rewards": _("Expense of rewards"),
        "program:adjustments": _("Corrections by hand"),
        "program:merge": _("Mergers"),
        "ambassador:spent": _("Used in coupons and gifts"),
        "ambassador:paid": _("Paid out"),
        "ambassador:expired": _("Expired"),
    }


def meanings(language: Language) -> dict[str, str]:
    """A sentence for each line of a statement: what it is, and what it does to what is owed."""
    _ = language.translations.gettext
    return {
        "opening": _("What was owed at the end of the day before."),
        "closing": _("The line before the first, and all lines between."),
        "hold": _("Rewards were promised for orders: you owe more, and it may still be lost."),
        "release": _("Their hold is over: from held to available. You owe as much as before."),
        "void": _("Orders came back, or were denied, before the hold was over: you owe less."),
        "clawback": _("Orders came back after the hold: what was available is taken back."),
        "reinstate": _("What was taken back was given back, as after a dispute that you won."),
        "bonus": _("Prizes for tiers and milestones: available at once."),
        "bonus_lost": _("Prizes whose orders came back."),
        "spend": _("Ambassadors made coupons: from available to reserved. You owe as much as before."),
        "spend_confirmed": _("Coupons were used on orders: you owe less, and the order was cheaper."),
        "spend_cancelled": _("Coupons were not used: from reserved to available again."),
        "spend_returned": _("Orders that were paid with coupons came back: you owe it again."),
        "payout": _("Payouts were begun: from available to reserved. You owe as much as before."),
        "payout_confirmed": _("Payouts were made: you owe less, and the money has left your bank."),
        "payout_cancelled": _("Payouts were not made: from reserved to available again."),
        "payout_returned": _("Payouts came back: you owe it again, and the money is in your bank."),
        "gift": _("Gifts on occasions of care: you owe them until they are sent or used."),
        "gift_sent": _("Gifts were sent: they are owed no more."),
        "gift_returned": _("Gifts came back, or were not sent after all: they are owed again."),
        "task": _("Rewards for pictures, reviews and other tasks."),
        "task_undone": _("Such rewards whose approval was taken back."),
        "expiry": _("Nobody used it in time: you owe less, which is an income."),
        "adjustment": _("What admins gave by hand, less what they took."),
        "merge": _("Two accounts of one person became one: it leaves one and enters the other."),
    }


def unit_of(amount: Body) -> str:
    """The currency of an amount, or its unit."""
    return str(amount.get("currency") or amount["unit"])
