"""What somebody has said about letters: four times of each purpose, whoever says it and in whatever order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.people import EVERYTHING, PROMOTIONAL, Consent, Person
from chalicelib.domain.people.consent import Voice, agreed, refused, said
from chalicelib.domain.people.person import join, moment

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

Answer = tuple[str, Voice, datetime, bool]


def told(*answers: Answer) -> dict[str, Consent]:
    """Consents after some answers."""
    consents: dict[str, Consent] = {}
    for purpose, voice, at, yes in answers:
        consents = said(consents, purpose, voice, at, yes=yes)
    return consents


answers = st.tuples(
    st.sampled_from(("tips", "rewards", EVERYTHING)),
    st.sampled_from(("person", "shop")),
    st.integers(0, 5).map(lambda hours: NOON + hours * HOUR),
    st.booleans(),
).filter(lambda it: not (it[0] == EVERYTHING and it[3]))


def test_nothing_is_agreed_to_by_silence() -> None:
    """Nor refused: rewards need no yes."""
    assert not agreed({}, "tips")
    assert not refused({}, "rewards")
    assert not agreed({}, "rewards")


def test_a_yes_is_to_one_purpose() -> None:
    """Whoever wants tips has not asked for offers."""
    consents = told(("tips", "shop", NOON, True))
    assert [it for it in PROMOTIONAL if agreed(consents, it)] == ["tips"]


def test_ones_own_no_yields_only_to_ones_own_later_yes() -> None:
    """An import of the shop says yes each night, with a fresh date."""
    no = told(("tips", "person", NOON, True), ("tips", "person", NOON + HOUR, False))
    nightly = said(no, "tips", "shop", NOON + 9 * HOUR, yes=True)
    assert refused(nightly, "tips")
    assert not agreed(nightly, "tips")
    again = said(nightly, "tips", "person", NOON + 2 * HOUR, yes=True)
    assert agreed(again, "tips")


def test_the_shops_no_yields_to_any_later_yes() -> None:
    """The shop's word is as good as its last one."""
    no = told(("tips", "shop", NOON, False))
    assert refused(no, "tips")
    for voice in ("shop", "person"):
        assert agreed(said(no, "tips", voice, NOON + HOUR, yes=True), "tips")
    assert refused(said(no, "tips", "person", NOON - HOUR, yes=True), "tips")


def test_the_shops_later_no_holds_against_ones_own_yes() -> None:
    """Who writes to the shop that they want no more of it has said so, though not here."""
    assert refused(told(("tips", "person", NOON, True), ("tips", "shop", NOON + HOUR, False)), "tips")


def test_of_a_yes_and_a_no_at_one_time_the_no_holds() -> None:
    """Whoever says them."""
    for voice in ("shop", "person"):
        assert refused(told(("tips", voice, NOON, True), ("tips", voice, NOON, False)), "tips")


def test_a_complaint_is_a_no_to_everything_until_a_purpose_is_agreed_to_again() -> None:
    """A later yes to one purpose counts for that one, and no other."""
    agreed_once: list[Answer] = [(it, "person", NOON, True) for it in PROMOTIONAL]
    spam = told(*agreed_once, (EVERYTHING, "person", NOON + HOUR, False))
    assert all(refused(spam, it) and not agreed(spam, it) for it in PROMOTIONAL)
    assert refused(spam, "rewards")
    assert refused(said(spam, "tips", "shop", NOON + 2 * HOUR, yes=True), "tips")
    again = said(spam, "tips", "person", NOON + 2 * HOUR, yes=True)
    assert [it for it in (*PROMOTIONAL, "rewards") if not refused(again, it)] == ["tips"]


def test_the_shop_can_refuse_everything_for_somebody() -> None:
    """Until a later yes, its own or the person's."""
    no = told(("tips", "person", NOON, True), (EVERYTHING, "shop", NOON + HOUR, False))
    assert refused(no, "tips")
    assert agreed(said(no, "tips", "shop", NOON + 2 * HOUR, yes=True), "tips")


