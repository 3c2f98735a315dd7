"""Signing in by a mail: a link and a code that work once, and an answer that tells nobody who is known."""

import json
import re
from datetime import timedelta
from typing import NamedTuple

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.people.sign_in import client_of, code_of, token_of
from chalicelib.operations.access import sessions, sign_in
from memory.faults import lost
from memory.shop import Body, Shop, refusal

MAYA, BEN, NOBODY = "maya@example.com", "ben@example.com", "nobody@example.com"
MINUTE = timedelta(minutes=1)
CALLS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems")


class Mailed(NamedTuple):
    """What a mail to sign in holds."""

    to: str
    token: str
    code: str


def ask(shop: Shop, email: str = MAYA, **more: str) -> HTTPResponse:
    """Ask to sign in."""
    return shop.call("POST", "/v1/sessions", {"email": email, **more})


def pending(shop: Shop, email: str = MAYA) -> str:
    """Ask to sign in, and let whatever mail is owed go out; return what goes with a code."""
    answer = ask(shop, email)
    assert answer.status_code == 202, answer.body
    shop.stream()
    return str(shop.read(answer)["pending"])


def mailed(shop: Shop) -> list[Mailed]:
    """All mails to sign in that were sent, as their readers see them."""
    found = []
    for sent in shop.sent():
        token = re.search(r"/sign-in/([\w-]+)", sent.text)
        code = re.search(r"\b(\d{4} \d{4})\b", sent.text)
        if token and code:
            found.append(Mailed(sent.destinations["ToAddresses"][0], token[1], code[1]))
    return found


def confirm(shop: Shop, **sent: object) -> HTTPResponse:
    """Send what was in a mail."""
    return shop.call("POST", "/v1/sessions/confirm", sent)


def asked_and_mailed(shop: Shop, email: str = MAYA) -> tuple[str, Mailed]:
    """Ask to sign in, and return what goes with a code, and the mail."""
    waits = pending(shop, email)
    return waits, mailed(shop)[-1]


