"""What a customer lives through from an order on: asked once, heard when unhappy, invited when happy, never both."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib import deps
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.people import Person
from memory.cloud import Sent
from memory.shop import Body, Shop, eur
from tests.integration.people.test_following import PHONE

FORM = "application/x-www-form-urlencoded"
LEO = "leo@example.com"
YES = {"care": {"given": True}, "tips": {"given": True}, "offers": {"given": True}}
CARE: Body = {
    "check_in": {"after_delivery_days": 14},
    "how_to": {"after_delivery_days": 4},
    "invitation": {"after_answer_days": 1, "after_order_days": None},
}


@pytest.fixture
def leo(shop: Shop) -> str:
    """A customer who has agreed to be asked, and has got a mug; the id of the person."""
    shop.publish(care=CARE, letters={"welcome": False, "caps": []})
    guide = {
        "id": "mug", "title": "How a glaze stays bright", "link": "https://films.example/glaze", "language": "en",
        "skus": ["MUG"],
    }  # fmt: skip
    assert shop.call("PUT", "/v1/guides", guide, scope="admin:write").status_code == 201
    told = {"email": LEO, "first_name": "Leo", "consents": YES}
    leo = str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])
    order = {
        "order_id": "o1",
        "customer": {"email": LEO},
        "amount": eur(5000),
        "items": [{"sku": "MUG", "quantity": 1}],
    }
    assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
    delivered = {"fulfilment_id": "f1", "delivered_at": shop.now.isoformat()}
    assert shop.call("POST", "/v1/orders/o1/fulfilments", delivered, scope="checkout").status_code == 201
    shop.stream()
    return leo


def links(shop: Shop, kind: str) -> list[str]:
    """The paths of the links of a kind in the last mail that has any, in their order."""
    found = [re.findall(rf"https://friends\.shop\.example(/{kind}/[\w-]+)", html(it)) for it in shop.sent()]
    return list(dict.fromkeys(next(filter(None, reversed(found)), [])))


def html(mail: Sent) -> str:
    """The page of a mail."""
    part = mail.message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def post(shop: Shop, path: str, **form: str) -> str:
    """Send a form as a page does, and return the page."""
    page = shop.call("POST", path, urlencode(form).encode(), Content_Type=FORM)
    assert page.status_code == 200, page.body
    return page.body.decode()


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def message(person_id: str, touch: str) -> Message:
    """The message of a touch."""
    found = deps.table().read_message(Cause("touch", f"{person_id}:{touch}", 1).key)
    assert found is not None
    return found


def test_a_happy_customer_brings_friends(shop: Shop, leo: str) -> None:
    """A film, a question, an answer in a tap, an invitation, a code in a tap, and a friend who buys with it."""
    shop.days(5)
    (film,) = links(shop, "g")
    assert shop.call("GET", film, User_Agent=PHONE).headers["Location"] == "https://films.example/glaze"
    assert message(leo, "how_to:o1").clicked_at == shop.now
    shop.days(10)
    happy, fine, unhappy = links(shop, "a")
    for path in (happy, fine, unhappy):
        assert shop.call("GET", path).status_code == 200
    assert person(leo).answers == ()
    assert "10%" in post(shop, happy, value="happy")
    assert message(leo, "check_in:o1").answer == "happy"
    mails = len(shop.sent())
    shop.days(2)
    assert len(shop.sent()) == mails + 1
    (join,) = links(shop, "j")
    (code,) = re.findall(r'class="code"[^>]*>(\w+)<', post(shop, join, join="yes"))
    assert shop.redeem(code, "friend-1").status_code == 201
    shop.stream()
    assert shop.order("friend-1")["ambassador_id"] == person(leo).ambassador_id


def test_an_unhappy_customer_is_heard_and_asked_for_nothing(shop: Shop, leo: str) -> None:
    """Until somebody of the shop has closed the case: not even after a happy answer, and not by a second order."""
    shop.days(15)
    happy, _, unhappy = links(shop, "a")
    post(shop, unhappy, value="unhappy", note="The handle came off.")
    mails = len(shop.sent())
    post(shop, happy, value="happy")
    shop.days(20)
    assert len(shop.sent()) == mails
    (task,) = shop.read(shop.call("GET", "/v1/tasks?kind=care", scope="admin:read"))["items"]
    done = {"note": "Sent a new mug."}
    assert shop.call("POST", f"/v1/tasks/{task['id']}/done", done, scope="admin:write").status_code == 201
    shop.days(1)
    assert len(shop.sent()) == mails + 1
    assert links(shop, "j")


def test_who_has_answered_is_not_asked(shop: Shop, leo: str) -> None:
    """The shop has heard in a chat how it went: no question comes."""
    shop.now += timedelta(days=3)
    told = {"order_id": "o1", "value": "fine"}
    assert shop.call("POST", f"/v1/people/{leo}/answers", told, scope="people").status_code == 200
    shop.days(15)
    assert all("/a/" not in html(it) for it in shop.sent())
    shop.days(15)
    assert all(not {"/a/", "/j/"} & set(re.findall("/[aj]/", html(it))) for it in shop.sent())
