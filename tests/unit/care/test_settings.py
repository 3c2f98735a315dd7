"""The shop says in its program what is done for its customers: each flaw is named, and what is written stays so."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from chalicelib.domain.care.flaws import flaws_of_care
from chalicelib.domain.care.occasion import Occasion, Present, Variant
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.interests import Interests
from chalicelib.domain.care.occasions.surprise import Round, Surprise
from chalicelib.domain.care.settings import Care
from chalicelib.domain.people.policy import PURPOSES
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.domain.program.program import Program, Rate
from chalicelib.operations.program.document import FieldChange, changes, read, same, show
from chalicelib.operations.program.schema import PUBLISHED, schema
from chalicelib.operations.program.settings import care_of, written
from tests.unit.book import program

PLAIN = {name: it for name, it in show(program()).items() if name not in PUBLISHED}
ROUND = {"since": "2027-01", "chance": 100, "budget": 50_000, "gift": {"amount": 500}}
HALF = {"name": "half", "percent": 50}
DAYS = "lies between 0 and 3650"
COUNT = "lies between 1 and 1000000"
AMOUNT = "lies between 0 and 1000000000000"
ONE_OF = "set either `amount` or `basis_points` or `gift`"


def document(**care: Any) -> dict[str, Any]:
    """A program with this care."""
    return {**PLAIN, "care": care}


def found(care: Any) -> list[tuple[str, str]]:
    """What is wrong with it."""
    with pytest.raises(FlawedProgramError) as refused:
        read({**PLAIN, "care": care})
    return list(refused.value.flaws)


ONE_FLAW: list[tuple[dict[str, Any], str, str]] = [
    ({"birthday": {"within_days": 0}}, "/care/birthday/within_days", "lies between 1 and 30"),
    ({"birthday": {"within_days": 31}}, "/care/birthday/within_days", "lies between 1 and 30"),
    ({"birthday": {"known_before_days": 3651}}, "/care/birthday/known_before_days", DAYS),
    ({"birthday": {"hold_out_percent": 51}}, "/care/birthday/hold_out_percent", "lies between 0 and 50"),
    ({"birthday": {"gift": {"rate": {}}}}, "/care/birthday/gift/rate", ONE_OF),
    ({"birthday": {"gift": {"rate": {"amount": 1, "basis_points": 1}}}}, "/care/birthday/gift/rate", ONE_OF),
    (
        {"birthday": {"gift": {"rate": {"amount": 1, "maximum": 1}}}},
        "/care/birthday/gift/rate/maximum",
        "bounds a percentage, and there is none",
    ),
    ({"birthday": {"gift": {"rate": {"amount": -1}}}}, "/care/birthday/gift/rate/amount", AMOUNT),
    (
        {"birthday": {"gift": {"rate": {"amount": 1}, "days": 0}}},
        "/care/birthday/gift/days",
        "lies between 1 and 3650",
    ),
    ({"birthday": {"gift": {"rate": {"amount": 1}, "minimum": -1}}}, "/care/birthday/gift/minimum", AMOUNT),
    ({"birthday": {"variants": [HALF, HALF]}}, "/care/birthday/variants", "has two of one name"),
    (
        {"how_to": {"variants": [HALF, {"name": "more", "percent": 51}]}},
        "/care/how_to/variants",
        "comes to more than a hundred percent",
    ),
    (
        {"check_in": {"variants": [{"name": f"v{n}", "percent": 1} for n in range(6)]}},
        "/care/check_in/variants",
        "has 0 to 5 elements",
    ),
    (
        {"check_in": {"variants": [{"name": "a", "percent": 101}, {"name": "B", "percent": -1}]}},
        "/care/check_in/variants/0/percent",
        "lies between 0 and 100",
    ),
    (
        {"check_in": {"variants": [{"name": "Big", "percent": 1}]}},
        "/care/check_in/variants/0/name",
        "is a word of small letters",
    ),
    (
        {"miss_you": {"variants": [HALF, {"name": "gift", "percent": 5, "gift": {"rate": {}}}]}},
        "/care/miss_you/variants/1/gift/rate",
        ONE_OF,
    ),
    ({"check_in": {"after_delivery_days": -1}}, "/care/check_in/after_delivery_days", DAYS),
    ({"check_in": {"after_purchase_days": 3651}}, "/care/check_in/after_purchase_days", DAYS),
    ({"check_in": {"within_days": 0}}, "/care/check_in/within_days", COUNT),
    ({"how_to": {"within_days": 0}}, "/care/how_to/within_days", COUNT),
    ({"invitation": {"after_answer_days": -1}}, "/care/invitation/after_answer_days", DAYS),
    ({"invitation": {"after_order_days": -1}}, "/care/invitation/after_order_days", DAYS),
    ({"invitation": {"again_days": 0}}, "/care/invitation/again_days", COUNT),
    ({"anniversary": {"within_days": 61}}, "/care/anniversary/within_days", "lies between 1 and 60"),
    ({"anniversary": {"gift": {"rate": {}}}}, "/care/anniversary/gift/rate", ONE_OF),
    ({"miss_you": {"factor_percent": 99}}, "/care/miss_you/factor_percent", "lies between 100 and 1000"),
    ({"miss_you": {"least_days": 0}}, "/care/miss_you/least_days", COUNT),
    ({"miss_you": {"first_order_days": 0}}, "/care/miss_you/first_order_days", COUNT),
    ({"interests": {"choices": []}}, "/care/interests/choices", "has 1 to 50 elements"),
    (
        {"interests": {"choices": ["tea", " "]}},
        "/care/interests/choices/1",
        "is blank, or holds a character out of place",
    ),
    ({"social": {"again_days": 0}}, "/care/social/again_days", COUNT),
    ({"surprise": {"rounds": []}}, "/care/surprise/rounds", "has 1 to 50 elements"),
    ({"surprise": {"rounds": [ROUND], "within_days": 61}}, "/care/surprise/within_days", "lies between 1 and 60"),
    ({"surprise": {"rounds": [ROUND], "least_orders": 9}}, "/care/surprise/least_orders", "lies between 0 and 8"),
    ({"surprise": {"rounds": [ROUND, ROUND]}}, "/care/surprise/rounds", "has two from the same month on"),
    (
        {"surprise": {"rounds": [ROUND, {**ROUND, "since": "2027-13"}]}},
        "/care/surprise/rounds/1/since",
        "is a month such as 2027-01",
    ),
    (
        {"surprise": {"rounds": [{**ROUND, "chance": 10_001}]}},
        "/care/surprise/rounds/0/chance",
        "lies between 0 and 10000",
    ),
    ({"surprise": {"rounds": [{**ROUND, "budget": -1}]}}, "/care/surprise/rounds/0/budget", AMOUNT),
    ({"surprise": {"rounds": [{**ROUND, "gift": {}}]}}, "/care/surprise/rounds/0/gift", ONE_OF),
    (
        {"surprise": {"rounds": [{**ROUND, "gift": {"basis_points": 1000}}]}},
        "/care/surprise/rounds/0/gift",
        "needs a maximum: by it the budget is reckoned",
    ),
    ({"surprise": {"rounds": [{**ROUND, "days": 0}]}}, "/care/surprise/rounds/0/days", "lies between 1 and 3650"),
    ({"surprise": {}}, "/care/surprise/rounds", "is required"),
    ({"name_day": {}}, "/care/name_day", "is not a field here"),
    ({"birthday": {"at": "noon"}}, "/care/birthday/at", "is not a field here"),
]


@pytest.mark.parametrize(("care", "pointer", "wanted"), ONE_FLAW, ids=[f"{n}{it[1]}" for n, it in enumerate(ONE_FLAW)])
def test_each_flaw_is_named_with_its_place(care: dict[str, Any], pointer: str, wanted: str) -> None:
    """Nothing is published by it."""
    assert (pointer, wanted) in found(care)


def test_all_flaws_are_named_at_once() -> None:
    """Of several occasions, and each only once."""
    care = {
        "birthday": {"within_days": 0, "gift": {"rate": {}}},
        "miss_you": {"gift": {"rate": {"amount": 1, "basis_points": 2}}},
    }
    assert found(care) == [
        ("/care/birthday/within_days", "lies between 1 and 30"),
        ("/care/birthday/gift/rate", ONE_OF),
        ("/care/miss_you/gift/rate", ONE_OF),
    ]


def test_what_can_be_meant_is_taken() -> None:
    """The most and the least of each, and a share of an order whose worth is bounded."""
    whole = Care(
        birthday=Birthday(
            within_days=30,
            hold_out_percent=50,
            gift=Present(Rate(amount=0)),
            variants=(Variant("a", 50), Variant("b", 50, Present(Rate(gift="vase")))),
        ),
        interests=Interests(choices=("tea",)),
        surprise=Surprise(
            rounds=(
                Round("2027-01", 0, 0, Rate(basis_points=1000, maximum=500)),
                Round("2026-12", 10_000, 10**12, Rate(amount=5, unit="points")),
            )
        ),
    )
    assert list(flaws_of_care(whole)) == []
    assert list(flaws_of_care(Care())) == []


# --- the document -----------------------------------------------------------------------------------------------------


def test_care_stays_as_it_was_written() -> None:
    """Shown so, and read back as the same; what was left out has its default."""
    care = {"birthday": {"within_days": 5}, "surprise": {"rounds": [ROUND]}}
    published = read(document(**care))
    assert show(published)["care"] == care
    again = read({name: it for name, it in show(published).items() if name not in PUBLISHED})
    assert again == published
    occasions = care_of(published)
    assert occasions.birthday == Birthday(within_days=5)
    assert occasions.surprise == Surprise(rounds=(Round("2027-01", 100, 50_000, Rate(amount=500)),))
    assert [it.NAME for it in occasions.occasions()] == ["birthday", "surprise"]


def test_programs_are_the_same_by_what_they_mean() -> None:
    """However care is written; and what differs is named by its place."""
    short, spelled = read(document(birthday={})), read(document(birthday={"within_days": 3, "variants": []}))
    assert same(short, spelled)
    assert changes(short, spelled) == []
    longer = read(document(birthday={"within_days": 4}))
    assert not same(short, longer)
    assert changes(short, longer) == [FieldChange("/care/birthday/within_days", 3, 4)]
    switched = changes(read(document()), short)
    assert [it.pointer for it in switched] == ["/care/birthday"]
    assert same(read(PLAIN), read(document()))


def test_a_program_without_care_does_nothing() -> None:
    """As all those that were published before there was any."""
    assert care_of(program()) == Care()
    assert list(Care().occasions()) == []
    assert written(None) == written({}) == ""


@pytest.mark.parametrize("field", fields(Care), ids=lambda it: it.name)
def test_each_occasion_has_its_switch_its_name_and_its_letter(field: Any) -> None:
    """The field of the program is the occasion's name, its text says what it is for, and its letter has a purpose."""
    needs: dict[str, Any] = {"interests": {"choices": ["tea"]}, "surprise": {"rounds": [ROUND]}}
    read_back = care_of(read(document(**{field.name: needs.get(field.name, {})})))
    (occasion,) = read_back.occasions()
    assert isinstance(occasion, Occasion)
    assert field.name == occasion.NAME
    assert occasion.LETTER is None or occasion.LETTER in PURPOSES
    shown = schema("https://shop.example/program.schema.json")["$defs"]
    assert shown["Care"]["properties"][field.name]["description"]
    settings = shown[type(occasion).__name__]["properties"]
    assert all(it.get("description") for it in settings.values())
    assert set(settings) == {it.name for it in fields(occasion)}


def test_the_order_of_the_occasions_is_their_rank() -> None:
    """A birthday comes before all; whether somebody is happy before what asks or offers anything."""
    names = [it.name for it in fields(Care)]
    assert names[0] == "birthday"
    assert names.index("check_in") < names.index("invitation") < names.index("miss_you")


def test_what_comes_with_a_touch_is_the_variants_or_the_occasions() -> None:
    """A variant that names no gift has the usual one; some occasions give nothing."""
    usual, other = Present(Rate(amount=5)), Present(Rate(amount=9))
    birthday = Birthday(gift=usual, variants=(Variant("words", 10), Variant("more", 10, other)))
    assert [birthday.gift_for(it) for it in (None, "words", "more", "gone")] == [usual, usual, other, usual]
    assert replace(birthday, gift=None).gift_for("words") is None
    asking = Interests(choices=("tea",), variants=(Variant("more", 10, other),))
    assert [asking.gift_for(it) for it in (None, "more")] == [None, other]


def test_a_program_holds_care_apart() -> None:
    """As text, so that a checkout loads none of it."""
    assert isinstance(read(document(birthday={})), Program)
    assert json.loads(read(document(birthday={})).care) == {"birthday": {}}
