"""What is due for somebody, when, and why: the first moment that is allowed, and room for what can't be put off."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.care.care import NOTHING, care, given_back, is_done, message_key, touched
from chalicelib.domain.care.occasion import LookAgain, Occasion, Seen, Touch, Variant
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.check_in import CheckIn
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.occasions.surprise import Round, Surprise
from chalicelib.domain.care.settings import Care
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.model.people import EVERYTHING, Consent, Person, Sent, Stop, Touched
from chalicelib.domain.people.policy import BEGINS, Now, may
from chalicelib.domain.program.program import Program, Quiet, Rate
from tests.unit.care.life import BORN, DAY, HOUR, MAILBOX, MINUTE, Life, at, buyer, known, look, order, ruled
from tests.unit.people.test_policy import assert_first, morning, nights
from tests.unit.people.test_policy import people as anybody

WISHES = Care(birthday=Birthday())
BOTH = Care(birthday=Birthday(), how_to=HowTo())
NIGHT = Quiet("20:00", "09:00")
ROUND = Round("2020-01", chance=10_000, budget=10**6, gift=Rate(amount=500))


def born(birthday: str = "05-05", **about: Any) -> Person:
    """Somebody whose birthday is known for long."""
    return known(birthday=birthday, told={"birthday": BORN}, **about)


def handy(delivered: str, **about: Any) -> Person:
    """Somebody with a birthday on a Thursday, who is to be shown something four days after a delivery."""
    bought = order("1001", "2026-04-01", delivered_at=at(delivered))
    return buyer(bought, birthday="05-07", told={"birthday": BORN}, **about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented(Occasion):
    """An occasion that nobody has thought of yet."""

    NAME: ClassVar[str] = "invented"
    LETTER: ClassVar[Name | None] = "how_to"

    seen: tuple[Seen, ...] = ()

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield what it was told."""
        del sight
        yield from self.seen


@dataclass(frozen=True, slots=True)
class Only(Care):
    """Nothing but some invented occasions, by rank."""

    invented: tuple[Occasion, ...] = ()

    def occasions(self) -> Iterator[Occasion]:
        """Yield them."""
        yield from self.invented


def a_touch(starts: str, ends: str, subject: str = "a", letter: Name | None = "how_to", **more: Any) -> Touch:
    """A touch of the invented occasion."""
    return Touch("invented", subject, at(starts), at(ends), letter, **more)


def invented(*seen: Seen) -> Only:
    """Settings with one occasion, which yields these."""
    return Only(invented=(Invented(seen=seen),))


