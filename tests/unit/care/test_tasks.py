"""Who has to do what, and what that has to do with complaints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.care.proofs import LOOK_WITHIN
from chalicelib.domain.care.tasks import (
    CARE_WITHIN,
    GIFT_WITHIN,
    VISIT_WITHIN,
    AlreadyDone,
    Done,
    NotDone,
    Reopened,
    care_task,
    finish,
    reopen,
    social_task,
    until,
)
from chalicelib.domain.model.accounts import Gift
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Closing, Task, TaskKind
from chalicelib.domain.people.policy import has_open_case

START = datetime(2026, 3, 1, tzinfo=UTC)
MAYA = Person("per_1")


def test_a_complaint_is_opened_with_its_task() -> None:
    """From then on nobody asks the person for anything, and somebody has to answer by a time."""
    person, task = care_task(MAYA, "check_in:o1", "The pot leaks.", START)
    assert has_open_case(person)
    assert task is not None
    assert (task.person_id, task.about, task.words) == ("per_1", "check_in:o1", "The pot leaks.")
    assert task.until == START + CARE_WITHIN


def test_an_open_complaint_has_one_task() -> None:
    """Whoever says it twice, or tries again, opens nothing more; another complaint has a task of its own."""
    person, task = care_task(MAYA, "check_in:o1", None, START)
    assert care_task(person, "check_in:o1", None, START + timedelta(days=1)) == (person, None)
    _, again = care_task(MAYA, "check_in:o1", None, START)
    assert again == task
    _, other = care_task(person, "note:n1", None, START)
    assert other
    assert task
    assert other.id != task.id


def test_a_closed_complaint_can_come_up_again() -> None:
    """With a task of its own, even if a clock says that it was closed only now or later."""
    person, first = care_task(MAYA, "check_in:o1", None, START)
    closed = Person("per_1", complaints=person.complaints, closed={"check_in:o1": START + timedelta(hours=1)})
    assert not has_open_case(closed)
    person, second = care_task(closed, "check_in:o1", None, START)
    assert has_open_case(person)
    assert first
    assert second
    assert second.id != first.id


def test_a_visit_has_one_task() -> None:
    """Its subject tells it from others, whenever it is made: so it can't be created twice."""
    first, again = (social_task(MAYA, "2026", START + timedelta(days=n)) for n in (0, 1))
    assert first.id == again.id
    assert social_task(MAYA, "2027", START).id != first.id


def test_a_former_task_closes_no_complaint_that_came_up_anew() -> None:
    """Who has written again since is to be answered again, even if the first answer is told only now."""
    person, first = care_task(MAYA, "check_in:o1", None, START)
    again = replace(person, complaints={"check_in:o1": START + timedelta(hours=1)})
    assert first
    for known, stays in ((person, False), (again, True)):
        done = finish(first, known, by="key_1", note="Said sorry.", now=START + timedelta(hours=2))
        assert isinstance(done, Done)
        assert has_open_case(done.person) == stays


def test_a_complaint_is_closed_though_clocks_differ() -> None:
    """Whoever closes it by a clock that is late closes it all the same."""
    person, task = care_task(MAYA, "check_in:o1", None, START)
    assert task
    done = finish(task, person, by="key_1", note="Said sorry.", now=START - timedelta(minutes=1))
    assert isinstance(done, Done)
    assert not has_open_case(done.person)


def test_a_task_that_is_done_says_by_whom_and_how() -> None:
    """Once: the same words again are a repeat, another note or decision is not."""
    task = Task("proof", "per_1", "0", "A picture", START, START + timedelta(days=7))
    later = START + timedelta(days=1)
    answer = finish(task, MAYA, by="key_1", note="Seen.", decision="deny", now=later)
    done = replace(task, state="done", closed_at=later, by="key_1", note="Seen.", decision="deny", version=2)
    assert answer == Done(done, MAYA)
    again = later + timedelta(days=1)
    assert finish(done, MAYA, by="key_2", note="Seen.", decision="deny", now=again) == AlreadyDone(done, repeated=True)
    for note, decision in (("Else.", "deny"), ("Seen.", "approve")):
        other = finish(done, MAYA, by="key_1", note=note, decision=decision, now=again)  # type: ignore[arg-type]
        assert other == AlreadyDone(done, repeated=False)


