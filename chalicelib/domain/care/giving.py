"""What the program gives of itself, for no order: to an ambassador through the ledger, to others as an offer.

It is no reward. Caps and the month's budget of rewards are about orders, and do not count it: how much of it there is
follows from its occasions, and a surprise has a budget of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.accounts.expiry import renewed, watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import Posting, post
from chalicelib.domain.care.offers import Terms, offer_for
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import Program, Rate


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody is given: either an entry that makes it available in their account, or an offer.

    Attributes:
        amount: How much, in the `unit`: what the letter tells.
        tasks: What somebody has to send for it, if it is a thing.
    """

    amount: int
    unit: str
    account: Account | None = None
    entry: LedgerEntry | None = None
    tasks: tuple[Gift, ...] = ()
    offer: Offer | None = None

    @property
    def name(self) -> str:
        """The id of the entry, or the code of the offer."""
        given = self.entry.id if self.entry else self.offer and self.offer.code
        assert given, "something is given"
        return given

    @property
    def effects(self) -> list[Effect]:
        """What is written for it."""
        if self.offer is not None:
            return [Create(self.offer)]
        assert self.account is not None, "an offer or an entry"
        assert self.entry is not None, "an offer or an entry"
        return [Replace(self.account), Create(self.entry), *map(Create, self.tasks)]


def give(
    terms: Terms,
    person: Person,
    account: Account | None,
    cause: str,
    program: Program,
    *,
    now: datetime,
    chance: Random,
) -> Given | None:
    """Give something for a `cause`, such as `touch:per_1:birthday:2026`; None if this person can't be given it.

    `account` is theirs as an ambassador, None if they are none. Theirs it is at once, and it expires as everything
    there does. Whoever is none gets an offer of the same, by all of its terms: a thing, or a unit that is worth
    nothing, can't be had in that way. A share of an order is an offer for everybody. A suspended account is given
    nothing, as long as somebody looks into it.
    """
    if account is not None and account.suspended:
        return None
    gift = terms.rate
    if account is not None and gift.basis_points is None:
        return _posted(gift, account, cause, program, now)
    rate = _off(gift, program)
    if rate is None:
        return None
    offer = offer_for(person, replace(terms, rate=rate), cause, program, now=now, chance=chance)
    return Given(rate.amount or 0, program.currency, offer=offer)


def _posted(gift: Rate, account: Account, cause: str, program: Program, now: datetime) -> Given:
    amount, unit = gift.of(0), gift.unit_in(program.currency)
    after, entry = post(account, Posting("gift", amount, unit, cause), program, now=now)
    after = watched(renewed(after, [entry], now=now), program)
    return Given(amount, unit, after, entry, tasks([entry]))


def _off(gift: Rate, program: Program) -> Rate | None:
    """What a gift is worth as an offer, in money."""
    if gift.gift is not None:
        return None
    if gift.unit is None or gift.amount is None:
        return None if gift.unit else gift
    worth = program.units.get(gift.unit)
    amount = worth.of(gift.amount) if worth else 0
    return Rate(amount=amount) if amount else None
