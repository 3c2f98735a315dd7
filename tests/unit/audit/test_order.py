"""A settled order and what must agree with it: what differs is told exactly, and what doesn't is no finding."""

from dataclasses import astuple, replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit import audit
from chalicelib.domain.audit.order import Dossier, check_order
from chalicelib.domain.model.accounts import Leg
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.orders import Told
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import Campaign, Cap, Rate, Tier, Watch
from tests.unit.book import START, TEN_PERCENT, Book, at, program

Found = list[tuple[str, str, audit.Told, audit.Told]]

FRIEND = "f" * 32
HOLD, RELEASE = "00000001-001", "00000002-001"
ENTRY = "ent_1_00000001-001"
HELD = "450 on 2026-03-31T12:00:00Z"
WATCHED = program(watch=Watch(review_at=50), review_days=10)
CARD_SHARED = Evidence(("shared_payment",))
SPRING = Campaign("spring", at(-1), at(1), reward=Rate(basis_points=2000))


def dossier(book: Book, **more: Any) -> Dossier:
    """The order of a book with everything that agrees with it; its mails have been sent."""
    plain = Dossier(
        order=book.order,
        program=book.program,
        entries={it.number: it for it in book.entries},
        root=Friend(FRIEND, order_id=book.order.order_id, ambassador_id="amb_1", since=book.redemption.placed_at),
        messages={it.version: replace(it, state="done", due_at=None) for it in book.messages},
    )
    return replace(plain, **more)


def fresh(rules: Any = None, **more: Any) -> Book:
    """An order that has been looked at once."""
    book = Book(rules, **more)
    book.look(0)
    return book


def released() -> Book:
    """An order whose reward is available."""
    book = fresh()
    book.look(30)
    return book


def suspected() -> Book:
    """An order whose reward waits for an admin."""
    book = Book(WATCHED)
    book.look(0, CARD_SHARED)
    return book


def ordered(it: Dossier, **fields: Any) -> Dossier:
    """The same with other fields of the redemption."""
    return replace(it, order=replace(it.order, redemption=replace(it.redemption, **fields)))


def standing(it: Dossier, **fields: Any) -> Dossier:
    """The same with other fields of the standing."""
    return ordered(it, standing=replace(it.standing, **fields))


def terms(it: Dossier, **fields: Any) -> Dossier:
    """The same with other terms."""
    return standing(it, terms=replace(it.standing.terms, **fields))


def posted(it: Dossier, number: str = HOLD, **fields: Any) -> Dossier:
    """The same with another entry in the place of one."""
    return replace(it, entries={**it.entries, number: replace(it.entries[number], **fields)})


def told(it: Dossier, version: int = 2, **fields: Any) -> Dossier:
    """The same with another message in the place of one."""
    return replace(it, messages={**it.messages, version: replace(it.messages[version], **fields)})


def found(it: Dossier, *kinds: str, days: float = 1, whose: str = "amb_1") -> Found:
    """What is found when the order is looked at some days after it was placed: all, or these kinds of findings."""
    findings = [astuple(finding) for finding in check_order(it, whose, now=at(days))]
    return [finding for finding in findings if not kinds or finding[0] in kinds]


# --- sound orders -----------------------------------------------------------------------------------------------------


