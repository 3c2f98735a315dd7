"""Where the reward of an order stands, and why."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta, structs

from chalicelib import deps
from chalicelib.api.checkout import Position, Redemption
from chalicelib.api.friends import Freed, Kept
from chalicelib.api.ledger import Entry
from chalicelib.api.reviews import Case, Review, Signal
from chalicelib.domain.model import accounts, orders
from chalicelib.domain.orders.explain import PaymentState, Rule, payment_of, reason_of, state_of, trace
from chalicelib.domain.program.program import Program
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, money_if
from chalicelib.edge.call import Call
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.people.merged import profile_of
from chalicelib.operations.program import programs
from chalicelib.web.explain import explain


class Step(Answer):
    """One rule that was applied to an order.

    Attributes:
        outcome: What the rule came to: an amount in minor units or a number of a unit, or a word such as the name of
            the tier.
        detail: The figures that went in, by name. Amounts are minor units.
    """

    rule: Rule
    outcome: Any
    detail: dict[str, Any]


class Standing(Answer, kw_only=True):
    """Where a reward stands: the rules in the order in which they decided, and what has come of them.

    Attributes:
        release_at: When the reward becomes available, or became so.
        reason: Why the reward waits or is less than its rate gives: `review_pending`, `denied_by_review`, `replaced`,
            `below_minimum`, `refunded`, `friend_already_referred`, `cap_ambassador` or `cap_budget`. Not there if
            neither is so.
        trace: The rules in the order in which they decided, so that the reward can be worked out again.
    """

    position: Position | None = None
    release_at: datetime | None = None
    reason: str | None = None
    trace: list[Step]

    @classmethod
    def of(cls, redemption: orders.Redemption, payment: PaymentState | None = None) -> Self:
        """Show where the reward of an order stands; `payment` is for one that has not been settled yet."""
        standing = redemption.standing
        steps = [Step(**step) for step in trace(redemption, None if standing else payment)]
        if standing is None:
            return cls(trace=steps)
        place, reason = Position.of(redemption), reason_of(standing)
        return cls(position=place, release_at=standing.release_at, reason=reason, trace=steps)


class Referral(Standing, kw_only=True):
    """One referral in an ambassador's list: nothing about the friend.

    Attributes:
        amount: What the reward is worth by now.
        explanation: Why it is so, in sentences for the ambassador.
    """

    order_id: str
    code: str
    placed_at: datetime
    state: orders.State
    amount: Sum
    explanation: list[str]

    @classmethod
    def told(
        cls, redemption: orders.Redemption, standing: orders.Standing, explanation: list[str], **beside: Any
    ) -> Self:
        """Show a settled order to its ambassador."""
        return cls(
            **structs.asdict(Standing.of(redemption)),
            order_id=redemption.order_id,
            code=redemption.code,
            placed_at=redemption.placed_at,
            state=state_of(standing),
            amount=money(standing.worth, redemption.unit),
            explanation=explanation,
            **beside,
        )


class ExplainedRedemption(Redemption, kw_only=True):
    """An order with where its reward stands, the entries that were posted for it, and why.

    Attributes:
        reason: Why the reward waits or is less than its rate gives: `review_pending`, `denied_by_review`, `replaced`,
            `below_minimum`, `refunded`, `friend_already_referred`, `cap_ambassador` or `cap_budget`. Of a withdrawn
            order why it is: `code_removed`, or the checkout's reason.
        release_at: When the reward becomes available, or became so.
        trace: The rules in the order in which they decided, so that the reward can be worked out again.
        explanation: The trace in sentences that the ambassador may read. With `admin:read` they are for admins alone,
            since they tell what the friend paid.
        entries: What was posted for the order in the ledger.
    """

    release_at: datetime | None = None
    trace: list[Step]
    explanation: list[str]
    entries: list[Entry]

    @classmethod
    def told(
        cls,
        redemption: orders.Redemption,
        payment: PaymentState,
        entries: list[accounts.LedgerEntry],
        explanation: list[str],
        **beside: Any,
    ) -> Self:
        """Show an order with all that explains its reward."""
        standing = {name: part for name, part in _parts(Standing.of(redemption, payment)).items() if part is not None}
        shown = {**_parts(Redemption.of(redemption)), **standing}
        shown |= {"payment": payment} if redemption.pending else {}
        posted = [Entry.of(entry) for entry in entries]
        return cls(**shown, explanation=explanation, entries=posted, **beside)


class ExaminedRedemption(ExplainedRedemption, kw_only=True):
    """The same for an admin: with the signals and their weights, the question that is open, and who decided what.

    Attributes:
        reviews: All decisions; the latest counts.
        signals: What makes the order suspicious.
        freed: How its friend became free to use a code on another order. This one is worth nothing then.
        once_freed: The same of what was undone: then the order counts again.
        kept: Who has undone that.
        case: The question that is open, if there is one.
    """

    reviews: list[Review]
    signals: list[Signal] | None = None
    freed: Freed | None = None
    once_freed: list[Freed] | None = None
    kept: list[Kept] | None = None
    case: Case | None = None

    @classmethod
    def examined(
        cls,
        order: orders.Order,
        program: Program,
        payment: PaymentState,
        entries: list[accounts.LedgerEntry],
        explanation: list[str],
    ) -> Self:
        """Show an order with all that an admin may know of it."""
        redemption, case = order.redemption, order.case
        return cls.told(
            redemption,
            payment,
            entries,
            explanation,
            reviews=[Review.of(decided, redemption.currency) for decided in order.reviews],
            signals=None if redemption.standing is None else Signal.those_of(redemption.standing.terms, program),
            freed=Freed.of(order.freed) if order.freed else None,
            once_freed=[Freed.of(it) for it in order.once_freed] or None,
            kept=[Kept.of(it) for it in order.kept] or None,
            case=Case.of(case, program) if case and case.state == "open" else None,
        )


class OrderFact(Answer, kw_only=True):
    """Something that was reported or decided about an order.

    Attributes:
        id: Your own id of it, where it has one.
        at: When it happened, or came to be known.
        amount: What was paid back.
        note: What an admin wrote.
        author: The id of the key that decided.
    """

    kind: Literal[
        "refund", "chargeback", "cancellation", "reversal", "delivery", "no_delivery", "payment",
        "approved", "denied", "freed", "kept",
    ]  # fmt: skip
    id: str | None = None
    at: datetime
    amount: Sum | None = None
    note: str | None = None
    author: str | None = None

    @classmethod
    def those_of(cls, order: orders.OrderFacts) -> list[Self]:
        """Show the facts of an order in the order of time."""
        found = [
            cls(
                kind=it.kind,
                id=it.refund_id,
                at=it.refunded_at or it.recorded_at,
                amount=money_if(it.amount or None, it.currency),
            )
            for it in order.refunds
        ]
        found += [cls(kind="reversal", id=it.refund_id, at=it.recorded_at) for it in order.reversals]
        found += [
            cls(
                kind="no_delivery" if it.void else "delivery",
                id=it.fulfilment_id,
                at=it.delivered_at or it.recorded_at,
            )
            for it in order.fulfilments
        ]
        found += [cls(kind="payment", id=it.payment_id, at=it.paid_at) for it in filter(None, [order.payment])]
        found += [
            cls(
                kind="approved" if it.decision == "approve" else "denied",
                at=it.recorded_at,
                note=it.note or None,
                author=it.author,
            )
            for it in order.reviews
        ]
        freed = [*([order.freed] if order.freed else []), *order.once_freed]
        found += [
            cls(kind="freed", id=it.by, at=it.recorded_at, note=it.note or None, author=it.author) for it in freed
        ]
        found += [cls(kind="kept", at=it.recorded_at, note=it.note or None, author=it.author) for it in order.kept]
        return sorted(found, key=lambda it: it.at)


class WholeOrder(Answer, kw_only=True):
    """An order as it is known, with a code or without.

    Attributes:
        amount: As it was reported, or as the checkout sent it with a code.
        reported: Whether you have reported it with `POST /v1/orders`.
        redeemed: Whether a code was used on it; `GET /v1/redemptions/{order_id}` tells of its reward.
        code: The code.
        ambassador_id: Whose it is.
        person_id: Who bought, if that is known.
        ambassador_person_id: Who the ambassador is as a person.
        skus: What was bought, as far as you said it.
        categories: Of which kinds of goods.
        facts: What was reported and decided about it since, in the order of time.
    """

    order_id: str
    placed_at: datetime | None = None
    amount: Sum | None = None
    reported: bool
    redeemed: bool
    code: str | None = None
    ambassador_id: str | None = None
    person_id: str | None = None
    ambassador_person_id: str | None = None
    skus: list[str]
    categories: list[str]
    facts: list[OrderFact]


@view(
    {200: WholeOrder},
    problems={404: ["not_found"]},
    links=leads_to("get_redemption", order_id="$response.body#/order_id"),
)
def get_order(call: Call, order_id: str) -> Response:
    """Show an order as it is known: who bought, with which code, and what was reported and decided since."""
    call.query()
    table = deps.table()
    order = table.read_order(fields.shop_id("order_id", order_id))
    redemption, purchase = order.redemption if isinstance(order, orders.Order) else None, order.purchase
    told = redemption or purchase
    if told is None and not order.later:
        raise not_found("Nothing is known of this order.")
    names = (*((redemption.friend, *redemption.aliases) if redemption else ()), *(purchase.persons if purchase else ()))
    buyer = next(iter(table.read_known(names).values()), None)
    profile = profile_of(table, redemption.ambassador_id) if redemption else None
    shown = WholeOrder(
        order_id=order.order_id,
        placed_at=told.placed_at if told else None,
        amount=money(told.amount, told.currency) if told else None,
        reported=purchase is not None,
        redeemed=redemption is not None,
        code=redemption.code if redemption else None,
        ambassador_id=profile.ambassador_id if profile else None,
        person_id=buyer.id if buyer else None,
        ambassador_person_id=profile.person_id if profile else None,
        skus=list(purchase.skus) if purchase else [],
        categories=list(purchase.categories) if purchase else [],
        facts=OrderFact.those_of(order),
    )
    return json(200, shown)


_READER = {
    "reader": Annotated[
        Literal["ambassador"],
        Meta(description="Explains it as its ambassador may read it, and nothing else of it changes."),
    ]
}


@view(
    {200: [ExplainedRedemption, ExaminedRedemption]},
    query={**LANG, **_READER},
    gives=SPOKEN,
    problems={404: ["not_found"]},
)
def get_redemption(call: Call, order_id: str) -> Response:
    """Say where the reward of an order stands, and why; to an admin also what makes it suspicious.

    An order is settled within seconds of its redemption or its payment, and looked at again after each report.
    """
    query = call.query()
    if query.get("reader", "ambassador") != "ambassador":
        raise bad_field("?reader", "is ambassador, or left out")
    language = language_of(query)
    table, known = deps.table(), fields.shop_id("order_id", order_id)
    admin = call.may("admin:read")
    order = table.read_order(known)
    if not isinstance(order, orders.Order):
        raise not_found("No code was redeemed on this order.")
    redemption = order.redemption
    entries = table.read_entries(redemption)
    program = programs.version(table, redemption.program_version)
    payment = payment_of(order, program, deps.now())
    words = explain(
        redemption, "admin" if admin and "reader" not in query else "ambassador", language, deps.program(), payment
    )
    shown: ExplainedRedemption
    if admin:
        shown = ExaminedRedemption.examined(order, program, payment, entries, words)
    else:
        shown = ExplainedRedemption.told(redemption, payment, entries, words)
    return json(200, shown, Content_Language=language.tag)


def _parts(shown: Answer) -> dict[str, Any]:
    return structs.asdict(shown)
