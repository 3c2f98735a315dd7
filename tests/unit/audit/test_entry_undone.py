"""What undoes something in the ledger: it follows what it undoes, takes back all of it, and agrees with its cause."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Reading
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Sending
from chalicelib.domain.model.tasks import Closing, Task
from tests.unit.audit.reading import CORRECTION, GIFT, ID, MUG, Found, entry, found, rich, then, uncaused
from tests.unit.audit.test_entry_tasks import OFFERING, PROOF, rewarded
from tests.unit.book import at

CAUSE = f"gift:{ID}"
ONCE = Sending(at(0), "key_1", 1, at(1), "key_2", note="DHL 1", why="Still here.")
WAITS = replace(GIFT, earlier=(ONCE,))
SENT = replace(WAITS, state="sent", closed_at=at(2), author="key_3", sent=1)
AGAIN = replace(PROOF, state="open", closed_at=None, by=None, note=None, decision=None,
                earlier=(Closing(at(0), "key_1", at(1), "key_2", "Seen.", "approve"),))  # fmt: skip


def moves(kind: str, day: int, author: str, amount: int = 1, **more: Any) -> LedgerEntry:
    """An entry of the mug on a day."""
    number = f"{day + 1:08d}-001"
    return entry(kind, amount, MUG, cause=CAUSE, order_id=None, author=author, at=at(day), **{"number": number, **more})


def seen(reading: Reading, gift: Gift, *entries: LedgerEntry) -> Found:
    """What is found when some entries are read one after the other."""
    return [it for one in entries for it in found(one, reading, gifts={ID: gift})]


# --- gifts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gift", [WAITS, SENT])
def test_a_gift_goes_out_comes_back_and_goes_out(gift: Gift) -> None:
    """However far it is by now, each entry says the same as the task does of that time, and none is missing."""
    reading = rich(awaited={CAUSE: "gift_sent"})
    assert seen(reading, gift, moves("gift_sent", 0, "key_1")) == []
    assert reading.awaited == {CAUSE: "gift_returned"}
    assert seen(reading, gift, moves("gift_returned", 1, "key_2")) == []
    if gift.state == "open":
        assert (reading.awaited, reading.unsent) == ({}, {CAUSE})
        return
    assert reading.awaited == {CAUSE: "gift_sent"}
    assert seen(reading, gift, moves("gift_sent", 2, "key_3")) == []
    assert reading.awaited == {}


def test_what_was_opened_again_since_it_was_read_is_awaited_all_the_same() -> None:
    """A page of entries is read before the gift has come back, the next one after: nothing is wrong with that."""
    reading = rich(unsent={CAUSE})
    early = replace(GIFT, state="sent", closed_at=at(0), author="key_1", sent=1)
    assert seen(reading, early, moves("gift_sent", 0, "key_1")) == []
    assert seen(reading, WAITS, moves("gift_returned", 1, "key_2")) == []
    assert reading.awaited == {}


def test_a_gift_comes_back_as_its_task_says() -> None:
    """As many pieces as were sent, by whom and when; every difference is named."""
    reading = rich(awaited={CAUSE: "gift_sent"})
    seen(reading, WAITS, moves("gift_sent", 0, "key_1"))
    back = moves("gift_returned", 3, "key_9", 2)
    assert seen(reading, WAITS, back) == [
        ("gift", f"gift/{ID}/returned", 2, 1),
        ("gift", f"gift/{ID}/reopened_by", "key_9", "key_2"),
        ("gift", f"gift/{ID}/reopened_at", str(at(3)), str(at(1))),
    ]


@pytest.mark.parametrize("gift", [GIFT, replace(GIFT, id="ent_other")])
def test_a_gift_that_never_came_back(gift: Gift) -> None:
    """Its task knows nothing of it, or there is none."""
    reading = rich(sent={CAUSE: 1})
    back = moves("gift_returned", 1, "key_2")
    assert seen(reading, gift, back) == uncaused(back, "a gift that was sent, and is to be sent after all")


def test_a_gift_comes_back_once_for_each_time() -> None:
    """What was not sent again does not come back again."""
    reading = rich(awaited={CAUSE: "gift_sent"})
    seen(reading, WAITS, moves("gift_sent", 0, "key_1"), moves("gift_returned", 1, "key_2"))
    again = moves("gift_returned", 2, "key_2")
    assert seen(reading, WAITS, again) == uncaused(again, "a gift that was sent, and is to be sent after all")


# --- proofs -----------------------------------------------------------------------------------------------------------


def undone(**more: Any) -> LedgerEntry:
    """The entry that takes the reward of the proof back."""
    told = {"cause": "task:tsk_1_0", "author": "key_2", "order_id": None, "at": at(1), "number": "00000002-001"}
    return entry("task_undone", 500, **{**told, **more})


def read(reading: Reading, task: Task, *entries: LedgerEntry) -> Found:
    """What is found when some entries are read one after the other."""
    return [it for one in entries for it in found(one, reading, programs=OFFERING, tasks={task.id: task})]


def test_a_reward_is_taken_back_and_given_again() -> None:
    """It is awaited until it is; then the proof may be approved anew, by somebody else."""
    reading, anew = rich(), replace(AGAIN, state="done", closed_at=at(2), by="key_3", decision="approve")
    assert read(reading, anew, rewarded()) == []
    assert reading.awaited == {"task:tsk_1_0": "task_undone"}
    assert read(reading, anew, undone(), rewarded(at=at(2), author="key_3", number="00000003-001")) == []
    assert reading.awaited == {}


def test_a_reward_is_not_given_twice() -> None:
    """Without having been taken back between."""
    reading, anew = rich(), replace(AGAIN, state="done", closed_at=at(2), by="key_3", decision="approve")
    second = rewarded(at=at(2), author="key_3", number="00000002-001")
    assert read(reading, anew, rewarded(), second) == uncaused(second, "a task whose reward was taken back since")


def test_a_reward_is_taken_back_as_its_task_says() -> None:
    """All of it, and by whom; every difference is named."""
    other = undone(author="key_9", legs=legs("task_undone", 400, "CHF"))
    where = "task/tsk_1_0"
    assert read(rich(), AGAIN, rewarded(), other) == [
        ("task", f"{where}/amount", 400, 500),
        ("task", f"{where}/unit", "CHF", "EUR"),
        ("task", f"{where}/reopened_by", "key_9", "key_2"),
    ]


@pytest.mark.parametrize(
    ("task", "before"),
    [
        (PROOF, [rewarded()]),
        (AGAIN, []),
        (replace(AGAIN, earlier=(replace(AGAIN.earlier[0], decision="deny"),)), []),
        (replace(AGAIN, earlier=(replace(AGAIN.earlier[0], reopened_at=at(4)),)), [rewarded()]),
    ],
    ids=["not-opened-again", "never-rewarded", "denied", "another-time"],
)
def test_a_reward_that_was_not_to_be_taken_back(task: Task, before: list[LedgerEntry]) -> None:
    """Nobody has opened its task again, or there was none."""
    findings = read(rich(), task, *before, undone())
    assert findings[-1:] == uncaused(undone(), "a task that was rewarded, and opened again")


# --- adjustments ------------------------------------------------------------------------------------------------------


BACK = replace(CORRECTION, id="adj_2", amount=-500, undoes="adj_1")


@pytest.mark.parametrize(
    "first",
    [
        None,
        replace(CORRECTION, undone_by=None),
        replace(CORRECTION, undone_by="adj_9"),
        replace(CORRECTION, undone_by="adj_2", amount=400),
        replace(CORRECTION, undone_by="adj_2", unit="CHF"),
    ],
    ids=["none", "unknown", "another", "amount", "unit"],
)
def test_what_undoes_an_adjustment_is_its_opposite(first: Adjustment | None) -> None:
    """Of the same amount and unit the other way, and each names the other."""
    told: dict[str, Any] = {
        "cause": "adjustment:adj_2",
        "reason": CORRECTION.reason,
        "author": "key_1",
        "order_id": None,
    }
    it = then(entry("adjustment", -500, **told))
    sound = {"adj_1": replace(CORRECTION, undone_by="adj_2"), "adj_2": BACK}
    assert found(it, adjustments=sound) == []
    findings = found(it, adjustments={"adj_2": BACK, **({"adj_1": first} if first else {})})
    assert [it[:2] for it in findings] == [("adjustment", "adjustment/adj_2/undoes")]
