"""Entities as clients read them. Field names here are the contract."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.domain.model.accounts import Account, Adjustment, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.orders import (
    Freed,
    Fulfilment,
    Order,
    Payment,
    Redemption,
    Refund,
    Reversal,
    Review,
    Terms,
)
from chalicelib.domain.model.people import Code, Profile
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.model.work import Job
from chalicelib.domain.money import is_currency
from chalicelib.domain.orders.explain import PaymentState, reason_of, state_of, trace
from chalicelib.domain.program.program import Program, Rate, tier_after, tier_of

if TYPE_CHECKING:
    from chalicelib.operations.orders.reviews import Open

Body = dict[str, Any]


def money(amount: int, unit: str) -> dict[str, object]:
    """Minor units beside their currency, or a number of another unit: points, or a gift by its name."""
    return {"amount": amount, "currency" if is_currency(unit) else "unit": unit}


def offer(program: Program, rate: Rate | None) -> Body | None:
    """What a friend gets: a percentage in basis points or an amount, and from which order on; None for nothing."""
    if rate is None:
        return None
    return {**_rate(rate, program.currency), "minimum": money(program.minimum, program.currency)}


def admitted(redemption: Redemption, *, paid: bool = True) -> Body:
    """The answer to a redemption: what was fixed when it was admitted, and where its reward stands by now.

    Where the code is not used any more it takes nothing off and earns nothing, whatever it would have.
    """
    withdrawn = redemption.withdrawn is not None
    discount, estimate = (0, 0) if withdrawn else (redemption.friend_discount, redemption.reward_estimate)
    return {
        "order_id": redemption.order_id,
        "status": "withdrawn" if withdrawn else "accepted",
        "code": redemption.code,
        "ambassador_id": redemption.ambassador_id,
        "amount": money(redemption.amount, redemption.currency),
        **_given({"tax": _money(redemption.tax, redemption.currency)}),
        "friend_discount": money(discount, redemption.currency),
        "reward_estimate": money(estimate, redemption.reward_unit or redemption.currency),
        "placed_at": redemption.placed_at,
        "program_version": redemption.program_version,
        "position": _position(redemption),
        **(_unpaid(redemption, paid=paid) if redemption.pending else {}),
    }


def explained(
    redemption: Redemption, payment: PaymentState, entries: list[LedgerEntry], explanation: list[str]
) -> Body:
    """A redemption with where its reward stands, the entries that were posted for it, and why."""
    posted = {"entries": [entry(it) for it in entries]}
    shown = {**admitted(redemption), **_standing(redemption, payment)}
    shown |= {"payment": payment} if redemption.pending else {}
    return {**shown, "explanation": explanation, **posted}


def examined(
    order: Order,
    program: Program,
    payment: PaymentState,
    entries: list[LedgerEntry],
    explanation: list[str],
) -> Body:
    """The same for an admin: with the signals and their weights, the question that is open, and who decided what."""
    redemption = order.redemption
    reviews = [review(decided, redemption.currency) for decided in order.reviews]
    shown = {**explained(redemption, payment, entries, explanation), "reviews": reviews}
    if redemption.standing is not None:
        shown["signals"] = signals(redemption.standing.terms, program)
    if order.freed is not None:
        shown["freed"] = freed(order.freed)
    if order.case is not None and order.case.state == "open":
        shown["case"] = _case(order.case, program)
    return shown


def waiting(it: "Open") -> Body:
    """One reward in the queue, with what it takes to decide."""
    redemption, standing = it.redemption, it.redemption.standing
    assert standing is not None, "a case comes with terms"
    found = signals(standing.terms, it.program)
    return {
        "order_id": redemption.order_id,
        "ambassador_id": redemption.ambassador_id,
        "code": redemption.code,
        "placed_at": redemption.placed_at,
        "amount": money(redemption.amount, redemption.currency),
        "friend_discount": money(redemption.friend_discount, redemption.currency),
        "reward": money(standing.worth, redemption.unit),
        **_case(it.case, it.program),
        "signals": found,
        "weight": sum(signal["weight"] for signal in found),
        "review_at": it.program.watch.review_at,
        "foreign_refunds": [
            {
                "refund_id": refund.refund_id,
                "kind": refund.kind,
                **_money_back(refund),
                **_given({"value": _money(it.values.get(refund.refund_id), redemption.currency)}),
            }
            for refund in it.foreign
        ],
    }


def claim(asked: Claim) -> Body:
    """A claim as the ambassador sees it."""
    status = "received" if asked.state == "open" else asked.state
    return {"id": asked.id, "order_id": asked.order_id, "status": status, "claimed_at": asked.claimed_at}


def theirs(redemption: Redemption, explanation: list[str]) -> Body:
    """An order that need not be claimed, since it is the ambassador's: where it stands."""
    if redemption.standing is not None:
        return {**referral(redemption, explanation), "status": "yours"}
    shown = {"order_id": redemption.order_id, "code": redemption.code, "placed_at": redemption.placed_at}
    return {**shown, "state": "pending", "status": "yours"}


