"""The heart: what is an order worth to its ambassador now, and what must the ledger post to say so?

`settle` is a pure function of the facts of one order, the ambassador's account, the program and the time. It is called
again whenever a fact arrives or a time has come, and answers the difference between what the order is worth and what
was posted for it. So redeeming, releasing, refunding and reviewing are one function at different moments, and it does
not matter how often, or in which order, they are looked at.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.ledger import add, legs
from chalicelib.domain.messages import owed
from chalicelib.domain.model import (
    Account,
    LedgerEntry,
    Message,
    OrderFacts,
    Redemption,
    Refund,
    Review,
    Standing,
    Terms,
)
from chalicelib.domain.money import share
from chalicelib.domain.program import Program, flaws, tier_of

_CAUSES_MAX = 5


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling one order leaves: the redemption and account as they shall be, and what to append.

    `account` keeps the version that was read: a fold of several orders raises it once. `account_changed` is also true
    when nothing was posted but terms were decided, because terms rest on what the account said.
    """

    redemption: Redemption
    account: Account
    entries: tuple[LedgerEntry, ...]
    message: Message | None
    changed: bool
    account_changed: bool


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The rules of the program contradict each other; `reasons` say where."""

    reasons: tuple[str, ...]


def settle(
    order: OrderFacts, account: Account, program: Program, *, now: datetime, posted: int = 0
) -> Settlement | Unsettled:
    """Settle one order that has a redemption.

    `posted` is how many entries this version of the account has already been given by orders folded before this one.
    """
    redemption = order.redemption
    if redemption is None:
        raise ValueError("an order without a redemption has nothing to settle")
    wrong = flaws(program)
    if wrong:
        return Unsettled(tuple(f"{pointer}: {reason}" for pointer, reason in wrong))
    before = redemption.standing
    terms = before.terms if before else decide_terms(redemption, account, program)
    after = stand(order, terms, program, now=now)
    moves = _moves(before, after)
    counted = int(after.counted) - int(before.counted if before else False)
    bonuses = _bonuses(account, program, account.counted + counted) if counted else []
    entries = _entries(order, account, moves, bonuses, terms, now=now, posted=posted)
    after = replace(after, entries=(*after.entries, *(entry.number for entry in entries[: len(moves)])))
    settled = replace(redemption, standing=after, due_at=wake_up(order, after, program))
    changed = settled != redemption
    settled = replace(settled, version=redemption.version + 1) if changed else redemption
    moved = _account_after(account, settled, before, entries, counted, bonuses)
    return Settlement(
        redemption=settled,
        account=moved,
        entries=entries,
        message=owed(settled, before, moved, now=now),
        changed=changed,
        account_changed=before is None or moved != account,
    )


def decide_terms(redemption: Redemption, account: Account, program: Program) -> Terms:
    """Decide once, at the first settlement, what an order can earn at most: tier, rate, and what the cap leaves."""
    tier = tier_of(program, account.counted)
    full = tier.reward.of(redemption.paid)
    granted = full
    if program.cap_month is not None:
        granted = max(0, min(full, program.cap_month - account.room.get(month_of(redemption), 0)))
    return Terms(tier=tier.name, rate=tier.reward, full=full, granted=granted)


def stand(order: OrderFacts, terms: Terms, program: Program, *, now: datetime) -> Standing:
    """Work out worth and phase from the facts, the terms and the time. Only `released` and the entries look back."""
    redemption = order.redemption
    assert redemption is not None
    before = redemption.standing
    refunds = counting_refunds(order)
    cancelled = any(refund.kind == "cancellation" for refund in refunds)
    refunded = sum(refund.amount for refund in refunds if refund.currency == redemption.currency)
    net = 0 if cancelled else max(0, redemption.paid - refunded)
    low = program.void_below_minimum and refunded > 0 and redemption.amount - refunded < program.minimum
    last = _last_review(order)
    settled_at = before.settled_at if before else now
    deadline = review_deadline(order, terms, settled_at, program)
    review_open = deadline is not None and now < deadline
    overdue = deadline is not None and not review_open
    denied = (last is not None and last.decision == "deny") or (overdue and program.review_default == "deny")
    release_at = due(order, program)
    released = (before is not None and before.released) or (now >= release_at and not review_open)
    room = share(terms.granted, net, redemption.paid)
    worth = 0 if denied or low else room
    return Standing(
        terms=terms,
        settled_at=settled_at,
        release_at=release_at,
        net=net,
        refunded=refunded,
        cancelled=cancelled,
        denied=denied,
        review_open=review_open,
        below_minimum=low,
        worth=worth,
        held=0 if released else worth,
        available=worth if released else 0,
        room=room,
        released=released,
        counted=released and worth > 0,
        reviews=last.number if last else 0,
        earned=(before is not None and before.earned) or (released and worth > 0),
        entries=before.entries if before else (),
    )


def counting_refunds(order: OrderFacts) -> list[Refund]:
    """The refunds that no reversal has undone."""
    reversed_ids = {reversal.refund_id for reversal in order.reversals}
    return [refund for refund in order.refunds if refund.refund_id not in reversed_ids]


def due(order: OrderFacts, program: Program) -> datetime:
    """When the hold ends, as far as the facts known so far tell."""
    redemption = order.redemption
    assert redemption is not None
    if program.hold_from == "purchase":
        ends = redemption.placed_at + program.hold
    elif order.fulfilments:
        ends = max(fulfilment.delivered_at for fulfilment in order.fulfilments) + program.hold
    else:
        return redemption.placed_at + timedelta(days=program.longest_wait_days)
    return max([ends, *(fulfilment.return_by for fulfilment in order.fulfilments if fulfilment.return_by)])


def review_deadline(order: OrderFacts, terms: Terms, settled_at: datetime, program: Program) -> datetime | None:
    """When the default decision takes the place of an admin's, or None when every question has been answered."""
    last = _last_review(order)
    asked = [settled_at] if terms.review and last is None else []
    answered = last.answers if last else ()
    asked += [refund.recorded_at for refund in foreign_refunds(order) if refund.refund_id not in answered]
    return min(asked) + timedelta(days=program.review_days) if asked else None