def lives() -> dict[str, Book]:
    """What orders come to, by what happened to them."""
    books = {"fresh": fresh(), "released": released(), "suspected": suspected()}
    for name in ("refunded", "cancelled", "void", "reversed", "late refund", "reinstated", "foreign"):
        books[name] = released() if name in {"late refund", "reinstated"} else fresh()
    books["refunded"].refund(1000)
    books["cancelled"].refund(0, kind="cancellation")
    books["void"].refund(4500)
    books["reversed"].reverse(books["reversed"].refund(1000))
    books["late refund"].refund(4500)
    books["foreign"].refund(10, currency="CHF")
    refund = books["reinstated"].refund(1000)
    books["reinstated"].look(31)
    books["reinstated"].reverse(refund)
    books["early refund"] = Book()
    books["early refund"].refund(1000, days=0)
    books["before all"] = Book()
    books["before all"].refund(0, kind="cancellation")
    for n in range(7):
        books["released"].refund(10, name=f"p{n}")
    for decision in ("approve", "deny"):
        books[decision] = suspected()
        books[decision].review(decision)
    for value in ({}, {"chf": 900}):
        books[f"valued {value}"] = fresh()
        books[f"valued {value}"].refund(1000, currency="CHF", name="chf")
        books[f"valued {value}"].look(0.5)
        books[f"valued {value}"].review("approve", answers=("chf",), values=value)
    books["unvalued"] = fresh(program(review_days=10))
    books["unvalued"].refund(1000, currency="CHF", days=0)
    books["taxed"] = Book(tax=950)
    books["taxed"].refund(1190, tax=190, shipping=0)
    books["crumbs"] = fresh()
    for amount in (4000, 499):
        books["crumbs"].refund(amount)
    books["corrected"] = fresh(program(hold_from="delivery"))
    for revision in (3, 1, 2):
        books["corrected"].deliver(revision, name="f1", revision=revision, more=revision == 1, void=revision == 2)
    books["delivered"] = fresh(program(hold_from="delivery"))
    books["delivered"].deliver(3, return_by=70)
    for unit in ("EUR", "points"):
        rate = Rate(basis_points=1000, unit=None if unit == "EUR" else unit)
        books[f"spring {unit}"] = Book(program(campaigns=(replace(SPRING, reward=rate),)), campaign="spring")
    books["claimed"] = Book(claim="clm_1")
    books["capped"] = Book(program(caps=(Cap("life", amount=100),)))
    books["budget"] = Book(program(budget_month=1000))
    books["no reward"] = Book(program(tiers=(Tier("Starter", 0),)))
    books["at once"] = Book(program(hold_days=0))
    books["expired"] = released()
    books["expired"].account = replace(
        books["expired"].account, expired_in=2, balances={"EUR": {"available": 0, "expired": 200, "held": 0}}
    )
    books["expired"].refund(3000)
    for book in books.values():
        book.look(32)
    return books


@pytest.mark.parametrize(("name", "book"), lives().items())
def test_orders_that_are_sound(name: str, book: Book) -> None:
    """Whatever has happened to an order, nothing is found: on the day, and long after."""
    it = dossier(book)
    if name == "claimed":
        it = replace(it, claim=Claim("clm_1", "amb_1", "o1", at(0), state="approved"))
    assert (found(it, days=32), found(it, days=500)) == ([], [])


def test_what_has_arrived_and_waits_is_no_difference_yet() -> None:
    """A settlement will see it: what has been posted must agree all the same."""
    book = fresh()
    book.refund(1000)
    it = dossier(book)
    assert found(it) == []
    seen = replace(it, order=replace(it.order, refunds=(replace(it.order.refunds[0], due_at=None),)))
    assert ("position", "order/o1/standing/refunded", 1000, 0) in found(seen)
    assert found(standing(it, room=7)) == []
    assert found(standing(it, worth=7), "position") == [("position", "order/o1/held", 450, 7)]


def test_whose_an_order_is() -> None:
    """It is in the books of its ambassador."""
    assert found(dossier(fresh()), whose="amb_2") == [("entry", "order/o1/ambassador_id", "amb_2", "amb_1")]


def test_an_order_without_a_program() -> None:
    """The version is named, and what needs no program is looked at all the same."""
    it = replace(terms(dossier(fresh()), full=9), program=None, root=None)
    assert found(it) == [
        ("friend", "order/o1/friend", "a root", None),
        ("cause", "order/o1/program_version", "a version that there is", 1),
    ]


# --- entries ----------------------------------------------------------------------------------------------------------


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


# --- guard, claim, traits ---------------------------------------------------------------------------------------------


def test_an_order_has_the_place_of_its_friend() -> None:
    """The friend's root names it, as one that is paid for; else another order could be rewarded as well."""
    it = dossier(fresh())
    assert found(replace(it, root=None)) == [("friend", "order/o1/friend", "a root", None)]
    other = Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=at(0))
    assert found(replace(it, root=other)) == [("friend", "order/o1/friend", "o1", "o0")]
    assert it.root is not None
    unpaid = replace(it.root, unpaid=1)
    assert found(replace(it, root=unpaid)) == [("friend", "order/o1/friend/unpaid", 0, 1)]


