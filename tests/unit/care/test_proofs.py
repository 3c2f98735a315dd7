"""How many proofs are taken, and what one earns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.care.proofs import LOOK_WITHIN, Refused, Shown, judge, left, submit, undo
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
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
            taken.append(replace(answer, decision=decision))
    times = [it.opened_at for it in taken if it.decision != "deny"]
    for at in times:
        assert sum(at <= other < at + timedelta(days=30) for other in times) <= 2
    assert len({it.id for it in taken}) == len(taken)


def test_a_proof_says_what_somebody_has_to_look_at() -> None:
    """Who has shown what, where, with which words, and by when somebody should look."""
    task = show(1, [], words="By the lake!")
    assert isinstance(task, Task)
    assert task == Task(
        "proof",
        "per_1",
        task.own,
        "A picture",
        START,
        START + LOOK_WITHIN,
        words="By the lake!",
        link="https://x.example/1",
        ambassador_id="amb_1",
        reward=Reward(500, "EUR"),
        program_version=RULES.version,
    )


def test_each_task_of_the_program_counts_for_itself() -> None:
    """What was shown for another one takes no room, and may be the same page."""
    task = show(1, [])
    assert isinstance(task, Task)
    others = [replace(task, about="A review", own=str(number)) for number in range(5)]
    assert left(PICTURE, others, START) == 2
    assert show(1, others) == task


def test_the_same_page_is_the_same_proof() -> None:
    """With the same words it is a repeat, with others it is not; even when no more would be taken, or it was denied."""
    task = show(1, [], words="Look!")
    assert isinstance(task, Task)
    for known in (task, replace(task, decision="deny", state="done")):
        taken = [known, replace(known, link="https://x.example/2", own="2", decision=None)]
        assert show(1, taken, words="Look!") == Shown(known, repeated=True)
        assert show(1, taken) == Shown(known, repeated=False)
    assert show(3, [task, replace(task, link="https://x.example/2", own="2")]) == Refused("task_limit")


def test_nothing_is_taken_from_the_end_on() -> None:
    """To the millisecond."""
    ends = replace(PICTURE, until=START)

    def sent(now: datetime) -> object:
        return submit(ends, "amb_1", "per_1", [], RULES, link="https://x.example", words=None, now=now)

    assert isinstance(sent(START - timedelta(milliseconds=1)), Task)
    assert sent(START) == Refused("task_ended")


def test_a_task_without_days_counts_for_ever() -> None:
    """What was taken years ago is taken still."""
    task = show(1, [])
    assert isinstance(task, Task)
    assert left(PICTURE, [task], START + timedelta(days=30)) == 2
    assert left(PICTURE, [task], START + timedelta(days=30, milliseconds=-1)) == 1
    assert left(replace(PICTURE, days=None), [task], START + timedelta(days=3000)) == 1
    assert left(replace(PICTURE, times=1), [task, replace(task, own="2")], START) == 0


@pytest.mark.parametrize(("reward", "gifts"), [(Reward(500, "EUR"), 0), (Reward(1, "gift:Mug"), 1)])
def test_an_approved_proof_is_posted_and_told(reward: Reward, gifts: int) -> None:
    """In a version of the account's own, by whoever approved it; a gift comes with the task to send it."""
    task = show(1, [])
    assert isinstance(task, Task)
    now, account = START + timedelta(days=1), Account("amb_1", version=7)
    effects = judge(replace(task, reward=reward), account, RULES, "approve", by="key_1", now=now)
    assert not isinstance(effects, Stopped)
    replaced = [it.entity for it in effects if isinstance(it, Replace)]
    made = [it.entity for it in effects if isinstance(it, Create)]
    (after,), (entry, *others, message) = replaced, made
    assert isinstance(after, Account)
    assert (after.version, after.active_at, after.balance(reward.unit, "available")) == (8, now, reward.amount)
    assert entry == LedgerEntry(
        "amb_1",
        "00000008-001",
        "task",
        now,
        f"task:{task.id}",
        legs("task", reward.amount, reward.unit),
        RULES.version,
        author="key_1",
    )
    assert [type(it) for it in others] == [Gift] * gifts
    assert message == Message(
        Cause("account", "amb_1", 8),
        Recipient("ambassador", "amb_1"),
        Letter("proof_approved", reward.amount, reward.unit, about="A picture"),
        RULES.version,
        now,
        due_at=now,
    )


def test_a_reward_is_watched_until_it_expires() -> None:
    """An account in which something expires is looked at again."""
    task = show(1, [])
    assert isinstance(task, Task)
    expiring = replace(RULES, expiry_months=1, expiry_notice_days=0)
    effects = judge(task, Account("amb_1"), expiring, "approve", by="key_1", now=START)
    assert not isinstance(effects, Stopped)
    (after,) = [it.entity for it in effects if isinstance(it, Replace)]
    assert isinstance(after, Account)
    assert after.due_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_denied_proof_takes_no_room() -> None:
    """So who was told what was wrong can show it once more."""
    task = show(1, [])
    assert isinstance(task, Task)
    for taken in (task, replace(task, decision="approve")):
        assert left(PICTURE, [taken], START) == 1
    assert left(PICTURE, [replace(task, decision="deny")], START) == 2


def test_its_id_is_the_same_in_every_build() -> None:
    """Two builds side by side must give one number to one proof, so how an id is made never changes."""
    task = show(1, [])
    assert isinstance(task, Task)
    assert task.own == "a8b04ad23ce1e1d4"


def test_a_denied_proof_is_told_alone() -> None:
    """No account moves, even of who is suspended; who is, is given nothing."""
    task = show(1, [])
    assert isinstance(task, Task)
    suspended = Account("amb_1", suspended_in=3)
    effects = judge(task, suspended, RULES, "deny", by="key_1", now=START)
    message = Message(
        Cause("task", task.id, 1),
        Recipient("ambassador", "amb_1"),
        Letter("proof_denied", 500, "EUR", about="A picture"),
        RULES.version,
        START,
        due_at=START,
    )
    assert effects == [Create(message)]
    assert judge(task, suspended, RULES, "approve", by="key_1", now=START) == Stopped()


def test_what_was_approved_by_mistake_is_taken_back() -> None:
    """By an entry of its own under the rules of now. What was spent meanwhile is a debt, and no letter tells of it."""
    task = show(1, [])
    assert isinstance(task, Task)
    now, account = START + timedelta(days=1), Account("amb_1", 7, {"EUR": {"available": 200, "spent": 300}})
    replaced, created = undo(task, account, replace(RULES, version=9), by="key_2", now=now)
    assert isinstance(replaced, Replace)
    assert isinstance(replaced.entity, Account)
    assert (replaced.entity.version, replaced.entity.balances["EUR"]) == (8, {"available": -300, "spent": 300})
    assert created == Create(
        LedgerEntry(
            "amb_1",
            "00000008-001",
            "task_undone",
            now,
            f"task:{task.id}",
            legs("task_undone", 500, "EUR"),
            9,
            author="key_2",
        )
    )
