"""What is known of a person is the newest word on each thing, whatever comes first, twice or late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.people import EVERYTHING, Bought, Consent, Person, Sent, Stop
from chalicelib.domain.people.mail_events import PATIENCE, Kind, MailEvent, Mark, fold_mailbox
from chalicelib.domain.people.person import KEPT, TOLD, erase, is_blank, join, masked, moment, news, restrict, tell

START = datetime(2026, 3, 1, tzinfo=UTC)
TIMES = st.integers(0, 6).map(lambda minutes: START + timedelta(minutes=minutes))
TEXTS = st.none() | st.sampled_from(["a", "b", "c"])
FEW = st.sampled_from(["a", "b", "c"])
WORDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["email", "customer_id", "first_name", "last_name", "locale", "country", "birthday"], TEXTS),
        "handles": st.dictionaries(FEW, FEW, max_size=2),
        "interests": st.lists(FEW, max_size=2).map(tuple),
        "restricted_at": st.none() | TIMES,
    },
)
SAID = st.builds(
    Consent, own_yes=st.none() | TIMES, own_no=st.none() | TIMES, shop_yes=st.none() | TIMES, shop_no=st.none() | TIMES
).map(lambda it: replace(it, source="page") if it.own_yes or it.shop_yes else it)
ORDERS = st.builds(lambda number: Bought(f"o{number}", START + timedelta(minutes=number)), st.integers(0, 12))
MAILS = st.builds(lambda number: Sent(f"m{number}", "tips", START + timedelta(minutes=number)), st.integers(0, 12))


def mail(mailbox: str, kind: Kind, at: datetime) -> MailEvent:
    """What became of a mail that was sent at a time."""
    return MailEvent(kind, Mark("m", "p", mailbox), at, at)


def parts() -> st.SearchStrategy[Person]:
    """One thing that is known of somebody: a word, what was said of a purpose, an order, a mail, an erasure."""
    word = st.builds(lambda told, at: tell(Person("p"), told, at), WORDS, TIMES)
    said = st.builds(lambda name, it: Person("p", consents={name: it}), st.sampled_from(["tips", "*"]), SAID)
    kinds: st.SearchStrategy[Any] = st.sampled_from(["bounce", "complaint"])
    stop = st.builds(lambda kind, at: Person("p", stops={"n": Stop(kind, at)}), kinds, TIMES)
    return st.one_of(
        word,
        said.filter(lambda it: it.consents != {"tips": Consent()} and it.consents != {"*": Consent()}),
        stop,
        st.builds(lambda it: Person("p", orders=(it,)), ORDERS),
        st.builds(lambda it: Person("p", sent=(it,)), MAILS),
        st.builds(lambda name: Person("p", names=(name,)), FEW),
        st.builds(lambda name, at: fold_mailbox(Person("p"), mail(name, "returned", at)), FEW, TIMES),
        st.builds(lambda name, at: fold_mailbox(Person("p"), mail(name, "delivered", at)), FEW, TIMES),
        st.builds(lambda name, at: Person("p", complaints={name: at}), FEW, TIMES),
        st.builds(lambda at: Person("p", created_at=at), TIMES),
        st.builds(lambda at: Person("p", erased_at=at), TIMES),
    )


def whole(known: list[Person]) -> Person:
    """Somebody of whom all that is known, in this order."""
    person = Person("p")
    for part in known:
        person = join(person, part)
    return person


PEOPLE = st.lists(parts(), max_size=8).map(whole)


# --- joining ----------------------------------------------------------------------------------------------------------


@given(st.lists(parts(), max_size=12), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(known: list[Person], chance: object) -> None:
    """Shuffled, and with each thing folded in twice, the same is known in the end."""
    told = whole(known)
    again = [*known, *known]
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert whole(again) == told


@given(PEOPLE, PEOPLE, PEOPLE)
def test_joining_is_one_operation(one: Person, two: Person, three: Person) -> None:
    """However people are grouped, and whichever comes first; to join somebody again changes nothing."""
    both = join(one, two)
    assert join(both, two) == both
    assert join(two, one) == both
    assert join(both, three) == join(one, join(two, three))
    assert join(one, one) == one


@given(PEOPLE, PEOPLE)
def test_who_they_are_is_the_first(one: Person, two: Person) -> None:
    """Id, version and role are the first one's; the role comes from the other only if the first has none."""
    one = replace(one, id="per_1", version=4)
    two = replace(two, id="per_2", version=9, ambassador_id="amb_2")
    both = join(one, two)
    assert (both.id, both.version, both.ambassador_id) == ("per_1", 4, "amb_2")
    assert join(replace(one, ambassador_id="amb_1"), two).ambassador_id == "amb_1"


