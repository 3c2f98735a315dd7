"""What each fact adds to the figures of its day. Figures are sums: of a month, those of its days.

A measure that is money, or another unit, has that behind its name: `revenue:EUR`, `rewards:points`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.accounts.expiry import expires_at
from chalicelib.domain.accounts.ledger import ADJUSTMENTS, REWARDS
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.orders import Order, OrderFacts, Redemption
from chalicelib.domain.model.stats import Dimension, Receipt, Rows
from chalicelib.domain.orders.refunds import counting_refunds, is_cancelled
from chalicelib.domain.program.program import GIFT, Program
from chalicelib.domain.stats.receipts import AFTER

LAST = frozenset({"ambassadors"})
"""Measures that are a stock: of several days the last one's counts."""

HELD_OUT = "hold_out"
"""Why the message of a touch was closed if its reader is held out."""

NONE = ""
"""The row of what has no tier, or no campaign."""

_BACK = "refunds"


@dataclass(slots=True)
class Tally:
    """The figures of a day while they are counted, by dimension."""

    sheets: dict[Dimension, Rows] = field(default_factory=dict)

    def add(self, dimension: Dimension, row: str, measures: Mapping[str, int]) -> None:
        """Add to some measures of a row."""
        if any(measures.values()):
            self.sheets[dimension] = added(self.sheets.get(dimension, {}), {row: measures})

    def each(self, rows: Mapping[Dimension, str], measures: Mapping[str, int]) -> None:
        """Add the same in several dimensions, to a row of each."""
        for dimension, row in rows.items():
            self.add(dimension, row, measures)


def added(rows: Rows, more: Mapping[str, Mapping[str, int]]) -> Rows:
    """Return rows with those of a later time; what is nothing is left out."""
    after = {row: dict(measures) for row, measures in rows.items()}
    for row, measures in more.items():
        here = after.setdefault(row, {})
        for name, amount in measures.items():
            here[name] = amount if name in LAST else here.get(name, 0) + amount
    kept = {row: {name: it for name, it in here.items() if it} for row, here in after.items()}
    return {row: here for row, here in sorted(kept.items()) if here}


def total(parts: Iterable[Rows]) -> Rows:
    """Return the rows of several days or months, in the order of time, as those of one."""
    found: Rows = {}
    for rows in parts:
        found = added(found, rows)
    return found


def count_visits(tally: Tally, channels: Mapping[str, int], campaign: str) -> None:
    """Count the visits by one code's links."""
    number = {"visits": sum(channels.values())}
    tally.each({"all": NONE, "campaign": campaign}, number)
    for channel, visits in channels.items():
        tally.add("channel", channel, {"visits": visits})


def count_redemption(tally: Tally, redemption: Redemption) -> None:
    """Count an order on which a code was used."""
    paid = redemption.amount - (redemption.tax or 0) - redemption.friend_discount
    unit = redemption.currency
    measures = {"redemptions": 1, f"revenue:{unit}": paid, f"discounts:{unit}": redemption.friend_discount}
    tally.each(_rows(redemption), measures)


def count_receipt(tally: Tally, receipt: Receipt, redemption: Redemption | None, cohort: str) -> None:
    """Count any order; `cohort` is the month of its buyer's first."""
    unit = receipt.currency
    tally.add("all", NONE, {"customers": int(receipt.is_first), "orders": 1, f"sales:{unit}": receipt.amount})
    if receipt.is_first and receipt.is_coded:
        tally.each(_rows(redemption) if redemption else {"all": NONE}, {"new_customers": 1})
    measures = {"customers": int(receipt.is_first), "orders": 1, f"value:{unit}": receipt.amount}
    tally.add("cohort", _cohort(receipt, cohort), measures)


def count_refunds(
    tally: Tally, order: OrderFacts, receipt: Receipt | None, cohort: str, span: tuple[datetime, datetime]
) -> None:
    """Count what came back of an order within a span of time, or stays after all."""
    before, after = _at(order, receipt, span[0]), _at(order, receipt, span[1])
    for unit in sorted({*before.back, *after.back}):
        back = after.back.get(unit, 0) - before.back.get(unit, 0)
        if isinstance(order, Order):
            tally.each(_rows(order.redemption), {f"{_BACK}:{unit}": back})
        if receipt:
            tally.add("cohort", _cohort(receipt, cohort), {f"{_BACK}:{unit}": back})
    if isinstance(order, Order):
        tally.each(_rows(order.redemption), {"refunded": int(after.is_refunded) - int(before.is_refunded)})


def names_first(order: OrderFacts, name: str, span: tuple[datetime, datetime]) -> bool:
    """Whether a refund or a reversal of an order is the first in a span: an order is counted there once."""
    facts = [(it.recorded_at, it.name) for it in order.refunds] + [(it.recorded_at, it.name) for it in order.reversals]
    within = sorted(it for it in facts if span[0] <= it[0] < span[1])
    return bool(within) and within[0][1] == name


