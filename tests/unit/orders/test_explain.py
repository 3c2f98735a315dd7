"""Why this amount, or why none: the standing of an order told step by step."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.facts import Payment
from chalicelib.domain.model.orders import Age, Mark, Redemption, Standing, Terms
from chalicelib.domain.orders.explain import PaymentState, payment_of, reason_of, state_of, trace
from chalicelib.domain.program.program import Rate
from chalicelib.web.explain import Audience, explain
from chalicelib.web.language import choose
from tests.unit.book import TEN_PERCENT, Book, at, program
from tests.unit.web.translations import TONGUES

TERMS = Terms("Silver", TEN_PERCENT, 450, 450, ambassador_order=7, referrals=5)
HELD = Standing(TERMS, at(0), at(30), net=4500, worth=450, cap_used=450)


def order(standing: Standing | None, **more: Any) -> Redemption:
    """An order of 50.00 with a discount of 5.00, under the program's version 3."""
    return replace(Book().redemption, program_version=3, standing=standing, **more)


def steps(standing: Standing | None, *rules: str, **more: Any) -> list[tuple[str, object, dict[str, object]]]:
    """Rule, outcome and detail of the steps with these rules, or of all."""
    told = [(it["rule"], it["outcome"], it["detail"]) for it in trace(order(standing, **more))]
    assert all(set(it) == {"rule", "outcome", "detail"} for it in trace(order(standing, **more)))
    return [step for step in told if step[0] in rules or not rules]


def step(standing: Standing | None, rule: str, **more: Any) -> tuple[object, dict[str, object]]:
    """Outcome and detail of the one step with this rule."""
    ((_, outcome, detail),) = steps(standing, rule, **more)
    return outcome, detail


def rated(rate: Rate | None, **more: Any) -> Standing:
    """A standing whose terms have another rate."""
    return replace(HELD, terms=replace(TERMS, rate=rate, **more))


def marked(*marks: Mark, **more: Any) -> Standing:
    """A standing of which something else is true."""
    return replace(HELD, marks=marks, **more)


# --- in one word ---


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (HELD, "held"),
        (replace(HELD, worth=1), "held"),
        (replace(HELD, released_in=4), "available"),
        (replace(HELD, worth=0), "void"),
        (replace(HELD, worth=0, released_in=4), "void"),
        (marked("earned", worth=0, released_in=4), "clawed_back"),
        (marked("earned", worth=5, released_in=4), "available"),
    ],
)
def test_the_position_in_one_word(standing: Standing, state: str) -> None:
    """Held until the hold has ended; with nothing left it is void, or clawed back if something was available once."""
    assert state_of(standing) == state


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (HELD, None),
        (replace(HELD, terms=replace(TERMS, limit="cap_ambassador")), "cap_ambassador"),
        (replace(HELD, refunded=1), "refunded"),
        (marked("cancelled"), "refunded"),
        (marked("below_minimum", refunded=1), "below_minimum"),
        (marked("denied", "below_minimum", refunded=1), "denied_by_review"),
        (marked("denied", "below_minimum", "cancelled", refunded=1, asked_until=at(30)), "review_pending"),
        (marked("earned", "by_default"), None),
        (replace(HELD, terms=replace(TERMS, limit="friend_already_referred")), "friend_already_referred"),
        (marked("replaced", "below_minimum", "cancelled", refunded=1), "replaced"),
        (marked("denied", "replaced"), "denied_by_review"),
    ],
)
def test_one_reason_and_the_one_that_decides_last(standing: Standing, reason: str | None) -> None:
    """Whoever reads one reason reads the one that would still stand if all others were gone."""
    assert reason_of(standing) == reason


@pytest.mark.parametrize(
    ("pending", "paid", "day", "state"),
    [
        (False, False, 0, "paid"),
        (True, True, 0, "paid"),
        (True, True, 99, "paid"),
        (True, False, -5, "pending"),
        (True, False, 0, "pending"),
        (True, False, 4.999, "pending"),
        (True, False, 5, "lapsed"),
    ],
)
def test_an_order_waits_for_its_payment_as_long_as_the_program_says(
    pending: bool, paid: bool, day: float, state: str
) -> None:
    """From when it was placed on, to the moment; one that is paid for after all has lapsed no more."""
    book = Book(program(pending_days=5), pending=pending)
    payment = Payment("o1", "p1", paid_at=at(0), recorded_at=at(0)) if paid else None
    assert payment_of(replace(book.order, payment=payment), book.program, at(day)) == state


