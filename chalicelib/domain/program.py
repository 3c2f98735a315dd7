"""The rules of a referral program as data: what the friend gets, what the ambassador earns, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.money import BASIS, share

DAYS_MAX = 3650
AMOUNT_MAX = 10**12


@dataclass(frozen=True, slots=True)
class Rate:
    """A fixed `amount` in minor units, or a percentage in `basis_points` (1000 = 10 %) with an optional `maximum`."""

    amount: int | None = None
    basis_points: int | None = None
    maximum: int | None = None

    def of(self, base: int) -> int:
        """Return what this rate yields on `base` minor units, rounded down."""
        if self.amount is not None:
            return self.amount
        worth = share(base, self.basis_points or 0, BASIS)
        return worth if self.maximum is None else min(worth, self.maximum)


@dataclass(frozen=True, slots=True)
class Tier:
    """A level that starts at `threshold` counted referrals; `bonus` is granted while the count is at or above it."""

    name: str
    threshold: int
    reward: Rate
    bonus: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """One immutable version of the rules. An order keeps the version it was admitted under.

    Money is in minor units of `currency`, times are days. `cap_month` bounds what one ambassador can be granted on
    orders placed in one calendar month (UTC).
    """

    version: int
    shop_name: str
    shop_url: str
    currency: str
    offer: Rate
    tiers: tuple[Tier, ...]
    minimum: int = 0
    open: bool = True
    new_friends_only: bool = True
    hold_from: Literal["purchase", "delivery"] = "purchase"
    hold_days: int = 30
    longest_wait_days: int = 60
    void_below_minimum: bool = False
    cap_month: int | None = None
    review_days: int = 30
    review_default: Literal["approve", "deny"] = "approve"
    locale: str = "en"
    author: str = ""
    created_at: datetime | None = None

    @property
    def hold(self) -> timedelta:
        """How long a reward waits, so that it is not paid for goods that come back."""
        return timedelta(days=self.hold_days)


def tier_of(program: Program, counted: int) -> Tier:
    """Return the highest tier that `counted` referrals reach."""
    return max((tier for tier in program.tiers if tier.threshold <= counted), key=lambda tier: tier.threshold)


def tier_after(program: Program, counted: int) -> Tier | None:
    """Return the next tier to reach, or None at the top."""
    above = [tier for tier in program.tiers if tier.threshold > counted]
    return min(above, key=lambda tier: tier.threshold) if above else None


def flaws(program: Program) -> list[tuple[str, str]]:
    """Return what makes a program unusable as (JSON pointer, reason) pairs; an empty list means it is sound."""
    rates = [("/offer", program.offer)]
    rates += [(f"/tiers/{n}/reward", tier.reward) for n, tier in enumerate(program.tiers)]
    found = [flaw for pointer, rate in rates for flaw in _flaws_of_rate(pointer, rate)]
    found += [
        (pointer, f"lies between 0 and {most}")
        for pointer, given, most in _ranges(program)
        if given is not None and not 0 <= given <= most
    ]
    if not program.shop_url.startswith(("https://", "http://")):
        found.append(("/shop_url", "starts with https://"))
    if not (len(program.currency) == 3 and program.currency.isascii() and program.currency.isupper()):
        found.append(("/currency", "is three capital letters (ISO 4217)"))
    thresholds = [tier.threshold for tier in program.tiers]
    if not thresholds or thresholds[0] != 0:
        found.append(("/tiers", "the first tier starts at 0"))
    if sorted(set(thresholds)) != thresholds:
        found.append(("/tiers", "thresholds rise from tier to tier"))
    if len({tier.name for tier in program.tiers}) != len(program.tiers):
        found.append(("/tiers", "every tier has a name of its own"))
    return found


def _flaws_of_rate(pointer: str, rate: Rate) -> list[tuple[str, str]]:
    if (rate.amount is None) == (rate.basis_points is None):
        return [(pointer, "set either amount or basis_points")]
    ranges = [("amount", rate.amount, AMOUNT_MAX), ("basis_points", rate.basis_points, BASIS)]
    ranges += [("maximum", rate.maximum, AMOUNT_MAX)]
    return [
        (f"{pointer}/{name}", f"lies between 0 and {most}")
        for name, given, most in ranges
        if given is not None and not 0 <= given <= most
    ]


def _ranges(program: Program) -> list[tuple[str, int | None, int]]:
    """Where numbers must lie for every sum and every date to stay within reason."""
    days = ("hold_days", "longest_wait_days", "review_days")
    bonuses = [(f"/tiers/{n}/bonus", tier.bonus, AMOUNT_MAX) for n, tier in enumerate(program.tiers)]
    return [
        *((f"/{name}", getattr(program, name), DAYS_MAX) for name in days),
        ("/minimum", program.minimum, AMOUNT_MAX),
        ("/cap_month", program.cap_month, AMOUNT_MAX),
        *bonuses,
    ]
