"""Late claims: an ambassador says that an order without a code was theirs, and an admin admits it or does not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.claims import Claim, OpenClaims, Overruled
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.admit import Ask, Refused
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import OvertakenError, Plan, Reused, decide, decide_once
from chalicelib.operations.orders.answers import Redeemed
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import Table

OPEN_MAX = 20
"""Claims of one ambassador that may wait at the same time."""


_WAITING = "WAITING#"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claim, stored now or (`replayed`) by an earlier request."""

    claim: Claim
    replayed: bool


@dataclass(frozen=True, slots=True)
class Theirs:
    """There is nothing to claim: the order is the ambassador's already."""

    redemption: Redemption


@dataclass(frozen=True, slots=True)
class TooMany:
    """As many claims of this ambassador wait as may."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The claim as it was decided, now or (`replayed`) earlier, with the order if it was admitted."""

    claim: Claim
    redemption: Redemption | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class DecidedOtherwise:
    """The claim has been decided the other way, or approved with another order."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class AlreadyRedeemed:
    """A code was used on the order, this ambassador's or another's, so there is nothing to admit."""

    redemption: Redemption


Answer = Decided | Refused | AlreadyRedeemed | DecidedOtherwise


def claim(
    table: Table, kin: Sequence[str], order_id: str, note: str | None, *, idempotency_key: IdempotencyKey, now: datetime
) -> Claimed | Theirs | TooMany | Reused:
    """Take a claim of an ambassador, whose ids `kin` are, the present one last.

    Of an order that is not theirs an ambassador learns nothing, not even whether there is one. So whatever is known of
    it, the same calls are made. An order is claimed once, whatever the key.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    *_, ambassador_id = kin
    asked = Claim(_id_of(ambassador_id, order_id), ambassador_id, order_id, now, note)

    def look() -> Plan[Claimed | Theirs | TooMany]:
        redemption, known, waiting = table.read_claimed(asked.id, ambassador_id, order_id)
        stands = _stands(redemption, known, kin)
        if stands:
            return Plan(stands)
        if waiting is not None and len(waiting.claims) >= OPEN_MAX:
            return Plan(TooMany())
        return Plan(Claimed(asked, replayed=False), [Create(asked), _listing(waiting, asked)], asked.id)

    def repeat(made: str) -> Claimed | Theirs:
        redemption, known, _ = table.read_claimed(made, ambassador_id, order_id)
        stands = _stands(redemption, known, kin)
        assert stands, "claims are kept for good"
        return stands

    return decide_once(table, idempotency_key, look, repeat)


def find(table: Table, claim_id: str) -> tuple[Claim, str] | None:
    """Find a claim and the code by which its order would be admitted; None if there is no such claim.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = table.read_claim(claim_id)
    profile = profile_of(table, found.ambassador_id) if found else None
    return (found, profile.code) if found and profile else None


def of_ambassador(table: Table, kin: Sequence[str], after: str | None, limit: int) -> list[tuple[str, Claim]]:
    """Return up to `limit` claims under some ids, each with its position: those that wait, then those decided.

    Raises:
        BusyError: the table did not answer in time.
    """
    found: list[tuple[str, Claim]] = []
    if after is None or after.startswith(_WAITING):
        waiting = [(f"{_WAITING}{it.id}", it) for name in kin for it in table.read_open_claims(name)]
        ordered = sorted(waiting, key=lambda row: (row[1].claimed_at, row[0]), reverse=True)
        names = [position for position, _ in ordered]
        found, after = ordered[names.index(after) + 1 if after in names else 0 :][:limit], None
    more = table.list_decided_claims(kin, after, limit - len(found)) if len(found) < limit else []
    return [*found, *more]


def approve(
    table: Table,
    claim: Claim,
    ask: Ask,
    contact: Contact,
    program: Program,
    decision: Claim,
    *,
    overrules: bool = False,
) -> Answer:
    """Admit a claimed order as the checkout would have, by all its rules, and close the claim in the same transaction.

    Whatever speaks against it leaves the claim open. The order was paid for without the code, so there is no discount.
    `decision` is the claim as it shall be. If it `overrules`, a claim that was denied is approved all the same.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    now = decision.decided_at
    assert now is not None

    def look() -> Plan[Answer]:
        redemption, known, waiting = table.read_claimed(claim.id, claim.ambassador_id, claim.order_id)
        if known is not None and known.state != "open" and not (overrules and known.state == "denied"):
            same = redemption is not None and redemption.fingerprint == ask.fingerprint
            return Plan(_again(known, decision, redemption)) if same else Plan(DecidedOtherwise(known))
        if redemption is not None:
            return Plan(AlreadyRedeemed(redemption))
        decided = _anew(known or claim, decision)
        along = _closing(waiting, decided)
        answer = redeem(table, replace(ask, claim=claim.id), contact, program, now=now, along=along)
        if isinstance(answer, Refused):
            return Plan(answer)
        if isinstance(answer, Redeemed) and not answer.replayed:
            return Plan(Decided(decided, answer.redemption, replayed=False))
        raise OvertakenError

    return decide(table, look)