@pytest.mark.parametrize(
    ("days", "more", "admitted"),
    [
        (9.9, {}, True),
        (10, {}, False),
        (5, {"ambassador_id": "amb_2"}, False),
        (5, {"ambassador_id": None}, False),
        (5, {"since": None}, False),
    ],
)
def test_a_friend_may_come_again_in_time(days: float, more: dict[str, Any], admitted: bool) -> None:
    """If the program says so, for so many days, and with the same ambassador."""
    book = Book(program(friend_days=10), placed=days, friend_order=2)
    book.look(days)
    root = replace(Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=START, count=2), **more)
    expected = [] if admitted else [("friend", "order/o1/friend", "an order within the days of the friend", "o0")]
    assert found(dossier(book, root=root), days=days) == expected


def test_a_further_order_is_counted_by_its_friends_root() -> None:
    """What counts is how many were taken: one that is not among them was taken past the root."""
    book = Book(program(friend_days=10), placed=1, friend_order=3)
    book.look(1)
    root = Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=START, count=2)
    assert found(dossier(book, root=root), days=1) == [("friend", "order/o1/friend/count", 3, 2)]
    assert found(dossier(book, root=replace(root, count=3)), days=1) == []


def test_a_claimed_order_has_its_claim() -> None:
    """It is there, approved, and of this order and ambassador."""
    it, where = dossier(fresh(claim="clm_1")), "order/o1/claim"
    assert found(it) == [("claim", where, "clm_1", None)]
    other = Claim("clm_1", "amb_2", "o2", at(0), state="denied")
    assert found(replace(it, claim=other)) == [
        ("claim", f"{where}/state", "approved", "denied"),
        ("claim", f"{where}/ambassador_id", "amb_1", "amb_2"),
        ("claim", f"{where}/order_id", "o1", "o2"),
    ]
    assert found(replace(dossier(fresh()), claim=other)) == []


@pytest.mark.parametrize("name", ["payment", "address"])
@pytest.mark.parametrize(
    ("friends", "shown"),
    [(None, None), ((FRIEND,), "-"), (("gus", FRIEND), "-"), (("gus", "ida"), "-"), (("gus",), "gus"), ((), "")],
)
def test_cards_and_addresses_are_remembered(name: str, friends: tuple[str, ...] | None, shown: str | None) -> None:
    """The friend is among those who have used it, unless two others are enough."""
    traits = {} if friends is None else {"x1": Trait("x1", "amb_1", friends)}
    it = dossier(fresh(**{name: "x1"}), traits=traits)
    assert found(it) == ([] if shown == "-" else [("trait", f"order/o1/{name}", FRIEND, shown)])


def test_several_who_have_used_a_card() -> None:
    """They are all shown, if there is still room for one."""
    traits = {"x1": Trait("x1", "amb_1", ("gus",)), "x2": Trait("x2", "amb_1", ("ida",))}
    assert found(dossier(fresh(payment="x1", address="x2"), traits=traits)) == [
        ("trait", "order/o1/payment", FRIEND, "gus"),
        ("trait", "order/o1/address", FRIEND, "ida"),
    ]


# --- terms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"tier": "Gold"}, "tier", "Starter"),
        ({"campaign": "spring"}, "campaign", None),
        ({"unit": "points"}, "unit", "EUR"),
        ({"granted": -1, "limit": "cap_budget"}, "granted", "0 to 450"),
        ({"granted": 451, "limit": "cap_budget"}, "granted", "0 to 450"),
        ({"limit": "cap_budget"}, "limit", None),
        ({"drawn": ((0, 300), (1, 151))}, "drawn", 450),
        ({"drawn": ((0, 449),)}, "drawn", 450),
    ],
)
def test_terms_are_those_of_the_program(fields: dict[str, Any], name: str, expected: audit.Told) -> None:
    """For the referrals that they name, and no more than the rate gives."""
    was = {"drawn": sum(amount for _, amount in fields.get("drawn", ()))}
    it = terms(dossier(fresh()), **fields)
    assert found(it, "terms") == [("terms", f"order/o1/terms/{name}", expected, {**fields, **was}[name])]


