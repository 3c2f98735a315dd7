"""Whatever a life brings: nothing comes twice, nothing is due unseen, no wish is lost, and what did not go says why."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.care.care import care, message_key, purpose_of
from chalicelib.domain.care.occasions.anniversary import Anniversary
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.check_in import CheckIn
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.interests import Interests
from chalicelib.domain.care.occasions.invitation import Invitation
from chalicelib.domain.care.occasions.miss_you import MissYou
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.occasions.surprise import Round, Surprise
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.people import EVERYTHING, Answer, Bought, Consent, Person, Sent, Touched
from chalicelib.domain.people.person import bought, join, tell
from chalicelib.domain.people.policy import Later, Never, Now, is_held_out, may
from chalicelib.domain.program.program import Program, Rate
from tests.unit.care.life import DAY, HOUR, MAILBOX, MINUTE, YES, Life, known, ruled
from tests.unit.people.test_policy import at, nights

START = at("2026-01-01T00:00")
CHANCE = Random(14)
HELD_OUT = next(it for n in range(99) if is_held_out(known(id=(it := f"per_{n}")), ruled(hold_out_percent=50)))
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago", "Pacific/Kiritimati", "Pacific/Pago_Pago", None)
EVERY = Care(
    birthday=Birthday(),
    check_in=CheckIn(after_purchase_days=5, after_delivery_days=2),
    how_to=HowTo(after_purchase_days=3, within_days=9),
    invitation=Invitation(),
    anniversary=Anniversary(),
    surprise=Surprise(rounds=(Round("2020-01", 3000, 10**6, Rate(amount=5)),), known_days=30),
    miss_you=MissYou(),
    interests=Interests(choices=("tea",)),
    social=Social(),
)

days = st.dates(at("2026-01-01T00:00").date(), at("2026-12-31T00:00").date()).map(lambda it: f"{it:%m-%d}")
caps = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20)), max_size=2)
programs = st.builds(lambda some, quiet: ruled(*some, quiet=quiet), caps, st.none() | nights)


@dataclass(frozen=True)
class Event:
    """Something that comes to be known, so long after what came before."""

    after: timedelta
    what: str
    number: int = 0
    word: Any = None

    def told_of(self, person: Person, now: datetime) -> Person:
        """Somebody of whom it is known."""
        name = f"o{self.number}"
        placed = next((it for it in person.orders if it.order_id == name), Bought(name, now, ("vase",)))
        fact = Person(person.id)
        match self.what:
            case "order":
                return bought(person, placed)
            case "delivered":
                return bought(person, replace(placed, delivered_at=now, facts=placed.facts + 1))
            case "refunded":
                return bought(person, replace(placed, refunded=True, facts=placed.facts + 1))
            case "answer":
                fact = replace(fact, answers=(Answer(f"check_in:{name}", self.word, now),))
            case "case":
                fact = replace(fact, complaints={name: now})
            case "closed":
                fact = replace(fact, closed={name: now})
            case "no":
                fact = replace(fact, consents={EVERYTHING: Consent(own_no=now)})
            case "yes":
                fact = replace(fact, consents=dict.fromkeys(YES, Consent(own_yes=now)))
            case "joined":
                fact = replace(fact, ambassador_id="amb_1", ambassador_since=now)
            case _:
                fact = tell(fact, {self.what: self.word}, now)
        return join(person, fact)


waits = st.integers(0, 60 * 24 * 60).map(lambda minutes: minutes * MINUTE)
numbers = st.integers(1, 4)
events = st.one_of(
    st.builds(Event, waits, st.sampled_from(("order", "order", "delivered", "refunded", "case", "closed")), numbers),
    st.builds(Event, waits, st.just("answer"), numbers, st.sampled_from(("happy", "fine", "unhappy"))),
    st.builds(Event, waits, st.sampled_from(("no", "yes", "joined"))),
    st.builds(Event, waits, st.just("birthday"), st.just(0), days | st.none()),
    st.builds(Event, waits, st.just("time_zone"), st.just(0), st.sampled_from(ZONES)),
)
histories = st.lists(events, max_size=8)


@st.composite
def newcomers(draw: st.DrawFn) -> Person:
    """Somebody who has agreed to everything, and has mostly bought."""
    placed = draw(st.lists(st.integers(1, 400), max_size=3))
    person = known(
        id=f"per_{draw(st.integers(0, 30))}",
        birthday=draw(days | st.none()),
        told={"birthday": START - 900 * DAY},
        time_zone=draw(st.sampled_from(ZONES)),
        handles={"instagram": "asha"} if draw(st.booleans()) else {},
    )
    for n, ago in enumerate(placed):
        person = bought(person, Bought(f"o{n + 10}", START - ago * DAY, ("vase",)))
    return person


class Watched(Life):
    """A life in which each look is judged."""

    changed_at = START

    def carry_out(self) -> datetime | None:
        """Judge what care says, and do it."""
        self.judge_wishes()
        due_at = super().carry_out()
        self.judge_rest(due_at)
        return due_at

    def judge_rest(self, due_at: datetime | None) -> None:
        """Nothing is due before care says so; nothing ever, if it says nothing."""
        assert due_at is None or due_at > self.now
        ahead = due_at - self.now if due_at else 400 * DAY
        for share in (CHANCE.random(), 0.999999):
            plan = care(self.person, self.settings, self.rules, self.now + ahead * share, mailbox=self.mailbox)
            assert plan.go is None

    def judge_wishes(self) -> None:
        """No wish that is over had a moment but for what went, though it is less, since all was known that is now."""
        since = self.person.seen_until or START
        lower = {
            message_key(self.person.id, it.touch)
            for when, it in self.went
            if it.touch.occasion != "birthday" and when >= self.changed_at
        }
        without = replace(self.person, sent=tuple(it for it in self.person.sent if it.key not in lower))
        for wish in (it.touch for it in self.look().ended if it.touch.firm):
            found = may(without, "wishes", self.rules, max(wish.starts, since), mailbox=MAILBOX, despite="hold_out")
            assert isinstance(found, Never | Later)
            assert isinstance(found, Never) or found.at >= wish.ends


def lived(life: Life, told: list[Event]) -> Life:
    """Live until all is told, and some time more."""
    for event in told:
        life.until(life.now + event.after)
        life.tell(partial(event.told_of, now=life.now))
        if isinstance(life, Watched):
            life.changed_at = life.now
    return life.until(life.now + 500 * DAY)


@settings(max_examples=50)
@given(newcomers(), histories, programs)
def test_nothing_is_due_unseen_and_no_wish_is_lost(person: Person, told: list[Event], rules: Program) -> None:
    """At each look of a life (`Watched`); and nothing comes twice, neither to them nor into the records.

    What is moved after its time was over, by a delivery that is reported late or another birthday, may be over once
    more, at its new time; its record is there by then.
    """
    life = lived(Watched(person, EVERY, START, rules), told)
    over = [(it.touch.key, it.touch.ends) for _, it in life.ended]
    assert len(set(life.keys())) == len(life.keys())
    assert len(set(over)) == len(over)


@settings(max_examples=40)
@given(newcomers(), histories, programs, st.integers(1, 300))
def test_each_time_that_passed_has_a_reason(person: Person, told: list[Event], rules: Program, ahead: int) -> None:
    """What is in sight and may go has gone when its time is over, or is recorded as over with its reason: one of both.

    Only a second invitation is none any more once the first has gone.
    """
    life = lived(Life(person, EVERY, START, rules), told)
    end = life.now + ahead * DAY
    seen = {it.touch.key for it in life.look().ahead if it.at and it.touch.ends <= end}
    life.until(end)
    went, over = set(life.keys()), set(life.reasons())
    assert all(line.why and line.at is None for _, line in life.ended)
    assert {it for it in seen - went - over if not it.startswith("invitation:")} == set()
    invited = {it for it in seen if it.startswith("invitation:")}
    assert not invited or invited & (went | over)


@settings(max_examples=40)
@given(newcomers(), histories, programs)
def test_who_is_held_out_would_get_the_same_at_the_same_moments(
    person: Person, told: list[Event], rules: Program
) -> None:
    """So they can be compared: their ghosts go when their letters would have gone."""
    person = replace(person, id=HELD_OUT)
    out = replace(rules, letters=replace(rules.letters, hold_out_percent=50))
    held, free = (lived(Life(person, EVERY, START, it), told) for it in (out, rules))
    assert [(when, line.touch) for when, line in held.went] == [(when, line.touch) for when, line in free.went]
    assert all(line.held_out for _, line in held.went)
    assert not any(line.held_out for _, line in free.went)


@settings(max_examples=40)
@given(newcomers(), histories, programs)
def test_what_goes_is_within_its_time_its_caps_and_its_hours(person: Person, told: list[Event], rules: Program) -> None:
    """Counted anew from all that went: each letter as of a minute after it was let through."""
    life = lived(Life(person, EVERY, START, rules), told)
    letters = [(when, purpose) for when, line in life.went if (purpose := purpose_of(line.touch))]
    assert all(line.touch.starts <= when < line.touch.ends for when, line in life.went)
    for n, (when, purpose) in enumerate(letters):
        for cap in rules.letters.caps:
            within = [it for it, _ in letters[:n] if it + MINUTE > when - cap.days * DAY]
            assert purpose not in cap.purposes or len(within) < cap.letters
    night = replace(rules, letters=replace(rules.letters, caps=()))
    if all(it.what != "time_zone" for it in told):
        assert {may(person, it, night, when, mailbox=MAILBOX) for when, it in letters} <= {Now()}


# --- in whatever order ------------------------------------------------------------------------------------------------

TIMES = st.integers(-50, 50).map(lambda n: START + n * DAY)
few = st.sampled_from(("a", "b", "c"))
orders = st.builds(
    lambda n, facts: Bought(f"o{n}", START - n * DAY, ("vase",), delivered_at=START if facts else None, facts=facts),
    st.integers(1, 9),
    st.integers(0, 1),
)
touches = st.builds(
    Touched, st.sampled_from(("birthday", "surprise", "check_in")), st.sampled_from(("2026", "2026-02", "o1")), TIMES
)
parts = st.one_of(
    st.builds(lambda it: Person("p", orders=(it,), first_bought_at=it.placed_at), orders),
    st.builds(lambda name, value, when: Person("p", answers=(Answer(name, value, when),)), few, few, TIMES),
    st.builds(lambda it: Person("p", touches=(it,)), touches),
    st.builds(lambda key, when: Person("p", sent=(Sent(key, "wishes", when),)), few, TIMES),
    st.builds(lambda name, when: Person("p", complaints={name: when}), few, TIMES),
    st.builds(lambda name, when: Person("p", closed={name: when}), few, TIMES),
    st.builds(lambda when: Person("p", ambassador_since=when), TIMES),
    st.builds(lambda when: Person("p", seen_until=when), TIMES),
    st.builds(lambda when: Person("p", paused_until=when), TIMES),
    st.builds(lambda when: Person("p", erased_at=when), TIMES),
    st.builds(lambda name: Person("p", absorbed=(name,)), few),
    st.builds(lambda when, day: tell(Person("p"), {"birthday": day, "email": "a@example.com"}, when), TIMES, days),
    st.builds(lambda when: Person("p", consents=dict.fromkeys(YES, Consent(own_yes=when))), TIMES),
)


@given(st.lists(parts, max_size=14), st.randoms(use_true_random=False), st.integers(0, 14), TIMES)
def test_the_same_facts_give_the_same_plan(told: list[Person], chance: Random, cut: int, now: datetime) -> None:
    """Folded in in any order, each as often as may be, and also by two who turn out to be one."""

    def whole(some: list[Person]) -> Person:
        person = Person("p", created_at=START - 999 * DAY)
        for part in some:
            person = join(person, part)
        return person

    plan = care(whole(told), EVERY, ruled((1, 7)), now, mailbox=MAILBOX)
    again = [*told, *told]
    chance.shuffle(again)
    for person in (
        whole(again),
        join(whole(told[:cut]), whole(told[cut:])),
        join(whole(told[cut:]), whole(told[:cut])),
    ):
        assert care(person, EVERY, ruled((1, 7)), now, mailbox=MAILBOX) == plan


def test_a_silent_year_costs_nothing() -> None:
    """Who has agreed to nothing is never looked at, whatever is switched on; nor of whom nothing is known."""
    for person in (known(), known(consents={}, birthday="05-05", ambassador_since=START)):
        life = Life(person, replace(EVERY, social=None), START).until(START + HOUR)
        assert (life.look().due_at, life.looks) == (None, 2)
