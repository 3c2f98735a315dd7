"""An order's entries and facts: each is there, is the order's, and they sum to what is held and available."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.model.accounts import Leg
from tests.unit.audit.dossier import ENTRY, HOLD, RELEASE, dossier, found, fresh, posted, released, standing


def test_an_entry_that_is_not_there() -> None:
    """The order names it; what it held is missing with it."""
    assert found(replace(dossier(fresh()), entries={}), "entry", "position") == [
        ("entry", f"order/o1/entries/{HOLD}", "an entry", None),
        ("position", "order/o1/held", 0, 450),
    ]


def test_an_entry_is_named_once() -> None:
    """However many times it is named, it is told once."""
    it = dossier(released())
    assert found(standing(it, entries=(RELEASE, HOLD, RELEASE, HOLD, RELEASE)), "entry") == [
        ("entry", f"order/o1/entries/{HOLD}", "named once", "named 2 times"),
        ("entry", f"order/o1/entries/{RELEASE}", "named once", "named 3 times"),
    ]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"order_id": "o2"}, "hold of o2"),
        ({"kind": "bonus"}, "bonus of o1"),
        ({"order_id": None, "kind": "spend"}, "spend of None"),
    ],
)
def test_an_entry_of_something_else(fields: dict[str, Any], shown: str) -> None:
    """An order names what was posted for it, and no prizes: these come and go with others."""
    assert found(posted(dossier(fresh()), **fields), "entry") == [("entry", ENTRY, "an entry of order/o1", shown)]


@pytest.mark.parametrize(
    ("refund", "where", "expected", "shown"),
    [
        ({"kind": "cancellation", "amount": 5}, "refund:r1/amount", 0, 5),
        ({"tax": 600, "shipping": 401}, "refund:r1/amount", "an amount with its parts", "1000 EUR"),
        ({"currency": None}, "refund:r1/amount", "an amount with its parts", "1000 None"),
    ],
)
def test_a_refund_is_an_amount_with_its_parts(
    refund: dict[str, Any], where: str, expected: object, shown: object
) -> None:
    """No more tax and shipping than money, in some currency; and a cancellation has none."""
    book = fresh()
    book.refund(1000, name="r1")
    (told,) = book.order.refunds
    book.order = replace(book.order, refunds=(replace(told, **refund),))
    assert found(dossier(book), "fact") == [("fact", f"order/o1/{where}", expected, shown)]


def test_a_delivery_has_a_time_unless_it_never_was() -> None:
    """A void one says nothing but that."""
    book = fresh()
    book.deliver(1, name="f1", delivered_at=None)
    book.deliver(1, name="f2", delivered_at=None, void=True)
    assert found(dossier(book), "fact") == [("fact", "order/o1/fulfilment:f1#1/delivered_at", "a time", None)]


@pytest.mark.parametrize(
    ("told", "where", "expected", "shown"),
    [
        ({"number": 2}, "review:2/number", 1, 2),
        ({"answers": ("r1",)}, "review:1/answers", "refunds in a foreign currency", "r1"),
        ({"answers": ("r9",)}, "review:1/answers", "refunds in a foreign currency", "r9"),
        ({"values": {"chf": 5}}, "review:1/values", "what refunds that it has seen are worth", "{'chf': 5}"),
        (
            {"answers": ("chf",), "values": {"chf": -1}},
            "review:1/values",
            "what refunds that it has seen are worth",
            "{'chf': -1}",
        ),
    ],
)
def test_a_review_is_about_refunds_that_it_has_seen(
    told: dict[str, Any], where: str, expected: object, shown: object
) -> None:
    """In a foreign currency, of this order, worth nothing or more; and reviews are numbered."""
    book = fresh()
    book.refund(1000, name="r1")
    book.refund(1000, name="chf", currency="CHF")
    book.review("approve")
    (review,) = book.order.reviews
    book.order = replace(book.order, reviews=(replace(review, **told),))
    assert found(dossier(book), "fact") == [("fact", f"order/o1/{where}", expected, shown)]


@pytest.mark.parametrize(
    ("cause", "known"),
    [
        ("redemption", True),
        ("hold_ended", True),
        ("review_deadline", True),
        ("refund:r.1", True),
        ("refund:r.1,refund:r.12", True),
        ("refund:r.12,reversal:r.1,…", True),
        ("refund:r.1,refund:r.1,refund:r.1,refund:r.1,refund:r.1,…", True),
        ("refund:r.1,refund:r.1,refund:r.1,refund:r.1,refund:r.1,refund:r.1,…", False),
        ("refund:rx1", False),
        ("refund:r.1,", False),
        ("refund:r.1refund:r.1", False),
        ("refund:r.1, refund:r.1", False),
        ("refund:r.3", False),
        ("because", False),
        ("", False),
    ],
)
def test_entries_name_facts_of_their_order(cause: str, known: bool) -> None:
    """Or what needs none; and no more of them than a settlement names."""
    book = fresh()
    book.refund(10, name="r.1")
    book.refund(10, name="r.12")
    book.reverse("r.1")
    it = posted(dossier(book), cause=cause)
    expected = [] if known else [("cause", f"{ENTRY}/cause", "facts of order/o1", cause)]
    assert found(it, "cause") == expected


def test_entries_are_in_the_unit_of_the_order() -> None:
    """The first that is not is named."""
    strange = (Leg("program:rewards", -450, "CHF"), Leg("ambassador:held", 450, "USD"))
    it = posted(dossier(fresh()), legs=strange)
    assert found(it) == [("position", "order/o1/unit", "EUR", "CHF")]
    assert found(standing(it, worth=449), "position")[:2] == [
        ("position", "order/o1/unit", "EUR", "CHF"),
        ("position", "order/o1/held", 450, 449),
    ]


def test_entries_sum_to_what_is_held_and_available() -> None:
    """And nothing else is taken for either."""
    it = dossier(fresh())
    assert found(posted(it, legs=legs("hold", 449, "EUR")), "position") == [("position", "order/o1/held", 449, 450)]
    it = dossier(released())
    assert found(posted(it, RELEASE, legs=legs("release", 449, "EUR")), "position", days=31) == [
        ("position", "order/o1/held", 1, 0),
        ("position", "order/o1/available", 449, 450),
    ]


def test_a_reward_is_released_once() -> None:
    """In the version of the account that the order says."""
    it = dossier(released())
    again = replace(it.entries[RELEASE], number="00000003-001", legs=())
    twice = standing(it, entries=(HOLD, RELEASE, again.number))
    twice = replace(twice, entries={**it.entries, again.number: again})
    assert found(twice, "position", days=31) == [("position", "order/o1/release", 1, 2)]
    assert found(standing(it, released_in=3), days=31) == [("position", "order/o1/standing/released_in", 2, 3)]


@pytest.mark.parametrize(("kind", "earned"), [("release", True), ("reinstate", True), ("hold", False), ("void", False)])
def test_what_was_released_was_earned(kind: str, earned: bool) -> None:
    """The order says so for good, whatever comes later."""
    it = posted(dossier(released()), RELEASE, kind=kind)
    place = ("position", "order/o1/standing/earned")
    assert ((*place, str(earned), "True") in found(it)) is not earned
    without = standing(it, marks=())
    assert ((*place, "True", "False") in found(without)) is earned
