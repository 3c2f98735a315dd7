"""Every letter that the program writes, in its reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.model.messages import Turn
from chalicelib.domain.model.orders import Told
from chalicelib.domain.program.program import GIFT
from chalicelib.web.language import Language, choose, format_amount, format_date
from chalicelib.web.mail import Mail, Reader, mail
from chalicelib.web.numbers import format_money


@dataclass(frozen=True, slots=True)
class Purse:
    """What an ambassador has in all, and what the program keeps of it: from how much on it is `usable`, and until when.

    Without a `minimum` any amount can be used, without `until` it never expires.
    """

    available: int
    usable: bool = True
    minimum: int | None = None
    until: datetime | None = None


def friend_thanks(reader: Reader, *, order_id: str, discount: int, currency: str) -> Mail:
    """To the friend, after the purchase: thanks, and what the code took off."""
    language = choose(reader.locale)
    return mail(
        "friend_thanks",
        reader,
        names={"order": order_id},
        figures={"discount": format_money(discount, currency, language.tag) if discount else ""},
    )


def reward_held(reader: Reader, told: Told, unit: str) -> Mail:
    """To the ambassador: a friend bought (never who), and why the reward waits until the day it is theirs."""
    news = _reward(told, None, unit, choose(reader.locale))
    return mail("reward_held", reader, figures=news, marks={"when": told.when})


def reward_released(
    reader: Reader, told: Told, unit: str, purse: Purse, *, was: Told | None, turn: Turn | None
) -> Mail:
    """To the ambassador: the reward is theirs, how much they can use in all, from how much on and until when."""
    language = choose(reader.locale)
    least = format_amount(purse.minimum, unit, language, is_limit=True) if purse.minimum else ""
    figures = {
        "available": format_amount(purse.available, unit, language),
        "minimum": least,
        "until": format_date(purse.until, language) if purse.until else "",
    }
    marks = {"usable": purse.usable, "enough": purse.available >= (purse.minimum or 0), "turn": turn}
    news = _reward(told, was, unit, language)
    return mail("reward_released", reader, figures={**news, **figures}, marks=marks)


def reward_changed(reader: Reader, told: Told, unit: str, *, was: Told | None, turn: Turn | None) -> Mail:
    """To the ambassador: what was announced comes to another amount or day, and why."""
    language = choose(reader.locale)
    news = _reward(told, was, unit, language)
    return mail("reward_changed", reader, figures=news, marks={"when": told.when, "turn": turn})


def reward_lost(reader: Reader, unit: str, *, was: Told | None, turn: Turn | None) -> Mail:
    """To the ambassador: there is no reward for an order, and why, as far as it concerns them."""
    marks = {"turn": turn, "was_theirs": was is not None and was.is_theirs}
    return mail("reward_lost", reader, figures=_before(was, unit, choose(reader.locale)), marks=marks)


def balances(
    reader: Reader,
    *,
    available: Sequence[tuple[int, str]],
    held: Sequence[tuple[int, str]],
    least: Sequence[tuple[int, str]] = (),
    until: datetime | None = None,
) -> Mail:
    """To the ambassador: where things stand, in all units in which there is something; from how much on, until when."""
    language = choose(reader.locale)
    gifts = [it for it in available if it[1].startswith(GIFT)]
    return mail(
        "balances",
        reader,
        figures={
            "available": _all([it for it in available if it not in gifts], language),
            "gifts": _all(gifts, language),
            "held": _all(held, language),
            "minimum": ", ".join(format_amount(*it, language, is_limit=True) for it in least),
            "until": format_date(until, language) if until else "",
        },
    )


def _all(amounts: Sequence[tuple[int, str]], language: Language) -> str:
    """Amounts of several units in one line; empty if there are none."""
    return ", ".join(format_amount(amount, unit, language) for amount, unit in amounts)


def _reward(told: Told, was: Told | None, unit: str, language: Language) -> dict[str, str]:
    """What a mail is about, and the one before: `gift` is empty unless it is one, because that is sent and not used."""
    written = format_amount(told.amount, unit, language)
    return {
        "amount": written,
        "gift": written if unit.startswith(GIFT) else "",
        "date": format_date(told.release_at, language) if told.release_at else "",
        **_before(was, unit, language),
    }


def _before(was: Told | None, unit: str, language: Language) -> dict[str, str]:
    """What the mail before was about."""
    if was is None:
        return {"was": "", "was_date": ""}
    return {
        "was": format_amount(was.amount, unit, language) if was.amount else "",
        "was_date": format_date(was.release_at, language) if was.release_at else "",
    }