@given(PEOPLE, PEOPLE)
def test_all_pseudonyms_lead_to_both(one: Person, two: Person) -> None:
    """None is lost, and none that stops an address for good; what came back to either counts towards patience."""
    both = join(one, two)
    assert set(both.names) == {*one.names, *two.names}
    lasting = [{name for name, it in person.stops.items() if it.kind != "unreachable"} for person in (one, two, both)]
    assert lasting[2] == lasting[0] | lasting[1]
    worn_out = {name for name, it in both.bounces.items() if len(it.returned) >= PATIENCE}
    assert both.stops.keys() == lasting[2] | worn_out


@given(PEOPLE, WORDS, TIMES)
def test_the_newest_word_counts(person: Person, told: dict[str, object], at: datetime) -> None:
    """A word that is newer than all others is what is known; one that is older than another changes nothing."""
    newer, older = START + timedelta(hours=1), START - timedelta(hours=1)
    assert {name: getattr(tell(person, told, newer), name) for name in told} == told
    after = tell(person, told, at)
    assert {name: getattr(tell(after, told, older), name) for name in told} == {
        name: getattr(after, name) for name in told
    }


def test_a_word_can_be_taken_back() -> None:
    """With an empty value; a word from before that does not bring it back."""
    lea = tell(Person("p"), {"birthday": "04-17"}, START)
    gone = tell(lea, {"birthday": None}, START + timedelta(minutes=2))
    assert gone.birthday is None
    assert tell(gone, {"birthday": "05-17"}, START + timedelta(minutes=1)).birthday is None


def test_what_is_known_is_no_news() -> None:
    """A nightly import changes nothing, and what it leaves out it says nothing about."""
    lea = tell(Person("p"), {"first_name": "Lea", "interests": ("tea",)}, START)
    assert news(lea, {"first_name": "Lea", "interests": ("tea",)}) == {}
    assert news(lea, {"first_name": "Leah", "interests": ("tea",)}) == {"first_name": "Leah"}


def test_the_last_eight_are_kept() -> None:
    """By their own times, whatever came in first."""
    orders = [Bought(f"o{number:02}", START + timedelta(minutes=number)) for number in range(12)]
    known = whole([Person("p", orders=(it,)) for it in reversed(orders)])
    assert [it.order_id for it in known.orders] == [f"o{number:02}" for number in range(4, 12)]
    assert len(known.orders) == KEPT


def test_the_words_of_the_latest_yes_are_kept() -> None:
    """Where it was given, and what was agreed to; a no has no such words."""
    yes = Consent(shop_yes=START, source="checkout", text="v1")
    newer = Consent(own_yes=START + timedelta(minutes=1), source="page", text="v2")
    no = Consent(own_no=START + timedelta(minutes=2))
    said = whole([Person("p", consents={"tips": it}) for it in (no, newer, yes)]).consents["tips"]
    assert (said.source, said.text) == ("page", "v2")
    assert (said.shop_yes, said.own_yes, said.own_no) == (yes.shop_yes, newer.own_yes, no.own_no)


# --- forgetting -------------------------------------------------------------------------------------------------------


