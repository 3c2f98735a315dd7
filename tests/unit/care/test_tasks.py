"""Who has to do what, and what that has to do with complaints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.care.tasks import CARE_WITHIN, Done, care_task, finish, social_task
from chalicelib.domain.model.people import Person
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