# --- the moment -------------------------------------------------------------------------------------------------------


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Quiet hours and caps that bite."""
    caps = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=2))
    return ruled(*caps, quiet=draw(st.none() | nights))


@settings(max_examples=60)
@given(anybody(), programs(), st.integers(-3000, 5000), st.integers(0, 4000), st.integers(1, 3), st.booleans())
def test_a_touch_goes_at_the_first_moment_that_is_allowed(
    person: Person, rules: Program, minutes: int, pause: int, days: int, paused: bool
) -> None:
    """Against a walk minute by minute over the gate of all letters: none before it is within its time and allowed."""
    now = at("2026-05-05T12:00") + minutes * MINUTE
    touch = replace(a_touch("2026-05-05", "2026-05-06"), ends=at("2026-05-05") + days * DAY)
    person = replace(person, paused_until=at("2026-05-04") + pause * MINUTE if paused else None)
    plan = care(person, invented(touch), rules, now, mailbox=MAILBOX)

    def allowed(it: datetime) -> bool:
        gate = may(person, "tips", rules, it, mailbox=MAILBOX, key=message_key(person.id, touch), despite="hold_out")
        return touch.starts <= it < touch.ends and it >= (person.paused_until or it) and gate == Now()

    line = plan.go or next(iter(plan.ahead), None)
    assume(line is not None)
    assert line is not None
    assert (plan.go is not None) == allowed(now)
    moment = now if plan.go else line.at
    if moment is None or moment == touch.ends:
        ahead = max(0, (touch.ends - now) // MINUTE)
        assert not any(allowed(now + n * MINUTE) for n in range(ahead))
        assert line.why
    else:
        assert_first(allowed, now, moment)
        assert plan.due_at == moment
        again = care(person, invented(touch), rules, moment, mailbox=MAILBOX)
        assert again.go is not None
        assert again.go.touch == touch


def test_what_moves_a_touch_is_named() -> None:
    """The pause of the mail service, the caps, the night; each only if it moved it, and in this order."""
    asha = born("05-05", sent=(Sent("x", "tips", at("2026-05-04")),))
    after = at("2026-05-05T09:00") + morning(asha)
    for rules, paused, moment, why in (
        (ruled(), None, at("2026-05-05"), ()),
        (ruled(quiet=NIGHT), None, after, ("quiet_hours",)),
        (ruled((1, 2)), None, at("2026-05-06"), ("cap",)),
        (ruled((1, 2), quiet=NIGHT), None, after + DAY, ("cap", "quiet_hours")),
        (ruled(), at("2026-05-05T13:00"), at("2026-05-05T13:00"), ("mail_service",)),
        (ruled((1, 2)), at("2026-05-05T13:00"), at("2026-05-06"), ("mail_service", "cap")),
        (ruled(), at("2026-05-05"), at("2026-05-05"), ()),
    ):
        line = look(replace(asha, paused_until=paused), WISHES, "2026-05-04", rules).ahead[0]
        assert (line.at, line.why) == (moment, why)
        plan = look(replace(asha, paused_until=paused), WISHES, moment, rules)
        assert plan.go is not None
        assert (plan.go.at, plan.go.why) == (moment, why)


def test_what_goes_late_has_not_waited() -> None:
    """Nobody looked for a day: that is no reason of its own."""
    asha = born(seen_until=at("2026-05-05T12:00"))
    plan = look(asha, WISHES, "2026-05-06T12:00", ruled((1, 1)))
    assert plan.go is not None
    assert (plan.go.at, plan.go.why) == (at("2026-05-06T12:00"), ())
    assert look(asha, WISHES, "2026-05-05T23:00", ruled(quiet=NIGHT)).go is None


def test_a_mail_is_not_in_the_way_of_its_own_retry() -> None:
    """What was noted of a first try counts for others, and not for itself."""
    touch = a_touch("2026-05-05", "2026-05-08")
    tried = known(sent=(Sent("touch:per_1:invented:a#1", "tips", at("2026-05-05T00:01")),))
    assert look(tried, invented(touch), "2026-05-05T01:00", ruled((1, 7))).go is not None
    other = replace(touch, subject="b")
    assert look(tried, invented(other), "2026-05-05T01:00", ruled((1, 7))).go is None


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"consents": {}}, "no_consent"),
        ({"consents": {EVERYTHING: Consent(own_no=at("2026-01-01"))}}, "refused"),
        ({"stops": {MAILBOX: Stop("bounce", at("2026-01-01"))}}, "stopped"),
        ({"restricted_at": at("2026-01-01")}, "restricted"),
        ({"complaints": {"care:1": at("2026-01-01")}}, "complaint_open"),
        ({"erased_at": at("2026-01-01"), "email": None}, "erased"),
    ],
)
def test_never_wakes_nobody_up(about: dict[str, Any], why: str) -> None:
    """Neither for a touch nor to look again; facts and settings do that. It says so, and why."""
    asha = replace(buyer(order("1", "2020-01-01")), birthday="05-05", told={"birthday": BORN}, **about)
    for now in "2026-05-01", "2026-05-05":
        plan = look(asha, Care(birthday=Birthday(), surprise=Surprise(rounds=(replace(ROUND, chance=0),))), now)
        assert (plan.go, plan.due_at) == (None, None)
        assert {(it.at, it.why) for it in plan.ahead} == {(None, (why,))}


def test_nobody_is_woken_up_without_an_address() -> None:
    """It is a fact like any other."""
    plan = care(born(), WISHES, ruled(), at("2026-05-05"), mailbox=None)
    assert (plan.go, plan.due_at, plan.ahead[0].why) == (None, None, ("no_address",))


def test_of_who_is_another_one_nothing_is_due() -> None:
    """All that is left of them leads there."""
    assert look(born(into="per_2"), WISHES, "2026-05-05") == NOTHING
    assert NOTHING.due_at is None


def test_the_first_by_rank_goes_then_the_older_then_by_name() -> None:
    """One at a time; the others are still due, and come in the order of their moments."""
    first, second = a_touch("2026-05-04", "2026-05-08", "b"), a_touch("2026-05-05", "2026-05-08", "a")
    third = a_touch("2026-05-05", "2026-05-08", "c")
    later = a_touch("2026-05-06", "2026-05-08", "d")
    lower = replace(a_touch("2026-05-01", "2026-05-09", "e"), occasion="lower")
    all_of_it = Only(invented=(Invented(seen=(later, third, second, first)), Invented(seen=(lower,))))
    life = Life(known(), all_of_it, at("2026-05-05"))
    plan = life.look()
    assert plan.go is not None
    assert plan.go.touch == first
    assert plan.due_at == at("2026-05-05")
    assert [it.touch.subject for it in plan.ahead] == ["c", "a", "e", "d"]
    assert [it.touch.subject for _, it in life.until("2026-05-10").went] == ["b", "a", "c", "e", "d"]


def test_an_occasion_that_looks_again_at_once_does_not_spin() -> None:
    """The next look is later than this one, whatever an occasion says."""
    now = at("2026-05-05")
    assert look(known(), invented(LookAgain(now - DAY)), now).due_at == now + timedelta(milliseconds=1)
    assert look(known(), invented(LookAgain(now + DAY), LookAgain(now + 2 * DAY)), now).due_at == now + DAY


def test_the_next_look_is_the_soonest_of_all() -> None:
    """Of touches, of the ends of those that can't go, and of the end of sight."""
    asha = known(sent=(Sent("x", "tips", at("2026-05-04")),))
    can_not = a_touch("2026-05-05", "2026-05-08")
    visit = a_touch("2026-05-07", "2026-05-09", "v", letter=None)
    week = ruled((1, 7))
    assert look(asha, invented(can_not, LookAgain(at("2026-06-01"))), "2026-05-05", week).due_at == at("2026-05-08")
    assert look(asha, invented(can_not, visit), "2026-05-05", week).due_at == at("2026-05-07")
    assert look(asha, invented(can_not, LookAgain(at("2026-05-06"))), "2026-05-05", week).due_at == at("2026-05-06")
    assert look(asha, invented(), "2026-05-05", week).due_at is None


