"""What the ledger must post to say what an order is worth now, and what of it has expired."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.expiry import carried, given_back, taken_back
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.accounts.tiers import Prize
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.orders import Age, Order, Redemption, Standing

CAUSES_MAX = 5
"""At most this many facts are named as an entry's cause; `…` stands for the rest."""


ORDER_AGE = ""
"""What the order's own reward is called among ages, beside the prizes."""


@dataclass(frozen=True, slots=True)
class Move:
    """An entry to be: its kind, amount and unit, and why. `prize` is what for, or empty for the order's own reward.

    `expired` is the part of what is taken back, or comes back, that has expired.
    """

    kind: str
    amount: int
    unit: str
    cause: str
    tier: str | None
    prize: str = ORDER_AGE
    expired: int = 0


def moves_of(order: Order, before: Standing | None, after: Standing) -> list[Move]:
    """Return the postings that lead from what was posted to where the order stands now."""
    unit = after.terms.unit or order.redemption.currency
    if before is not None and before.released:
        more = after.available - before.available
        steps = [("reinstate", more), ("clawback", -more)]
    else:
        held = before.held if before else 0
        steps = [("hold", after.worth - held), ("void", held - after.worth)]
        if after.released:
            steps.append(("release", after.worth))
    return [Move(kind, amount, unit, _cause(order, kind), after.terms.tier) for kind, amount in steps if amount > 0]


def posting_of(prize: Prize) -> Move:
    """Return what posts a prize, or takes it back."""
    return Move(prize.kind, prize.amount, prize.unit, prize.cause, prize.tier, f"{prize.key} {prize.unit}")


def age_of(redemption: Redemption, account: Account) -> Age:
    """How old an order's reward is: as old as its release, unless something was taken back or came back later."""
    before = redemption.standing
    if before is None or before.released_in is None:
        return Age()
    age = before.age or Age(fresh=before.available, since=before.released_in)
    return carried(age, redemption.ledger, account)


def aged(postings: list[Move], ages: dict[str, Age], account: Account) -> tuple[list[Move], dict[str, Age]]:
    """Say of each posting what part of it has expired, and how old all rewards are after them."""
    told, after = [], dict(ages)
    left = {it.unit: account.balance(it.unit, "expired") for it in postings}
    for move in postings:
        part, age = 0, after.get(move.prize, Age())
        if move.kind in {"clawback", "bonus_lost"}:
            part, after[move.prize] = taken_back(age, move.amount, account, left[move.unit])
            left[move.unit] -= part
        elif move.kind in {"reinstate", "bonus"}:
            part, after[move.prize] = given_back(age, move.amount, account)
            left[move.unit] += part
        told.append(replace(move, expired=part))
    return told, after


def entries_of(
    redemption: Redemption, account: Account, postings: list[Move], *, now: datetime, posted: int
) -> tuple[LedgerEntry, ...]:
    """Make entries of postings, numbered after those that this version of the account has been given already."""
    return tuple(
        LedgerEntry(
            ambassador_id=account.ambassador_id,
            number=f"{account.version + 1:08d}-{posted + place:03d}",
            kind=it.kind,
            at=now,
            cause=it.cause,
            legs=legs(it.kind, it.amount, it.unit, expired=it.expired),
            program_version=redemption.program_version,
            order_id=redemption.order_id,
            tier=it.tier,
        )
        for place, it in enumerate(postings, start=1)
    )


def naming(redemption: Redemption, standing: Standing, entries: tuple[LedgerEntry, ...], age: Age) -> Standing:
    """Note the entries of an order, and its age if that is not simply the release's."""
    if not entries:
        return standing
    ledgers = {redemption.ambassador_id: ""}
    numbers = tuple(ledgers.get(it.ambassador_id, f"{it.ambassador_id}/") + it.number for it in entries)
    changed = any(entry.kind in {"clawback", "reinstate"} for entry in entries)
    return replace(standing, entries=(*standing.entries, *numbers), age=age if changed else standing.age)


def _cause(order: Order, kind: str) -> str:
    """Name what moved the money: the facts that had not been seen yet, or the time that has come."""
    if kind == "release":
        return "hold_ended"
    if kind == "hold" and order.redemption.standing is None:
        return "redemption"
    fresh = [fact for fact in order.later if fact.due_at is not None]
    named = ",".join(fact.name for fact in fresh[:CAUSES_MAX])
    return named + (",…" if len(fresh) > CAUSES_MAX else "") if fresh else "review_deadline"