def test_a_visit_closes_nothing() -> None:
    """Whatever is open between its person and the shop stays so, even if it is called the same."""
    person, _ = care_task(MAYA, "o1", None, START)
    done = finish(social_task(person, "o1", START), person, by="key_1", note="Said hello.", now=START)
    assert isinstance(done, Done)
    assert done.person == person


def test_each_kind_has_its_time() -> None:
    """By when somebody should have answered, paid the visit, or sent the gift; with what the program says of it."""
    _, care = care_task(MAYA, "note:1", "It leaks.", START, hint="Call them.")
    visit = social_task(MAYA, "o1", START, hint="Ask about the garden.")
    assert care
    assert (care.kind, care.opened_at, care.until, care.hint) == ("care", START, START + CARE_WITHIN, "Call them.")
    assert (visit.kind, visit.about, visit.opened_at, visit.until) == ("social", "o1", START, START + VISIT_WITHIN)
    assert (visit.person_id, visit.hint) == ("per_1", "Ask about the garden.")
    assert until(Gift("ent_1", "amb_1", "gift:Mug", 1, "tier:1", START)) == START + GIFT_WITHIN
    assert [it.days for it in (CARE_WITHIN, VISIT_WITHIN, GIFT_WITHIN)] == [2, 14, 7]


def test_tasks_of_two_kinds_are_two() -> None:
    """Even about the same, of the same person, at the same time."""
    _, care = care_task(MAYA, "o1", None, START)
    assert care
    assert care.id != social_task(MAYA, "o1", START).id
    assert care.id.startswith("tsk_1_")


@pytest.mark.parametrize(("kind", "within"), [("proof", LOOK_WITHIN), ("social", VISIT_WITHIN)])
def test_a_task_done_by_mistake_is_to_be_done_again(kind: TaskKind, within: timedelta) -> None:
    """With as much time as at first. How it was done stays with it, and nothing else. Its person is as before."""
    former = Closing(START, "key_0", START, "key_0")
    task = Task(kind, "per_1", "0", "A picture", START, START + within, words="By the lake!", earlier=(former,))
    later, now = START + timedelta(days=1), START + timedelta(days=40)
    done = finish(task, MAYA, by="key_1", note="Seen.", decision="deny", now=later)
    assert isinstance(done, Done)
    again = reopen(done.task, MAYA, by="key_2", note="The wrong one.", now=now)
    closing = Closing(later, "key_1", now, "key_2", "Seen.", "deny", "The wrong one.")
    assert again == Reopened(replace(task, until=now + within, earlier=(former, closing), version=3), MAYA)


def test_a_complaint_closed_by_mistake_comes_up_anew() -> None:
    """With a task of its own that says and hints the same, and how the first was done; nobody asks for anything."""
    person, task = care_task(MAYA, "note:1", "It leaks.", START, hint="Call them.")
    assert task
    later, now = START + timedelta(hours=1), START + timedelta(hours=2)
    done = finish(task, person, by="key_1", note="Called.", now=later)
    assert isinstance(done, Done)
    again = reopen(done.task, done.person, by="key_2", note="Wrong number.", now=now)
    assert isinstance(again, Reopened)
    assert has_open_case(again.person)
    closing = Closing(later, "key_1", now, "key_2", "Called.", why="Wrong number.")
    assert again.task == replace(task, own=again.task.own, opened_at=now, until=now + CARE_WITHIN, earlier=(closing,))
    assert again.task.id != task.id


def test_only_what_is_done_can_be_opened_again() -> None:
    """Neither a task that is open, nor one whose complaint has come up anew: that has a task already."""
    person, task = care_task(MAYA, "note:1", None, START)
    assert task
    assert reopen(task, person, by="key_1", note="A slip.", now=START) == NotDone(task)
    done = finish(task, person, by="key_1", note="Called.", now=START)
    assert isinstance(done, Done)
    anew, _ = care_task(done.person, "note:1", None, START + timedelta(days=1))
    assert reopen(done.task, anew, by="key_1", note="A slip.", now=START + timedelta(days=2)) == NotDone(done.task)


def test_a_visit_is_the_same_in_every_build() -> None:
    """Two builds side by side at one subject must make one task, so how its id is made never changes."""
    assert social_task(MAYA, "2026", START).id == "tsk_1_f96d7c85e78de756"
