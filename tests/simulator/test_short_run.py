"""A short run of the simulator in the gate; `python -m tests.simulator --histories 20000` is the long one."""

import pytest

from tests.simulator.history import History


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_histories_under_faults_end_well(first: int) -> None:
    """Fifty histories each, with lost replies, kills, throttles, conflicts and late mail: every invariant holds."""
    for seed in range(first, first + 50):
        history = History(seed)
        history.play()
        history.check()


def test_a_seed_replays_its_history() -> None:
    """A failure can be looked at again: the same seed gives the same items, mails and faults."""
    one, other = History(11), History(11)
    one.play()
    other.play()
    assert one.world.engine.items == other.world.engine.items
    assert (one.world.mails, one.world.fired) == (other.world.mails, other.world.fired)
