"""The list of planted bugs stays in step with the program."""

import pytest

from tests.simulator.planted import ROOT, Bug, bugs, try_bug


@pytest.mark.parametrize("bug", bugs(), ids=lambda bug: bug.name)
def test_a_bug_has_its_place(bug: Bug) -> None:
    """What a bug replaces stands in its file just once, so planting it changes one thing and really changes it."""
    assert (ROOT / "chalicelib" / bug.file).read_text().count(bug.before) == 1


def test_a_planted_bug_is_caught() -> None:
    """The simulator sees a dropped version check; the whole list runs with `make planted`."""
    (bug,) = [bug for bug in bugs() if bug.name == "a replace ignores the version"]
    caught, _ = try_bug(bug)
    assert caught is not None