def claimed(asked: Claim, redemption: Redemption | None) -> Body:
    """A claim for an admin, with what is known of the order."""
    told = {"note": asked.note, "decided_at": asked.decided_at, "author": asked.author, "answer": asked.answer}
    return {
        "id": asked.id,
        "ambassador_id": asked.ambassador_id,
        "order_id": asked.order_id,
        "state": asked.state,
        "claimed_at": asked.claimed_at,
        **_given(told),
        "redemption": admitted(redemption) if redemption else None,
    }


def signals(terms: Terms, program: Program) -> list[Body]:
    """What spoke for a review, in words that are for admins only: they would teach how not to be noticed."""
    from chalicelib.domain.orders.fraud import weight
    from chalicelib.domain.program.signals import SIGNALS

    return [
        {"name": name, "weight": weight((name,), program.watch), "text": SIGNALS[name].text} for name in terms.signals
    ]


def _case(case: Case, program: Program) -> Body:
    from chalicelib.domain.orders.reviews import default_of

    return {
        "questions": [it.about for it in case.questions],
        "opened_at": case.opened_at,
        "deadline": case.deadline,
        "default_decision": default_of(case.questions[0].about, program),
        "defaults": [
            {"question": it.about, "deadline": it.deadline, "decision": default_of(it.about, program)}
            for it in case.questions
        ],
    }


def referral(redemption: Redemption, explanation: list[str]) -> Body:
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
        "explanation": explanation,
    }


def freed(given: Freed) -> Body:
    """How an order's friend became free: by another order, or by an admin's word."""
    shown: Body = {"order_id": given.order_id, "by": given.by, "author": given.author, "note": given.note}
    return {**_given(shown), "at": given.recorded_at}


def own_order(redemption: Redemption) -> Body:
    """An order on which two ambassadors who are one person were ambassador and friend."""
    state = {"state": state_of(redemption.standing)} if redemption.standing else {"state": "pending"}
    return {
        "order_id": redemption.order_id,
        "code": redemption.code,
        "ambassador_id": redemption.ambassador_id,
        "placed_at": redemption.placed_at,
        **state,
    }


def fact(reported: Refund | Reversal | Fulfilment | Payment, *, superseded: bool = False) -> Body:
    """A later fact of an order, as the shop told it; `superseded` if a higher revision of it is there."""
    match reported:
        case Refund():
            shown: Body = {"refund_id": reported.refund_id, "kind": reported.kind, **_money_back(reported)}
            shown |= {"refunded_at": reported.refunded_at}
        case Payment():
            shown = {"payment_id": reported.payment_id, "paid_at": reported.paid_at}
        case Reversal():
            shown = {"refund_id": reported.refund_id}
        case Fulfilment():
            shown = {"fulfilment_id": reported.fulfilment_id, "revision": reported.revision}
            shown |= {"delivered_at": reported.delivered_at, "return_by": reported.return_by}
            shown |= {"more": reported.more or None, "void": reported.void or None}
    return {"order_id": reported.order_id, **_given(shown), "status": "superseded" if superseded else "accepted"}


