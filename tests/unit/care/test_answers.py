"""What somebody answers counts, the later word of two; who is not happy is answered by a person, and asked nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.care.answers import (
    WORDS_MAX,
    Given,
    added,
    answer_of,
    answered,
    followed,
    may_be_asked,
    messages_of,
    order_of,
    replied,
    touch_of,
)
from chalicelib.domain.care.tasks import AlreadyDone, Done, care_task, finish, is_open, open_tasks, social_task, until
from chalicelib.domain.model.accounts import Gift
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Answer, Person, Touched
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.people.links import mark
from chalicelib.domain.people.policy import has_open_case
from tests.unit.care.life import BORN, DAY, HOUR, MINUTE, at, buyer, known, order

NOW = at("2026-05-05T12:00")
TICK = timedelta(milliseconds=1)


def test_an_answer_is_remembered_with_its_time() -> None:
    """As one about how it went with an order; said again it is the same, said otherwise the later word counts."""
    asha, task = answered(known(), Given("1001", "happy"), NOW)
    assert task is None
    assert asha.answers == (Answer("check_in:1001", "happy", NOW),)
    assert answer_of(asha, "1001") == asha.answers[0]
    assert answer_of(asha, "1002") is None
    assert answered(asha, Given("1001", "happy"), NOW + HOUR) == (asha, None)
    other, _ = answered(asha, Given("1001", "fine"), NOW + HOUR)
    assert [it.value for it in other.answers] == ["fine"]
    two, _ = answered(asha, Given("1002", "happy"), NOW + HOUR)
    assert [it.about for it in two.answers] == ["check_in:1001", "check_in:1002"]


def test_the_later_of_two_taps_counts_whatever_clocks_say() -> None:
    """What comes in is later than all that has come in."""
    asha = known(told={"email": NOW})
    after, _ = answered(asha, Given("1001", "happy"), NOW - HOUR)
    assert after.answers[0].at == NOW + TICK


def test_what_the_shop_tells_keeps_its_time() -> None:
    """So an older word does not take the place of a newer one."""
    asha, _ = answered(known(), Given("1001", "happy"), NOW)
    told, _ = answered(asha, Given("1001", "fine", at=NOW - DAY), NOW + HOUR)
    assert told.answers == asha.answers
    told, _ = answered(asha, Given("1001", "happy", at=NOW + MINUTE), NOW + HOUR)
    assert told.answers[0].at == NOW + MINUTE


@pytest.mark.parametrize("given", [Given("1001", "unhappy"), Given("1001", "fine", "The lid is loose.")])
def test_who_is_not_happy_or_writes_is_answered_by_somebody(given: Given) -> None:
    """A case opens with its task, with what they wrote, at the time of the answer; it is open until it is closed."""
    asha, task = answered(known(), given, NOW)
    assert task is not None
    assert (task.kind, task.about, task.words, task.opened_at) == ("care", "care:1001", given.note or None, NOW)
    assert asha.complaints == {"care:1001": NOW}
    assert asha.answers[0].value == given.value
    assert not may_be_asked(asha)
    same, none = answered(asha, given, NOW + HOUR)
    assert (same, none) == (asha, None)
    happy, none = answered(asha, Given("1001", "happy"), NOW + HOUR)
    assert none is None
    assert has_open_case(happy)


def test_a_case_that_was_closed_opens_again_with_a_later_word() -> None:
    """Also by the same answer; what the shop tells of a time before the end of it opens none."""
    asha, task = answered(known(), Given("1001", "unhappy"), NOW)
    assert task is not None
    closed = replace(asha, closed={"care:1001": NOW + HOUR})
    for when, opens in ((NOW + HOUR, False), (NOW + 2 * HOUR, True), (None, True)):
        again, anew = answered(closed, Given("1001", "unhappy", at=when), NOW + 3 * HOUR)
        assert (anew is not None) == opens
        assert has_open_case(again) == opens
        if when is None:
            assert again.answers[0].at == NOW + 3 * HOUR


def test_who_may_be_asked() -> None:
    """Nothing is open, and what is known may be used."""
    assert may_be_asked(known())
    assert not may_be_asked(known(restricted_at=NOW))
    assert not may_be_asked(known(complaints={"care:1": NOW}))
    assert may_be_asked(known(complaints={"care:1": NOW}, closed={"care:1": NOW}))


def test_a_link_leads_to_what_it_came_with() -> None:
    """An order that somebody has, was asked about or has spoken of; a touch; and nothing else."""
    asha = buyer(
        order("1003", "2026-04-01"),
        touches=(Touched("check_in", "1002", NOW), Touched("how_to", "1009", NOW)),
        answers=(Answer("check_in:1001", "happy", NOW), Answer("interests", "tea", NOW)),
    )
    assert [order_of(asha, mark(it)) for it in ("1001", "1002", "1003", "1009", "interests")] == [
        "1001",
        "1002",
        "1003",
        None,
        None,
    ]
    assert order_of(asha, None) is None
    assert touch_of(asha, mark("how_to:1009")) == asha.touches[1]
    assert touch_of(asha, mark("how_to:1002")) is None
    assert messages_of(replace(asha, absorbed=("per_2",)), "how_to", "1009") == [
        "touch:per_1:how_to:1009#1",
        "touch:per_2:how_to:1009#1",
    ]


# --- the message that asked -------------------------------------------------------------------------------------------


def message(**more: Any) -> Message:
    """A check-in that went out."""
    cause = Cause("touch", "per_1:check_in:1001", 1)
    to = Recipient("person", "per_1")
    return replace(Message(cause, to, Letter("check_in"), 1, BORN, state="done", outcome="sent"), **more)


def test_an_answer_is_noted_with_the_message_that_asked() -> None:
    """The latest; none with a message that did not go."""
    asked = replied(message(), "happy", NOW, NOW)
    assert asked == message(answer="happy", answered_at=NOW, version=2)
    assert replied(asked, "fine", NOW, NOW) == asked
    assert replied(asked, "fine", NOW - HOUR, NOW) == asked
    assert replied(asked, "fine", NOW + TICK, NOW) == message(answer="fine", answered_at=NOW + TICK, version=3)
    for unsent in (message(outcome="closed"), message(state="pending", outcome=None)):
        assert replied(unsent, "happy", NOW, NOW) == unsent
        assert followed(unsent, NOW) == unsent


def test_the_first_click_is_noted() -> None:
    """Whatever follows."""
    clicked = followed(message(), NOW)
    assert clicked == message(clicked_at=NOW, version=2)
    assert followed(clicked, NOW + HOUR) == clicked


def test_who_answers_has_got_the_mail() -> None:
    """Though nobody knew whether it went."""
    sending = message(state="sending", outcome=None, sending_at=NOW)
    for known_now in (replied(sending, "happy", NOW, NOW + HOUR), followed(sending, NOW + HOUR)):
        assert (known_now.state, known_now.outcome, known_now.done_at) == ("done", "sent", NOW + HOUR)
        assert known_now.why == ()
        assert known_now.version > sending.version
    assert followed(replace(sending, carried_by="x"), NOW).why == ("digest",)


# --- tasks ------------------------------------------------------------------------------------------------------------


def care_case(words: str | None = "It leaks.") -> tuple[Person, Task]:
    """Somebody with an open case, and its task."""
    asha, task = care_task(known(), "care:1001", words, NOW, hint="Be kind.")
    assert task is not None
    return asha, task


def test_a_task_says_what_is_to_be_done_by_when() -> None:
    """An answer within two days, a visit within two weeks, a gift within one."""
    _, task = care_case()
    assert task == Task("care", "per_1", task.own, "care:1001", NOW, NOW + 2 * DAY, words="It leaks.", hint="Be kind.")
    visit = social_task(known(), "1001", NOW, hint="Say hello.")
    assert visit == Task("social", "per_1", visit.own, "1001", NOW, NOW + 14 * DAY, hint="Say hello.")
    assert len({task.own, visit.own, social_task(known(), "1002", NOW).own}) == 3
    gift = Gift("ent_1", "amb_1", "vase", 1, "order:1001", NOW)
    assert until(gift) == NOW + 7 * DAY


def test_a_case_that_was_closed_later_than_it_opens_is_open() -> None:
    """By a millisecond."""
    asha, task = care_task(known(closed={"care:1001": NOW}), "care:1001", None, NOW)
    assert task is not None
    assert task.opened_at == asha.complaints["care:1001"] == NOW + TICK
    assert is_open(asha, "care:1001")
    assert not is_open(asha, "care:1002")


def test_what_is_written_to_an_open_case_is_added() -> None:
    """Once; of much the end is kept."""
    _, task = care_case()
    more = added(task, "And it smells.")
    assert more == replace(task, words="It leaks.\n\nAnd it smells.", version=2)
    assert added(more, "And it smells.") == more
    assert added(task, "") == task
    _, silent = care_case(None)
    assert added(silent, "Hello?").words == "Hello?"
    assert added(task, "x" * WORDS_MAX).words == "x" * WORDS_MAX


def test_the_task_of_a_case_is_found_again() -> None:
    """Also if it was opened for who has been merged in since."""
    asha, task = care_case()
    assert open_tasks(asha, "care:1001") == [task.id]
    other = replace(asha, id="per_2", absorbed=("per_1",))
    assert open_tasks(other, "care:1001") == [task.id.replace("tsk_1", "tsk_2"), task.id]


def test_a_task_is_done_once_and_closes_its_case() -> None:
    """With who did it, when, and a note; again is told as such, another word as what stands."""
    asha, task = care_case()
    done = finish(task, asha, by="key_1", note="Sent a new one.", now=NOW + HOUR)
    assert isinstance(done, Done)
    assert done.task == replace(task, state="done", closed_at=NOW + HOUR, by="key_1", note="Sent a new one.", version=2)
    assert done.person.closed == {"care:1001": NOW + HOUR}
    assert not has_open_case(done.person)
    again = finish(done.task, asha, by="key_2", note="Sent a new one.", now=NOW + DAY)
    assert again == AlreadyDone(done.task, repeated=True)
    other = finish(done.task, asha, by="key_1", note="Called.", now=NOW + DAY)
    assert other == AlreadyDone(done.task, repeated=False)
    early = finish(task, asha, by="key_1", note="", now=NOW - HOUR)
    assert isinstance(early, Done)
    assert not has_open_case(early.person)
    assert early.person.closed == {"care:1001": NOW}


def test_a_proof_is_decided_once() -> None:
    """A decision is part of what stands."""
    proof = Task("proof", "per_1", "x", "picture", NOW, NOW + DAY)
    done = finish(proof, known(), by="key_1", note="", decision="approve", now=NOW)
    assert isinstance(done, Done)
    assert (done.task.decision, done.person) == ("approve", known())
    other = finish(done.task, known(), by="key_1", note="", decision="deny", now=NOW)
    assert other == AlreadyDone(done.task, repeated=False)


def test_a_case_that_came_up_anew_stays_open() -> None:
    """The old task closes only what it was opened with; a visit closes nothing."""
    asha, task = care_case()
    anew = replace(asha, complaints={"care:1001": NOW + HOUR})
    done = finish(task, anew, by="key_1", note="", now=NOW + 2 * HOUR)
    assert isinstance(done, Done)
    assert done.person == anew
    visit = Task("social", "per_1", "x", "care:1001", NOW, NOW + DAY)
    done = finish(visit, asha, by="key_1", note="", now=NOW + 2 * HOUR)
    assert isinstance(done, Done)
    assert done.person == asha