@pytest.mark.parametrize(("purpose", "yes"), [(EVERYTHING, True), ("service", True), ("service", False)])
def test_nobody_says_yes_to_everything_or_anything_to_service(purpose: str, yes: bool) -> None:
    """Everything can only be refused, and what answers somebody is not asked about."""
    with pytest.raises(ValueError, match=rf"^there is no {'yes' if yes else 'no'} to "):
        said({}, purpose, "person", NOON, yes=yes)


@given(st.lists(answers, max_size=5))
def test_the_order_in_which_answers_come_in_does_not_matter(history: list[Answer]) -> None:
    """Nor does it that one comes twice: each time is the latest of its kind."""
    results = [told(*order, *order[:1]) for order in permutations(history)]
    assert all(it == results[0] for it in results)


@given(st.lists(answers, max_size=6), st.lists(answers, max_size=6))
def test_what_two_said_who_are_one_is_what_one_would_have_said(one: list[Answer], other: list[Answer]) -> None:
    """The join of people and the telling of answers agree."""
    both = join(Person("per_1", consents=told(*one)), Person("per_2", consents=told(*other)))
    assert both.consents == told(*one, *other)


def test_a_yes_keeps_where_it_was_given_and_to_what_text() -> None:
    """Of the latest yes, whoever said it; a no or an older yes changes nothing of that."""
    first = said({}, "tips", "shop", NOON, yes=True, source="checkout", text="v1")
    assert (first["tips"].source, first["tips"].text) == ("checkout", "v1")
    newer = said(first, "tips", "person", NOON + HOUR, yes=True, source="preferences", text="v2")
    assert (newer["tips"].source, newer["tips"].text) == ("preferences", "v2")
    older_words: list[tuple[Voice, bool]] = [("shop", True), ("person", True), ("person", False), ("shop", False)]
    for voice, yes in older_words:
        older = said(newer, "tips", voice, NOON - HOUR, yes=yes, source="import", text="v0")
        assert (older["tips"].source, older["tips"].text) == ("preferences", "v2")
    assert told(("tips", "shop", NOON, False))["tips"] == Consent(shop_no=NOON)


def test_of_two_taps_the_second_counts_whatever_the_clocks_say() -> None:
    """A tap has a time later than all that was said before, even by a clock that is ahead."""
    person = Person("per_1", consents=told(("tips", "person", NOON + HOUR, True)))
    assert refused(said(person.consents, "tips", "person", moment(person, NOON), yes=False), "tips")


@pytest.mark.parametrize("voice", get_args(Voice))
@pytest.mark.parametrize("yes", [True, False])
def test_an_older_answer_changes_nothing(voice: Voice, yes: bool) -> None:
    """Of one kind, that is: what was told first and comes in last, or is told twice with other words."""
    newest = said({}, "tips", voice, NOON, yes=yes, source="page", text="v2")
    assert said(newest, "tips", voice, NOON - HOUR, yes=yes, source="import", text="v1") == newest
    assert said(newest, "tips", voice, NOON, yes=yes, source="import", text="v1") == newest
    older = said({}, "tips", voice, NOON - HOUR, yes=yes, source="import", text="v1")
    assert said(older, "tips", voice, NOON, yes=yes, source="page", text="v2") == newest


def test_the_text_of_a_yes_is_that_of_the_latest_of_either_voice() -> None:
    """Whichever of the two said it."""
    voices: list[tuple[Voice, Voice]] = [("person", "shop"), ("shop", "person")]
    for one, other in voices:
        newest = said({}, "tips", one, NOON, yes=True, source="page", text="v2")
        assert said(newest, "tips", other, NOON - HOUR, yes=True, source="import", text="v1")["tips"].text == "v2"
        assert said(newest, "tips", other, NOON + HOUR, yes=True, source="import", text="v3")["tips"].text == "v3"