# --- what is over -----------------------------------------------------------------------------------------------------


def test_what_is_over_is_recorded_once_with_its_reason() -> None:
    """Within what nobody has looked at yet, and not before."""
    touch = a_touch("2026-05-05", "2026-05-08")
    for seen, now, over in (
        ("2026-05-04", "2026-05-07T23:59", False),
        ("2026-05-04", "2026-05-08", True),
        ("2026-05-07", "2026-06-08", True),
        ("2026-05-08", "2026-06-08", False),
        (None, "2026-05-08", False),
    ):
        refused = known(consents={}, seen_until=at(seen) if seen else None)
        plan = look(refused, invented(touch), now)
        assert [(it.touch, it.at, it.why) for it in plan.ended] == ([(touch, None, ("no_consent",))] if over else [])
        assert plan.due_at == (at(now) if over else None)
        assert not (plan.ahead and over)


def test_each_reason_is_the_true_one() -> None:
    """What stood in the way all the time; if nothing did, or not so long, nobody looked in time or nobody knew."""
    touch = a_touch("2026-05-05", "2026-05-08")
    seen = known(seen_until=at("2026-05-04"))
    for about, rules, why in (
        ({}, ruled(), ("late",)),
        ({"sent": (Sent("x", "tips", at("2026-05-04")),)}, ruled((1, 7)), ("cap",)),
        ({"sent": (Sent("x", "tips", at("2026-05-04")),)}, ruled((1, 2)), ("cap", "late")),
        ({"paused_until": at("2026-05-09")}, ruled(), ("mail_service",)),
        ({"paused_until": at("2026-05-06")}, ruled(), ("mail_service", "late")),
        ({}, ruled(quiet=NIGHT), ("quiet_hours", "late")),
        ({"seen_until": at("2026-05-06T12:00")}, ruled(quiet=NIGHT), ("late",)),
    ):
        plan = look(replace(seen, **about), invented(touch), "2026-05-20", rules)
        assert [(it.why, it.at) for it in plan.ended] == [(why, None)]
    plan = look(seen, invented(touch), touch.ends)
    assert [(it.why, it.at) for it in plan.ended] == [(("late",), None)]


