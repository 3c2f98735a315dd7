"""What counted referrals lead to: a tier, and prizes for reaching tiers and milestones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf

from chalicelib.domain.calendar import number_of
from chalicelib.domain.model.accounts import Account, Grant, Window
from chalicelib.domain.program.program import Program, Tier, tier_of

Prizes = dict[str, tuple[Grant, ...]]

PRIZES = ("tier:", "milestone:")
"""How the causes of prizes begin."""


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
        return account.referrals
    until = number_of(month)
    since = 0 if program.demotion_months is None else until - program.demotion_months
    return _best(account, program.tier_months, since, until)


def best(account: Account, window: int | None) -> int:
    """Return the most referrals that ever counted within a window of months: what prizes for tiers go by."""
    if window is None:
        return account.referrals
    return _best(account, window, 0, max(map(number_of, account.months), default=0))


def newest_window(account: Account, program: Program) -> Window:
    """Return the window of the newest program that has settled an order of the account, this one among them.

    A candidate, which has no version yet (0), is newer than all that have one.
    """
    own = Window(program.version, program.tier_months)
    return max(own, account.window or own, key=lambda window: window.version or inf)


def newly_reached(before: Account, after: Account, program: Program, month: str) -> Tier | None:
    """Return the tier of which an ambassador is to hear because more referrals count in `after`, if there is one.

    That is the one of an order placed in this month, unless they have heard of it, or of a higher one, before. With a
    window they hear of it again once that month has left it, if they had lost the tier; nobody hears of a loss, so what
    a refund takes and the next order gives back is no news.
    """
    counted = reached(after, program, month)
    tier = tier_of(program, counted)
    if after.referrals <= before.referrals or not tier.threshold:
        return None
    heard = [number_of(told) for number, told in after.tiers_told.items() if int(number) >= tier.threshold]
    if not heard:
        return tier
    is_past = program.tier_months is not None and number_of(month) - max(heard) >= program.tier_months
    return tier if is_past and reached(before, program, month) < tier.threshold else None


def told_of(heard: Mapping[str, str], tier: Tier, month: str) -> dict[str, str]:
    """Return what an ambassador has heard of tiers once they have heard of this one, and so of lower ones."""
    return {
        **{number: then for number, then in heard.items() if int(number) > tier.threshold},
        str(tier.threshold): month,
    }


def prizes(before: Account, after: Account, program: Program) -> list[Prize]:
    """Return what is granted or lost because the count has moved from `before` to `after`.

    A prize is granted when its number is reached from below, and taken back, as it was granted, when the count falls
    below it again. It is known by the number and not by a name, so renaming a tier pays nothing twice.
    """
    changes: list[Prize] = []
    known = {prize.key: prize for prize in offered(program)}
    if after.referrals == before.referrals or not (known or before.prizes):
        return changes
    for key in {**known, **before.prizes}:
        if key.startswith("tier:"):
            more = _tier_moved(key, before, after, program)
        else:
            more = times(key, after.referrals) - times(key, before.referrals)
        if more > 0 and key in known:
            changes.append(replace(known[key], amount=known[key].amount * more))
        elif more < 0:
            changes += _lost(key, before.prizes.get(key, ()), -more)
    return [change for change in changes if change.amount]


def together(one: Account, other: Account, both: Account, program: Program) -> list[Prize]:
    """Return what two accounts gain and lose by becoming `both`.

    Of a prize that each of them has, one is lost: it is given once to a person. What only the sum reaches is granted.
    """
    changes: list[Prize] = []
    known = {prize.key: prize for prize in offered(program)}
    for key in {**known, **both.prizes}:
        held = both.prizes.get(key, ())
        was, now = (_reaches(key, one, both) + _reaches(key, other, both)), _reaches(key, both, both)
        has, may_have = sum(grant.times for grant in held), 1 if key.startswith("tier:") else times(key, both.referrals)
        if has > may_have:
            changes += _lost(key, held, has - may_have)
        elif now > was and key in known:
            changes.append(replace(known[key], amount=known[key].amount * min(now - was, may_have - has)))
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


def _tier_moved(key: str, before: Account, after: Account, program: Program) -> int:
    """Whether a tier's number was reached (1) or is reached no more (-1), whatever rules of windows came and went.

    Whoever holds the prize keeps it as long as the order's own program or the newest one still sees the number. Who
    doesn't is granted it when the newest sees it now, and the one that was the newest before did not yet.
    """
    newest = newest_window(before, program)
    if before.prizes.get(key):
        windows = {program.tier_months, newest.months}
        was, now = (any(times(key, best(account, window)) for window in windows) for account in (before, after))
        return -int(was and not now)
    was_newest = before.window or newest
    return int(times(key, best(after, newest.months)) > times(key, best(before, was_newest.months)))


def _reaches(key: str, account: Account, newest: Account) -> int:
    """Return how often an account reaches the number of a prize, for tiers within the window of the newest."""
    if key.startswith("tier:"):
        return times(key, best(account, newest.window.months if newest.window else None))
    return times(key, account.referrals)


def _best(account: Account, window: int, since: int, until: int) -> int:
    """The most referrals in any window of months that ends from `since` to `until`. Only months with any matter."""
    counted = {number_of(month): it.referrals for month, it in account.months.items()}
    ends = {until, since, *(month for month in counted if since <= month <= until)}
    return max(sum(n for month, n in counted.items() if end - window < month <= end) for end in ends)


def offered(program: Program) -> Iterator[Prize]:
    """Yield the prizes of a program, each as it is granted once."""
    for tier in program.tiers:
        if tier.bonus:
            key = f"tier:{tier.threshold}"
            yield Prize("bonus", key, tier.bonus, program.currency, f"tier:{tier.name}", tier.name)
    for milestone in program.milestones:
        key = f"every:{milestone.every}" if milestone.every else f"at:{milestone.at}"
        unit = milestone.reward.unit_in(program.currency)
        yield Prize("bonus", key, milestone.reward.of(0), unit, f"milestone:{milestone.name}")


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
    last = stack[-1] if stack else None
    if last and (last.amount, last.unit) == (grant.amount, grant.unit):
        return (*stack[:-1], replace(grant, times=last.times + grant.times))
    return (*stack, grant)


def _popped(stack: tuple[Grant, ...], amount: int) -> tuple[Grant, ...]:
    *rest, last = stack
    left = last.times - amount // last.amount
    return (*rest, replace(last, times=left)) if left else tuple(rest)
