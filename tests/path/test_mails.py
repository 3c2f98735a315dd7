"""Mails on the local cloud, as by hand: bounces and complaints by SES's mailbox simulator, and the links in mails."""

import re
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

import fast_mail_parser
import pytest

from tests.path.live import Body, Live

SIMULATOR = "simulator.amazonses.com"


def mails(live: Live, to: str) -> list[fast_mail_parser.PyMail]:
    """The mails that somebody was sent, as another parser reads them."""
    folder = Path(live.info.clock_file).parent / "mails"
    found = [fast_mail_parser.parse_email(it.read_bytes()) for it in sorted(folder.glob("*.eml"))]
    return [it for it in found if [address.address for address in it.to] == [to]]


def person(live: Live, email: str) -> Body:
    """What is known of somebody."""
    found = live.call("GET", f"/v1/people?email={email.replace('+', '%2B')}", key="admin").body
    (one,) = found["items"]
    read: Body = one
    return read


def submit(live: Live, url: str, form: bytes) -> tuple[int, str]:
    """Send a form as a browser or a mail program does."""
    request = urllib.request.Request(url, form, {"Content-Type": "application/x-www-form-urlencoded"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def owes_news(live: Live, name: str) -> str:
    """Let somebody with a mailbox of the simulator be owed news of a reward; the address."""
    email = f"{name}+path@{SIMULATOR}"
    code = live.enrol(email).body["code"]
    assert live.redeem(code, f"{name}-1", f"{name}@friends.example").status == 201
    live.wait(lambda: bool(mails(live, email)), True)
    return email


def stopped(live: Live, email: str) -> list[str]:
    """Why an address gets no mail."""
    return [it["kind"] for it in person(live, email).get("stops", [])]


def code_of(live: Live, email: str) -> str:
    """The code of an ambassador."""
    found = live.call("GET", f"/v1/ambassadors?email={email.replace('+', '%2B')}", key="admin").body
    return str(found["items"][0]["code"])


@pytest.mark.parametrize(("name", "kind"), [("bounce", "bounce"), ("complaint", "complaint")])
def test_who_bounces_or_complains_gets_no_second_mail(live: Live, name: str, kind: str) -> None:
    """The event comes back by itself, and the next order's news goes to the friend alone."""
    email = owes_news(live, name)
    live.wait(lambda: stopped(live, email), [kind])
    before = len(mails(live, email))
    assert live.redeem(code_of(live, email), f"{name}-2", f"{name}-2@friends.example").status == 201
    live.wait(lambda: len(mails(live, f"{name}-2@friends.example")), 1)
    live.settled()
    assert len(mails(live, email)) == before


def test_one_click_in_a_mail_refuses_and_a_scanner_does_not(live: Live) -> None:
    """By the header of the mail itself: fetched, tampered with and cut it does nothing; sent, it refuses the rest."""
    email = owes_news(live, "success")
    live.wait(lambda: any("List-Unsubscribe" in it.headers for it in mails(live, email)), True)
    (mail, *_) = [it for it in mails(live, email) if "List-Unsubscribe" in it.headers]
    (header,) = mail.headers["List-Unsubscribe"]
    assert mail.headers["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"]
    url = header.removeprefix("<").removesuffix(">")
    assert url.startswith(f"{live.info.api}/u/")
    tampered = url[:-1] + ("A" if url[-1] != "A" else "B")
    for method in ("GET", "HEAD"):
        assert live.call(method, url, Sec_Purpose="prefetch").status == 200
    for wrong in (tampered, url[:-3]):
        assert live.call("GET", wrong).status == 404
        assert submit(live, wrong, b"List-Unsubscribe=One-Click")[0] == 404
    before = len(mails(live, email))
    assert live.redeem(code_of(live, email), "success-2", "success-2@friends.example").status == 201
    live.wait(lambda: len(mails(live, email)), before + 1)
    assert submit(live, url, b"List-Unsubscribe=One-Click")[0] == 200
    assert live.redeem(code_of(live, email), "success-3", "success-3@friends.example").status == 201
    live.wait(lambda: len(mails(live, "success-3@friends.example")), 1)
    live.settled()
    assert len(mails(live, email)) == before + 1


def test_the_foot_of_a_mail_leads_to_what_its_reader_chooses(live: Live) -> None:
    """From the text of the mail to the page, and to the language of the next one."""
    email = owes_news(live, "success+foot".replace("+", "-"))
    text = "\n".join(mails(live, email)[-1].text_plain)
    (url,) = set(re.findall(rf"{re.escape(live.info.api)}/p/[\w-]+", text))
    page = live.call("GET", url).raw.decode()
    assert email not in page
    status, saved = submit(live, url, b"purpose=rewards&purpose=wishes&locale=es")
    assert status == 200
    assert '<html lang="es"' in saved
    assert person(live, email)["locale"] == "es"


def asks_people(live: Live) -> None:
    """Let the shop ask how it went, at any hour: nobody knows when these tests run."""
    found = live.call("GET", "/v1/program", key="admin")
    rules = {name: value for name, value in found.body.items() if name not in {"version", "published_at", "author"}}
    rules = {**rules, "care": {"check_in": {"after_delivery_days": 14}}}
    rules["letters"] = {**rules.get("letters", {}), "quiet": None}
    etag = next(value for name, value in found.headers.items() if name.lower() == "etag")
    assert live.call("PUT", "/v1/program", rules, key="admin", If_Match=etag).status == 200


def test_who_is_asked_answers_by_a_tap_and_is_heard(live: Live) -> None:
    """The three links of the mail itself: opened by a scanner they say nothing; sent, one opens a task for the shop."""
    asks_people(live)
    email = "leo@path.example"
    order = {"order_id": "path-leo", "customer": {"email": email}, "amount": {"amount": 5000, "currency": "EUR"}}
    assert live.call("POST", "/v1/orders", order, key="checkout").status == 201
    delivered = {"fulfilment_id": "f1", "delivered_at": datetime.now(UTC).isoformat()}
    assert live.call("POST", "/v1/orders/path-leo/fulfilments", delivered, key="checkout").status == 201
    live.settled()
    agreed = {"consents": {"care": {"given": True}}}
    assert live.call("PATCH", f"/v1/people/{person(live, email)['id']}", agreed, key="admin").status == 200
    live.move_clock(15)
    live.wait(lambda: len(mails(live, email)), 1)
    (mail,) = mails(live, email)
    links = dict.fromkeys(re.findall(rf"{re.escape(live.info.api)}/a/[\w-]+", "\n".join(mail.text_plain)))
    assert len(links) == 3
    for url in links:
        assert live.call("GET", url, Sec_Purpose="prefetch").status == 200
    assert person(live, email)["answers"] == []
    status, page = submit(live, [*links][2], b"value=unhappy&note=The+handle+came+off.")
    assert status == 200
    assert "A person here reads what you have told us" in page
    assert [it["value"] for it in person(live, email)["answers"]] == ["unhappy"]
    (task,) = live.call("GET", "/v1/tasks?kind=care", key="admin").body["items"]
    assert task["words"] == "The handle came off."
