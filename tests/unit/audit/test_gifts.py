"""What is given beside orders, as an audit sees it: each difference is told exactly, and no more than that."""

from dataclasses import astuple, replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Finding, Value
from chalicelib.domain.audit.gifts import check_budget, check_promised, check_surprise, gifts_of
from chalicelib.domain.care.draws import MonthTerms
from chalicelib.domain.care.occasion import Present, Variant
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.surprise import Round, Surprise
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.program.program import Rate
from tests.unit.audit.reading import RULES, entry, found, rich, then, uncaused
from tests.unit.book import at

CAUSE = "touch:per_1:birthday:2026"
ONCE = "a touch that came with a gift, once"
WISH = Message(
    Cause("touch", "per_1:birthday:2026", 1), Recipient("person", "per_1"), Letter("birthday", 400, "EUR"), 1, at(0)
)
CAUSES: dict[str, Any] = {
    "messages": {WISH.id: WISH},
    "people": {"per_1": "amb_1"},
    "offered": {CAUSE: {(400, "EUR"), (80, "points")}},
}
GIVEN = replace(entry("gift", 400), cause=CAUSE, order_id=None)

Told = list[tuple[str, str, Value, Value]]


def told(findings: Any) -> Told:
    """Findings as tuples."""
    return [astuple(it) for it in findings if isinstance(it, Finding)]


def test_a_gift_that_came_with_its_touch() -> None:
    """One of what the program gives, to whom the letter went, and as it says; also in points."""
    assert found(GIVEN, **CAUSES) == []
    points = replace(WISH, letter=Letter("birthday", 80, "points"))
    causes = {**CAUSES, "messages": {WISH.id: points}}
    assert found(replace(GIVEN, legs=legs("gift", 80, "points")), **causes) == []


def test_a_gift_for_no_touch() -> None:
    """There is no letter of its cause, or one about something else."""
    assert found(GIVEN, **{**CAUSES, "messages": {}}) == uncaused(GIVEN, ONCE)
    other = replace(WISH, cause=Cause("order", "o1", 1))
    assert found(GIVEN, **{**CAUSES, "messages": {WISH.id: other}}) == uncaused(GIVEN, ONCE)


def test_a_gift_that_is_given_again() -> None:
    """In whatever version, and by whichever of one person's ledgers."""
    reading = rich()
    assert found(GIVEN, reading, **CAUSES) == []
    assert found(then(GIVEN), reading, **CAUSES) == uncaused(then(GIVEN), ONCE)


def test_a_gift_of_somebody_else() -> None:
    """Whoever the reader of the letter is by now must be this ambassador, under whichever id."""
    assert found(GIVEN, **{**CAUSES, "people": {"per_1": "amb_2"}, "kin": ("amb_2", "amb_1")}) == []
    where, expected = f"{GIVEN.id}/person", "somebody who is this ambassador"
    for whose in ("amb_2", None):
        assert found(GIVEN, **{**CAUSES, "people": {"per_1": whose}}) == [("gift", where, expected, whose)]


def test_another_gift_than_the_program_gives() -> None:
    """It is told with all that there might be."""
    more = replace(GIVEN, legs=legs("gift", 900, "EUR"))
    letter = {**CAUSES, "messages": {WISH.id: replace(WISH, letter=Letter("birthday", 900, "EUR"))}}
    assert found(more, **letter) == [("gift", f"{GIVEN.id}/amount", "80 points, 400 EUR", "900 EUR")]
    assert found(GIVEN, **{**CAUSES, "offered": {}}) == [("gift", f"{GIVEN.id}/amount", None, "400 EUR")]
    assert found(more, **CAUSES)[1] == ("gift", f"{GIVEN.id}/letter", "900 EUR", "400 EUR")


BIRTHDAY = Birthday(
    gift=Present(Rate(amount=400)),
    variants=(
        Variant("b", 40, Present(Rate(amount=80, unit="points"))),
        Variant("c", 10, Present(Rate(basis_points=1500))),
    ),
)
DRAWN = Surprise(rounds=(Round("2026-03", 100, 5000, Rate(gift="Mug")),))


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (CAUSE, {(400, "EUR"), (80, "points")}),
        ("touch:per_1:surprise:2026-05", {(1, "gift:Mug")}),
        ("touch:per_1:surprise:2026-02", set()),
        ("touch:per_1:miss_you:o:1", set()),
        ("touch:per_1", set()),
        ("adjustment:adj_1", set()),
    ],
)
def test_what_a_program_may_give(cause: str, expected: set[tuple[int, str]]) -> None:
    """By occasion and variant; a share of an order is never in the ledger, and what is off gives nothing."""
    assert gifts_of(Care(birthday=BIRTHDAY, surprise=DRAWN), cause, RULES) == expected


