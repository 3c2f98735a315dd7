"""Late claims: what an ambassador asks for, and what an admin decides."""

from dataclasses import replace

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.api.ambassadors import known_ambassador
from chalicelib.api.checkout import ask_of
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.orders.admit import Refused
from chalicelib.edge import fields
from chalicelib.edge.answers import json, once
from chalicelib.edge.call import Call
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.language import language_of
from chalicelib.edge.paging import cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations.once import Reused
from chalicelib.operations.orders import claims
from chalicelib.operations.orders.friends import Contact
from chalicelib.web.explain import explain


@view({200: dict}, body=schemas.NewClaim, query={"lang": str}, keyed=True)
def post_claim(call: Call, body: schemas.NewClaim, ambassador_id: str) -> Response:
    """Claim an order that was placed without the code. The answer tells nothing about orders that are not theirs."""
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
        return json(200, present.theirs(answer.redemption, words), Content_Language=language.tag)
    shown = present.claim(answer.claim)
    return json(202, shown, Idempotent_Replayed="true") if answer.replayed else json(202, shown)


@view({200: dict}, query={"limit": str, "cursor": str})
def get_claims(call: Call) -> Response:
    """List the claims that wait for an admin, the oldest first."""
    query = call.query()
    waiting, after = claims.queue(deps.table(), position_of(query, "claims"), limit_of(query))
    items = [present.claimed(claim, redemption) for claim, redemption in waiting]
    return page("/v1/claims", query, items, cursor_of(after, "claims"))


@view({200: dict}, body=schemas.ClaimDecision)
def post_claim_decision(call: Call, body: schemas.ClaimDecision, claim_id: str) -> Response:
    """Admit a claimed order, by all rules that the checkout has, or deny the claim."""
    if (body.decision == "approve") != (body.order is not None):
        raise bad_field("/order", "goes with an approval, and only with that")
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
        return once(present.claimed(answer.claim, answer.redemption), replayed=answer.replayed)
    raise _problem(answer)


def _approve(call: Call, asked: Claim, code: str, told: schemas.ClaimDecision) -> "claims.Answer":
    """Let the order be admitted as if the checkout had sent it with the ambassador's code."""
    order, program = told.order, deps.program()
    assert order is not None
    redemption = schemas.Redemption(
        order_id=asked.order_id,
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
    contact = Contact(order.customer.email, order.customer.first_name, order.customer.locale or program.locale)
    return claims.approve(deps.table(), asked, ask, contact, program, _decided(call, asked, told))


def _decided(call: Call, asked: Claim, told: schemas.ClaimDecision) -> Claim:
    return replace(
        asked,
        state="approved" if told.decision == "approve" else "denied",
        decided_at=deps.now(),
        author=call.key.id,
        answer=told.note,
        version=asked.version + 1,
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
            return Problem(409, "claim_decided", f"This claim has been {claim.state} already, and that stays.")
