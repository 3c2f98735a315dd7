"""Every letter that the program writes: one function for each, which fills the words of the template of its name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from chalicelib.domain.calendar import local, months_after
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Name
from chalicelib.domain.program.program import GIFT, Program, least_spent
from chalicelib.web.language import Language, choose, format_amount, format_date
from chalicelib.web.mail import Mail, Reader, mail
from chalicelib.web.numbers import format_money


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a letter is written from.

    Attributes:
        letter: what is owed.
        cause: what its message is about.
        reader: whom it is written to.
        program: the rules that it speaks of; its days are by their clocks.
        rules: those in force, which have to keep what it promises.
        account: read the account of the reader, who is an ambassador. Only some letters need it.
        now: when it is written.
    """

    letter: Letter
    cause: Cause
    reader: Reader
    program: Program
    rules: Program
    account: Callable[[], Account]
    now: datetime

    @property
    def language(self) -> Language:
        """The language of its reader."""
        return choose(self.reader.locale)


def write(occasion: Occasion) -> Mail:
    """Write a letter, whichever it is."""
    return LETTERS[occasion.letter.name](occasion)


def friend_thanks(occasion: Occasion) -> Mail:
    """To the friend, after the purchase: thanks, and what the code took off."""
    letter = occasion.letter
    discount = format_money(letter.amount, letter.unit, occasion.language.tag) if letter.amount else ""
    return _mail(occasion, names={"order": occasion.cause.id}, figures={"discount": discount})


def reward_held(occasion: Occasion) -> Mail:
    """To the ambassador: a friend bought (never who), and why the reward waits until the day it is theirs."""
    return _mail(occasion, figures=_reward(occasion), marks={"when": occasion.letter.when})


def reward_released(occasion: Occasion) -> Mail:
    """To the ambassador: the reward is theirs, how much they can use in all, from how much on and until when."""
    letter, language = occasion.letter, occasion.language
    available, least = letter.available or 0, least_spent(occasion.rules, letter.unit)
    figures = {
        "available": format_amount(available, letter.unit, language),
        "minimum": format_amount(least, letter.unit, language, is_limit=True) if least and least > 1 else "",
        "until": _until(letter.active_at, occasion),
    }
    marks = {"usable": least is not None, "enough": available >= (least or 0), "turn": letter.turn}
    return _mail(occasion, figures={**_reward(occasion), **figures}, marks=marks)


def reward_changed(occasion: Occasion) -> Mail:
    """To the ambassador: what was announced comes to another amount or day, and why."""
    letter = occasion.letter
    return _mail(occasion, figures=_reward(occasion), marks={"when": letter.when, "turn": letter.turn})


def reward_lost(occasion: Occasion) -> Mail:
    """To the ambassador: there is no reward for an order, and why, as far as it concerns them."""
    letter = occasion.letter
    marks = {"turn": letter.turn, "was_theirs": letter.was is not None and letter.was.is_theirs}
    return _mail(occasion, figures=_before(occasion), marks=marks)


def balances(occasion: Occasion) -> Mail:
    """To the ambassador: where things stand, in all units in which there is something; from how much on, until when."""
    account, language = occasion.account(), occasion.language
    available = {unit: amount for unit in account.balances if (amount := account.balance(unit, "available")) > 0}
    held = {unit: amount for unit in account.balances if (amount := account.balance(unit, "held")) > 0}
    least = {unit: amount for unit in available if (amount := least_spent(occasion.rules, unit) or 1) > 1}
    return _mail(
        occasion,
        figures={
            "available": _all((it for it in available.items() if not it[0].startswith(GIFT)), language),
            "gifts": _all((it for it in available.items() if it[0].startswith(GIFT)), language),
            "held": _all(held.items(), language),
            "minimum": ", ".join(format_amount(least[unit], unit, language, is_limit=True) for unit in least),
            "until": _until(account.active_at, occasion),
        },
    )


LETTERS: Mapping[Name, Callable[[Occasion], Mail]] = {
    "friend_thanks": friend_thanks,
    "reward_held": reward_held,
    "reward_released": reward_released,
    "reward_changed": reward_changed,
    "reward_lost": reward_lost,
    "balances": balances,
}


def _mail(
    occasion: Occasion,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    figures: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, str | bool | None] = MappingProxyType({}),
) -> Mail:
    """Fill the words of a letter, which are those of its name."""
    return mail(occasion.letter.name, occasion.reader, names=names, figures=figures, marks=marks)


def _all(amounts: Iterable[tuple[str, int]], language: Language) -> str:
    """Amounts of several units in one line; empty if there are none."""
    return ", ".join(format_amount(amount, unit, language) for unit, amount in amounts)


def _reward(occasion: Occasion) -> dict[str, str]:
    """What a mail is about, and the one before: `gift` is empty unless it is one, because that is sent and not used."""
    letter = occasion.letter
    written = format_amount(letter.amount, letter.unit, occasion.language)
    return {
        "amount": written,
        "gift": written if letter.unit.startswith(GIFT) else "",
        "date": _day(letter.release_at, occasion),
        **_before(occasion),
    }


def _before(occasion: Occasion) -> dict[str, str]:
    """What the mail before was about."""
    was = occasion.letter.was
    if was is None:
        return {"was": "", "was_date": ""}
    return {
        "was": format_amount(was.amount, occasion.letter.unit, occasion.language) if was.amount else "",
        "was_date": _day(was.release_at, occasion),
    }


def _day(at: datetime | None, occasion: Occasion) -> str:
    return format_date(local(at, occasion.program), occasion.language) if at else ""


def _until(active_at: datetime | None, occasion: Occasion) -> str:
    """The day on which what is there expires; empty if it does not, or may at any moment."""
    rules = occasion.rules
    ends = active_at and rules.expiry_months and months_after(active_at, rules.expiry_months, rules)
    return format_date(local(ends, rules), occasion.language) if ends and ends > occasion.now else ""