def test_what_made_room_until_it_was_over_says_so() -> None:
    """Tuesday's how-to can only go until Thursday, and Thursday is the birthday."""
    asha, rules = handy("2026-05-01"), ruled((1, 7))
    life = Life(asha, Care(birthday=Birthday(), how_to=HowTo(within_days=1)), at("2026-05-05"), rules)
    life.until("2026-05-12")
    assert life.keys() == ["birthday:2026"]
    assert life.reasons() == {"how_to:1001": ("kept_free",)}


# --- kept free --------------------------------------------------------------------------------------------------------


def test_tuesdays_letter_makes_room_for_thursdays_birthday() -> None:
    """With one letter a week it waits, and goes a week after the wish."""
    life = Life(handy("2026-05-01"), BOTH, at("2026-05-05"), ruled((1, 7)))
    line = life.look().ahead[1]
    assert (line.at, line.why) == (at("2026-05-14T00:01"), ("kept_free",))
    life.until("2026-06-01")
    assert life.times() == [at("2026-05-07"), at("2026-05-14T00:01")]


def test_a_letter_goes_first_if_the_birthday_still_finds_its_time() -> None:
    """Of its three days the last one is enough: until the week after the letter is over."""
    for placed, went in (
        ("2026-04-28T23:58:59", ["how_to:1001", "birthday:2026"]),  # free again in the last second
        ("2026-04-28T23:59", ["birthday:2026", "how_to:1001"]),
    ):
        asha = handy(placed)
        life = Life(asha, BOTH, at("2026-05-02T12:00"), ruled((1, 7)))
        assert life.until("2026-06-01").keys() == went


def test_only_who_counts_with_the_birthday_makes_room() -> None:
    """A letter that no cap counts together with wishes goes at once, and so does what is no letter."""
    asha, rules = handy("2026-05-01"), ruled((1, 7))
    split = tuple(replace(rules.letters.caps[0], purposes=(it,)) for it in ("wishes", "tips"))
    apart = replace(rules, letters=replace(rules.letters, caps=split))
    assert Life(asha, BOTH, at("2026-05-05"), apart).until("2026-05-09").keys() == ["how_to:1001", "birthday:2026"]
    visited = replace(asha, handles={"instagram": "asha"})
    visits = Care(birthday=Birthday(), social=Social(after_delivery_days=4))
    assert Life(visited, visits, at("2026-05-05"), rules).until("2026-05-09").keys() == ["social:1001", "birthday:2026"]


def test_a_letter_makes_room_with_others_before_it() -> None:
    """Of two in a week the first one may go, the second would be one too many."""
    orders = [order(f"100{n}", "2026-04-01", delivered_at=at(f"2026-05-0{n}")) for n in (1, 2)]
    asha = buyer(*orders, birthday="05-07", told={"birthday": BORN})
    life = Life(asha, BOTH, at("2026-05-05"), ruled((2, 7))).until("2026-06-01")
    assert life.keys() == ["how_to:1001", "birthday:2026", "how_to:1002"]
    assert life.times() == [at("2026-05-05"), at("2026-05-07"), at("2026-05-12T00:01")]


