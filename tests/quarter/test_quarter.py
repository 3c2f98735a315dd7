"""A short quarter in the gate; `make quarter` is the whole one, of 2,000 people."""

import pytest

from tests.life.planted import ROOT, bugs
from tests.quarter.__main__ import live
from tests.quarter.town import Size


@pytest.mark.parametrize("seed", [1, 2])
def test_a_quarter_under_faults_ends_well(seed: int) -> None:
    """No letter against what somebody has told, over a cap, by night, lost, or twice outside the one window.

    And the policy bites: some letters were moved for each reason there is, and some were closed.
    """
    judge = live(seed, Size(people=60, days=20))
    assert list(judge.violations()) == []
    assert {"sent", "moved: gathering", "moved: cap", "moved: quiet_hours"} <= judge.figures().keys()
    assert any(name.startswith("closed: ") for name in judge.figures())


def test_a_seed_lives_its_quarter_again() -> None:
    """What failed can be looked at again."""
    one, other = (live(3, Size(people=20, days=4)) for _ in range(2))
    assert one.world.taken == other.world.taken
    assert one.world.fired == other.world.fired


def test_every_planted_bug_has_its_place() -> None:
    """The list of `make planted` stays in step with the program."""
    told = [(bug, (ROOT / bug.file).read_text()) for bug in bugs("quarter")]
    assert [bug.name for bug, text in told if bug.planted_in(text) == text] == []
    assert len({bug.name for bug, _ in told}) == len(told)
