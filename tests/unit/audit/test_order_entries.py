"""An order's entries and facts: each is there, is the order's, and they sum to what is held and available."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.dossier import Dossier
from chalicelib.domain.model.accounts import Leg
from chalicelib.domain.model.orders import Age
from tests.unit.audit.dossier import ENTRY, HOLD, RELEASE, dossier, found, fresh, posted, released, standing, suspected


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


def test_a_refund_of_shipping_alone() -> None:
    """Nothing came back for goods: it is an amount with its parts like any other."""
    book = fresh()
    book.refund(500, shipping=500)
    assert found(dossier(book)) == []


def test_reviews_are_looked_at_by_their_numbers() -> None:
    """In whatever order the table has them."""
    book = suspected()
    book.review("deny")
    book.review("approve")
    book.look(1)
    it = dossier(book)
    assert found(it) == []
    assert found(replace(it, order=replace(it.order, reviews=it.order.reviews[::-1]))) == []
    first, second = it.order.reviews
    gap = replace(it.order, reviews=(replace(second, number=3), first))
    assert found(replace(it, order=gap), "fact") == [("fact", "order/o1/review:3/number", 2, 3)]


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


# --- ages -------------------------------------------------------------------------------------------------------------

AGE = "order/o1/standing/age"


def struck(*, reversed_: bool = False, expired: int = 200) -> Dossier:
    """A released order of which a part was taken back, out of what had expired, and came back if so told."""
    book = released()
    balances = {"EUR": {"available": 450 - expired, "expired": expired, "held": 0}}
    book.account = replace(book.account, expired_in=2 if expired else 0, balances=balances)
    book.refund(3000, name="r1")
    book.look(31)
    if reversed_:
        book.reverse("r1")
        book.look(32)
    return dossier(book)


def aged(it: Dossier, **fields: Any) -> Dossier:
    """The same with another age of its reward."""
    return standing(it, age=replace(it.standing.age or Age(), **fields))


def test_the_age_of_a_reward_is_that_of_its_entries() -> None:
    """What of it has gone out of what has expired, since when the rest is available, and how much of it."""
    it = struck()
    assert (it.standing.available, it.standing.age) == (150, Age(gone=200, fresh=0, since=2))
    assert found(it, days=33) == []
    assert found(aged(it, gone=199), days=33) == [("position", f"{AGE}/gone", 200, 199)]
    assert found(aged(it, since=1), days=33) == [("position", f"{AGE}/since", 2, 1)]
    for fresh_now in (0, 1, 150):
        assert found(aged(it, fresh=fresh_now), days=33) == []
    for fresh_now in (-1, 151):
        expected = [("position", f"{AGE}/fresh", "0 to 150", fresh_now)]
        assert found(aged(it, fresh=fresh_now), days=33) == expected


def test_what_came_back_out_of_what_has_expired() -> None:
    """It went back there, and only the rest became available in the later version."""
    it = struck(reversed_=True)
    assert it.standing.age == Age(gone=0, fresh=100, since=4, back=200)
    assert found(it, days=33) == []
    assert found(aged(it, gone=1), days=33) == [("position", f"{AGE}/gone", 0, 1)]
    assert found(aged(it, since=2), days=33) == [("position", f"{AGE}/since", 4, 2)]


def test_a_reward_without_an_age_is_as_old_as_its_release() -> None:
    """Then nothing of it was taken out of what has expired."""
    it = standing(struck(), age=None)
    assert found(it, days=33) == [("position", f"{AGE}/gone", 200, 0)]
    assert found(standing(struck(expired=0), age=None), days=33) == []


def test_a_reward_is_as_old_as_the_release_that_the_order_knows() -> None:
    """Even where the entry is missing, as that of a release of nothing is."""
    it = struck()
    lost = aged(
        replace(it, entries={number: it.entries[number] for number in it.entries if number != RELEASE}), since=1
    )
    assert ("position", f"{AGE}/since", 2, 1) in found(lost, days=33)


@pytest.mark.parametrize(("expired", "at_most"), [(0, 300), (200, 100)])
def test_nothing_becomes_available_twice(expired: int, at_most: int) -> None:
    """What is reinstated is what was taken back and was not expired."""
    it = struck(reversed_=True, expired=expired)
    number = max(it.entries)
    (*others, last) = it.entries[number].legs
    assert (it.entries[number].kind, last.amount) == ("reinstate", at_most)
    more = posted(it, number, legs=(*others, replace(last, amount=at_most + 1)))
    finding = ("position", "order/o1/reinstated", f"at most {at_most}", at_most + 1)
    assert [told for told in found(more, days=33) if told[1] == "order/o1/reinstated"] == [finding]
    less = posted(it, number, legs=(*others, replace(last, amount=at_most - 1)))
    assert [told for told in found(less, days=33) if told[1] == "order/o1/reinstated"] == []