def count_entry(tally: Tally, entry: LedgerEntry, redemption: Redemption | None) -> None:
    """Count an entry of the ledger: what was promised, taken back, released, given by hand, or has expired."""
    measures: dict[str, int] = defaultdict(int)
    for leg in entry.legs:
        if leg.account == REWARDS:
            measures[f"{'gifts' if entry.kind == 'gift' else 'rewards'}:{leg.currency}"] -= leg.amount
        elif leg.account == ADJUSTMENTS:
            measures[f"adjustments:{leg.currency}"] -= leg.amount
    if entry.kind == "expiry":
        measures[f"expired:{entry.legs[-1].currency}"] += entry.legs[-1].amount
    if entry.kind == "release":
        measures["released"] += 1
    rows: dict[Dimension, str] = {"all": NONE, "tier": entry.tier or NONE}
    if redemption and redemption.standing:
        rows["campaign"] = redemption.standing.terms.campaign or NONE
    tally.each(rows, measures)
    tally.add("ledger", entry.kind, _legs(entry))


def count_account(tally: Tally, account: Account, program: Program) -> None:
    """Count what an account has available by the month in which it expires; gifts don't, and a debt is nothing."""
    ends = expires_at(account, program)
    month = month_of(ends, program) if ends else NONE
    tally.add("expiring", NONE, {"accounts": 1})
    for unit in sorted(account.balances):
        amount = max(0, account.balance(unit, "available"))
        tally.add("expiring", NONE if unit.startswith(GIFT) else month, {f"available:{unit}": amount})


def count_offer(tally: Tally, offer: Offer) -> None:
    """Count the use of an offer of somebody's own."""
    tally.add("all", NONE, {"offers_used": 1, f"offers:{offer.currency}": offer.discount or 0})


def count_message(tally: Tally, message: Message, until: datetime) -> None:
    """Count a letter that is done, and if it is a touch of care what came of it, as far as was known at a time.

    A touch is compared once all of its days have passed: until then it would look as if less came of it.
    """
    went, done_at = message.outcome == "sent", message.done_at
    if went:
        known = message.arrival if _by(message.arrival_at, until) else None
        failed: dict[str, int] = {it: 1 for it in ("bounced", "complained") if it == known}
        tally.add("letters", message.letter.name, {"sent": 1, **failed})
    elif message.outcome == "undeliverable":
        tally.add("letters", message.letter.name, {"undeliverable": 1})
    if message.cause.kind != "touch" or message.copy or done_at is None:
        return
    row = occasion_row(message.cause.id.split(":")[1], message.letter.variant)
    held_out = HELD_OUT in message.why
    if not went and not held_out:
        why = message.why[0] if message.why else f"{message.outcome}"
        tally.add("occasion", row, {"not_sent": 1, f"not_sent:{why}": 1})
        return
    end = done_at + AFTER
    counts = {
        "touches": 1,
        "answered": int(_by(message.answered_at, min(until, end))),
        "clicked": int(_by(message.clicked_at, min(until, end))),
    }
    if end <= until:
        bought = int(message.bought_at is not None)
        counts |= {"compared": 1, "bought": bought, "spent": message.spent, "squares": message.spent**2}
    tally.add("occasion", row, {f"held_{name}" if held_out else name: it for name, it in counts.items()})


def occasion_row(occasion: str, variant: str | None) -> str:
    """Name the row of a variant of an occasion."""
    return f"{occasion}|{variant or ''}"


@dataclass(frozen=True, slots=True)
class _Back:
    """What had come back of an order at a time, by currency."""

    back: Mapping[str, int]
    is_refunded: bool


def _at(order: OrderFacts, receipt: Receipt | None, time: datetime) -> _Back:
    """What had come back by a time. Of what is cancelled all has, whatever was told before."""
    refunds = tuple(it for it in order.refunds if it.recorded_at < time)
    reversals = tuple(it for it in order.reversals if it.recorded_at < time)
    known = replace(order, refunds=refunds, reversals=reversals)
    back: dict[str, int] = defaultdict(int)
    for refund in counting_refunds(known):
        if refund.currency:
            back[refund.currency] += refund.goods
    cancelled = is_cancelled(known)
    if cancelled and receipt:
        back[receipt.currency] = receipt.amount
    return _Back(back, cancelled or any(back.values()))


def _rows(redemption: Redemption) -> dict[Dimension, str]:
    """The rows in which an order with a code is counted; before its settlement its terms are not known."""
    if redemption.standing is None:
        return {"all": NONE}
    terms = redemption.standing.terms
    return {"all": NONE, "tier": terms.tier, "campaign": terms.campaign or NONE}


def _legs(entry: LedgerEntry) -> dict[str, int]:
    """What an entry moves, by account and unit, and of which units it is an entry."""
    measures: dict[str, int] = defaultdict(int)
    for leg in entry.legs:
        measures[f"{leg.account}:{leg.currency}"] += leg.amount
    return {**measures, **{f"entries:{leg.currency}": 1 for leg in entry.legs}}


def _cohort(receipt: Receipt, month: str) -> str:
    return f"{month}|{'referred' if receipt.is_referred else 'other'}"


def _by(at: datetime | None, time: datetime) -> bool:
    return at is not None and at < time
