"""What somebody answers by the links in a mail: scanners change nothing, and who is not happy is heard."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from io import StringIO
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.ids import id_of
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person, Touched
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.people.links import Link, Value, answer_url, mark, sign
from chalicelib.domain.people.person import last_seen
from chalicelib.domain.people.policy import has_open_case
from chalicelib.store.items import found_in
from memory.shop import START, Body, Shop, eur, refusal

FORM = "application/x-www-form-urlencoded"
PREFETCH = {"Sec_Purpose": "prefetch;prerender", "Purpose": "prefetch", "X_Moz": "prefetch"}
LANGUAGES = ["en", "es", "gu", "bn", "hi"]


def buy(shop: Shop, order_id: str = "o1", email: str = "maya@example.com") -> str:
    """Somebody buys without a code; the id of the person."""
    told = {"order_id": order_id, "customer": {"email": email, "first_name": "Maya"}, "amount": eur(5000)}
    answer = shop.call("POST", "/v1/orders", told, scope="checkout")
    assert answer.status_code == 201, answer.body
    shop.stream()
    found = shop.read(shop.call("GET", f"/v1/people?order_id={order_id}", scope="admin:read"))["items"]
    return str(found[0]["id"])


@pytest.fixture
def maya(shop: Shop) -> str:
    """Somebody who has bought the order o1; the id of the person."""
    return buy(shop)


def tapped(person_id: str, value: Value = "happy", order_id: str = "o1") -> str:
    """The path behind an answer in a mail."""
    url = answer_url(deps.settings().public_url, person_id, order_id, value, deps.settings().link_keys[0])
    return url.removeprefix(deps.settings().public_url)


def post(shop: Shop, path: str, **form: object) -> HTTPResponse:
    """Send a form as a page does."""
    return shop.call("POST", path, urlencode(form, doseq=True).encode(), Content_Type=FORM)


def answer(shop: Shop, person_id: str, value: Value, note: str = "", order_id: str = "o1") -> str:
    """Answer as somebody does who taps and sends, and return the page as they read it."""
    page = post(shop, tapped(person_id, value, order_id), value=value, note=note)
    assert page.status_code == 200, page.body
    return seen(page)


def seen(page: HTTPResponse) -> str:
    """A page as its reader sees it."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.body.decode(), flags=re.DOTALL)).split())


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def answers(person_id: str) -> dict[str, str]:
    """What somebody has answered, by what was asked."""
    return {it.about: it.value for it in person(person_id).answers}


def tasks(shop: Shop) -> list[Task]:
    """All that people of the shop have to do."""
    return [found_in(it).entity for it in shop.everything() if it["SK"]["S"].startswith("TASK#")]  # type: ignore[misc]


def ask(person_id: str, order_id: str = "o1", state: str = "done") -> str:
    """A check-in went out, or is going: the id of its message."""
    known = person(person_id)
    cause = Cause("touch", f"{person_id}:check_in:{order_id}", 1)
    asked = Message(cause, Recipient("person", person_id), Letter("check_in", about=order_id), 1, START)
    if state == "sending":
        asked = replace(asked, state="sending", sending_at=START)
    else:
        asked = replace(asked, state="done", outcome="sent" if state == "done" else "closed", done_at=START)
    touched = (*known.touches, Touched("check_in", order_id, START))
    deps.table().commit([Replace(replace(known, touches=touched, version=known.version + 1)), Create(asked)])
    return asked.id


def message(message_id: str) -> Message:
    """A message of the outbox."""
    found = deps.table().read_message(message_id)
    assert found is not None
    return found


# --- to look ----------------------------------------------------------------------------------------------------------


def test_a_tap_shows_the_answer_chosen_and_changes_nothing(shop: Shop, maya: str) -> None:
    """Each of the three links leads to the same page with another answer chosen; mail scanners open all three."""
    before = shop.everything()
    for value in ("happy", "fine", "unhappy"):
        page = shop.call("GET", tapped(maya, value))
        assert page.status_code == 200
        assert re.findall(r'value="(\w+)" checked', page.body.decode()) == [value]
        assert shop.call("GET", tapped(maya, value), **PREFETCH).status_code == 200
        assert shop.call("HEAD", tapped(maya, value)).status_code == 200
    assert shop.everything() == before


