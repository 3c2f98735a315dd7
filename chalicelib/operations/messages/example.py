"""A letter as somebody would get it, for an admin to see first: its people are made up, its rules are not.

What it says of discounts, rewards and days is what the program makes of a first order with a code.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter
from chalicelib.domain.model.orders import News
from chalicelib.domain.people.codes import share_url
from chalicelib.domain.people.policy import PURPOSES
from chalicelib.domain.people.sign_in import PATH
from chalicelib.domain.program.brand import LetterName
from chalicelib.domain.program.program import GIFT, OfferedTask, Program, Rate, rewards
from chalicelib.operations.messages.example_touch import touch
from chalicelib.web.language import spoken
from chalicelib.web.letters import Draft, Matter, write, write_digest
from chalicelib.web.mail import Mail, Reader

CODE, ORDER = "MAYA7K3Q", "10023"
AMBASSADOR, FRIEND = "Maya", "Ravi"

_GOODS = 5000
"""What the friend orders for, in minor units, unless the program asks for more."""

_SIGN_IN_CODE = "40718352"

_REMINDED = timedelta(days=30)
_MOVED = timedelta(days=7)


class NeverSentError(Exception):
    """Under these rules nobody ever gets this letter; the text says why."""


def example(
    program: Program,
    name: LetterName,
    locale: str | None,
    variant: str | None = None,
    *,
    public_url: str,
    now: datetime,
) -> Mail:
    """Write an example of a letter, as it usually is or in one of its variants.

    Raises:
        NeverSentError: the program has nothing that it could be about.
    """
    return _Example(program, locale or program.locale, public_url, now).mail(name, variant)


@dataclass(frozen=True, slots=True)
class _Example:
    program: Program
    locale: str
    public_url: str
    now: datetime

    def mail(self, name: LetterName, variant: str | None) -> Mail:
        """The letter of this name."""
        if name != "digest" and name not in _LETTERS:
            return write(self._touch(name, variant))
        if variant is not None:
            raise NeverSentError("it has no variants")
        return self._digest() if name == "digest" else write(self._draft(_LETTERS[name](self)))

    def friend_thanks(self) -> Letter:
        """What the code takes off."""
        offer = self.program.offer
        return Letter("friend_thanks", offer.of(self._goods) if offer else 0, self.program.currency)

    def welcome(self) -> Letter:
        """Nothing beside code and rules."""
        return Letter("welcome")

    def held(self) -> Letter:
        """A reward that waits."""
        if self._release_at is None:
            raise NeverSentError("rewards are not held: `hold_days` is 0")
        amount, unit = self._reward()
        return Letter("reward_held", amount, unit, self._release_at, self._when)

    def released(self) -> Letter:
        """A reward that is theirs, and all they have."""
        amount, unit = self._reward()
        was = News(amount, self._release_at, self._when) if self._release_at else None
        return Letter("reward_released", amount, unit, available=amount, active_at=self.now, was=was)

    def changed(self) -> Letter:
        """A part of the order came back; where the reward stays the same, its day moves."""
        (amount, unit), rate = self._reward(), self._rate()
        was = News(amount, self._release_at, self._when)
        left = rate.of(self._paid // 2)
        if left != amount:
            return Letter("reward_changed", left, unit, self._release_at, self._when, was=was, turn="part_returned")
        if self._release_at is None:
            raise NeverSentError("neither an amount nor a day of a reward changes")
        return Letter("reward_changed", amount, unit, self._release_at + _MOVED, self._when, was=was)

    def lost(self) -> Letter:
        """The order was cancelled."""
        amount, unit = self._reward()
        return Letter("reward_lost", 0, unit, was=News(amount, self._release_at, self._when), turn="cancelled")

    def tier_reached(self) -> Letter:
        """The second tier, and what comes with it."""
        if len(self.program.tiers) == 1:
            raise NeverSentError("there is one tier, in which everybody begins")
        tier = self.program.tiers[1]
        return Letter("tier_reached", tier.bonus, self.program.currency if tier.bonus else "", tier=tier.name)

    def gift_sent(self) -> Letter:
        """The first gift that the program has."""
        gifts = [rate.gift for rate in rewards(self.program).values() if rate.gift is not None]
        if not gifts:
            raise NeverSentError("no reward is a gift")
        return Letter("gift_sent", 1, f"{GIFT}{gifts[0]}")

    def proof_approved(self) -> Letter:
        """The first task that the program offers."""
        offered = self._offered()
        return Letter(
            "proof_approved", offered.reward.of(0), offered.reward.unit_in(self.program.currency), about=offered.name
        )

    def proof_denied(self) -> Letter:
        """The same, if it earns nothing."""
        return Letter("proof_denied", about=self._offered().name)

    def spent(self) -> Letter:
        """As much as a reward, or the least that can be spent."""
        unit, amount = self._purse()
        return Letter("spent", amount, unit)

    def expiring(self) -> Letter:
        """All that is there."""
        if self.program.expiry_months is None:
            raise NeverSentError("rewards don't expire: `expiry_months` is null")
        self._purse()
        return Letter("expiring", until=self.now + _REMINDED)

    def balances(self) -> Letter:
        """What the account holds."""
        self._reward()
        return Letter("balances")

    def confirm(self) -> Letter:
        """A link to somebody's data."""
        return Letter("confirm")

    def sign_in(self) -> Letter:
        """A link and a code."""
        return Letter("sign_in")

    def _digest(self) -> Mail:
        if self.program.letters.gather_minutes == 0:
            raise NeverSentError("every letter goes out by itself: `letters.gather_minutes` is 0")
        found = []
        for make in (_Example.held, _Example.released, _Example.tier_reached, _Example.gift_sent):
            try:
                found.append(self._draft(make(self)))
            except NeverSentError:
                continue
        if not found:
            raise NeverSentError("nothing is rewarded")
        return write_digest(found)

    def _touch(self, name: LetterName, variant: str | None) -> Draft:
        """A letter of care."""
        try:
            letter, matter = touch(self.program, name, variant, self._account(), self.public_url, self.now)
        except LookupError as error:
            raise NeverSentError(str(error)) from error
        return replace(self._draft(letter), matter=matter)

    def _draft(self, letter: Letter) -> Draft:
        program = self.program
        reader = Reader(
            shop_name=program.shop_name,
            first_name=FRIEND if letter.name == "friend_thanks" else AMBASSADOR,
            link=program.shop_url if letter.name == "friend_thanks" else share_url(self.public_url, CODE),
            locale=spoken([self.locale], program).tag,
            preferences=f"{self.public_url}/p/example",
            unsubscribe=None if PURPOSES[letter.name] == "service" else f"{self.public_url}/u/example",
            code=CODE,
        )
        matter = Matter(f"{self.public_url}{PATH}example", code=_SIGN_IN_CODE) if letter.name == "sign_in" else Matter()
        return Draft(letter, Cause("order", ORDER, 2), reader, program, program, self._account, self.now, matter)

    def _account(self) -> Account:
        balances: dict[str, dict[str, int]] = {}
        for rate in rewards(self.program).values():
            amount, unit = rate.of(self._paid), rate.unit_in(self.program.currency)
            balances.setdefault(unit, {"available": amount, "held": 0 if unit.startswith(GIFT) else amount})
        return Account("amb_example", balances=balances, active_at=self.now)

    @property
    def _goods(self) -> int:
        return max(self.program.minimum, _GOODS)

    @property
    def _paid(self) -> int:
        offer = self.program.offer
        return self._goods - (offer.of(self._goods) if offer else 0)

    @property
    def _release_at(self) -> datetime | None:
        """When a reward that waits is theirs; None if none waits."""
        program = self.program
        days = program.hold_days if program.hold_from == "purchase" else program.longest_wait_days
        return self.now + timedelta(days=days) if days else None

    @property
    def _when(self) -> Literal["expected"] | None:
        return "expected" if self.program.hold_from == "delivery" else None

    def _rate(self) -> Rate:
        """The first thing that is earned with an order, or else at all."""
        found = [rate for rate in rewards(self.program).values() if rate.of(self._paid)]
        if not found:
            raise NeverSentError("nothing is rewarded")
        return found[0]

    def _reward(self) -> tuple[int, str]:
        rate = self._rate()
        return rate.of(self._paid), rate.unit_in(self.program.currency)

    def _offered(self) -> OfferedTask:
        if not self.program.tasks:
            raise NeverSentError("the program offers no tasks")
        return self.program.tasks[0]

    def _purse(self) -> tuple[str, int]:
        """The first unit that can be spent, and an amount of it that can be."""
        program = self.program
        for rate in rewards(program).values():
            unit, amount = rate.unit_in(program.currency), rate.of(self._paid)
            if unit == program.currency:
                return unit, max(amount, program.spend_minimum)
            if worth := program.units.get(unit):
                return unit, -(-max(amount, worth.minimum) // worth.per) * worth.per
        raise NeverSentError("nothing that is rewarded can be spent")


_LETTERS: dict[LetterName, Callable[[_Example], Letter]] = {
    "friend_thanks": _Example.friend_thanks,
    "welcome": _Example.welcome,
    "reward_held": _Example.held,
    "reward_released": _Example.released,
    "reward_changed": _Example.changed,
    "reward_lost": _Example.lost,
    "tier_reached": _Example.tier_reached,
    "gift_sent": _Example.gift_sent,
    "proof_approved": _Example.proof_approved,
    "proof_denied": _Example.proof_denied,
    "spent": _Example.spent,
    "expiring": _Example.expiring,
    "balances": _Example.balances,
    "confirm": _Example.confirm,
    "sign_in": _Example.sign_in,
}
