"""What must be true of an ambassador's books, and what to call it when it is not.

Checks yield findings; none means that the books are sound. Entries and orders are read once, in pages, and only sums of
them are kept, so the largest account fits: `Reading` is what the entries say, `Counting` what the orders say, and both
are compared with what the account says. What concerns one entry alone is in `entry`, one order in `order`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.domain.accounts.tiers import times
from chalicelib.domain.model.accounts import Account, Balances, Leg, Month, Withdrawal
from chalicelib.domain.model.orders import Age, Redemption

Kind = Literal[
    "account",
    "adjustment",
    "balance",
    "budget",
    "case",
    "cause",
    "claim",
    "counter",
    "entry",
    "fact",
    "friend",
    "gift",
    "legs",
    "listing",
    "message",
    "newer",
    "number",
    "offer",
    "overdrawn",
    "position",
    "prize",
    "surprise",
    "suspension",
    "task",
    "terms",
    "trait",
    "unreadable",
    "wake_up",
    "withdrawal",
]

Value = int | str | None

NUMBER = re.compile(r"(\d{8})-(\d{3})")
"""An entry's number: the account's version, and a count within it."""

_COUNTERS = {"settled": "orders_settled", "counted": "referrals", "refunded": "orders_refunded"}
_OF_MONTHS = {"room": "cap_used", "uses": "uses", "counted": "referrals"}
"""Counters by their attributes in the table, which findings name, so that whoever reads one finds it there."""

_SUM_BITS = 64
_PLACES = (1 << 61) - 1
"""Sums of places are kept modulo this prime, so that no place that somebody made up makes them grow for ever."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: `where` names the thing and what of it, beside what the rest of the books expects of it."""

    kind: Kind
    where: str
    expected: Value
    found: Value