def test_less_is_granted_for_a_reason() -> None:
    """Down to nothing; and there is none if all of it is granted."""
    it = dossier(fresh())
    assert found(terms(it, granted=0, limit="cap_ambassador", drawn=()), "terms") == []
    assert found(terms(it, granted=449), "terms") == [("terms", "order/o1/terms/limit", "a reason", None)]


def test_all_that_a_rate_gives() -> None:
    """The terms name it whatever was granted of it."""
    assert found(terms(dossier(fresh()), full=449), "terms") == [
        ("terms", "order/o1/terms/full", 450, 449),
        ("terms", "order/o1/terms/granted", "0 to 449", 450),
        ("terms", "order/o1/terms/limit", "a reason", None),
    ]


def test_the_tier_that_so_many_referrals_reach() -> None:
    """And its rate."""
    gold = Tier("Gold", 3, Rate(basis_points=2000))
    it = dossier(fresh(program(tiers=(Tier("Starter", 0, TEN_PERCENT), gold))))
    assert found(terms(it, reached=2), "terms") == []
    assert found(terms(it, reached=3, limit="cap_budget"), "terms") == [
        ("terms", "order/o1/terms/tier", "Gold", "Starter"),
        ("terms", "order/o1/terms/full", 900, 450),
        ("terms", "order/o1/terms/limit", None, "cap_budget"),
    ]


def test_a_campaign_while_it_runs() -> None:
    """It has its own rate, and unit; without a reward of its own it has the tier's."""
    points = replace(SPRING, reward=Rate(amount=7, unit="points"))
    it = dossier(fresh(program(campaigns=(points,)), campaign="spring"))
    assert (it.standing.terms.full, it.standing.terms.unit) == (7, "points")
    assert found(it) == []
    assert found(dossier(fresh(program(campaigns=(replace(SPRING, reward=None),)), campaign="spring"))) == []
    over = replace(it, program=program(campaigns=(replace(points, ends_at=at(-0.5)),)))
    assert found(over, "terms") == [
        ("terms", "order/o1/terms/campaign", None, "spring"),
        ("terms", "order/o1/terms/full", 450, 7),
        ("terms", "order/o1/terms/unit", "EUR", "points"),
    ]


def test_no_reward_is_no_terms() -> None:
    """Nothing, in the program's currency."""
    it = dossier(fresh(program(tiers=(Tier("Starter", 0),))))
    assert found(it) == []
    assert found(terms(it, full=1, granted=1, unit="points"), "terms") == [
        ("terms", "order/o1/terms/full", 0, 1),
        ("terms", "order/o1/terms/unit", "EUR", "points"),
    ]


# --- settled once more ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name", "expected", "shown"),
    [
        ({"release_at": at(31)}, "release_at", "2026-03-31T12:00:00Z", "2026-04-01T12:00:00Z"),
        ({"net": 1}, "net", 4500, 1),
        ({"refunded": 1}, "refunded", 0, 1),
        ({"room": 449}, "room", 450, 449),
        ({"reviews": 1}, "reviews", 0, 1),
        ({"facts": 1}, "facts", 0, 1),
        ({"named": ("refund:r1", "refund:r2")}, "named", "", "refund:r1, refund:r2"),
        ({"marks": ("denied", "cancelled")}, "marks", "", "denied, cancelled"),
    ],
)
def test_an_order_stands_where_its_facts_put_it(
    fields: dict[str, Any], name: str, expected: audit.Told, shown: audit.Told
) -> None:
    """Field by field."""
    it = standing(dossier(fresh()), **fields)
    assert found(it) == [("position", f"order/o1/standing/{name}", expected, shown)]


def test_an_order_that_is_worth_something_else() -> None:
    """Its entries say so as well; that settling would post another one is no finding of its own."""
    assert found(standing(dossier(fresh()), worth=449)) == [
        ("position", "order/o1/held", 450, 449),
        ("position", "order/o1/standing/worth", 450, 449),
    ]