def test_the_page_is_one_form_without_scripts_that_names_nobody(shop: Shop, maya: str) -> None:
    """Who forwards the mail shows the order at most; and no page before or after says who it is or where they live."""
    for page in (shop.call("GET", tapped(maya)), post(shop, tapped(maya), value="unhappy", note="It leaks.")):
        html = page.body.decode()
        assert "<script" not in html
        assert "maya" not in html.lower()
        assert maya not in html
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_in_the_language_of_its_reader(shop: Shop, maya: str, language: str) -> None:
    """By what they have told, else by their browser."""
    asked = shop.call("GET", tapped(maya), Accept_Language=language)
    thanked = shop.call(
        "POST", tapped(maya), urlencode({"value": "fine"}).encode(), Content_Type=FORM, Accept_Language=language
    )
    for page in (asked, thanked):
        assert page.headers["Content-Language"] == language
        assert f'<html lang="{language}"' in page.body.decode()
    english = seen(shop.call("GET", tapped(maya)))
    assert (seen(asked) == english) == (language == "en")


# --- to answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["happy", "fine", "unhappy"])
def test_an_answer_is_kept_with_the_person(shop: Shop, maya: str, value: Value) -> None:
    """What was sent counts, not what was tapped: whoever changes their mind on the page has."""
    page = post(shop, tapped(maya, "fine"), value=value)
    assert page.status_code == 200
    assert "Thank you" in seen(page)
    assert answers(maya) == {"check_in:o1": value}


def test_an_answer_sent_twice_is_one(shop: Shop, maya: str) -> None:
    """A page that is loaded again sends its form again: nothing is written, and no second task is opened."""
    first = answer(shop, maya, "unhappy", "It leaks.")
    before = shop.everything()
    assert answer(shop, maya, "unhappy", "It leaks.") == first
    assert shop.everything() == before


def test_of_two_answers_the_later_counts_whatever_clocks_say(shop: Shop, maya: str) -> None:
    """The second tap is taken by a function whose clock is five minutes behind."""
    answer(shop, maya, "happy")
    shop.now -= timedelta(minutes=5)
    answer(shop, maya, "fine")
    assert answers(maya) == {"check_in:o1": "fine"}


def test_answers_to_two_orders_are_two(shop: Shop, maya: str) -> None:
    """Each link says which order it is about."""
    assert buy(shop, "o2") == maya
    answer(shop, maya, "happy")
    answer(shop, maya, "unhappy", order_id="o2")
    assert answers(maya) == {"check_in:o1": "happy", "check_in:o2": "unhappy"}
    assert [it.about for it in tasks(shop)] == ["care:o2"]


# --- whoever is not happy ---------------------------------------------------------------------------------------------


def test_who_is_not_happy_is_a_task_and_asked_for_nothing(shop: Shop, maya: str) -> None:
    """From the answer on: the case is open, the shop has what they wrote, and the page says what happens."""
    page = answer(shop, maya, "unhappy", "The glaze came off.\r\nBoth cups.")
    assert "A person here reads what you have told us, and answers you" in page
    assert "sorry" in page
    assert has_open_case(person(maya))
    (task,) = tasks(shop)
    assert (task.kind, task.person_id, task.about) == ("care", maya, "care:o1")
    assert task.words == "The glaze came off.\nBoth cups."
    assert "code" not in page


def test_who_is_happy_and_writes_is_answered_as_well(shop: Shop, maya: str) -> None:
    """Whoever writes wants to be read. Nobody says sorry for what was praised, and nobody is asked for friends now."""
    page = answer(shop, maya, "happy", "Lovely! When do you have the blue one again?")
    assert "A person here reads what you have told us" in page
    assert "sorry" not in page
    assert "Get your code" not in page
    assert [it.words for it in tasks(shop)] == ["Lovely! When do you have the blue one again?"]