def test_nothing_makes_room_for_a_birthday_that_can_not_be() -> None:
    """Nor for one whose time will be over by then; the plan says no moment before the touch makes sense."""
    asha = handy("2026-05-01", sent=(Sent("x", "wishes", at("2026-05-04")),))
    caps = ruled((1, 30))
    capped = replace(caps, letters=replace(caps.letters, caps=(replace(caps.letters.caps[0], purposes=("wishes",)),)))
    assert Life(asha, BOTH, at("2026-05-05"), capped).until("2026-05-06").keys() == ["how_to:1001"]
    late = look(handy("2026-05-20"), BOTH, "2026-05-05", ruled((1, 7)))
    assert [(it.touch.key, it.at, it.why) for it in late.ahead] == [
        ("birthday:2026", at("2026-05-07"), ()),
        ("how_to:1001", at("2026-05-24"), ()),
    ]


def test_what_made_room_stays_within_its_own_time() -> None:
    """And waits for a free moment of its own after the wish: the night and the caps count as ever."""
    asha, rules = handy("2026-05-01"), ruled((1, 7), quiet=NIGHT)
    line = look(asha, BOTH, "2026-05-05T12:00", rules).ahead[1]
    assert line.at == at("2026-05-14T09:01") + morning(asha)
    short = Care(birthday=Birthday(), how_to=HowTo(within_days=4))
    assert look(asha, short, "2026-05-05T12:00", rules).ahead[1].at == at("2026-05-09")


def test_only_higher_ranks_that_can_not_be_put_off_get_room() -> None:
    """A check-in of higher rank waits itself; a wish of lower rank gets none."""
    asha, rules = handy("2026-05-01"), ruled((1, 7))
    firm = a_touch("2026-05-07", "2026-05-10", "firm", firm=True)
    loose = a_touch("2026-05-05", "2026-06-10", "loose")
    high, low = Invented(seen=(firm,)), Invented(seen=(loose,))
    assert look(asha, Only(invented=(high, low)), "2026-05-05", rules).go is None
    assert look(asha, Only(invented=(low, high)), "2026-05-05", rules).go is not None
    assert look(asha, Only(invented=(Invented(seen=(firm, loose)),)), "2026-05-05", rules).go is not None
    unhurried = Invented(seen=(replace(firm, firm=False),))
    assert look(asha, Only(invented=(unhurried, low)), "2026-05-05", rules).go is not None


def test_room_is_made_for_one_after_the_other() -> None:
    """A letter that has waited for one wish waits for the next one if it would push that out, and says it once."""
    wishes = [a_touch(f"2026-05-{day}", f"2026-05-{day + 2}", str(day), firm=True) for day in (15, 11)]
    loose = Invented(seen=(a_touch("2026-05-10", "2026-06-30", "loose"),))
    plan = look(known(), Only(invented=(Invented(seen=tuple(wishes)), loose)), "2026-05-10", ruled((1, 3)))
    assert [(it.touch.subject, it.at) for it in plan.ahead] == [
        ("11", at("2026-05-11")),
        ("15", at("2026-05-15")),
        ("loose", at("2026-05-18T00:01")),
    ]
    assert plan.ahead[2].why == ("kept_free",)


def test_after_days_without_a_look_nothing_special_happens() -> None:
    """What comes first by rank goes, if it still fits; the rest waits its turn, or is over."""
    gone = order("1001", "2026-03-01", delivered_at=at("2026-03-05"))
    due = order("1002", "2026-04-01", delivered_at=at("2026-05-01"))
    asha = buyer(gone, due, birthday="05-07", told={"birthday": BORN}, seen_until=at("2026-03-06"))
    life = Life(asha, BOTH, at("2026-05-08T12:00"), ruled((1, 7))).until("2026-07-01")
    assert life.keys() == ["birthday:2026", "how_to:1002"]
    assert life.times() == [at("2026-05-08T12:00"), at("2026-05-15T12:01")]
    assert life.reasons() == {"how_to:1001": ("late",)}


