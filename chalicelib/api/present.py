"""Entities as clients read them. Field names here are the contract."""

from typing import Any

import msgspec

from chalicelib.domain.explain import reason_of, state_of, trace
from chalicelib.domain.model import (
    Account,
    ApiKey,
    Code,
    Fulfilment,
    Job,
    LedgerEntry,
    Profile,
    Redemption,
    Refund,
    Reversal,
    Review,
)
from chalicelib.domain.program import Program, Rate, tier_after, tier_of
from chalicelib.domain.tiers import reached

Body = dict[str, Any]


def money(amount: int, unit: str) -> Body:
    """Minor units and their currency, or a number of another unit: points, or a gift by its name."""
    is_currency = len(unit) == len("EUR") and unit.isupper()
    return {"amount": amount, "currency" if is_currency else "unit": unit}


def offer(program: Program, rate: Rate | None) -> Body | None:
    """What a friend gets: a percentage in basis points or an amount, and from which order on; None for nothing."""
    if rate is None:
        return None
    return {**_rate(rate, program.currency), "minimum": money(program.minimum, program.currency)}


def admitted(redemption: Redemption) -> Body:
    """The answer to a redemption: what was fixed when it was admitted, so a replay shows the same."""
    return {
        "order_id": redemption.order_id,
        "status": "accepted",
        "code": redemption.code,
        "ambassador_id": redemption.ambassador_id,
        "amount": money(redemption.amount, redemption.currency),
        "friend_discount": money(redemption.friend_discount, redemption.currency),
        "reward_estimate": money(redemption.reward_estimate, redemption.reward_unit or redemption.currency),
        "placed_at": redemption.placed_at,
        "program_version": redemption.program_version,
    }


def explained(redemption: Redemption, entries: list[LedgerEntry]) -> Body:
    """A redemption with where its reward stands, the entries that were posted for it, and why."""
    return {**admitted(redemption), **_standing(redemption), "entries": [entry(posted) for posted in entries]}


def referral(redemption: Redemption) -> Body:
    """One referral in an ambassador's list: nothing about the friend."""
    standing = redemption.standing
    assert standing is not None
    return {
        "order_id": redemption.order_id,
        "code": redemption.code,
        "placed_at": redemption.placed_at,
        "state": state_of(standing),
        "amount": money(standing.worth, redemption.unit),
        **_standing(redemption),
    }


def fact(reported: Refund | Reversal | Fulfilment) -> Body:
    """A later fact of an order, as the shop told it."""
    match reported:
        case Refund():
            amount = money(reported.amount, reported.currency) if reported.currency else None
            shown: Body = {"refund_id": reported.refund_id, "kind": reported.kind, "amount": amount}
            shown |= {"refunded_at": reported.refunded_at}
        case Reversal():
            shown = {"refund_id": reported.refund_id}
        case Fulfilment():
            shown = {"fulfilment_id": reported.fulfilment_id, "delivered_at": reported.delivered_at}
            shown |= {"return_by": reported.return_by}
    told = {name: value for name, value in shown.items() if value is not None}
    return {"order_id": reported.order_id, **told, "status": "accepted"}


def review(decided: Review) -> Body:
    """An admin's decision."""
    return {
        "order_id": decided.order_id,
        "number": decided.number,
        "decision": decided.decision,
        "author": decided.author,
        "note": decided.note,
        "at": decided.recorded_at,
    }


def entry(posted: LedgerEntry) -> Body:
    """A ledger entry. A positive leg credits its account."""
    optional = {
        "order_id": posted.order_id,
        "tier": posted.tier,
        "reason": posted.reason,
        "author": posted.author,
    }
    return {
        "id": posted.id,
        "kind": posted.kind,
        "at": posted.at,
        "ambassador_id": posted.ambassador_id,
        "cause": posted.cause,
        "program_version": posted.program_version,
        **{name: value for name, value in optional.items() if value is not None},
        "legs": [{"account": leg.account, **money(leg.amount, leg.currency)} for leg in posted.legs],
    }


def own_entry(posted: LedgerEntry) -> Body:
    """A ledger entry as its ambassador reads it: without the admin who caused it."""
    return {name: shown for name, shown in entry(posted).items() if name != "author"}


def api_key(stored: ApiKey) -> Body:
    """A server key, without what opens anything. `last_used` is a day: when exactly is not kept."""
    return {
        "id": stored.id,
        "name": stored.name,
        "owner": stored.owner,
        "scopes": list(stored.scopes),
        "made_by": stored.made_by,
        "created_at": stored.created_at,
        "last_used": stored.last_used_at and stored.last_used_at.date(),
        "revoked_at": stored.revoked_at,
    }


def ambassador(
    profile: Profile, account: Account, program: Program, month: str, urls: Body, clicks: dict[str, int]
) -> Body:
    """An ambassador with balances, tier and the way to the next. Clicks are those of the last 30 days, by channel."""
    person = profile.person
    return {
        "id": profile.ambassador_id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "locale": person.locale,
        "customer_id": person.customer_id,
        "birthday": person.birthday,
        "consents": list(person.consents),
        "created_at": profile.created_at,
        "code": profile.code,
        **urls,
        "tier": _tier(program, reached(account, program, month)),
        "account": _account(account, program.currency),
        "clicks": clicks,
    }


def job(asked: Job) -> Body:
    """Long work: how far it is, and what has come out so far."""
    shown: Body = {
        "id": asked.id,
        "kind": asked.kind,
        "state": asked.state,
        "author": asked.author,
        "created_at": asked.created_at,
        "ended_at": asked.ended_at,
        "progress": {"done": asked.progress, "total": asked.total},
        "result": msgspec.Raw(asked.result.encode()),
        "failure": asked.failure,
    }
    return {name: value for name, value in shown.items() if value is not None}


def public_code(code: Code, first_name: str, offered: Body | None) -> Body:
    """A code that works, for anyone."""
    return {"code": code.code, "state": "active", "offer": offered, "ambassador": {"first_name": first_name}}


def _tier(program: Program, counted: int) -> Body:
    shown: Body = {"name": tier_of(program, counted).name}
    following = tier_after(program, counted)
    if following:
        shown |= {"next": following.name, "referrals_to_next": following.threshold - counted}
    return shown


def _account(account: Account, currency: str) -> Body:
    """Balances by account name, each a list of moneys: the program's currency is always the first."""
    currencies = [currency, *sorted(account.balances.keys() - {currency})]
    names = sorted({"held", "available", "spent", *(name for kept in account.balances.values() for name in kept)})
    balances = {name: [money(account.balance(unit, name), unit) for unit in currencies] for name in names}
    return {**balances, "counted": account.counted, "version": account.version}


def _standing(redemption: Redemption) -> Body:
    standing = redemption.standing
    if standing is None:
        return {"trace": trace(redemption)}
    shown: Body = {
        "position": {
            "state": state_of(standing),
            "held": money(standing.held, redemption.unit),
            "available": money(standing.available, redemption.unit),
        },
        "release_at": standing.release_at,
        "reason": reason_of(standing),
        "trace": trace(redemption),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _rate(rate: Rate, currency: str) -> Body:
    if rate.amount is not None:
        return {"kind": "fixed", "amount": money(rate.amount, currency)}
    limit = {} if rate.maximum is None else {"maximum": money(rate.maximum, currency)}
    return {"kind": "percent", "basis_points": rate.basis_points, **limit}
