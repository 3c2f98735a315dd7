"""What counted referrals lead to: a tier, and prizes for reaching tiers and milestones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib.domain.calendar import number_of
from chalicelib.domain.model import Account, Grant
from chalicelib.domain.program import Program

Prizes = dict[str, tuple[Grant, ...]]


@dataclass(frozen=True, slots=True)
class Prize:
    """What a change of the count grants (`bonus`) or takes back (`bonus_lost`), and for what."""

    kind: str
    key: str
    amount: int
    unit: str
    cause: str
    tier: str | None = None


def reached(account: Account, program: Program, month: str) -> int:
    """Return the referrals that decide the tier of an order placed in `month`.

    Without a window these are all; with one the most of any window that ends in this month or in one of the
    `demotion_months` before it, so that a tier is kept for as long once it is no longer reached.
    """
    if program.tier_months is None:
        return account.counted
    until = number_of(month)
    since = 0 if program.demotion_months is None else until - program.demotion_months
    return _best(account, program.tier_months, since, until)


def best(account: Account, program: Program) -> int:
    """Return the most referrals that ever counted at one time: what prizes for tiers go by."""
    if program.tier_months is None:
        return account.counted
    return _best(account, program.tier_months, 0, max(map(number_of, account.months), default=0))


def prizes(before: Account, after: Account, program: Program) -> list[Prize]:
    """Return what is granted or lost because the count has moved from `before` to `after`.

    A prize is granted when its number is reached from below, and taken back, as it was granted, when the count falls
    below it again. It is known by the number and not by a name, so renaming a tier pays nothing twice.
    """
    changes: list[Prize] = []
    known = {prize.key: prize for prize in offered(program)}
    if after.counted == before.counted or not (known or before.prizes):
        return changes
    counts = {"tier": (best(before, program), best(after, program)), "": (before.counted, after.counted)}
    for key in {**known, **before.prizes}:
        was, now = (times(key, count) for count in counts.get(key.partition(":")[0], counts[""]))
        if now > was and key in known:
            changes.append(replace(known[key], amount=known[key].amount * (now - was)))
        elif now < was:
            changes += _lost(key, before.prizes.get(key, ()), was - now)
    return [change for change in changes if change.amount]


def granted(held: Prizes, changes: list[Prize], program: Program) -> Prizes:
    """Return an account's prizes after these changes."""
    after = dict(held)
    known = {prize.key: prize for prize in offered(program)}
    for change in changes:
        stack = after.pop(change.key, ())
        if change.kind == "bonus":
            one = known[change.key].amount
            stack = _pushed(stack, Grant(one, change.unit, change.amount // one))
        else:
            stack = _popped(stack, change.amount)
        if stack:
            after[change.key] = stack
    return after


def _best(account: Account, window: int, since: int, until: int) -> int:
    """The most referrals in any window of months that ends from `since` to `until`. Only months with any matter."""
    counted = {number_of(month): it.counted for month, it in account.months.items()}
    ends = {until, since, *(month for month in counted if since <= month <= until)}
    return max(sum(n for month, n in counted.items() if end - window < month <= end) for end in ends)


def offered(program: Program) -> Iterator[Prize]:
    """Yield the prizes of a program, each as it is granted once."""
    for tier in program.tiers:
        if tier.bonus:
            key = f"tier:{tier.threshold}"
            yield Prize("bonus", key, tier.bonus, program.currency, f"tier:{tier.name}", tier.name)
    for it in program.milestones:
        key = f"every:{it.every}" if it.every else f"at:{it.at}"
        unit = it.reward.unit_in(program.currency)
        yield Prize("bonus", key, it.reward.of(0), unit, f"milestone:{it.name}")


def times(key: str, count: int) -> int:
    """Return how often a count reaches the number in a prize's key."""
    kind, _, number = key.partition(":")
    return count // int(number) if kind == "every" else int(count >= int(number))


def _lost(key: str, stack: tuple[Grant, ...], times: int) -> Iterator[Prize]:
    """Take back the latest grants first, each as it was granted."""
    for grant in reversed(stack):
        back = min(times, grant.times)
        if back:
            yield Prize("bonus_lost", key, grant.amount * back, grant.unit, key)
        times -= back


def _pushed(stack: tuple[Grant, ...], grant: Grant) -> tuple[Grant, ...]:
    if stack and (stack[-1].amount, stack[-1].unit) == (grant.amount, grant.unit):
        return (*stack[:-1], replace(stack[-1], times=stack[-1].times + grant.times))
    return (*stack, grant)


def _popped(stack: tuple[Grant, ...], amount: int) -> tuple[Grant, ...]:
    *rest, last = stack
    left = last.times - amount // last.amount
    return (*rest, replace(last, times=left)) if left else tuple(rest)
