"""An order that is not paid for yet may still change: the highest revision counts, until a payment is reported."""

from dataclasses import replace
from datetime import datetime
from typing import cast

from chalicelib.domain.effects import Absent, Create, Effect, Replace, Unchanged
from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.facts import Payment, TakenOff
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.admit import Ask, Offered, Reason, Refused, admit_again, redemption
from chalicelib.domain.orders.friends import give_back, seek_again, take
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.orders.answers import GRACE, AlreadyPaid, Answer, Conflicting, Redeemed
from chalicelib.operations.orders.friends import Contact, look, placing, reached, unknown
from chalicelib.operations.program import programs
from chalicelib.store.table import Table

REMOVED = "code_removed"
"""Why an order is withdrawn when the checkout says that no code is used on it any more."""


def revise(table: Table, stored: Redemption, ask: Ask, contact: Contact, *, now: datetime) -> Answer:
    """Answer a further request about an order that was pending when it came.

    The same content without `pending` says that it is paid for. A higher revision with other content is judged by the
    program of the first one, and takes its place whether it is admitted or not: what was refused last earns nothing.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    latest: Redemption | None = stored

    def look_at() -> Plan[Answer]:
        nonlocal latest
        order, latest = latest or table.read_redemption(stored.order_id), None
        assert order is not None, "redemptions are kept for good"
        answer = _repeated(order, table.read_payment(order.order_id), ask)
        return _change(table, order, ask, contact, now) if answer is None else Plan(answer)

    return decide(table, look_at)


def noting(ask: Ask, answer: Refused, was: TakenOff | None, *, now: datetime) -> list[Effect]:
    """Return what notes a refusal of an order that is not stored: nothing, if no lower revision can be on its way."""
    if not ask.pending or ask.revision == 1:
        return []
    reason = REMOVED if ask.code == "" else answer.reason
    noted = TakenOff(ask.order_id, ask.revision, reason, ask.fingerprint, recorded_at=now)
    note = Replace(replace(noted, version=was.version + 1)) if was else Create(noted)
    return [note, Absent(ask.order_id)]


def overtaken(ask: Ask, answer: Offered | Refused, by: TakenOff, program: Program, *, now: datetime) -> Answer:
    """Answer a revision of an order that is not stored, of which this or a higher one was refused before.

    A lower one that could be admitted is stored as the higher one left it: without a code, and without a place.
    """
    if ask.revision == by.revision and ask.fingerprint != by.fingerprint:
        return Conflicting()
    if ask.revision == by.revision and by.reason != REMOVED:
        return Refused(cast("Reason", by.reason))
    if isinstance(answer, Refused):
        return answer
    order = redemption(answer, ask, program, now=now, due_at=None)
    order = replace(order, revision=by.revision, fingerprint=by.fingerprint, withdrawn=by.reason)
    return Redeemed(order, replayed=True, paid=False, superseded=True)


def _repeated(stored: Redemption, payment: Payment | None, ask: Ask) -> Answer | None:
    """What to answer if nothing changes; None if something does."""
    if stored.fingerprint == ask.fingerprint:
        says_more = not ask.pending or ask.revision > stored.revision
        return None if says_more and payment is None else _as_stored(stored, payment)
    if ask.revision < stored.revision:
        return Redeemed(stored, replayed=True, paid=payment is not None, superseded=True)
    if ask.revision == stored.revision or not set(ask.persons).intersection(_persons(stored)):
        return Conflicting()
    return AlreadyPaid() if payment else None


def _as_stored(stored: Redemption, payment: Payment | None) -> Answer:
    if stored.withdrawn and stored.withdrawn != REMOVED:
        return Refused(cast("Reason", stored.withdrawn))
    return Redeemed(stored, replayed=True, paid=payment is not None)


def _change(table: Table, stored: Redemption, ask: Ask, contact: Contact, now: datetime) -> Plan[Answer]:
    """Return what a request about an unpaid order writes, and what it is answered then.

    The same content under a higher number is noted, so that what comes late under one between changes nothing.
    """
    payment = Payment(stored.order_id, stored.order_id, paid_at=now, recorded_at=now, due_at=now + GRACE)
    effects: list[Effect] = [Absent(stored.order_id, "payment") if ask.pending else Create(payment)]
    if stored.fingerprint == ask.fingerprint:
        kept, answer = stored, _as_stored(stored, None if ask.pending else payment)
        if ask.revision > stored.revision:
            kept = replace(stored, revision=ask.revision, version=stored.version + 1)
        return Plan(answer, [Unchanged(stored) if kept is stored else Replace(kept), *effects])
    revised, answer, guards = _revised(table, stored, ask, contact, now)
    return Plan(answer, [*effects, Replace(revised), Absent(stored.order_id, "freed"), *guards])


@frozen
class _News:
    """What the friend is known by now and was not before: `fresh` is nobody's yet, `others` is another friend's.

    `root` is empty of an order that has never had a place.
    """

    root: str = ""
    fresh: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def _news(table: Table, stored: Redemption, ask: Ask) -> _News:
    named = [person for person in ask.persons if person not in _persons(stored)]
    if not named:
        return _News()
    roots = table.read_roots([stored.friend, *named])
    own = roots[stored.friend].person if stored.friend in roots else ""
    others = (person for person in named if person in roots and roots[person].person != own)
    return _News(own, tuple(person for person in named if person not in roots), tuple(others))


def _revised(
    table: Table, stored: Redemption, ask: Ask, contact: Contact, now: datetime
) -> tuple[Redemption, Answer, list[Effect]]:
    """Return the order as it is from now on, the answer, and what becomes of the guards of its friend.

    It stays the order of its friend that it was, but for one that has lost its code: it seeks its place anew.
    """
    news, program = _news(table, stored, ask), programs.version(table, stored.program_version)
    others = (person for person in (*ask.persons, *_persons(stored)) if person != ask.persons[0])
    ask = replace(ask, placed_at=stored.placed_at, persons=(ask.persons[0], *dict.fromkeys(others)))
    same = replace(stored, revision=ask.revision, fingerprint=ask.fingerprint, version=stored.version + 1)
    mended = replace(same, aliases=(*stored.aliases, *news.fresh))
    known = [Create(reached(Friend(it, root=news.root), ask.persons, contact)) for it in news.fresh if news.root]
    if ask.code == "":
        withdrawn = replace(mended, withdrawn=REMOVED)
        answer = Redeemed(withdrawn, replayed=False, paid=not ask.pending)
        return withdrawn, answer, [*known, *_given_back(table, stored, program, now)]
    code = table.read_code(ask.code) if ask.code else None
    friend, place = unknown(), None
    if stored.withdrawn and code:
        friend = look(table, list(dict.fromkeys([*_persons(stored), *ask.persons])))
        place = seek_again(ask.seeker(code), stored.friend_order, friend.holders, program, now=now)
    offered = admit_again(code, ask, program, replace(stored, friend_order=place.friend_order) if place else stored)
    if isinstance(offered, Offered):
        taken = place is None if stored.withdrawn else _is_kept(table, ask, offered, news, program, now)
        offered = Refused("friend_already_referred") if taken else offered
    if isinstance(offered, Refused):
        own = offered.reason == "own_code"
        withdrawn = replace(same if own else mended, withdrawn=offered.reason)
        return withdrawn, offered, [*([] if own else known), *_given_back(table, stored, program, now)]
    order = replace(
        redemption(offered, ask, program, now=stored.recorded_at, due_at=stored.due_at),
        friend_order=place.friend_order if place else stored.friend_order,
        pending=True,
        aliases=ask.persons[1:],
        version=same.version,
    )
    guards: list[Effect] = list(known)
    if place:
        seeker = ask.seeker(offered.code)
        guards = placing(place, seeker, ask.persons, friend, contact, now=now, due_at=now + GRACE)
    return order, Redeemed(order, replayed=False, paid=not ask.pending), guards


def _given_back(table: Table, stored: Redemption, program: Program, now: datetime) -> list[Effect]:
    """Let an order that has had a code until now count no more."""
    if stored.withdrawn:
        return []
    roots = {it.person: it for it in table.read_roots(_persons(stored)).values()}
    root = give_back(stored, list(roots.values()), program, now=now)
    return [Replace(root)] if root else []


def _is_kept(table: Table, ask: Ask, offered: Offered, news: _News, program: Program, now: datetime) -> bool:
    """Whether the customer turns out to be a friend whose own order keeps the place from this one."""
    return (
        bool(news.others) and take(ask.seeker(offered.code), look(table, news.others).holders, program, now=now) is None
    )


def _persons(stored: Redemption) -> tuple[str, ...]:
    return stored.friend, *stored.aliases
