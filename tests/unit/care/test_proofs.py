"""How many proofs are taken, and what one earns."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.care.proofs import Refused, Shown, left, submit
from chalicelib.domain.model.tasks import Reward, Task
from chalicelib.domain.program.program import OfferedTask, Rate
from tests.unit.book import program

START = datetime(2026, 3, 1, tzinfo=UTC)
PICTURE = OfferedTask("A picture", "picture", Rate(amount=500), {"en": "Show it."}, times=2, days=30)
RULES = program(tasks=(PICTURE,))


def show(number: int, before: list[Task], now: datetime = START, **more: Any) -> Task | Shown | Refused:
    """Send a proof after some others."""
    link = f"https://x.example/{number}"
    return submit(PICTURE, "amb_1", "per_1", before, RULES, now=now, **{"link": link, "words": None, **more})


def test_two_at_the_same_time_collide() -> None:
    """Both have seen the same before, so they have one id: only one can be stored, and the other one looks again."""
    one, other = show(1, []), show(2, [])
    assert isinstance(one, Task)
    assert isinstance(other, Task)
    assert one.id == other.id
    after = show(2, [one])
    assert isinstance(after, Task)
    assert after.id != one.id


def test_what_it_earns_is_written_down() -> None:
    """The reward of the task, in the program's currency, and the version that says so."""
    task = show(1, [])
    assert isinstance(task, Task)
    assert (task.reward, task.program_version) == (Reward(500, "EUR"), RULES.version)


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([None, "approve", "deny"])), max_size=12))
def test_never_more_are_taken_than_the_program_says(steps: list[tuple[int, Any]]) -> None:
    """Whatever comes when, and whatever becomes of it: within any thirty days at most two that were not denied."""
    taken: list[Task] = []
    now = START
    for number, (days, decision) in enumerate(steps):
        now += timedelta(days=days)
        room, answer = left(PICTURE, taken, now), show(number, taken, now)
        assert isinstance(answer, Task) == (room > 0)
        if isinstance(answer, Task):
            taken.append(Task(**{name: getattr(answer, name) for name in Task.__slots__} | {"decision": decision}))
    times = [it.opened_at for it in taken if it.decision != "deny"]
    for at in times:
        assert sum(at <= other < at + timedelta(days=30) for other in times) <= 2
    assert len({it.id for it in taken}) == len(taken)