def opens(shop: Shop, answer: HTTPResponse) -> bool:
    """Whether a session has begun that opens its ambassador."""
    token = shop.read(answer).get("token", "")
    return shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}").status_code == 200


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador."""
    return shop.enrol(MAYA)


@pytest.fixture
def ben(shop: Shop) -> str:
    """A customer who is no ambassador; the id of the person."""
    answer = shop.call("PUT", "/v1/people", {"email": BEN, "first_name": "Ben"}, scope="people")
    return str(shop.read(answer)["id"])


# --- the way in -------------------------------------------------------------------------------------------------------


def test_by_the_link(shop: Shop, maya: Body) -> None:
    """Whoever reads the ambassador's mail gets a session of a month by its link, once."""
    _, mail = asked_and_mailed(shop)
    assert mail.to == MAYA
    answer = confirm(shop, token=mail.token)
    told = shop.read(answer)
    assert answer.status_code == 201
    assert set(told) == {"token", "expires_at", "ambassador_id", "id"}
    assert told["ambassador_id"] == maya["id"]
    assert told["expires_at"] == (shop.now + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    assert opens(shop, answer)
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")


def test_by_the_code(shop: Shop, maya: Body, subtests: pytest.Subtests) -> None:
    """The code opens where it was asked for, in whatever digits and groups it is typed, once; then the link is over."""
    for spelled in ("{}", " {} ", "{}-", "\u200e{}"):
        with subtests.test(spelled):
            waits, mail = asked_and_mailed(shop)
            typed = spelled.format(mail.code)
            assert opens(shop, confirm(shop, pending=waits, code=typed))
            assert refusal(confirm(shop, pending=waits, code=typed)) == (422, "wrong_code")
            assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")
            shop.now += timedelta(minutes=15)
    waits, mail = asked_and_mailed(shop)
    gujarati = mail.code.translate({ord("0") + it: 0x0AE6 + it for it in range(10)})
    assert opens(shop, confirm(shop, pending=waits, code=gujarati))


def test_what_the_browser_knows_opens_nothing(shop: Shop, maya: Body) -> None:
    """Neither what the answer holds, nor anything in the table, is the link or the code."""
    waits, mail = asked_and_mailed(shop)
    stored = json.dumps(shop.everything())
    assert mail.token not in stored
    assert mail.code.replace(" ", "") not in stored
    assert MAYA not in json.dumps([it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")])
    other = mail.token[:5] + ("A" if mail.token[5] != "A" else "B") + mail.token[6:]
    for forged in (waits, waits.removeprefix("sgn_"), other, mail.token + "A", "x", "\u00e9"):
        assert refusal(confirm(shop, token=forged)) == (410, "sign_in_over")
    assert confirm(shop, token=mail.token).status_code == 201


def test_it_ends(shop: Shop, maya: Body) -> None:
    """After a quarter of an hour, to the second, neither works, and the table may clean up."""
    waits, mail = asked_and_mailed(shop)
    (item,) = [it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")]
    shop.now += 15 * MINUTE - timedelta(seconds=1)
    assert refusal(confirm(shop, pending=waits, code="0")) == (422, "wrong_code")
    shop.now += timedelta(seconds=1)
    assert item["expires_ttl"] == {"N": str(int(shop.now.timestamp()))}
    assert refusal(confirm(shop, pending=waits, code=mail.code)) == (410, "sign_in_over")
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")


def test_five_wrong_codes(shop: Shop, maya: Body) -> None:
    """Then the right one is wrong as well, and so is the link: whoever guesses has one chance in 20 million."""
    waits, mail = asked_and_mailed(shop)
    for _ in range(5):
        assert refusal(confirm(shop, pending=waits, code="1234 567")) == (422, "wrong_code")
    assert refusal(confirm(shop, pending=waits, code=mail.code)) == (410, "sign_in_over")
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")
    assert opens(shop, confirm(shop, token=asked_and_mailed(shop)[1].token))


def test_a_lost_reply_begins_one_session(shop: Shop, maya: Body) -> None:
    """A write of which the answer was lost is not taken for somebody else's: who signs in is in."""
    _, mail = asked_and_mailed(shop)
    shop.faults.after("TransactWriteItems", lost)
    assert opens(shop, confirm(shop, token=mail.token))


def test_two_at_once_begin_one_session(shop: Shop, maya: Body) -> None:
    """Of two who were both let in before either has gone in, one does, and the session of the other is none."""
    _, mail = asked_and_mailed(shop)
    table, key = deps.table(), deps.settings().link_keys[0]
    both = [sign_in.by_token(table, mail.token, key, now=shop.now) for _ in range(2)]
    begun = [sessions.fresh(maya["id"], by="mail", now=shop.now) for _ in both]
    gone_in = [
        isinstance(it, sign_in.Admitted) and sign_in.enter(table, it, session, now=shop.now)
        for it, (_, session) in zip(both, begun, strict=True)
    ]
    assert gone_in == [True, False]
    assert [sessions.find(table, token, now=shop.now) is not None for token, _ in begun] == [True, False]


def test_a_rotated_key(shop: Shop, maya: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that was signed before the key was rotated is over: it lasts minutes, and a key may have been stolen."""
    waits, mail = asked_and_mailed(shop)
    monkeypatch.setenv("LINK_KEY", "a new key,a link key for tests")
    deps.forget()
    deps.use_clock(lambda: shop.now)
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")
    assert refusal(confirm(shop, pending=waits, code=mail.code)) == (422, "wrong_code")


# --- who it is --------------------------------------------------------------------------------------------------------


def test_one_mailbox_in_any_spelling(shop: Shop) -> None:
    """The mail goes to the address that the store knows, and never to one that somebody has typed."""
    shop.enrol("m.shah@gmail.com")
    pending(shop, "MShah+friends@googlemail.com")
    assert [it.to for it in mailed(shop)] == ["m.shah@gmail.com"]


def test_a_customer_joins_on_the_way(shop: Shop, ben: str) -> None:
    """A customer is told that they are no ambassador yet, which uses nothing up; then they join, and agree to some."""
    _, mail = asked_and_mailed(shop, BEN)
    before = shop.everything()
    assert refusal(confirm(shop, token=mail.token)) == (422, "not_an_ambassador")
    assert shop.everything() == before
    answer = confirm(shop, token=mail.token, consents=["tips"])
    assert opens(shop, answer)
    person = shop.read(shop.call("GET", f"/v1/people/{ben}", scope="admin:read"))
    assert person["consents"]["tips"]["own_yes"]
    assert person["consents"]["offers"] == {"agreed": False}
    assert refusal(confirm(shop, token=mail.token, consents=[])) == (410, "sign_in_over")


def test_a_closed_program_takes_nobody(shop: Shop, maya: Body, ben: str) -> None:
    """While the program takes no orders, its ambassadors sign in, and customers can't join."""
    _, mail = asked_and_mailed(shop, BEN)
    shop.publish(open=False)
    assert refusal(confirm(shop, token=mail.token, consents=[])) == (422, "program_closed")
    assert opens(shop, confirm(shop, token=asked_and_mailed(shop)[1].token))


def test_who_was_merged(shop: Shop, maya: Body) -> None:
    """Whoever asked before they were merged into somebody is that one when they go in."""
    other = shop.enrol("other@example.com")
    _, mail = asked_and_mailed(shop, "other@example.com")
    merging = {"other": other["id"], "note": "One person."}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/merge", merging, scope="admin:write").status_code == 201
    answer = confirm(shop, token=mail.token)
    assert shop.read(answer)["ambassador_id"] == maya["id"]
    assert opens(shop, answer)


def test_who_was_erased(shop: Shop, maya: Body) -> None:
    """From the answer on with which somebody was forgotten, no link opens them, by mail or from the shop."""
    handed = shop.read(shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions"))["sign_in_url"]
    waits, mail = asked_and_mailed(shop)
    person = shop.read(shop.call("GET", f"/v1/people?email={MAYA}", scope="admin:read"))["items"][0]["id"]
    assert shop.call("DELETE", f"/v1/people/{person}?note=asked", scope="admin:write").status_code == 200
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")
    assert refusal(confirm(shop, pending=waits, code=mail.code)) == (422, "wrong_code")
    assert refusal(confirm(shop, token=handed.rpartition("/")[2])) == (410, "sign_in_over")
    sent = len(mailed(shop))
    pending(shop)
    assert len(mailed(shop)) == sent


def test_who_has_another_address_by_now(shop: Shop, maya: Body) -> None:
    """A link that went to an address which turned out to be somebody else's opens nothing."""
    _, mail = asked_and_mailed(shop)
    change = {"email": "maya.shah@example.com"}
    assert shop.call("PATCH", f"/v1/ambassadors/{maya['id']}", change, scope="admin:write").status_code == 200
    assert refusal(confirm(shop, token=mail.token)) == (410, "sign_in_over")


def test_who_is_suspended(shop: Shop, maya: Body) -> None:
    """An ambassador whose account is suspended signs in, and sees what they have."""
    noted = {"note": "We look at it."}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/suspend", noted, scope="admin:write").status_code == 201
    assert opens(shop, confirm(shop, token=asked_and_mailed(shop)[1].token))


def test_who_reads_no_mail(shop: Shop, maya: Body) -> None:
    """Nothing is sent to an address whose mails came back; to whoever has refused all letters this one goes."""
    person = shop.read(shop.call("GET", f"/v1/people?email={MAYA}", scope="admin:read"))["items"][0]["id"]
    no = {"consents": {"*": {"given": False}}}
    assert shop.call("PATCH", f"/v1/people/{person}", no, scope="admin:write").status_code == 200
    shop.behaves[MAYA] = "bounce"
    pending(shop)
    assert len(mailed(shop)) == 1
    shop.hear()
    pending(shop)
    assert len(mailed(shop)) == 1


# --- nobody learns who is known ---------------------------------------------------------------------------------------


def test_the_answer_is_the_same(shop: Shop, maya: Body, ben: str) -> None:
    """Known or not: the same answer to the letter but for the id, the same calls, and items of the same size."""
    told, calls = [], []
    deps.table().shards()  # read once an hour, whoever comes
    for email in (MAYA, BEN, NOBODY):
        before = shop.faults.count(*CALLS)
        answer = ask(shop, email)
        body = shop.read(answer)
        calls.append(shop.faults.count(*CALLS) - before)
        told.append((answer.status_code, {**answer.headers, "X-Request-Id": ""}, {**body, "pending": ""}))
        assert re.fullmatch(r"sgn_[0-9A-Z]{26}", body["pending"])
    assert told[0] == told[1] == told[2]
    assert calls == [4, 4, 4]
    items = [it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")]
    assert len({len(json.dumps(it)) for it in items}) == 1
    shop.stream()
    assert sorted(it.to for it in mailed(shop)) == [BEN, MAYA]


def test_guessing_tells_nothing(shop: Shop, maya: Body) -> None:
    """Wrong codes are answered alike for an address that is known, one that is not, and one that has signed in."""
    used, mail = asked_and_mailed(shop)
    assert confirm(shop, token=mail.token).status_code == 201
    waiting = [used, pending(shop), pending(shop, NOBODY)]
    for guess in range(7):
        told = [confirm(shop, pending=it, code="00000000") for it in waiting]
        assert len({(it.status_code, refusal(it)) for it in told}) == 1
        assert told[0].status_code == (422 if guess < 5 else 410)


def test_nobody_gets_in_for_nobody(shop: Shop) -> None:
    """An address that is not known opens nothing, even by the code that a mail would have held."""
    waits = pending(shop, NOBODY)
    key = deps.settings().link_keys[0]
    assert refusal(confirm(shop, pending=waits, code=code_of(waits, key))) == (422, "wrong_code")
    assert refusal(confirm(shop, token=token_of(waits, key))) == (410, "sign_in_over")


# --- limits -----------------------------------------------------------------------------------------------------------


def test_three_mails_in_a_quarter_of_an_hour(shop: Shop, maya: Body) -> None:
    """Beyond that the answer is the same and no mail goes out, nor does a code work; however it is spelled."""
    for email in (MAYA, "MAYA@example.com", MAYA):
        pending(shop, email)
    waits = pending(shop)
    assert len(mailed(shop)) == 3
    assert refusal(confirm(shop, pending=waits, code=code_of(waits, deps.settings().link_keys[0]))) == (
        422,
        "wrong_code",
    )
    shop.now += 15 * MINUTE
    pending(shop)
    assert len(mailed(shop)) == 4


def test_ten_mails_a_day(shop: Shop, maya: Body) -> None:
    """However they are spread."""
    shop.now += timedelta(hours=12)
    for _ in range(12):
        pending(shop)
        shop.now += 15 * MINUTE
    assert len(mailed(shop)) == 10
    shop.now += timedelta(days=1)
    pending(shop)
    assert len(mailed(shop)) == 11


def test_one_client_asks_sixty_times(shop: Shop) -> None:
    """From one place come sixty requests in a quarter of an hour; then it is said when there may be another one."""
    for number in range(60):
        assert ask(shop, f"{number}@example.com").status_code == 202
    before = [it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")]
    answer = ask(shop, "60@example.com")
    assert refusal(answer) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert [it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")] == before
    shop.now += timedelta(seconds=int(answer.headers["Retry-After"]))
    assert ask(shop, "60@example.com").status_code == 202


def test_a_client_is_a_subscriber() -> None:
    """An IPv4 address is one client in either spelling, and so is a network of IPv6; no two of these are the same."""
    same = (("192.0.2.7", "::ffff:192.0.2.7"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"))
    for one, other in same:
        assert client_of(b"k", one) == client_of(b"k", other)
    apart = ["192.0.2.7", "192.0.2.8", "2001:db8:1:2::1", "2001:db8:1:3::1", "", "unknown"]
    assert len({client_of(b"k", it) for it in apart}) == len(apart)
    assert client_of(b"k", apart[0]) != client_of(b"other", apart[0])
    assert apart[0] not in client_of(b"k", apart[0])


# --- the mail ---------------------------------------------------------------------------------------------------------


def test_a_mail_that_goes_twice_is_the_same(shop: Shop, maya: Body) -> None:
    """Nobody has to know which of two mails holds: both hold the same link and the same code."""
    waits = pending(shop)
    key = deps.settings().link_keys[0]
    (mail,) = mailed(shop)
    assert mail.token == token_of(waits, key)
    assert mail.code.replace(" ", "") == code_of(waits, key)
    person = shop.read(shop.call("GET", f"/v1/people?email={MAYA}", scope="admin:read"))["items"][0]["id"]
    letters = shop.read(shop.call("GET", f"/v1/people/{person}/messages", scope="admin:read"))["items"]
    assert letters[0]["letter"] == "sign_in"
    path = f"/v1/messages/{letters[0]['id']}/resend"
    assert shop.call("POST", path, {"note": "again"}, scope="admin:write", Idempotency_Key="1").status_code == 201
    shop.stream()
    assert mailed(shop) == [mail, mail]


def test_a_mail_that_comes_too_late_is_none(shop: Shop, maya: Body) -> None:
    """If mails could not go out for a quarter of an hour, none goes that holds nothing but what is over."""
    ask(shop)
    shop.now += 16 * MINUTE
    shop.stream()
    shop.minute()
    assert mailed(shop) == []


def test_the_language_of_who_has_told_none(shop: Shop) -> None:
    """A customer whose language nobody knows is written to in the one in which they asked."""
    shop.call("PUT", "/v1/people", {"email": BEN, "first_name": "Ben"}, scope="people")
    assert ask(shop, BEN, locale="es").status_code == 202
    shop.stream()
    assert shop.sent()[-1].html.count('lang="es"') >= 1


def test_nothing_is_logged(shop: Shop, maya: Body, capsys: pytest.CaptureFixture[str]) -> None:
    """No address, token, code or client is in the logs, whatever happens."""
    waits, mail = asked_and_mailed(shop)
    confirm(shop, pending=waits, code="1234 5678")
    token = shop.read(confirm(shop, token=mail.token))["token"]
    confirm(shop, token=mail.token)
    ask(shop, NOBODY)
    shop.stream()
    told = "".join(capsys.readouterr())
    for secret in (MAYA, NOBODY, mail.token, mail.code, mail.code.replace(" ", ""), token, "127.0.0.1"):
        assert secret not in told


def test_the_export_tells_of_it(shop: Shop, maya: Body) -> None:
    """Whoever sees what lies about them sees when they wanted to sign in, and what opens it is not there."""
    pending(shop)
    handed = shop.read(shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions"))
    path = "/v1/people/me/export"
    told = shop.read(shop.call("GET", path, Authorization=f"Bearer {handed['token']}"))
    assert {it["made_by"] for it in told["sign_ins"]} >= {"mail"}
    assert len(told["sign_ins"]) == 2
    assert handed["sign_in_url"].rpartition("/")[2] not in json.dumps(told)


# --- handed over by the shop ------------------------------------------------------------------------------------------


def test_the_shop_hands_over_its_customer(shop: Shop, maya: Body) -> None:
    """What it gets with a session leads to the ambassador's own pages: once, within two minutes, for a day."""
    told = shop.read(shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions"))
    origin, _, token = told["sign_in_url"].rpartition("/")
    assert origin == "https://friends.shop.example/sign-in"
    answer = confirm(shop, token=token)
    assert shop.read(answer)["expires_at"] == (shop.now + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert opens(shop, answer)
    assert refusal(confirm(shop, token=token)) == (410, "sign_in_over")
    late = shop.read(shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions"))["sign_in_url"]
    shop.now += 2 * MINUTE
    assert refusal(confirm(shop, token=late.rpartition("/")[2])) == (410, "sign_in_over")


def test_who_was_handed_over_has_no_code(shop: Shop, maya: Body) -> None:
    """Nobody was mailed one, so none works."""
    shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions")
    (item,) = [it for it in shop.everything() if it["PK"]["S"].startswith("SIGNIN#")]
    sign_in_id = item["PK"]["S"].partition("#")[2]
    code = code_of(sign_in_id, deps.settings().link_keys[0])
    assert refusal(confirm(shop, pending=sign_in_id, code=code)) == (410, "sign_in_over")