@given(PEOPLE, TIMES)
def test_an_erasure_forgets_all_that_was_told(person: Person, at: datetime) -> None:
    """Nothing that was told until then is left, and it counts as the person's own no; pseudonyms and stops stay."""
    gone = erase(person, at + timedelta(hours=1))
    assert is_blank(replace(gone, consents={}, erased_at=None, sent=()))
    assert gone.told == {}
    assert gone.orders == ()
    assert gone.complaints == {}
    assert gone.consents == {EVERYTHING: Consent(own_no=at + timedelta(hours=1))}
    assert (gone.names, gone.stops, gone.bounces) == (person.names, person.stops, person.bounces)


@given(PEOPLE, st.lists(parts(), max_size=6), st.randoms(use_true_random=False))
def test_what_is_folded_late_does_not_come_back(person: Person, late: list[Person], chance: object) -> None:
    """Whatever is older than the erasure is not known after it, in whichever order they come in."""
    at = START + timedelta(hours=1)
    mixed = [Person("p", erased_at=at), person, *late]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    known = whole(mixed)
    assert [name for name in TOLD if getattr(known, name) != getattr(Person("p"), name)] == []
    assert known.orders == ()


def test_what_is_told_later_counts_again() -> None:
    """Of a customer who comes back, what they tell then is known, and nothing from before."""
    lea = tell(Person("p"), {"first_name": "Lea", "birthday": "04-17"}, START)
    gone = erase(lea, START + timedelta(minutes=1))
    back = tell(gone, {"first_name": "Leah"}, START + timedelta(minutes=2))
    assert (back.first_name, back.birthday, back.erased_at) == ("Leah", None, START + timedelta(minutes=1))
    agreed = Consent(own_yes=START + timedelta(minutes=3))
    assert join(back, Person("p", consents={"tips": agreed})).consents["tips"] == agreed


def test_who_is_one_with_somebody_erased_is_erased_as_well() -> None:
    """They are the same person, who wanted to be forgotten."""
    lea = tell(Person("p"), {"first_name": "Lea"}, START)
    both = join(lea, erase(Person("q"), START + timedelta(minutes=1)))
    assert (both.first_name, both.erased_at) == (None, START + timedelta(minutes=1))


def test_a_restriction_is_a_word_like_any_other() -> None:
    """It stands until it is lifted, and an older lifting does not lift it."""
    stopped = restrict(Person("p"), START + timedelta(minutes=1))
    assert stopped.restricted_at == START + timedelta(minutes=1)
    assert restrict(stopped, START, lifted=True).restricted_at is not None
    assert restrict(stopped, START + timedelta(minutes=2), lifted=True).restricted_at is None


# --- who is known, and when -------------------------------------------------------------------------------------------


def test_who_is_known_by_one_id_alone() -> None:
    """An order makes nobody known; a name, a consent or a role does."""
    bare = Person("p", names=("n",), customer_id="c-1", orders=(Bought("o1", START),), told={"customer_id": START})
    assert is_blank(bare, but="customer_id")
    assert not is_blank(bare)
    assert not is_blank(bare, but="email")
    known = [
        tell(bare, {"first_name": "Lea"}, START),
        replace(bare, consents={"tips": Consent(own_no=START)}),
        replace(bare, ambassador_id="amb_1"),
        replace(bare, erased_at=START),
        replace(bare, complaints={"o1": START}),
        replace(bare, sent=(Sent("m1", "tips", START),)),
    ]
    assert [it for it in known if is_blank(it, but="customer_id")] == []


@given(PEOPLE, TIMES)
def test_of_two_words_the_second_counts(person: Person, now: datetime) -> None:
    """Whatever the clock of the function that takes it says."""
    at = moment(person, now)
    assert at >= now
    assert tell(person, {"first_name": "second"}, at).first_name == "second"
    again = Consent(own_yes=at)
    assert join(person, Person("p", consents={"tips": again})).consents["tips"].own_yes == at


@pytest.mark.parametrize(
    ("email", "shown"),
    [("maya@example.com", "m…@example.com"), ("m@example.com", "m…@example.com"), ('"a@b"@x.example', '"…@x.example')],
)
def test_an_address_is_shown_masked(email: str, shown: str) -> None:
    """Its owner knows it; nobody else learns it, nor how long it is."""
    assert masked(email) == shown