def deny(table: Table, claim: Claim, decision: Claim) -> Decided | DecidedOtherwise:
    """Close a claim without admitting its order. `decision` is the claim as it shall be.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[Decided | DecidedOtherwise]:
        _, known, waiting = table.read_claimed(claim.id, claim.ambassador_id, claim.order_id)
        if known is not None and known.state != "open":
            return Plan(_again(known, decision, None))
        return Plan(Decided(decision, None, replayed=False), _closing(waiting, decision))

    return decide(table, look)


def queue(table: Table, after: str | None, limit: int) -> tuple[list[tuple[Claim, Redemption | None]], str | None]:
    """Read one page of open claims, the oldest first, each with what is known of its order; and where to go on.

    Raises:
        BusyError: the table did not answer in time.
    """
    rows = table.list_claims(after, limit + 1)
    claims = [it for _, it in rows[:limit] if it.state == "open"]
    known = {it.order_id: it for it in table.read_redemptions(dict.fromkeys(it.order_id for it in claims))}
    following = rows[limit - 1][0] if len(rows) > limit else None
    return [(it, known.get(it.order_id)) for it in claims], following


def _id_of(ambassador_id: str, order_id: str) -> str:
    """Name a claim by who claims what: there is one for each."""
    return "clm_" + hashlib.sha256(f"{ambassador_id}#{order_id}".encode()).hexdigest()[:26]


def _stands(redemption: Redemption | None, claim: Claim | None, kin: Sequence[str]) -> Claimed | Theirs | None:
    """What is known already of an order and an ambassador who claims it."""
    if redemption is not None and redemption.ambassador_id in kin:
        return Theirs(redemption)
    return Claimed(claim, replayed=True) if claim else None


def _listing(waiting: OpenClaims | None, claim: Claim) -> Effect:
    if waiting is None:
        return Create(OpenClaims(claim.ambassador_id, (claim.id,)))
    return Replace(replace(waiting, claims=(*waiting.claims, claim.id), version=waiting.version + 1))


def _closing(waiting: OpenClaims | None, decision: Claim) -> Sequence[Effect]:
    """Store a decided claim, and count it no longer among those that wait."""
    assert waiting is not None, "a claim is listed in the transaction that makes it"
    left = tuple(it for it in waiting.claims if it != decision.id)
    return [Replace(decision), Replace(replace(waiting, claims=left, version=waiting.version + 1))]


def _anew(was: Claim, decision: Claim) -> Claim:
    """Return a decision about a claim that stands as it was read, with how that was decided before."""
    if was.state == "open":
        return decision
    assert was.decided_at is not None, "a claim that is decided says when"
    before = Overruled(was.state, was.decided_at, was.author or "", was.answer)
    return replace(decision, earlier=(*was.earlier, before), version=was.version + 1)


def _again(claim: Claim, decision: Claim, redemption: Redemption | None) -> Decided | DecidedOtherwise:
    """Say that a claim has been decided already, if it was decided alike."""
    return Decided(claim, redemption, replayed=True) if claim.state == decision.state else DecidedOtherwise(claim)