# --- what went --------------------------------------------------------------------------------------------------------


def test_what_goes_counts_from_the_end_of_its_minute() -> None:
    """At once, for the caps; it is done, and is not done again."""
    plan = look(born(), WISHES, "2026-05-05")
    assert plan.go is not None
    asha = touched(born(), plan.go, at("2026-05-05"), counts=True)
    assert asha.sent == (Sent("touch:per_1:birthday:2026#1", "wishes", at("2026-05-05") + BEGINS),)
    assert asha.touches == (Touched("birthday", "2026", at("2026-05-05")),)
    assert is_done(asha, plan.go.touch)
    assert not is_done(asha, replace(plan.go.touch, subject="2027"))
    assert not is_done(asha, replace(plan.go.touch, occasion="anniversary"))
    assert look(asha, WISHES, "2026-05-05").go is None
    assert touched(born(), plan.go, at("2026-05-05"), counts=False).sent == ()


def test_a_visit_counts_for_no_cap() -> None:
    """It is no letter."""
    touch = a_touch("2026-05-05", "2026-05-08", letter=None)
    plan = look(known(), invented(touch), "2026-05-05")
    assert plan.go is not None
    assert touched(known(), plan.go, at("2026-05-05"), counts=True).sent == ()


def test_what_surely_never_went_is_taken_back() -> None:
    """As if it had not been tried, but that nothing is tried for a while; what else there is stays."""
    asha = born(
        sent=(Sent("x", "tips", at("2026-05-01")),),
        touches=(Touched("birthday", "2025", at("2025-05-05")), Touched("surprise", "2026", at("2026-05-01"))),
    )
    plan, pause = look(asha, WISHES, "2026-05-05"), at("2026-05-05T00:02")
    assert plan.go is not None
    begun = touched(asha, plan.go, at("2026-05-05"), counts=True)
    back = given_back(begun, "birthday", "2026", "touch:per_1:birthday:2026#1", pause)
    assert (back.touches, back.sent) == (tuple(sorted(asha.touches, key=lambda it: it.at)), asha.sent)
    assert back.paused_until == pause
    assert look(back, WISHES, "2026-05-05").due_at == pause
    longer = replace(begun, paused_until=pause + HOUR)
    key = message_key("per_1", plan.go.touch)
    assert given_back(longer, "birthday", "2026", key, pause).paused_until == pause + HOUR


# --- visits -----------------------------------------------------------------------------------------------------------


def test_a_visit_needs_no_address_and_no_hour() -> None:
    """Nobody is written to, so neither the night nor a cap nor a consent to letters is asked for."""
    touch = a_touch("2026-05-05", "2026-05-08", letter=None)
    night = ruled((1, 7), quiet=Quiet("00:00", "23:00"))
    asha = known(consents={}, sent=(Sent("x", "tips", at("2026-05-04")),))
    plan = care(asha, invented(touch), night, at("2026-05-05"), mailbox=None)
    assert plan.go is not None
    assert (plan.go.at, plan.go.why) == (at("2026-05-05"), ())


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"erased_at": at("2026-01-01")}, "erased"),
        ({"restricted_at": at("2026-01-01"), "complaints": {"care:1": at("2026-01-01")}}, "restricted"),
        ({"complaints": {"care:1": at("2026-01-01")}}, "complaint_open"),
        ({"complaints": {"care:1": at("2026-01-01")}, "closed": {"care:1": at("2026-01-02")}}, None),
        ({"erased_at": at("2026-01-01"), "handles": {"instagram": "asha"}}, None),
    ],
)
def test_nobody_is_visited_who_wants_quiet(about: dict[str, Any], why: str | None) -> None:
    """Who was forgotten, has restricted what is known of them, or waits for an answer of the shop."""
    plan = look(known(**about), invented(a_touch("2026-05-05", "2026-05-08", letter=None)), "2026-05-05")
    assert (plan.go is None) == bool(why)
    assert [it.why for it in plan.ahead] == ([(why,)] if why else [])


