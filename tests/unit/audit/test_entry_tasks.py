"""What an approved proof posts: it says the same as the task, which the program offered."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.causes import caused_by
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.tasks import Reward, Task
from chalicelib.domain.program.program import OfferedTask, Rate
from tests.unit.audit.reading import RULES, Found, entry, found, uncaused
from tests.unit.book import at

PICTURE = OfferedTask("A picture", "picture", Rate(amount=500), {"en": "Show it."})
OFFERING = {1: RULES, 2: replace(RULES, version=2, tasks=(replace(PICTURE, name="Another"), PICTURE))}
PROOF = Task(
    "proof",
    "per_1",
    "0",
    "A picture",
    at(-2),
    at(5),
    ambassador_id="amb_1",
    reward=Reward(500, "EUR"),
    program_version=2,
    state="done",
    closed_at=at(0),
    by="key_1",
    note="Seen.",
    decision="approve",
)


def rewarded(**more: Any) -> LedgerEntry:
    """The entry of the proof."""
    return entry("task", 500, **{"cause": "task:tsk_1_0", "author": "key_1", "order_id": None, **more})


def seen(it: LedgerEntry, task: Task = PROOF, **causes: Any) -> Found:
    """What is found of it."""
    return found(it, programs=OFFERING, tasks={task.id: task}, **causes)


def test_a_proof_is_rewarded_as_it_was_offered() -> None:
    """By the version under which it came in, whatever the one says under which it was approved."""
    assert caused_by(rewarded()) == PROOF.id
    assert seen(rewarded()) == []
    assert seen(rewarded(), replace(PROOF, ambassador_id="amb_0"), kin=("amb_0",)) == []


@pytest.mark.parametrize("cause", ["task:tsk_1_1", "proof:tsk_1_0", "tsk_1_0", ""])
def test_a_reward_for_no_task(cause: str) -> None:
    """There is none, or the entry calls it something else."""
    it = rewarded(cause=cause)
    assert seen(it) == uncaused(it, "a task with a reward")


def test_a_task_that_earns_nothing() -> None:
    """A visit has no reward that could be posted."""
    assert seen(rewarded(), replace(PROOF, reward=None)) == uncaused(rewarded(), "a task with a reward")


def test_a_task_that_says_something_else() -> None:
    """Every difference is named by its field."""
    other = replace(
        PROOF,
        kind="social",
        decision="deny",
        ambassador_id="amb_2",
        reward=Reward(400, "CHF"),
        by="key_2",
        closed_at=at(1),
    )
    where = "task/tsk_1_0"
    assert seen(rewarded(), other) == [
        ("task", f"{where}/kind", "proof", "social"),
        ("task", f"{where}/decision", "approve", "deny"),
        ("task", f"{where}/ambassador_id", "amb_1", "amb_2"),
        ("task", f"{where}/amount", 500, 400),
        ("task", f"{where}/unit", "EUR", "CHF"),
        ("task", f"{where}/by", "key_1", "key_2"),
        ("task", f"{where}/closed_at", str(at(0)), str(at(1))),
        *uncaused(rewarded(), "a reward that the program offers for this task"),
    ]


def test_a_reward_that_nobody_offered() -> None:
    """Of another version, of none, for a task that it does not have, or of another amount or unit."""
    wanted = uncaused(rewarded(), "a reward that the program offers for this task")
    for version in (1, 3, None):
        assert seen(rewarded(), replace(PROOF, program_version=version)) == wanted
    assert seen(rewarded(), replace(PROOF, about="A review")) == wanted
    assert seen(rewarded(legs=legs("task", 900, "EUR")), replace(PROOF, reward=Reward(900, "EUR")))[:1] == wanted


def test_a_proof_is_rewarded_once() -> None:
    """However often it was approved."""
    assert seen(rewarded(), posted={"task:tsk_1_0": 1}) == []
    assert seen(rewarded(), posted={"task:tsk_1_0": 2}) == uncaused(rewarded(), "a task that was rewarded once")