def foreign_refunds(order: OrderFacts) -> list[Refund]:
    """Refunds in another currency than the order's: they can't be summed, so a person has to look."""
    assert order.redemption is not None
    currency = order.redemption.currency
    return [
        refund for refund in counting_refunds(order) if refund.kind != "cancellation" and refund.currency != currency
    ]


def wake_up(order: OrderFacts, standing: Standing, program: Program) -> datetime | None:
    """When this order must be looked at again although nothing happens to it; None when it is final."""
    if standing.review_open:
        return review_deadline(order, standing.terms, standing.settled_at, program)
    return None if standing.released else standing.release_at


def month_of(redemption: Redemption) -> str:
    """The calendar month (UTC) whose cap an order uses."""
    return f"{redemption.placed_at:%Y-%m}"


def _last_review(order: OrderFacts) -> Review | None:
    return max(order.reviews, key=lambda review: review.number, default=None)


def _moves(before: Standing | None, after: Standing) -> list[tuple[str, int]]:
    """Return the postings, kind by kind, that lead from what was posted to where the order stands now."""
    held, available = (before.held, before.available) if before else (0, 0)
    if before is not None and before.released:
        steps = [("reinstate", after.available - available), ("clawback", available - after.available)]
    else:
        steps = [("hold", after.worth - held), ("void", held - after.worth)]
        if after.released:
            steps.append(("release", after.worth))
    return [(kind, amount) for kind, amount in steps if amount > 0]


def _bonuses(account: Account, program: Program, counted: int) -> list[tuple[str, int]]:
    """Return tier and difference for each bonus: granted while the count is at or above the threshold."""
    steps = []
    for tier in program.tiers:
        target = tier.bonus if counted >= tier.threshold else 0
        difference = target - account.bonuses.get(tier.name, 0)
        if difference:
            steps.append((tier.name, difference))
    return steps


def _entries(
    order: OrderFacts,
    account: Account,
    moves: list[tuple[str, int]],
    bonuses: list[tuple[str, int]],
    terms: Terms,
    *,
    now: datetime,
    posted: int,
) -> tuple[LedgerEntry, ...]:
    redemption = order.redemption
    assert redemption is not None
    wanted = [(kind, amount, terms.tier, _cause(order, kind)) for kind, amount in moves]
    wanted += [
        ("bonus" if difference > 0 else "bonus_lost", abs(difference), tier, f"tier:{tier}")
        for tier, difference in bonuses
    ]
    return tuple(
        LedgerEntry(
            ambassador_id=redemption.ambassador_id,
            number=f"{account.version + 1:08d}-{posted + place:03d}",
            kind=kind,
            at=now,
            cause=cause,
            legs=legs(kind, amount, redemption.currency),
            program_version=redemption.program_version,
            order_id=redemption.order_id,
            tier=tier,
        )
        for place, (kind, amount, tier, cause) in enumerate(wanted, start=1)
    )


def _cause(order: OrderFacts, kind: str) -> str:
    """Name what moved the money: the facts that had not been seen yet, or the time that has come."""
    if kind == "release":
        return "hold_ended"
    if kind == "hold" and order.redemption and order.redemption.standing is None:
        return "redemption"
    fresh = [fact for fact in order.later if fact.due_at is not None]
    named = ",".join(_name(fact) for fact in fresh[:_CAUSES_MAX])
    return named + (",…" if len(fresh) > _CAUSES_MAX else "") if fresh else "review_deadline"


def _name(fact: object) -> str:
    kind = type(fact).__name__.lower()
    for key in ("refund_id", "fulfilment_id", "number"):
        if hasattr(fact, key):
            return f"{kind}:{getattr(fact, key)}"
    return kind


def _account_after(
    account: Account,
    settled: Redemption,
    before: Standing | None,
    entries: tuple[LedgerEntry, ...],
    counted: int,
    bonuses: list[tuple[str, int]],
) -> Account:
    after = settled.standing
    assert after is not None
    month, taken = month_of(settled), after.room - (before.room if before else 0)
    room = {**account.room, month: account.room.get(month, 0) + taken} if taken else account.room
    granted = dict(account.bonuses)
    for tier, difference in bonuses:
        granted[tier] = granted.get(tier, 0) + difference
    return replace(
        account,
        balances=add(account.balances, entries),
        counted=account.counted + counted,
        room=room,
        bonuses=granted,
    )
