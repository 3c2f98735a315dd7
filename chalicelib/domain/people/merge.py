"""Two ambassadors turn out to be one person: the account of the one goes into that of the other, with all it counts.

Orders and entries stay where they are, and whoever names the one is led on to the other. Nothing is worth more or less
afterwards, but for prizes: one that both have was for one person once, and what only the sum reaches is reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.expiry import carried, fresh_of, renewed, watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import add, legs, merge_legs
from chalicelib.domain.accounts.messages import tier_reached
from chalicelib.domain.accounts.tiers import Prizes, granted, newest_window, together
from chalicelib.domain.model.accounts import Account, Gift, Grant, LedgerEntry, Leg, Merger, Month, Pace, Suspension
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Age
from chalicelib.domain.model.people import Profile
from chalicelib.domain.orders.postings import aged, posting_of
from chalicelib.domain.program.program import Program

CODES_MAX = 80
"""The most codes that can change their ambassador in one transaction, beside all else that a merger writes."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merger leaves: both accounts as they shall be, what was posted in either, and what comes with that."""

    account: Account
    other: Account
    entries: tuple[LedgerEntry, ...]
    gifts: tuple[Gift, ...]
    suspension: Suspension | None
    message: Message | None


def merge(account: Account, other: Account, program: Program, *, note: str, author: str, now: datetime) -> Merged:
    """Let an account take in another one. Its caps, tiers and prizes go by all orders of both from now on.

    If either is suspended, both have been: the sum stays suspended. A tier that only the sum reaches is told.
    """
    version = account.version + 1
    both = _summed(account, other, program)
    legs_out = merge_legs(other.balances, program.currency)
    out = _entry(other, 1, "merge", legs_out, f"merge:{account.ambassador_id}", program, now)
    back = tuple(Leg(leg.account, -leg.amount, leg.currency) for leg in out.legs)
    came = _entry(account, 1, "merge", back, f"merge:{other.ambassador_id}", program, now)
    out, came = (replace(it, reason=note, author=author) for it in (out, came))
    both = replace(both, balances=add(account.balances, (came,)))
    won = together(account, other, both, program)
    postings, ages = aged(list(map(posting_of, won)), both.ages, both)
    bonuses = tuple(
        replace(
            _entry(
                account, place, it.kind, legs(it.kind, it.amount, it.unit, expired=it.expired), it.cause, program, now
            ),
            tier=it.tier,
        )
        for place, it in enumerate(postings, start=2)
    )
    both = replace(
        renewed(both, bonuses, now=now),
        version=version,
        balances=add(both.balances, bonuses),
        prizes=granted(both.prizes, won, program),
        ages={prize: age for prize, age in ages.items() if age.gone or age.fresh},
    )
    both, message = tier_reached(account, both, bonuses, program, now=now)
    emptied = Account(
        other.ambassador_id,
        version=other.version + 1,
        balances=add(other.balances, (out,)),
        expired_in=other.expired_in,
        suspended_in=other.suspended_in,
        merged_into=account.ambassador_id,
    )
    return Merged(
        watched(both, program),
        emptied,
        (out, came, *bonuses),
        tasks(bonuses),
        _suspended(account, other, version, note, author, now),
        message,
    )


def merged_profiles(profile: Profile, other: Profile) -> tuple[Profile, Profile]:
    """Return both profiles as a merger leaves them. What is known of the person is what it was known of the first."""
    led = replace(other, version=other.version + 1, merged_into=profile.ambassador_id)
    absorbed = (*profile.absorbed, *other.kin)
    return replace(profile, version=profile.version + 1, absorbed=absorbed), led


def _summed(account: Account, other: Account, program: Program) -> Account:
    """Add up what both count, in the versions of the first. `balances` and what prizes do are not in it yet."""
    version = account.version + 1
    merger = Merger(version, other.version, other.expired_in, account.orders_settled, other.orders_settled)
    inner = {name: _carried_on(it, other, version) for name, it in other.absorbed.items()}
    heard = account.tiers_told, other.tiers_told
    both = replace(
        account,
        referrals=account.referrals + other.referrals,
        orders_settled=account.orders_settled + other.orders_settled,
        orders_refunded=account.orders_refunded + other.orders_refunded,
        months=_months(account.months, other.months),
        prizes=_stacked(other.prizes, account.prizes),
        last_day=_pace(account.last_day, other.last_day),
        active_at=max([it.active_at for it in (account, other) if it.active_at], default=None),
        suspended_in=account.suspended_in or (version if other.suspended else None),
        absorbed={**account.absorbed, **inner, other.ambassador_id: merger},
        expiry_told=max([it.expiry_told for it in (account, other) if it.expiry_told], default=None),
        tiers_told={name: max(told.get(name, "") for told in heard) for name in {**heard[0], **heard[1]}},
        due_at=None,
    )
    windows = [newest_window(it, program) for it in (account, other)]
    both = replace(both, window=max(windows, key=lambda window: window.version))
    return replace(both, ages=_ages(account, other, both))


def _carried_on(merger: Merger, other: Account, version: int) -> Merger:
    """Return what is remembered of an account that had gone into the other one before: all expired with that."""
    struck = merger.version <= other.expired_in
    return replace(merger, version=version, expired_in=merger.until if struck else merger.expired_in)


def _months(one: Mapping[str, Month], other: Mapping[str, Month]) -> dict[str, Month]:
    none = Month()
    return {
        name: Month(
            cap_used=one.get(name, none).cap_used + other.get(name, none).cap_used,
            uses=one.get(name, none).uses + other.get(name, none).uses,
            referrals=one.get(name, none).referrals + other.get(name, none).referrals,
        )
        for name in {**one, **other}
    }


def _stacked(below: Prizes, above: Prizes) -> Prizes:
    """Put the prizes of one account on those of the other: the latest is the first to go."""
    stacks: dict[str, tuple[Grant, ...]] = {}
    for key in {**below, **above}:
        stacks[key] = (*below.get(key, ()), *above.get(key, ()))
    return stacks


def _ages(account: Account, other: Account, both: Account) -> dict[str, Age]:
    """Say how old the prizes of both are together: what was young in either is young."""
    ages = {}
    for prize in {**account.ages, **other.ages}:
        own = account.ages.get(prize, Age())
        came = carried(other.ages.get(prize, Age()), other.ambassador_id, both)
        fresh, since = fresh_of(own, account) + came.fresh, account.version + 1
        ages[prize] = Age(own.gone + came.gone, fresh, since, own.back + came.back)
    return ages


def _pace(one: Pace | None, other: Pace | None) -> Pace | None:
    """Return the pace of the later day, or of both on the same one."""
    if one is None or other is None:
        return one or other
    if one.day == other.day:
        return Pace(one.day, one.orders + other.orders)
    return max(one, other, key=lambda pace: pace.day)


def _suspended(
    account: Account, other: Account, version: int, note: str, author: str, now: datetime
) -> Suspension | None:
    """Note that an account is suspended from now on because the one that came was."""
    if account.suspended or not other.suspended:
        return None
    return Suspension(account.ambassador_id, version, "suspended", author, note, now)


def _entry(
    account: Account, place: int, kind: str, moved: tuple[Leg, ...], cause: str, program: Program, now: datetime
) -> LedgerEntry:
    return LedgerEntry(
        ambassador_id=account.ambassador_id,
        number=f"{account.version + 1:08d}-{place:03d}",
        kind=kind,
        at=now,
        cause=cause,
        legs=moved,
        program_version=program.version,
    )
