"""Orders that an ambassador brought although no code was used on them: claimed, and decided by an admin."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.api.checkout import REFUSALS, Items, KnownCustomer, NewRedemption, Redemption, ask_of
from chalicelib.api.orders import Referral
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model import claims as model
from chalicelib.domain.model import orders
from chalicelib.domain.orders.admit import Refused
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    ClaimedId,
    Moment,
    Money,
    Note,
    Shape,
    Trait,
)
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, listed, page, position_of
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.once import Reused
from chalicelib.operations.orders import claims
from chalicelib.operations.orders.friends import Contact
from chalicelib.web.explain import explain

_DECIDED = Annotated[fields.OurId, Meta(description="Only what was decided, of this ambassador's claims.")]


class NewClaim(Shape):
    """An order that an ambassador says they brought.

    Attributes:
        order_id: The shop's id of the order.
        note: For the admin who decides.
    """

    order_id: ClaimedId
    note: Annotated[str, Meta(max_length=500)] | None = None


class ClaimedOrder(Shape):
    """The order as the shop knows it.

    Attributes:
        amount: What the goods cost: after any other coupon, without shipping. With or without tax, as your prices are.
        placed_at: In the past. The rules go by it, and the hold runs from it.
        tax: The part of `amount` that is tax: the rest decides about minimum and reward.
        items: The lines of the order, by which gift cards and excluded SKUs are left out. Without lines all of `amount`
            counts.
        payment_fingerprint: What identifies a card, as the checkout would have sent it. Only a keyed hash is stored.
        shipping_address: In one line, as the checkout would have sent it. Only a keyed hash is stored.
    """

    customer: KnownCustomer
    amount: Money
    placed_at: Moment
    tax: Money | None = None
    items: Items = field(default_factory=list)
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class ClaimDecision(Shape):
    """What an admin decides about a claim, and why; an approval says what the order was.

    Attributes:
        order: Required to approve, and goes with nothing else. The friend gets no discount, since it was paid for
            already.
        overrules: `true` approves a claim that was denied; without it that is refused with `claim_decided`.
    """

    decision: Literal["approve", "deny"]
    note: Note
    order: ClaimedOrder | None = None
    overrules: bool = False


class EarlierDecision(Answer):
    """How a claim was decided before it was decided anew.

    Attributes:
        author: The id of the key that decided.
        answer: What the admin wrote.
    """

    state: Literal["approved", "denied"]
    at: datetime
    author: str
    answer: str | None = None


class Claim(Answer):
    """A claim as the ambassador sees it.

    Attributes:
        status: `received`: it waits for an admin.
    """

    id: str
    order_id: str
    status: Literal["received", "approved", "denied"]
    claimed_at: datetime
    decided_at: datetime | None = None

    @classmethod
    def of(cls, claim: model.Claim) -> Self:
        """Show a claim."""
        status: Literal["received", "approved", "denied"] = "received" if claim.state == "open" else claim.state
        return cls(claim.id, claim.order_id, status, claim.claimed_at, claim.decided_at)


class OwnReferral(Referral, kw_only=True):
    """An order that need not be claimed, since it is the ambassador's: where it stands."""

    status: Literal["yours"]


class OwnOrder(Answer):
    """The same of an order that has not been settled yet."""

    order_id: str
    code: str
    placed_at: datetime
    state: Literal["pending"]
    status: Literal["yours"]