# --- step by step ---


def test_a_plain_reward_step_by_step() -> None:
    """Everything that made the amount, in the order in which it was decided."""
    assert steps(HELD) == [
        ("offer", 500, {"amount": 5000, "paid": 4500}),
        ("tier", "Silver", {"program_version": 3, "place": 7, "reached": 5}),
        ("rate", 450, {"basis_points": 1000, "of": 4500, "unit": "EUR"}),
        ("worth", 450, {}),
        ("hold", "waiting", {"release_at": at(30)}),
    ]


def test_before_the_first_settlement_there_is_an_estimate() -> None:
    """Nothing has been decided yet, and that is what it says."""
    assert steps(None, claim="clm_1") == [
        ("offer", 500, {"amount": 5000, "paid": 4500}),
        ("claim", "approved", {"id": "clm_1"}),
        ("settlement", "pending", {"estimate": 450}),
    ]


def test_an_order_that_was_withdrawn_says_why_and_no_more() -> None:
    """The rules refused what the checkout last made of it, so nothing after that was decided."""
    assert steps(None, claim="clm_1", pending=True, revision=4, withdrawn="below_minimum") == [
        ("offer", 500, {"amount": 5000, "paid": 4500}),
        ("claim", "approved", {"id": "clm_1"}),
        ("withdrawn", "below_minimum", {"revision": 4}),
    ]


@pytest.mark.parametrize(
    ("given", "told"), [(None, "pending"), ("pending", "pending"), ("lapsed", "lapsed"), ("paid", "paid")]
)
def test_an_order_that_came_unpaid_says_whether_it_is_paid_for(given: PaymentState | None, told: str) -> None:
    """By what is known now, and the revision that counts; once it has terms it was paid for, whatever the time."""
    unpaid = order(None, pending=True, revision=4)
    rule, detail = "payment", {"revision": 4}
    assert trace(unpaid, given) == [
        {"rule": "offer", "outcome": 500, "detail": {"amount": 5000, "paid": 4500}},
        {"rule": rule, "outcome": told, "detail": detail},
        {"rule": "settlement", "outcome": "pending", "detail": {"estimate": 450}},
    ]
    settled = trace(replace(unpaid, standing=HELD), given)
    assert settled == [
        *trace(order(None))[:1],
        {"rule": rule, "outcome": "paid", "detail": detail},
        *trace(order(HELD))[1:],
    ]


def test_everything_at_once_comes_in_the_order_in_which_it_decided() -> None:
    """A claimed order of a campaign, capped, partly sent back, denied by an admin, asked about again."""
    standing = marked("below_minimum", "denied", refunded=900, net=3600, cap_used=160, worth=0, last_review=2)
    terms = replace(TERMS, campaign="spring", limit="cap_ambassador", granted=200)
    standing = replace(standing, terms=terms, asked_until=at(30))
    assert steps(standing, claim="clm_1", excluded=0) == [
        ("offer", 500, {"amount": 5000, "excluded": 0, "paid": 4500}),
        ("claim", "approved", {"id": "clm_1"}),
        ("tier", "Silver", {"program_version": 3, "place": 7, "reached": 5}),
        ("campaign", "spring", {}),
        ("rate", 450, {"basis_points": 1000, "of": 4500, "unit": "EUR"}),
        ("cap", 200, {"wanted": 450}),
        ("refunds", 160, {"refunded": 900, "granted": 200, "net": 3600, "of": 4500}),
        ("below_minimum", 0, {}),
        ("review", 0, {"decision": "deny", "by": "admin", "number": 2}),
        ("worth", 0, {}),
        ("review", "open", {}),
        ("hold", "waiting", {"release_at": at(30)}),
    ]


