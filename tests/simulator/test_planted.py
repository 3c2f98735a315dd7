"""The simulator sees. That its list of bugs stays in step with the program is told in tests/planted."""

from tests.simulator.planted import bugs, try_bug


def test_a_planted_bug_is_caught() -> None:
    """The simulator sees a dropped version check; the whole list runs with `make planted`."""
    (bug,) = [bug for bug in bugs() if bug.name == "a replace ignores the version"]
    caught, _ = try_bug(bug)
    assert caught is not None