class ExaminedClaim(Answer, kw_only=True):
    """A claim for an admin, with what is known of the order.

    Attributes:
        note: What the ambassador wrote.
        author: The id of the key that decided.
        answer: What the admin wrote.
        redemption: The order, if a code was used on it; else null.
        earlier: How it was decided before, the latest last.
    """

    id: str
    ambassador_id: str
    order_id: str
    state: Literal["open", "approved", "denied"]
    claimed_at: datetime
    note: str | None = None
    decided_at: datetime | None = None
    author: str | None = None
    answer: str | None = None
    redemption: Redemption | None
    earlier: list[EarlierDecision] | None = None

    @classmethod
    def of(cls, claim: model.Claim, redemption: orders.Redemption | None) -> Self:
        """Show a claim, and the order if a code was used on it."""
        return cls(
            id=claim.id,
            ambassador_id=claim.ambassador_id,
            order_id=claim.order_id,
            state=claim.state,
            claimed_at=claim.claimed_at,
            note=claim.note,
            decided_at=claim.decided_at,
            author=claim.author,
            answer=claim.answer,
            redemption=Redemption.of(redemption) if redemption else None,
            earlier=[EarlierDecision(it.state, it.at, it.author, it.answer) for it in claim.earlier] or None,
        )


@view(
    {202: Claim, 200: [OwnReferral, OwnOrder]},
    body=NewClaim,
    query=LANG,
    gives=SPOKEN,
    keyed=True,
    problems={404: ["not_found"], 422: ["too_many_claims"]},
    links=leads_to("post_claim_decision", claim_id="$response.body#/id"),
)
def post_claim(call: Call, body: NewClaim, ambassador_id: str) -> Response:
    """Claim an order that was placed without the code.

    202 is the same for every order that is not the ambassador's, whether nobody knows it or another one brought it; 200
    says where an order stands that is theirs already. An admin decides. At most twenty claims of one ambassador wait at
    a time.
    """
    language = language_of(call.query())
    key = idempotency_key(call, body)
    kin = known_ambassador(ambassador_id).kin
    answer = claims.claim(deps.table(), kin, body.order_id, body.note, idempotency_key=key, now=deps.now())
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, claims.TooMany):
        detail = f"No more than {claims.OPEN_MAX} of your claims may wait at the same time."
        raise Problem(422, "too_many_claims", detail)
    if isinstance(answer, claims.Theirs):
        words = explain(answer.redemption, "ambassador", language, deps.program())
        return json(200, _own(answer.redemption, words), Content_Language=language.tag)
    shown = Claim.of(answer.claim)
    return json(202, shown, Idempotent_Replayed="true") if answer.replayed else json(202, shown)


@view({200: Page[Claim]}, query=PAGE, problems={404: ["not_found"]})
def get_ambassador_claims(call: Call, ambassador_id: str) -> Response:
    """List what an ambassador has claimed: what waits, then what was decided, the newest first of each."""
    query, profile = call.query(), known_ambassador(ambassador_id)
    known = profile.ambassador_id
    return listed(
        f"/v1/ambassadors/{known}/claims",
        query,
        f"claims:{known}",
        lambda after, limit: claims.of_ambassador(deps.table(), profile.kin, after, limit),
        lambda found: [Claim.of(it) for it in found],
    )


@view(
    {200: Page[ExaminedClaim]},
    query={"ambassador_id": _DECIDED, **PAGE},
    problems={404: ["not_found"]},
    links=leads_to("get_claim post_claim_decision", claim_id="$response.body#/items/0/id"),
)
def get_claims(call: Call) -> Response:
    """List the claims that wait for an admin, the oldest first; or those of an ambassador that were decided."""
    query, table = call.query(), deps.table()
    if "ambassador_id" in query:
        kin = known_ambassador(fields.path_id("ambassador_id", query["ambassador_id"], "?")).kin
        return listed(
            "/v1/claims",
            query,
            f"claims of {query['ambassador_id']}",
            lambda after, limit: table.list_decided_claims(kin, after, limit),
            lambda found: [_examined(it) for it in found],
        )
    waiting, after = claims.queue(table, position_of(query, "claims"), limit_of(query))
    items = [ExaminedClaim.of(claim, redemption) for claim, redemption in waiting]
    return page("/v1/claims", query, items, cursor_of(after, "claims"))


@view(
    {200: ExaminedClaim},
    problems={404: ["not_found"]},
    links=leads_to("post_claim_decision", claim_id="$response.body#/id"),
)
def get_claim(call: Call, claim_id: str) -> Response:
    """Show a claim, decided or not, with what is known of its order."""
    call.query()
    found = deps.table().read_claim(fields.path_id("id", claim_id))
    if found is None:
        raise not_found("There is no such claim.")
    return json(200, _examined(found))


