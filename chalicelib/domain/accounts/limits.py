"""How much of a reward the caps of an ambassador and the month's budget leave, and who has taken what of them."""

from collections.abc import Iterable, Sequence
from zlib import crc32

from chalicelib.domain.effects import BUDGET_SHARDS
from chalicelib.domain.model.accounts import Account, Draw, Month
from chalicelib.domain.money import share
from chalicelib.domain.program.program import GIFT, Cap, Program

Used = dict[str, tuple[int, ...]]
"""What is used of the budget: by month, of each shard."""


def portion(granted: int, net: int, paid: int, unit: str) -> int:
    """Return what is left of a reward when `net` is left of what was `paid`. A gift stays whole while anything is."""
    if unit.startswith(GIFT):
        return granted if net > 0 else 0
    return share(granted, net, paid)


def capped(account: Account, program: Program, month: str, full: int, unit: str) -> int:
    """Return what the caps leave of a reward on an order placed in `month`.

    Caps by amount are about rewards in the program's currency; points and gifts know caps by count only.
    """
    left = full
    for cap in program.caps:
        taken = _taken(account, cap, month)
        if cap.count is not None and taken.uses >= cap.count:
            return 0
        if cap.amount is not None and unit == program.currency:
            left = min(left, max(0, cap.amount - taken.cap_used))
    return left


def draw(used: Used, program: Program, month: str, ambassador_id: str, wanted: int) -> tuple[Draw, ...]:
    """Take what is wanted of a month's budget, or what is left: from the ambassador's own shard on."""
    assert program.budget_month is not None
    return slices(used.get(month) or (), program.budget_month, month, ambassador_id, wanted)


def slices(taken: Sequence[int], budget: int, name: str, whose: str, wanted: int) -> tuple[Draw, ...]:
    """Take what is wanted of the budget of this name, or what is left, from somebody's own shard on.

    `taken` is what is used of each shard; nothing if it is empty.
    """
    first = crc32(whose.encode()) % BUDGET_SHARDS
    draws = []
    for shard in (*range(first, BUDGET_SHARDS), *range(first)):
        limit = _limit(budget, shard)
        amount = min(wanted, max(0, limit - (taken[shard] if taken else 0)))
        if amount:
            draws.append(Draw(name, shard, amount, limit - amount))
            wanted -= amount
    return tuple(draws)


def after_draws(used: Used, draws: Iterable[Draw]) -> Used:
    """Return what is used once these draws have been made."""
    after = dict(used)
    for draw in draws:
        shards = list(after.get(draw.month) or (0,) * BUDGET_SHARDS)
        shards[draw.shard] += draw.amount
        after[draw.month] = tuple(shards)
    return after


def merged(draws: Iterable[Draw]) -> list[Draw]:
    """Make one draw of all from the same shard, one after the other."""
    found: dict[tuple[str, int], Draw] = {}
    for draw in draws:
        was = found.get((draw.month, draw.shard), Draw(draw.month, draw.shard, 0))
        most = [was.at_most] if was.at_most is not None else []
        most += [draw.at_most - was.amount] if draw.at_most is not None else []
        found[draw.month, draw.shard] = Draw(draw.month, draw.shard, was.amount + draw.amount, min(most, default=None))
    return list(found.values())


def _limit(budget: int, shard: int) -> int:
    """The part of a budget that lies in a shard; the parts add up to the whole."""
    whole, rest = divmod(budget, BUDGET_SHARDS)
    return whole + (shard < rest)


def _taken(account: Account, cap: Cap, month: str) -> Month:
    begin = {"month": month, "year": month[:4], "life": ""}[cap.per]
    months = [it for name, it in account.months.items() if name.startswith(begin)]
    return Month(cap_used=sum(it.cap_used for it in months), uses=sum(it.uses for it in months))