def test_a_release_that_is_late_is_no_difference() -> None:
    """Nobody has come by yet; who settles it will find it due."""
    it = dossier(fresh())
    assert found(it, days=90) == []
    early = standing(dossier(released()), release_at=at(40))
    assert found(early, "position", days=31) == [
        ("position", "order/o1/standing/release_at", "2026-03-31T12:00:00Z", "2026-04-10T12:00:00Z")
    ]


MINUTE = 1 / (24 * 60)


def test_a_clock_that_was_ahead_is_no_difference() -> None:
    """By five minutes at most: the default has decided a review that is open by the auditor's clock."""
    book = suspected()
    book.look(10)
    it = dossier(book)
    assert "by_default" in it.standing.marks
    assert found(it, days=10 - 4 * MINUTE) == []
    early = found(it, days=10 - 6 * MINUTE)
    assert ("position", "order/o1/standing/marks", "", "by_default") in early
    changed = standing(it, net=1)
    assert found(changed, days=10 - 4 * MINUTE) == [("position", "order/o1/standing/net", 4500, 1)]


def test_an_order_that_sleeps() -> None:
    """It has to be looked at when its hold ends, and nobody will."""
    it = ordered(dossier(fresh()), due_at=None)
    assert found(it) == [("wake_up", "order/o1/due_at", "2026-03-31T12:00:00Z", None)]
    assert found(ordered(dossier(released()), due_at=None), days=31) == []


def test_a_program_that_contradicts_itself() -> None:
    """Nothing can be settled by it."""
    it = replace(dossier(fresh()), program=program(hold_days=-1, minimum=-1))
    reasons = "/minimum: lies between 0 and 1000000000000; /hold_days: lies between 0 and 3650"
    assert found(it, "position") == [("position", "order/o1", "an order that can be settled", reasons)]


def test_a_reward_that_waits_is_shown_to_an_admin() -> None:
    """There is a case, it is open until the deadline, and says whose it is."""
    it, where = dossier(suspected()), "order/o1/case"
    case = it.order.case
    assert case is not None
    until = "until 2026-03-11T12:00:00Z"
    assert found(it) == []
    assert found(replace(it, order=replace(it.order, case=None))) == [("case", where, f"open {until}", None)]
    later = replace(case, deadline=at(11))
    assert found(replace(it, order=replace(it.order, case=later))) == [
        ("case", where, f"open {until}", "open until 2026-03-12T12:00:00Z")
    ]
    closed = replace(case, state="closed")
    assert found(replace(it, order=replace(it.order, case=closed))) == [
        ("case", where, f"open {until}", f"closed {until}")
    ]
    other = replace(case, ambassador_id="amb_2")
    assert found(replace(it, order=replace(it.order, case=other))) == [
        ("case", f"{where}/ambassador_id", "amb_1", "amb_2")
    ]


def test_a_reward_that_waits_no_more() -> None:
    """Its case is closed."""
    book = suspected()
    book.review("approve")
    book.look(1)
    it = dossier(book)
    assert it.order.case is not None
    assert found(replace(it, order=replace(it.order, case=replace(it.order.case, state="open")))) == [
        ("case", "order/o1/case", "closed until 2026-03-11T12:00:00Z", "open until 2026-03-11T12:00:00Z")
    ]


# --- messages ---------------------------------------------------------------------------------------------------------


def test_messages_are_of_settlements_that_have_been() -> None:
    """From the first one to the last."""
    it = dossier(fresh())
    message = it.messages[2]
    for version in (1, 3):
        strange = replace(it, messages={2: message, version: replace(message, letters=())})
        expected = [("message", f"order/o1/messages/{version}", "a settlement from 2 to 2", version)]
        assert found(strange) == expected
    later = dossier(released())
    assert later.redemption.version == 3
    assert sorted(later.messages) == [2, 3]


def test_a_message_is_about_its_order() -> None:
    """Every difference is named by its field."""
    it = told(dossier(fresh()), ambassador_id="amb_2", friend="g", program_version=2, currency="CHF")
    assert found(it) == [
        ("message", "order/o1/messages/2/ambassador_id", "amb_1", "amb_2"),
        ("message", "order/o1/messages/2/friend", FRIEND, "g"),
        ("message", "order/o1/messages/2/program_version", 1, 2),
        ("message", "order/o1/messages/2/currency", "EUR", "CHF"),
    ]