def test_a_happy_answer_closes_no_case(shop: Shop, maya: str) -> None:
    """A person of the shop has to read what was written first; until then nobody is invited."""
    answer(shop, maya, "unhappy")
    page = answer(shop, maya, "happy")
    assert "Get your code" not in page
    assert has_open_case(person(maya))
    assert answers(maya) == {"check_in:o1": "happy"}
    assert len(tasks(shop)) == 1


def test_what_is_written_later_goes_to_the_open_task(shop: Shop, maya: str) -> None:
    """Who goes back to say more is read, too, in one place."""
    answer(shop, maya, "unhappy")
    answer(shop, maya, "unhappy", "It leaks.")
    answer(shop, maya, "fine", "You have called. Thanks!")
    assert [it.words for it in tasks(shop)] == ["It leaks.\n\nYou have called. Thanks!"]


def test_an_answer_and_its_task_are_stored_together_or_not_at_all(shop: Shop, maya: str) -> None:
    """The table does not answer at the write: neither is there, and the same form may be sent again."""
    before = shop.everything()
    shop.cloud.outage["TransactWriteItems"] = LostError("planned")
    assert post(shop, tapped(maya), value="unhappy", note="It leaks.").status_code == 503
    assert shop.everything() == before
    shop.cloud.outage.clear()
    answer(shop, maya, "unhappy", "It leaks.")
    assert len(tasks(shop)) == 1


def test_a_note_keeps_what_it_says_and_nothing_else(shop: Shop, maya: str) -> None:
    """Joiners that scripts need stay; what shows nothing goes; what is no HTML stays text."""
    answer(shop, maya, "unhappy", "  ક્‍ષ <b>hot</b>\x00\u202e \r\n\n ok ")
    assert [it.words for it in tasks(shop)] == ["ક્‍ષ <b>hot</b>\n\nok"]


def test_a_note_has_an_end(shop: Shop, maya: str) -> None:
    """The longest one in a script of three bytes is taken; a longer one is refused, and nothing is kept of it."""
    long = "ક" * 1000
    answer(shop, maya, "unhappy", long)
    assert [it.words for it in tasks(shop)] == [long]
    assert post(shop, tapped(maya), value="unhappy", note="a" * 2001).status_code == 400
    assert post(shop, tapped(maya), value="furious").status_code == 400
    assert answers(maya) == {"check_in:o1": "unhappy"}


# --- whoever is happy -------------------------------------------------------------------------------------------------


def test_who_is_happy_may_join_in_one_tap(shop: Shop, maya: str) -> None:
    """The page says what friends and they would get; its button leads to their code, without a question."""
    page = post(shop, tapped(maya), value="happy")
    text = seen(page)
    assert "Friends who use it get 10% off when they order for €20 or more." in text
    assert "we thank you with 10% of what your friend pays" in text
    (path,) = re.findall(r'<form method="post" action="(/j/[\w-]+)"', page.body.decode())
    joined = post(shop, path, join="yes")
    assert joined.status_code == 200
    assert person(maya).ambassador_id is not None


def test_an_ambassador_who_is_happy_gets_their_link(shop: Shop) -> None:
    """They need no invitation."""
    code = shop.enrol("maya@example.com")["code"]
    maya = buy(shop)
    page = answer(shop, maya, "happy")
    assert f"https://friends.shop.example/r/{code}" in page
    assert "Get your code" not in page


@pytest.mark.parametrize("bar", ["closed", "restricted", "fine"])
def test_nobody_is_invited_out_of_season(shop: Shop, maya: str, bar: str) -> None:
    """While the program takes nobody, who has restricted what is used of them, or who is not quite happy."""
    if bar == "closed":
        shop.publish(open=False)
    if bar == "restricted":
        shop.call("POST", f"/v1/people/{maya}/restrict", {"restricted": True}, scope="admin:write")
    page = answer(shop, maya, "fine" if bar == "fine" else "happy")
    assert "Thank you" in page
    assert "Get your code" not in page


# --- the message that asked -------------------------------------------------------------------------------------------