@dataclass(slots=True)
class Links:
    """Pairs on one side of the books, such as of entry and order: how many, and a sum that others would not have."""

    number: int = 0
    checksum: int = 0

    def add(self, one: str, other: str) -> None:
        """Take in one pair; the order of pairs does not matter."""
        digest = hashlib.blake2b(f"{one} {other}".encode(), digest_size=_SUM_BITS // 8).digest()
        self.number += 1
        self.checksum = (self.checksum + int.from_bytes(digest)) % (1 << _SUM_BITS)


@dataclass(slots=True)
class Reading:
    """What the entries say that were read so far; `number` is that of the last.

    `prizes` are granted amounts by key and unit, `gone` by both in one word what bonuses lost have taken out of what
    has expired and not put back. `awaited` maps a cause to the kind of entry that must still follow, `unsent` are gifts
    that were still to be sent when they were read, `opened` maps the cause of a withdrawal to unit and amount until the
    entry that closes it, `returned` to what has come back of it. `left` maps an ambassador whose ledger ends with a
    merger to what went from there, until it arrives; `merged_in` is the version by which something arrived last.
    `given` are the causes of gifts, `sent` how many pieces of a gift have left, `reopened` how often they came back,
    `rewarded` what a proof has been given and still has, all by cause.
    `links` pair entries and orders, `spends` causes and amounts.
    """

    number: str = ""
    entries: int = 0
    balances: Balances = field(default_factory=dict)
    prizes: dict[str, dict[str, int]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    awaited: dict[str, str] = field(default_factory=dict)
    unsent: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    reopened: dict[str, int] = field(default_factory=dict)
    rewarded: dict[str, int] = field(default_factory=dict)
    opened: dict[str, tuple[str, int]] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    left: dict[str, tuple[Leg, ...]] = field(default_factory=dict)
    merged_in: int = 0
    expired_in: int = 0
    links: Links = field(default_factory=Links)
    spends: Links = field(default_factory=Links)

    def balance(self, unit: str, account: str) -> int:
        """Return one balance as the entries so far make it."""
        return self.balances.get(unit, {}).get(account, 0)

    def turn_over(self) -> None:
        """Go on with the ledger into which the one that was read has been merged; what was opened there stays so."""
        self.number, self.balances, self.expired_in = "", {}, 0


@dataclass(slots=True)
class Counting:
    """What the orders and spends say that were read so far.

    `places` and `squares` are sums over the orders' places in settlement. `links` and `spends` are what those of a
    `Reading` must be.
    """

    orders_settled: int = 0
    referrals: int = 0
    orders_refunded: int = 0
    places: int = 0
    squares: int = 0
    months: dict[str, Month] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    spends: Links = field(default_factory=Links)

    def add(self, redemption: Redemption, until: int, ledger: str | None = None) -> None:
        """Take in one order, if it has been settled, with its entries up to a version of the account with this ledger.

        Other ledgers have ended. Without one it is that of the order's own ambassador.
        """
        standing = redemption.standing
        if standing is None:
            return
        name = standing.terms.month
        was = self.months.get(name, Month())
        in_currency = redemption.unit == redemption.currency
        self.orders_settled += 1
        self.referrals += standing.counts
        self.orders_refunded += standing.refunded > 0 or standing.has("cancelled")
        self.places = (self.places + standing.terms.ambassador_order) % _PLACES
        self.squares = (self.squares + standing.terms.ambassador_order**2) % _PLACES
        self.months[name] = Month(
            cap_used=was.cap_used + (standing.cap_used if in_currency else 0),
            uses=was.uses + (standing.cap_used > 0),
            referrals=was.referrals + standing.counts,
        )
        for of, number in redemption.posted:
            if of != (ledger or redemption.ambassador_id) or version_of(number) <= until:
                self.links.add(f"{of}/{number}", redemption.order_id)

    def add_spend(self, spend: Withdrawal) -> None:
        """Take in one spend."""
        self.spends.add(f"spend:{spend.id}", str(spend.amount))


def check_balances(account: Account, reading: Reading) -> Iterator[Finding]:
    """Compare an account with its entries up to its version: balances, what is reserved, what expired last, prizes."""
    name = account.ambassador_id
    for unit in sorted(account.balances.keys() | reading.balances.keys()):
        for part in sorted(account.balances.get(unit, {}).keys() | reading.balances.get(unit, {}).keys()):
            yield from compared(
                "balance", f"{name}/balances/{unit}/{part}", reading.balance(unit, part), account.balance(unit, part)
            )
    yield from compared("counter", f"{name}/expired_in", reading.expired_in, account.expired_in)
    yield from _check_prizes(account, reading.prizes)
    for prize in sorted(account.ages.keys() | reading.gone.keys()):
        gone = account.ages.get(prize, Age()).gone
        yield from compared("prize", f"{name}/ages/{prize}/gone", reading.gone.get(prize, 0), gone)
    for unit in sorted(account.balances.keys() | {unit for unit, _ in reading.opened.values()}):
        reserved = sum(amount for of, amount in reading.opened.values() if of == unit)
        yield from compared("withdrawal", f"{name}/reserved/{unit}", reserved, account.balance(unit, "reserved"))


def check_awaited(reading: Reading, since: Mapping[str, str]) -> Iterator[Finding]:
    """Name the entries that were awaited before the last entries were read, and are still."""
    for cause, kind in sorted(reading.awaited.items()):
        if since.get(cause) == kind:
            what = kind.partition("_")[0]
            about: Kind = "gift" if what == "gift" else "task" if what == "task" else "withdrawal"
            yield Finding(about, f"{about}/{cause.partition(':')[2]}", f"an entry {kind}", None)


def check_counters(account: Account, counting: Counting) -> Iterator[Finding]:
    """Compare an account's counters with its orders."""
    name, n = account.ambassador_id, counting.orders_settled
    for attribute, counter in _COUNTERS.items():
        told = getattr(account, counter)
        yield from compared("counter", f"{name}/{attribute}", getattr(counting, counter), told)
    for month in sorted(account.months.keys() | counting.months.keys()):
        found, told = counting.months.get(month, Month()), account.months.get(month, Month())
        for attribute, counter in _OF_MONTHS.items():
            where = f"{name}/months/{month}/{attribute}"
            yield from compared("counter", where, getattr(found, counter), getattr(told, counter))
    if (counting.places, counting.squares) != tuple(_placed(account, n, power) % _PLACES for power in (1, 2)):
        yield Finding("counter", f"{name}/places", f"each place from 1 to {n} once", f"a sum of {counting.places}")


def check_emptied(account: Account, reading: Reading) -> Iterator[Finding]:
    """Compare an account that was merged into another one with its entries: it is empty, and they have ended."""
    name = account.ambassador_id
    for unit in sorted(account.balances.keys() | reading.balances.keys()):
        for part in sorted(account.balances.get(unit, {}).keys() | reading.balances.get(unit, {}).keys()):
            yield from compared("balance", f"{name}/balances/{unit}/{part}", 0, reading.balance(unit, part))
            yield from compared("balance", f"{name}/balances/{unit}/{part}", 0, account.balance(unit, part))
    yield from compared("counter", f"{name}/expired_in", reading.expired_in, account.expired_in)
    yield from compared("counter", f"{name}/version", version_of(reading.number), account.version)
    for attribute, counter in _COUNTERS.items():
        yield from compared("counter", f"{name}/{attribute}", None, getattr(account, counter) or None)
    if name not in reading.left:
        yield Finding("account", f"{name}/merged_into", "an entry merge, the last one", reading.number)


def _placed(account: Account, settled: int, power: int) -> int:
    """Sum up the places that an account's orders have, or their squares.

    Each has the next one. Those of a merged account keep theirs, so that the places which they would have are free.
    """

    def up_to(n: int) -> int:
        return n * (n + 1) // 2 if power == 1 else n * (n + 1) * (2 * n + 1) // 6

    mergers = account.absorbed.values()
    came = sum(up_to(it.before + it.orders_settled) - up_to(it.before) - up_to(it.orders_settled) for it in mergers)
    return up_to(settled) - came


def version_of(number: str) -> int:
    """Return the account's version that an entry's number names; 0 if it is no number of ours."""
    found = NUMBER.fullmatch(number)
    return int(found[1]) if found else 0


def compared(kind: Kind, where: str, expected: Value, actual: Value) -> Iterator[Finding]:
    """Yield a finding unless both are the same."""
    if expected != actual:
        yield Finding(kind, where, expected, actual)


def _check_prizes(account: Account, prizes: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    """Compare the prizes that an account holds with its bonuses, and with the referrals that count."""
    for key in sorted(account.prizes.keys() | prizes.keys()):
        where, grants = f"{account.ambassador_id}/prizes/{key}", account.prizes.get(key, ())
        held: dict[str, int] = {}
        for grant in grants:
            held[grant.unit] = held.get(grant.unit, 0) + grant.amount * grant.times
        posted = prizes.get(key, {})
        for unit in sorted(held.keys() | posted.keys()):
            yield from compared("prize", f"{where}/{unit}", posted.get(unit, 0), held.get(unit, 0))
        granted = sum(grant.times for grant in grants)
        at_most = 1 if key.startswith("tier:") else times(key, account.referrals)
        if granted > at_most:
            yield Finding("prize", where, f"at most {at_most} times", granted)