def test_what_a_letter_promises_is_there() -> None:
    """An entry with its cause, or the very offer; a letter that promises nothing needs neither."""
    where = f"message/{WISH.id}"
    assert told(check_promised(WISH, {CAUSE}, None)) == []
    assert told(check_promised(WISH, {"touch:per_1:birthday:2025"}, None)) == [("gift", where, "an entry gift", None)]
    assert told(check_promised(replace(WISH, letter=Letter("birthday")), (), None)) == []
    offered = replace(WISH, letter=replace(WISH.letter, offer="CPN1"))
    offer = Offer("CPN1", "per_1", CAUSE, Rate(amount=400), "EUR", at(0), at(30))
    assert told(check_promised(offered, (), offer)) == []
    expected = f"an offer for {CAUSE}"
    assert told(check_promised(offered, {CAUSE}, None)) == [("offer", where, expected, None)]
    for wrong in (
        replace(offer, code="CPN2"), replace(offer, person_id="per_2"), replace(offer, cause="touch:x"),
    ):  # fmt: skip
        assert told(check_promised(offered, (), wrong)) == [("offer", where, expected, wrong.cause)]


TERMS = MonthTerms("2026-03", 10_000, 5000, Terms(Rate(amount=500), 30), "EUR", 1)
GIFT = SurpriseGift("per_1", "2026-03", 500, "EUR", ((3, 200), (4, 300)), "ent_1_00000001-001", 1, at(0))
OF_GIFT = "touch:per_1:surprise:2026-03"
HERE = "surprise/2026-03/per_1"


@pytest.mark.parametrize(
    ("gift", "terms", "given", "expected"),
    [
        (GIFT, TERMS, OF_GIFT, []),
        (GIFT, None, OF_GIFT, [("surprise", HERE, "a month with surprises", "2026-03")]),
        (GIFT, replace(TERMS, chance=0), OF_GIFT, [("surprise", HERE, "somebody who is drawn at 0 of 10000", "per_1")]),
        (replace(GIFT, unit="points"), TERMS, OF_GIFT, [("surprise", f"{HERE}/amount", "500 EUR", "500 points")]),
        (replace(GIFT, taken=((3, 200),)), TERMS, OF_GIFT, [("surprise", f"{HERE}/taken", 500, 200)]),
        (GIFT, TERMS, None, [("surprise", f"{HERE}/given", OF_GIFT, None)]),
        (GIFT, TERMS, CAUSE, [("surprise", f"{HERE}/given", OF_GIFT, CAUSE)]),
    ],
)
def test_a_surprise_is_drawn_again(
    gift: SurpriseGift, terms: MonthTerms | None, given: str | None, expected: Told
) -> None:
    """Whom it met, what it took of which slices, and what it gave."""
    assert told(check_surprise(gift, terms, WISH, given)) == expected


def test_a_surprise_that_nobody_was_told_of() -> None:
    """It has its letter, whatever became of it."""
    assert told(check_surprise(GIFT, TERMS, None, OF_GIFT)) == [("surprise", f"{HERE}/message", f"{OF_GIFT}#1", None)]


def test_a_month_adds_up() -> None:
    """Slice by slice, and no more than there is in all."""
    gifts = [GIFT, replace(GIFT, person_id="per_2", taken=((4, 500),))]
    right = (0, 0, 0, 200, 800, 0, 0, 0)
    assert told(check_budget("2026-03", 1000, right, gifts)) == []
    assert told(check_budget("2026-03", 999, right, gifts)) == [
        ("budget", "budget/surprise:2026-03", "at most 999", 1000)
    ]
    less = (0, 0, 0, 0, 800, 0, 0, 7)
    assert told(check_budget("2026-03", 1000, less, gifts)) == [
        ("budget", "budget/surprise:2026-03/3", 200, 0),
        ("budget", "budget/surprise:2026-03/7", 0, 7),
    ]