def test_the_message_that_asked_has_the_latest_answer(shop: Shop, maya: str) -> None:
    """With its time, in the transaction of the answer: so it can be counted by occasion and variant."""
    asked = ask(maya)
    shop.now += timedelta(days=1)
    answer(shop, maya, "happy")
    assert (message(asked).answer, message(asked).answered_at) == ("happy", shop.now)
    shop.now += timedelta(days=1)
    answer(shop, maya, "unhappy")
    assert (message(asked).answer, message(asked).answered_at) == ("unhappy", shop.now)
    listed = shop.read(shop.call("GET", f"/v1/people/{maya}/messages", scope="admin:read"))["items"]
    assert [it["answer"] for it in listed if it["letter"] == "check_in"] == ["unhappy"]


def test_who_answers_a_mail_has_it(shop: Shop, maya: str) -> None:
    """Its mark was not written yet, or the worker died after it went: it counts as sent, and is not sent again."""
    asked = ask(maya, state="sending")
    answer(shop, maya, "happy")
    assert (message(asked).state, message(asked).outcome, message(asked).answer) == ("done", "sent", "happy")


def test_what_never_went_was_not_answered(shop: Shop, maya: str) -> None:
    """The shop has heard it elsewhere: nothing is claimed of a mail that was closed."""
    asked = ask(maya, state="closed")
    told = {"order_id": "o1", "value": "happy"}
    assert shop.call("POST", f"/v1/people/{maya}/answers", told, scope="people").status_code == 200
    assert message(asked).answer is None


# --- links that lead nowhere ------------------------------------------------------------------------------------------


def broken(shop: Shop, maya: str, how: str) -> str:
    """A path that leads nowhere, for one reason or another."""
    path, key = tapped(maya), deps.settings().link_keys[0]
    if how == "erased":
        shop.call("DELETE", f"/v1/people/{maya}?note=asked", scope="admin:write")
    paths = {
        "cut": path[:-3],
        "tampered": path[:-5] + ("A" if path[-5] != "A" else "B") + path[-4:],
        "foreign": "/a/" + sign(Link("answer", maya, value="happy", about=mark("o1")), b"another shop's key"),
        "kind": "/a/" + sign(Link("join", maya), key),
        "stranger": tapped(id_of("per", 0x0190_0000_0000_1234_5678_9ABC_DEF0_1234)),
        "order": tapped(maya, order_id="somebody-else's"),
        "erased": path,
    }
    return paths[how]


@pytest.mark.parametrize("how", ["cut", "tampered", "foreign", "kind", "stranger", "order", "erased"])
def test_a_link_that_leads_nowhere_says_so_and_changes_nothing(shop: Shop, maya: str, how: str) -> None:
    """The same page for all of them: nobody learns whether it was ever one."""
    path = broken(shop, maya, how)
    before = shop.everything()
    for page in (shop.call("GET", path), post(shop, path, value="unhappy", note="Hello?")):
        assert page.status_code == 404
        assert "This link does not work any more" in seen(page)
    assert shop.everything() == before


def test_a_link_of_who_was_merged_leads_on(shop: Shop, maya: str) -> None:
    """Two addresses turned out to be one person: an old mail to either of them is answered by that one."""
    other = buy(shop, "o2", "m.shah@example.com")
    asked = ask(other, "o2")
    merged = shop.call(
        "POST", f"/v1/people/{maya}/merge", {"other": other, "note": "She said so."}, scope="admin:write"
    )
    assert merged.status_code in {200, 201}
    answer(shop, other, "unhappy", "Late.", order_id="o2")
    assert answers(maya) == {"check_in:o2": "unhappy"}
    assert message(asked).answer == "unhappy"
    answer(shop, maya, "unhappy", "Very late.", order_id="o2")
    assert [it.words for it in tasks(shop)] == ["Late.\n\nVery late."]


def test_no_token_and_no_word_is_logged(shop: Shop, maya: str, log: StringIO) -> None:
    """Neither what opens the page nor what was written on it."""
    path = tapped(maya)
    shop.call("GET", path)
    post(shop, path, value="unhappy", note="My cat Minka hates it.")
    logged = log.getvalue()
    assert "/a/{token}" in logged
    assert path.removeprefix("/a/") not in logged
    assert "Minka" not in logged


# --- what the shop was told elsewhere ---------------------------------------------------------------------------------