def test_what_does_not_count_is_told_with_the_offer() -> None:
    """Goods left out lower what counts as paid; the share is then one of that."""
    assert step(HELD, "offer", excluded=1000) == (500, {"amount": 5000, "excluded": 1000, "paid": 3500})
    assert step(HELD, "rate", excluded=1000)[1]["of"] == 3500


@pytest.mark.parametrize(
    ("standing", "detail"),
    [
        (rated(None, reward_at_rate=0), {"amount": 0, "unit": "EUR"}),
        (rated(Rate(amount=700)), {"amount": 700, "unit": "EUR"}),
        (rated(Rate(amount=0)), {"amount": 0, "unit": "EUR"}),
        (rated(Rate(amount=50, unit="points"), unit="points"), {"amount": 50, "unit": "points"}),
        (rated(Rate(gift="Tea mug"), unit="gift:Tea mug"), {"gift": "Tea mug", "unit": "gift:Tea mug"}),
        (rated(Rate(basis_points=500)), {"basis_points": 500, "of": 4500, "unit": "EUR"}),
        (
            rated(Rate(basis_points=500, maximum=0)),
            {"basis_points": 500, "of": 4500, "maximum": 0, "unit": "EUR"},
        ),
    ],
)
def test_a_rate_tells_how_it_was_worked_out(standing: Standing, detail: dict[str, object]) -> None:
    """An amount, a gift, or a share of what was paid with its maximum; and what it counts."""
    assert step(standing, "rate") == (standing.terms.reward_at_rate, detail)


def test_what_a_limit_left_says_which_limit() -> None:
    """The ambassador's cap or the month's budget; one of them, and none if neither was met."""
    for limit, rule in (("cap_ambassador", "cap"), ("cap_budget", "budget")):
        standing = replace(HELD, terms=replace(TERMS, limit=limit, granted=200))
        assert steps(standing, "cap", "budget") == [(rule, 200, {"wanted": 450})]
    assert steps(HELD, "cap", "budget") == []


def test_an_order_whose_place_is_taken_says_what_it_would_have_earned() -> None:
    """It earns nothing, because another order of its friend is the one that is rewarded; no cap has a part in that."""
    taken = replace(HELD, terms=replace(TERMS, limit="friend_already_referred", granted=0), worth=0, cap_used=0)
    assert steps(taken, "place", "cap", "budget") == [("place", 0, {"wanted": 450})]
    assert steps(HELD, "place") == []


def test_an_order_that_gave_its_place_back_is_worth_nothing_whatever_else_happened() -> None:
    """Neither its cancellation nor its refunds are told beside that."""
    replaced = marked("replaced", "cancelled", refunded=900, worth=0)
    assert steps(replaced, "replaced", "cancelled", "refunds") == [("replaced", 0, {})]


def test_a_cancelled_order_is_worth_nothing_whatever_was_refunded() -> None:
    """The cancellation says it all; no share of refunds is reckoned beside it."""
    assert steps(marked("cancelled", refunded=900), "cancelled", "refunds") == [("cancelled", 0, {})]


@pytest.mark.parametrize(
    ("standing", "decided"),
    [
        (marked(last_review=1), [(450, {"decision": "approve", "by": "admin", "number": 1})]),
        (marked("denied", last_review=1, worth=0), [(0, {"decision": "deny", "by": "admin", "number": 1})]),
        (marked("by_default"), [(450, {"decision": "approve", "by": "default"})]),
        (marked("by_default", last_review=3), [(450, {"decision": "approve", "by": "default"})]),
        (marked("denied", "by_default", worth=0), [(0, {"decision": "deny", "by": "default"})]),
        (
            marked("denied", "by_default", "unvalued", worth=0),
            [(0, {"decision": "deny", "by": "default", "question": "foreign_refund"})],
        ),
        (HELD, []),
        (marked(asked_until=at(30)), [("open", {})]),
    ],
)
def test_a_review_says_who_decided(standing: Standing, decided: list[tuple[object, object]]) -> None:
    """An admin, with the number of the decision, or the program because nobody did in time; or that it is open."""
    assert [(outcome, detail) for _, outcome, detail in steps(standing, "review")] == decided