def review(decided: Review, currency: str) -> Body:
    """An admin's decision; what it says of refunds is in the order's currency."""
    values = {refund_id: money(amount, currency) for refund_id, amount in decided.values.items()}
    return {
        "order_id": decided.order_id,
        "number": decided.number,
        "decision": decided.decision,
        "author": decided.author,
        "note": decided.note,
        **({"values": values} if values else {}),
        "at": decided.recorded_at,
    }


def withdrawal(stored: Withdrawal, now: datetime) -> Body:
    """A coupon, or a payout. One that is closed shows what it was closed with."""
    return _coupon(stored, now) if stored.kind == "spend" else _payout(stored)


def adjustment(stored: Adjustment) -> Body:
    """A correction by hand, and how it was decided if it had to wait."""
    optional = {"decided_at": stored.decided_at, "decided_by": stored.decided_by, "note": stored.note}
    return {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "status": stored.state,
        "amount": money(stored.amount, stored.unit),
        "reason": stored.reason,
        "author": stored.author,
        "created_at": stored.created_at,
        **_given(optional),
    }


def suspension(decided: Suspension) -> Body:
    """What an admin decided about all that leaves an account."""
    return {"state": decided.state, "at": decided.decided_at, "author": decided.author, "note": decided.note}


def gift(stored: Gift) -> Body:
    """A gift that somebody has to send, or has sent."""
    optional = {"order_id": stored.order_id, "author": stored.author, "note": stored.note}
    return {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "gift": stored.name,
        "amount": money(stored.amount, stored.unit),
        "cause": stored.cause,
        "created_at": stored.created_at,
        "status": stored.state,
        **_given({**optional, "closed_at": stored.closed_at, "sent": stored.sent}),
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
        **_given(optional),
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


def session(stored: Session) -> Body:
    """An ambassador's session, without what opens it."""
    shown: Body = {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "created_at": stored.created_at,
        "expires_at": stored.expires_at,
        "made_by": stored.made_by,
        "ended_at": stored.ended_at,
    }
    return _given(shown)


def ambassador(
    profile: Profile, account: Account, program: Program, month: str, urls: Body, clicks: dict[str, int]
) -> Body:
    """An ambassador with balances, tier and the way to the next. Clicks are those of the last 30 days, by channel."""
    from chalicelib.domain.accounts.tiers import reached

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
        **({"absorbed": list(profile.absorbed)} if profile.absorbed else {}),
        "code": profile.code,
        **urls,
        "tier": _tier(program, reached(account, program, month)),
        "account": _account(account, program.currency),
        "spending": _spending(program),
        "clicks": clicks,
    }


def job(asked: Job, result: Any) -> Body:
    """Long work: how far it is, and what has come out so far."""
    shown: Body = {
        "id": asked.id,
        "kind": asked.kind,
        "state": asked.state,
        "author": asked.author,
        "created_at": asked.created_at,
        "ended_at": asked.ended_at,
        "progress": {"done": asked.progress, "total": asked.total},
        "result": result,
        "failure": asked.failure,
    }
    return _given(shown)


def public_code(code: Code, first_name: str | None, offered: Body | None) -> Body:
    """A code that works, for anyone. `first_name` is None if the ambassador's is not to be published."""
    return {"code": code.code, "state": "active", "offer": offered, "ambassador": {"first_name": first_name}}


def code(stored: Code) -> Body:
    """A code for its ambassador and for admins."""
    return {
        "code": stored.code,
        "state": stored.state,
        "expires_at": stored.expires_at,
        "campaign": stored.campaign,
    }


def _coupon(spend: Withdrawal, now: datetime) -> Body:
    from chalicelib.domain.accounts.withdrawals import has_expired

    confirmed = spend.state == "confirmed"
    return {
        "id": spend.id,
        "code": spend.code,
        "ambassador_id": spend.ambassador_id,
        "status": "expired" if has_expired(spend, now) else spend.state,
        **_spent(spend),
        "created_at": spend.created_at,
        "expires_at": spend.expires_at,
        **_given({"order_id": spend.closing if confirmed else None, "closed_at": spend.closed_at}),
        **_returned(spend),
    }