def test_what_the_first_settlement_tells_is_told_by_no_other() -> None:
    """Thanks and news of a hold belong to the first settlement."""
    it = dossier(released())
    first, last = it.messages[2], it.messages[3]
    strange = told(it, 3, letters=(*first.letters, *last.letters))
    expected = [("message", "order/o1/messages/3", "what is told later", "friend_thanks, reward_held")]
    assert found(strange, days=31) == expected


@pytest.mark.parametrize(
    ("state", "due", "sleeps"),
    [("pending", None, True), ("sending", None, True), ("done", None, False), ("pending", at(0), False)],
)
def test_a_message_that_sleeps(state: Any, due: Any, sleeps: bool) -> None:
    """It is not done, and nobody will send it."""
    it = told(dossier(fresh()), state=state, due_at=due)
    assert found(it) == ([("wake_up", "order/o1/messages/2/due_at", "a time", None)] if sleeps else [])


def test_news_lead_on_from_one_to_the_next() -> None:
    """None is missing, doubled, altered or made up: each says what was told before, the last what the order knows."""
    it, known = dossier(released()), "order/o1/standing/told"
    message = it.messages[3]
    assert found(replace(it, messages={2: it.messages[2]}), days=31) == [("message", known, HELD, "450 now")]
    wrong = replace(message.letters[0], amount=9)
    assert found(told(it, 3, letters=(wrong,)), days=31) == [("message", known, "9 now", "450 now")]
    twice = "order/o1/messages/3/reward_released/was"
    assert found(told(it, 3, letters=message.letters * 2), days=31) == [("message", twice, "450 now", HELD)]
    early = told(dossier(fresh()), letters=(*it.messages[2].letters, *message.letters))
    assert found(early) == [("message", known, "450 now", HELD)]


@pytest.mark.parametrize(
    ("knows", "shown"),
    [
        (Told(0), "0 now"),
        (Told(450, when="open"), "450 open"),
        (Told(450, at(31), "expected"), "450 expected 2026-04-01T12:00:00Z"),
    ],
)
def test_an_order_knows_what_was_told(knows: Told, shown: str) -> None:
    """What it remembers is what the last letter says, and what settling once more would tell."""
    where = "order/o1/standing/told"
    differs = ("message", where, HELD, shown)
    assert found(standing(dossier(fresh()), told=knows), "message") == [differs]
    assert found(standing(dossier(fresh()), told=Told(9)), "position") == [("position", where, HELD, "9 now")]


def test_what_changed_during_a_suspension_is_forgotten() -> None:
    """News begin anew after it: what was told before leads on to nothing."""
    it = dossier(released())
    anew = replace(it.messages[3].letters[0], was=None)
    assert found(told(it, 3, letters=(anew,)), days=31) == []
    forgotten = standing(replace(it, messages={2: it.messages[2]}), told=None)
    assert found(forgotten, days=31) == []


def letters(it: Dossier, *templates: str) -> tuple[Any, ...]:
    """The letters of the first message with these templates."""
    return tuple(letter for letter in it.messages[2].letters if letter.name in templates)


def test_the_first_settlement_is_told() -> None:
    """The friend is thanked, and the ambassador told what is held, and until when."""
    it, where = dossier(fresh()), "order/o1/messages/2"
    thanks, news = it.messages[2].letters
    assert found(replace(it, messages={})) == [
        ("message", "order/o1/standing/told", None, HELD),
        ("message", f"{where}/friend_thanks", 500, None),
        ("message", f"{where}/reward_held", 450, None),
    ]
    assert found(told(it, letters=(news,))) == [("message", f"{where}/friend_thanks", 500, None)]
    assert found(told(it, letters=(thanks,))) == [
        ("message", "order/o1/standing/told", None, HELD),
        ("message", f"{where}/reward_held", 450, None),
    ]
    wrong = replace(thanks, amount=1), replace(news, amount=2, release_at=at(31))
    assert found(told(it, letters=wrong)) == [
        ("message", "order/o1/standing/told", "2 on 2026-04-01T12:00:00Z", HELD),
        ("message", f"{where}/friend_thanks", 500, 1),
        ("message", f"{where}/reward_held", 450, 2),
        ("message", f"{where}/release_at", "2026-03-31T12:00:00Z", "2026-04-01T12:00:00Z"),
    ]
    assert found(told(it, letters=(thanks, replace(news, release_at=None)))) == [
        ("message", "order/o1/standing/told", "450 now", HELD),
        ("message", f"{where}/release_at", "2026-03-31T12:00:00Z", None),
    ]