def tell(shop: Shop, person_id: str, **told: object) -> HTTPResponse:
    """Tell of an answer that was given elsewhere."""
    return shop.call("POST", f"/v1/people/{person_id}/answers", {"order_id": "o1", **told}, scope="people")


def test_an_answer_of_a_chat_does_what_a_tap_does(shop: Shop, maya: str) -> None:
    """It is kept with its time, shown, and opens a task with what was said."""
    told = shop.read(tell(shop, maya, value="unhappy", note="It leaks.", at="2026-02-28T10:00:00Z"))
    assert told["answers"] == [{"about": "check_in:o1", "value": "unhappy", "at": "2026-02-28T10:00:00Z"}]
    assert list(told["complaints"]) == ["care:o1"]
    assert [it.words for it in tasks(shop)] == ["It leaks."]
    before = shop.everything()
    tell(shop, maya, value="unhappy", note="It leaks.", at="2026-02-28T10:00:00Z")
    assert shop.everything() == before


def test_an_older_answer_told_late_is_not_the_latest(shop: Shop, maya: str) -> None:
    """The person has said better since."""
    answer(shop, maya, "happy")
    tell(shop, maya, value="fine", at="2026-02-01T10:00:00Z")
    assert answers(maya) == {"check_in:o1": "happy"}


def test_what_was_closed_since_is_not_opened_by_what_is_told_late(shop: Shop, maya: str) -> None:
    """The shop reports in the evening what was put right at noon; what comes up again after that opens it anew."""
    answer(shop, maya, "unhappy")
    known = person(maya)
    shut = replace(known, closed={"care:o1": START + timedelta(hours=2)}, version=known.version + 1)
    deps.table().commit([Replace(shut)])
    shop.now += timedelta(hours=6)
    tell(shop, maya, value="unhappy", at="2026-03-01T13:00:00Z")
    assert not has_open_case(person(maya))
    tell(shop, maya, value="unhappy", at="2026-03-01T17:00:00Z")
    assert has_open_case(person(maya))


def test_only_an_order_of_theirs_can_be_answered_for(shop: Shop, maya: str) -> None:
    """A typing error makes no case for somebody else's order; one long ago counts as theirs."""
    buy(shop, "ben-1", "ben@example.com")
    before = shop.everything()
    assert refusal(tell(shop, maya, order_id="ben-1", value="unhappy")) == (404, "not_found")
    assert refusal(tell(shop, maya, order_id="nothing", value="unhappy")) == (404, "not_found")
    assert refusal(tell(shop, "per_" + "0" * 26, value="unhappy")) == (404, "not_found")
    assert shop.everything() == before
    for number in range(2, 11):
        shop.now += timedelta(days=1)
        buy(shop, f"o{number}")
    assert "o1" not in {it.order_id for it in person(maya).orders}
    assert tell(shop, maya, value="happy").status_code == 200


@pytest.mark.parametrize("wrong", [{"value": "furious"}, {"value": "happy", "at": "2030-01-01T00:00:00Z"}, {}])
def test_an_answer_that_is_none_is_refused(shop: Shop, maya: str, wrong: Body) -> None:
    """Another word, a time that has not come, nothing at all."""
    assert tell(shop, maya, **wrong).status_code == 400
    assert answers(maya) == {}


def test_answers_are_exported_and_forgotten(shop: Shop, maya: str) -> None:
    """They are facts about a person like any other."""
    ask(maya)
    answer(shop, maya, "unhappy", "It leaks.")
    exported = shop.read(shop.call("GET", f"/v1/people/{maya}/export", scope="admin:read"))
    assert exported["person"]["answers"][0]["value"] == "unhappy"
    shop.call("DELETE", f"/v1/people/{maya}?note=asked", scope="admin:write")
    assert person(maya).answers == ()


def test_an_answer_keeps_somebody_from_being_forgotten_for_silence(shop: Shop, maya: str) -> None:
    """Who answers is there, even if they have not bought for three years."""
    shop.now += timedelta(days=900)
    answer(shop, maya, "happy")
    assert last_seen(person(maya)) == shop.now
