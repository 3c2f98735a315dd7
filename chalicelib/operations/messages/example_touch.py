"""What a letter of care is written from in an example: the program says what comes with it, all else is made up."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import get_args

from chalicelib.domain.care.giving import give
from chalicelib.domain.care.occasion import Occasion
from chalicelib.domain.care.occasions.anniversary import Anniversary
from chalicelib.domain.care.occasions.check_in import CheckIn
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.interests import Interests
from chalicelib.domain.care.occasions.invitation import Invitation
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Letter
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.people.links import PATHS, LinkKind, Value
from chalicelib.domain.program.brand import LetterName
from chalicelib.domain.program.program import Program
from chalicelib.operations.program.settings import care_of
from chalicelib.web.letters import Matter

TITLE = "How to repot a fern"
"""What the guide is called."""


def touch(
    program: Program, name: LetterName, variant: str | None, account: Account, public_url: str, now: datetime
) -> tuple[Letter, Matter]:
    """Make up a touch of care for an ambassador with this account.

    Raises:
        LookupError: the program has no such occasion, or not this variant of it; the text says so.
    """
    occasion = next((it for it in care_of(program).occasions() if name == it.LETTER), None)
    if occasion is None:
        raise LookupError(f"`care` has no `{name}`")
    if variant not in {None, *(it.name for it in occasion.variants)}:
        raise LookupError(f"`care.{occasion.NAME}` has no variant `{variant}`")
    assert occasion.LETTER is not None, "it has this one"
    letter, matter = Letter(occasion.LETTER, variant=variant), _matter(occasion, program, public_url, now)
    terms = _terms(occasion, variant, now)
    if terms is None:
        return letter, matter
    cause = f"touch:{_SOMEBODY.id}:{occasion.NAME}"
    given = give(terms, _SOMEBODY, account, cause, program, now=now, chance=Random(cause))  # noqa: S311 - nobody can use it
    assert given is not None, "an ambassador can be given everything"
    return replace(letter, amount=given.amount, unit=given.unit), replace(matter, offer=given.offer)


_SOMEBODY = Person("per_example")


def _matter(occasion: Occasion, program: Program, public_url: str, now: datetime) -> Matter:
    def page(kind: LinkKind) -> str:
        return f"{public_url}{PATHS[kind]}example"

    match occasion:
        case CheckIn():
            answers: dict[Value, str] = dict.fromkeys(get_args(Value), page("answer"))
            return Matter(answers=answers, bought_at=now - timedelta(days=occasion.after_purchase_days))
        case HowTo():
            return Matter(page("guide"), guide=Guide("gde_example", TITLE, program.shop_url, program.locale, now))
        case Anniversary():
            return Matter(began="joining" if occasion.joining else "purchase", years=1)
        case Invitation():
            return Matter(page("join"))
        case Interests():
            return Matter(page("interests"))
    return Matter()


def _terms(occasion: Occasion, variant: str | None, now: datetime) -> Terms | None:
    """What comes with it: with a surprise what the round has that holds now, or else the first one."""
    gift = occasion.gift_for(variant)
    if gift is not None:
        return Terms(gift.rate, gift.days, gift.minimum)
    if not isinstance(occasion, Surprise):
        return None
    drawn = occasion.round_of(f"{now:%Y-%m}") or min(occasion.rounds, key=lambda it: it.since)
    return Terms(drawn.gift, drawn.days, drawn.minimum)