def test_refunds_tell_what_was_valued_and_what_rounding_left() -> None:
    """So that whoever adds up finds the same: an admin's figure among them, and crumbs that count as refunded."""
    share = {"granted": 450, "of": 4500}
    valued = replace(HELD, refunded=900, valued=500, net=3600, cap_used=360, worth=360)
    assert step(valued, "refunds") == (360, {"refunded": 900, "valued": 500, "net": 3600, **share})
    crumbs = replace(HELD, refunded=4498, net=0, cap_used=0, worth=0)
    assert step(crumbs, "refunds") == (0, {"refunded": 4498, "crumbs": 2, "net": 0, **share})
    last = replace(crumbs, refunded=4499)
    assert step(last, "refunds") == (0, {"refunded": 4499, "crumbs": 1, "net": 0, **share})
    whole = replace(crumbs, refunded=4500)
    assert step(whole, "refunds") == (0, {"refunded": 4500, "net": 0, **share})


def test_tax_is_told_with_the_offer() -> None:
    """The amount is what the shop said; goods are the rest."""
    assert step(HELD, "offer", tax=800) == (500, {"amount": 5000, "tax": 800, "paid": 3700})


def test_what_has_expired_is_told_with_the_worth() -> None:
    """What came back as expired, and what is gone from there; nothing where neither is so."""
    aged = replace(HELD, released_in=4, age=Age(gone=100, fresh=50, since=9, back=300))
    assert step(aged, "expired") == (300, {"gone": 100})
    assert steps(replace(aged, age=Age(fresh=450, since=9)), "expired") == []


@pytest.mark.parametrize("reader", ["admin", "ambassador"])
def test_nobody_is_told_that_what_has_expired_is_theirs(reader: Audience) -> None:
    """All of it came back as expired: the wait is not said to have ended well."""
    aged = replace(HELD, released_in=4, age=Age(back=HELD.worth))
    told = explain(order(aged), reader, choose("en"), program())
    assert any("expired before" in sentence for sentence in told)
    assert "The wait is over, and it is yours." not in told
    assert reader == "admin" or "The wait is over, and it is yours." in explain(
        order(replace(aged, age=None)), reader, choose("en"), program()
    )


@pytest.mark.parametrize("reader", ["admin", "ambassador"])
@pytest.mark.parametrize("tag", ["en", *TONGUES])
@pytest.mark.parametrize(
    ("standing", "more", "plain", "admin_only"),
    [
        (marked("undelivered"), {}, HELD, False),
        (replace(HELD, refunded=4498, net=0, worth=0), {}, replace(HELD, refunded=4500, net=0, worth=0), True),
        (replace(HELD, refunded=900, valued=500), {}, replace(HELD, refunded=900), True),
        (HELD, {"tax": 800}, HELD, True),
        (replace(HELD, released_in=4, age=Age(back=9)), {}, replace(HELD, released_in=4), False),
        (replace(HELD, released_in=4, age=Age(gone=9)), {}, replace(HELD, released_in=4), True),
    ],
    ids=["undelivered", "crumbs", "valued", "tax", "expired", "gone"],
)
def test_what_is_new_is_told_in_every_language(
    standing: Standing, more: dict[str, int], plain: Standing, admin_only: bool, tag: str, reader: Audience
) -> None:
    """Each has a sentence of its own for whom it concerns, in their language; an ambassador reads no figures of it."""
    language = choose(tag)
    told, else_told = (
        explain(order(it, **given), reader, language, program()) for it, given in ((standing, more), (plain, {}))
    )
    added = len(told) - len(else_told)
    assert added == (0 if admin_only and reader == "ambassador" else 1)
    english = explain(order(standing, **more), reader, choose("en"), program())
    assert tag == "en" or not set(told) & set(english)


def test_the_hold_says_until_when() -> None:
    """And once it has ended, when that was; until goods have arrived that is not certain."""
    assert step(marked("undelivered"), "hold") == ("waiting", {"release_at": at(30), "undelivered": True})
    assert step(HELD, "hold") == ("waiting", {"release_at": at(30)})
    assert step(replace(HELD, released_in=4), "hold") == ("ended", {"release_at": at(30)})
