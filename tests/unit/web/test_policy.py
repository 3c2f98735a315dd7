"""Why a letter waits or was not sent is told in words, to the admin and to the person."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from chalicelib.domain.model.people import Person
from chalicelib.domain.people.policy import Bar, Wait
from chalicelib.web.language import choose
from chalicelib.web.policy import Reader, tell_bar, tell_wait
from tests.unit.book import program

ENGLISH = choose("en")
HALF_PAST_THREE = datetime(2026, 5, 4, 3, 30, tzinfo=UTC)


def test_a_wait_is_told_by_the_readers_own_clocks() -> None:
    """With all that the letter waits for, and as past once it has gone."""
    kolkata = Person("per_1", time_zone="Asia/Kolkata")
    assert tell_wait(["cap", "quiet_hours"], HALF_PAST_THREE, kolkata, program(), "person", ENGLISH) == [
        "It waits until 4 May 2026, 9:00 in Kolkata.",
        "We don’t write to you more often than that.",
        "We don’t write to you at night.",
    ]
    new_york = Person("per_1", country="US")
    assert tell_wait(["quiet_hours"], HALF_PAST_THREE, new_york, program(), "admin", ENGLISH, over=True) == [
        "It waited until 3 May 2026, 23:30 in New York.",
        "The program keeps quiet hours there.",
    ]


def test_a_refusal_is_told_as_such() -> None:
    """The reader's own words come back to them; an admin learns no more than whose they are."""
    assert (
        tell_bar("refused", "person", ENGLISH) == "It was not sent: you have asked us not to write to you about this."
    )
    assert tell_bar("refused", "admin", ENGLISH) == "It was not sent: they have asked not to be written to about this."


@pytest.mark.parametrize("reader", get_args(Reader))
def test_every_word_of_the_policy_has_a_sentence_of_its_own(reader: Reader) -> None:
    """Whatever holds a letter back can be told, and told apart."""
    told = [tell_bar(why, reader, ENGLISH) for why in get_args(Bar)]
    told += [
        tell_wait([why], HALF_PAST_THREE, Person("per_1"), program(), reader, ENGLISH)[1] for why in get_args(Wait)
    ]
    assert len(set(told)) == len(get_args(Bar)) + len(get_args(Wait))