@view(
    {201: ExaminedClaim, 200: ExaminedClaim},
    body=ClaimDecision,
    problems={404: ["not_found"], 409: ["already_redeemed", "claim_decided"], 422: list(REFUSALS)},
)
def post_claim_decision(call: Call, body: ClaimDecision, claim_id: str) -> Response:
    """Admit a claimed order, by all rules that the checkout has, or deny the claim.

    What speaks against an approval leaves the claim as it is. One that was denied is approved if that `overrules`; one
    that was approved stays so, and its order's reward can be denied as any other.
    """
    if (body.decision == "approve") != (body.order is not None):
        raise bad_field("/order", "goes with an approval, and only with that")
    if body.overrules and body.decision == "deny":
        raise bad_field("/overrules", "goes with an approval, and only with that")
    found = claims.find(deps.table(), fields.path_id("id", claim_id))
    if found is None:
        raise not_found("There is no such claim.")
    asked, code = found
    answer = (
        _approve(call, asked, code, body)
        if body.order
        else claims.deny(deps.table(), asked, _decided(call, asked, body))
    )
    if isinstance(answer, claims.Decided):
        return once(ExaminedClaim.of(answer.claim, answer.redemption), replayed=answer.replayed)
    raise _problem(answer)


_STANDS = {
    "approved": "This claim has been approved, and its order was admitted. If that was wrong, deny the reward of order "
    "{0.order_id} as a review, and set its friend free.",
    "denied": "This claim has been denied. Say `overrules` to approve it all the same.",
}


def _examined(claim: model.Claim) -> ExaminedClaim:
    return ExaminedClaim.of(claim, deps.table().read_redemption(claim.order_id))


def _own(redemption: orders.Redemption, explanation: list[str]) -> OwnReferral | OwnOrder:
    if redemption.standing is not None:
        return OwnReferral.told(redemption, redemption.standing, explanation, status="yours")
    return OwnOrder(redemption.order_id, redemption.code, redemption.placed_at, "pending", "yours")


def _approve(call: Call, claim: model.Claim, code: str, request: ClaimDecision) -> "claims.Answer":
    """Let the order be admitted as if the checkout had sent it with the ambassador's code."""
    order, program = request.order, deps.program()
    assert order is not None
    redemption = NewRedemption(
        order_id=claim.order_id,
        code=code,
        customer=order.customer,
        amount=order.amount,
        tax=order.tax,
        items=order.items,
        placed_at=order.placed_at,
        payment_fingerprint=order.payment_fingerprint,
        shipping_address=order.shipping_address,
    )
    ask = ask_of(code, redemption, at="order/")
    contact = Contact(order.customer.email, order.customer.id, order.customer.first_name, order.customer.locale)
    decision = _decided(call, claim, request)
    return claims.approve(deps.table(), claim, ask, contact, program, decision, overrules=request.overrules)


def _decided(call: Call, claim: model.Claim, request: ClaimDecision) -> model.Claim:
    return replace(
        claim,
        state="approved" if request.decision == "approve" else "denied",
        decided_at=deps.now(),
        author=call.key.id,
        answer=request.note,
        version=claim.version + 1,
    )


def _problem(answer: "Refused | claims.AlreadyRedeemed | claims.DecidedOtherwise") -> Problem:
    """What speaks against a decision; the claim stays as it is."""
    match answer:
        case Refused(reason):
            return Problem(422, reason, "The program's rules don't admit this order. The claim stays open.")
        case claims.AlreadyRedeemed(redemption):
            detail = f"A code of {redemption.ambassador_id} was used on this order. The claim stays open."
            return Problem(409, "already_redeemed", detail)
        case claims.DecidedOtherwise(claim):
            return Problem(409, "claim_decided", _STANDS[claim.state].format(claim))