def test_the_friend_of_a_claimed_order_was_not_thanked() -> None:
    """They know nothing of it."""
    claim = Claim("clm_1", "amb_1", "o1", at(0), state="approved")
    it = dossier(fresh(claim="clm_1"), claim=claim)
    assert found(it) == []
    thanked = told(it, letters=(*dossier(fresh()).messages[2].letters,))
    assert found(thanked) == [("message", "order/o1/messages/2/friend_thanks", None, 500)]


def test_what_a_refund_may_have_prevented_need_not_be_told() -> None:
    """An order that came back may have done so before it was looked at; but what its entry held was told."""
    book = Book()
    book.refund(4500)
    book.look(1)
    it = dossier(book)
    assert it.messages == {}
    assert found(it) == []
    partly = fresh()
    partly.refund(1000)
    partly.look(1)
    silent = replace(dossier(partly), messages={})
    assert found(silent) == [
        ("message", "order/o1/standing/told", None, "350 on 2026-03-31T12:00:00Z"),
        ("message", "order/o1/messages/2/friend_thanks", 500, None),
    ]
    thanks, news = dossier(partly).messages[2].letters
    assert found(told(dossier(partly), letters=(thanks, replace(news, amount=350)))) == [
        ("message", "order/o1/messages/3/reward_changed/was", "350 on 2026-03-31T12:00:00Z", HELD),
        ("message", "order/o1/messages/2/reward_held", 450, 350),
    ]
    assert found(told(dossier(partly), letters=(replace(thanks, amount=1), news))) == [
        ("message", "order/o1/messages/2/friend_thanks", 500, 1)
    ]


def test_a_thank_you_that_nothing_owed() -> None:
    """Where nothing was held, the discount in it is still the friend's."""
    book = Book()
    book.refund(4500)
    book.look(1)
    thanks = replace(fresh().messages[0], letters=fresh().messages[0].letters[:1], state="done", due_at=None)
    assert found(dossier(book, messages={2: thanks})) == []
    wrong = replace(thanks, letters=(replace(thanks.letters[0], amount=1),))
    assert found(dossier(book, messages={2: wrong})) == [("message", "order/o1/messages/2/friend_thanks", 500, 1)]


def test_a_reward_under_review_need_not_be_told() -> None:
    """It may not have been; if it was, then with what is held."""
    it = dossier(suspected())
    thanks = it.messages[2].letters
    assert [letter.name for letter in thanks] == ["friend_thanks"]
    news = dossier(fresh()).messages[2].letters[1]
    assert found(told(it, letters=(*thanks, news))) == []
    assert found(told(it, letters=(*thanks, replace(news, amount=9)))) == [
        ("message", "order/o1/messages/2/reward_held", 450, 9)
    ]


def test_what_is_released_at_once_was_never_held() -> None:
    """Hold and release are one version: only the release is told."""
    it = dossier(fresh(program(hold_days=0)))
    assert [letter.name for letter in it.messages[2].letters] == ["friend_thanks", "reward_released"]
    news = dossier(fresh()).messages[2].letters[1]
    strange = told(it, letters=(*it.messages[2].letters, news))
    assert found(strange, days=1) == [
        ("message", "order/o1/standing/told", HELD, "450 now"),
        ("message", "order/o1/messages/2/reward_held", None, 450),
        ("message", "order/o1/messages/2/release_at", "2026-03-01T12:00:00Z", "2026-03-31T12:00:00Z"),
    ]


def test_a_delivery_moves_what_was_told() -> None:
    """When the reward would be released was told as it looked then."""
    book = fresh(program(hold_from="delivery"))
    book.deliver(3)
    book.look(3)
    assert found(dossier(book), days=4) == []