# --- shares of the people ---------------------------------------------------------------------------------------------


def test_who_is_held_out_is_told_apart_and_lives_by_the_same_calendar() -> None:
    """By the program's share or the occasion's own; it goes at its moment, and counts, but is marked."""
    everybody = [known(id=f"per_{n}", birthday="05-05", told={"birthday": BORN}) for n in range(200)]
    own, all_ = Care(birthday=Birthday(hold_out_percent=20)), ruled((1, 7), hold_out_percent=30)
    sent_before = (Sent("x", "tips", at("2026-05-01")),)
    of_occasion = [it for it in everybody if (go := look(it, own, "2026-05-05").go) and go.held_out]
    of_program = [it for it in everybody if (go := look(it, WISHES, "2026-05-05", all_).go) and go.held_out]
    assert 20 < len(of_occasion) < 60
    assert 35 < len(of_program) < 85
    both = [it for it in everybody if (go := look(it, own, "2026-05-05", all_).go) and go.held_out]
    assert {it.id for it in both} == {it.id for it in (*of_occasion, *of_program)}
    for now, about in (("2026-05-04", {}), ("2026-05-04", {"consents": {}}), ("2026-05-04", {"sent": sent_before})):
        assert look(replace(of_program[0], **about), WISHES, now, all_).ahead[0].held_out
    plan = look(of_program[0], WISHES, "2026-05-05", all_)
    assert plan.go is not None
    after = touched(of_program[0], plan.go, at("2026-05-05"), counts=True)
    assert after.touches == (Touched("birthday", "2026", at("2026-05-05"), None, held_out=True),)
    assert len(after.sent) == 1


def test_a_share_grows_by_people_and_loses_none() -> None:
    """Who is held out at ten percent is so at twenty; another occasion draws others."""
    ids = [f"per_{n}" for n in range(500)]
    shares = [{it for it in ids if Birthday(hold_out_percent=share).holds_out(it)} for share in (0, 10, 20, 50)]
    assert shares[0] == set()
    assert shares[1] < shares[2] < shares[3]
    assert 60 < len(shares[2]) < 140
    others = {it for it in ids if CheckIn(hold_out_percent=20).holds_out(it)}
    assert len(others & shares[2]) < 50


def test_a_variant_is_the_persons_and_not_the_days() -> None:
    """Each share gets its own, the rest the usual one; which one somebody gets is in each plan of theirs."""
    variants = (Variant("warm", 20), Variant("short", 30))
    birthday = Birthday(variants=variants)
    ids = [f"per_{n}" for n in range(1000)]
    counts = {name: sum(birthday.variant_of(it) == name for it in ids) for name in ("warm", "short", None)}
    assert 150 < counts["warm"] < 250
    assert 250 < counts["short"] < 350
    assert 430 < counts[None] < 570
    assert {Birthday(variants=(Variant("all", 100),)).variant_of(it) for it in ids} == {"all"}
    assert {Birthday(variants=(Variant("none", 0),)).variant_of(it) for it in ids} == {None}
    warm = next(it for it in ids if birthday.variant_of(it) == "warm")
    settings_ = Care(birthday=birthday)
    for now in "2026-05-01", "2026-05-05", "2027-05-05":
        plan = look(born(id=warm), settings_, now)
        assert {it.variant for it in (plan.go, *plan.ahead) if it} == {"warm"}
    capped = born(id=warm, sent=(Sent("x", "tips", at("2026-05-01")),))
    assert look(capped, settings_, "2026-05-02", ruled((1, 6))).ahead[0].variant == "warm"
    assert look(born(id=warm, consents={}), settings_, "2026-05-01").ahead[0].variant == "warm"
    due = look(born(id=warm), settings_, "2026-05-05").go
    assert due is not None
    assert touched(born(id=warm), due, at("2026-05-05"), counts=True).touches[0].variant == "warm"
    others = CheckIn(variants=variants)
    assert {others.variant_of(it) for it in ids if birthday.variant_of(it) == "warm"} == {"warm", "short", None}