def _payout(payout: Withdrawal) -> Body:
    reference = payout.closing if payout.state == "confirmed" else payout.reference
    note = payout.closing if payout.state == "cancelled" else payout.note
    optional = {"reference": reference, "note": note, "closed_at": payout.closed_at, "closed_by": payout.closed_by}
    return {
        "id": payout.id,
        "ambassador_id": payout.ambassador_id,
        "status": "pending" if payout.state == "reserved" else payout.state,
        "amount": money(payout.amount, payout.currency),
        "author": payout.author,
        "created_at": payout.created_at,
        **_given(optional),
        **_returned(payout),
    }


def _money_back(refund: Refund) -> Body:
    parts = {"amount": refund.amount, "tax": refund.tax, "shipping": refund.shipping}
    return _given({name: _money(amount, refund.currency) for name, amount in parts.items()})


def _money(amount: int | None, currency: str | None) -> Body | None:
    return None if amount is None or currency is None else money(amount, currency)


def _spent(spend: Withdrawal) -> Body:
    """What a coupon takes off a price, and what the ambassador gave for it if that was no money."""
    given = money(spend.amount, spend.currency)
    return (
        {"amount": money(spend.worth.amount, spend.worth.currency), "spent": given}
        if spend.worth
        else {"amount": given}
    )


def _returned(stored: Withdrawal) -> Body:
    """What came back of it after it was confirmed, if anything did."""
    return {"returned": money(stored.returned, stored.currency)} if stored.returned else {}


def _given(fields: Body) -> Body:
    """Leave out what has no value."""
    return {name: value for name, value in fields.items() if value is not None}


def _tier(program: Program, counted: int) -> Body:
    shown: Body = {"name": tier_of(program, counted).name}
    following = tier_after(program, counted)
    if following:
        shown |= {"next": following.name, "referrals_to_next": following.threshold - counted}
    return shown


def _spending(program: Program) -> list[Body]:
    """What can be spent and from how many on: money, and units of the program's own with what so many are worth."""
    return [
        {"minimum": money(program.spend_minimum, program.currency)},
        *(
            {
                "minimum": money(worth.minimum, unit),
                "per": money(worth.per, unit),
                "value": money(worth.value, program.currency),
            }
            for unit, worth in sorted(program.units.items())
        ),
    ]


def _account(account: Account, currency: str) -> Body:
    """Balances by account name, each a list of moneys: the program's currency is always the first."""
    currencies = [currency, *sorted(account.balances.keys() - {currency})]
    names = sorted(
        {"held", "available", "reserved", "spent", *(name for kept in account.balances.values() for name in kept)}
    )
    balances = {name: [money(account.balance(unit, name), unit) for unit in currencies] for name in names}
    return {**balances, "counted": account.referrals, "version": account.version}


def _position(redemption: Redemption) -> Body:
    """Where the reward is, once there is one: an order that was just taken is looked at a moment later."""
    standing = redemption.standing
    if standing is None:
        return {"state": "void" if redemption.withdrawn else "pending"}
    held, available = money(standing.held, redemption.unit), money(standing.available, redemption.unit)
    return {"state": state_of(standing), "held": held, "available": available}


def _unpaid(redemption: Redemption, *, paid: bool) -> Body:
    """Whether an order has been paid for that was not when it came, and which revision of it counts."""
    shown: Body = {"payment": "paid" if paid else "pending", "revision": redemption.revision}
    return {**shown, "reason": redemption.withdrawn} if redemption.withdrawn else shown


def _standing(redemption: Redemption, payment: PaymentState | None = None) -> Body:
    standing = redemption.standing
    if standing is None:
        return {"trace": trace(redemption, payment)}
    shown: Body = {
        "position": _position(redemption),
        "release_at": standing.release_at,
        "reason": reason_of(standing),
        "trace": trace(redemption),
    }
    return _given(shown)


def _rate(rate: Rate, currency: str) -> Body:
    if rate.amount is not None:
        return {"kind": "fixed", "amount": money(rate.amount, currency)}
    limit = {} if rate.maximum is None else {"maximum": money(rate.maximum, currency)}
    return {"kind": "percent", "basis_points": rate.basis_points, **limit}
