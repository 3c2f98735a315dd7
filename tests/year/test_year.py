"""Short years in the gate; `make year` is the whole one, of 2,000 people."""

from datetime import UTC, datetime

import pytest

from tests.life.planted import ROOT, bugs
from tests.year.__main__ import live
from tests.year.town import Size

WINTER = datetime(2026, 12, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("seed", [1])
def test_a_year_under_faults_ends_well(seed: int) -> None:
    """No touch against what somebody has told, over a cap, by night, lost, missed, or twice outside the one window.

    And each occasion bites: some went, some were moved, and some ended for a reason.
    """
    judge = live(seed, Size(people=60, days=90, start=WINTER))
    assert list(judge.violations()) == []
    told = judge.figures()
    names = ("birthday", "check_in", "how_to", "invitation", "surprise", "miss_you", "interests")
    assert all(told[name]["sent"] for name in names)
    assert told["care (task)"]["done"]
    assert told["social (task)"]["open"]
    assert told["how_to"]["hold_out"]


def test_a_seed_lives_its_year_again() -> None:
    """What failed can be looked at again."""
    one, other = (live(3, Size(people=12, days=20, start=WINTER)) for _ in range(2))
    assert one.world.taken == other.world.taken
    assert one.world.fired == other.world.fired


def test_every_planted_bug_has_its_place() -> None:
    """The list of `make planted` stays in step with the program."""
    told = [(bug, (ROOT / bug.file).read_text()) for bug in bugs("year")]
    assert [bug.name for bug, text in told if bug.planted_in(text) == text] == []
    assert len({bug.name for bug, _ in told}) == len(told)
