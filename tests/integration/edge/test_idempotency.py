"""Idempotency-Key: what nature gives no key is done once, however often and however simultaneously it is asked for."""

import json

import pytest
from chalice.app import Chalice, Response
from chalice.test import Client, HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.people import Membership
from chalicelib.edge import problems
from chalicelib.edge.answers import once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Shape
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.routes import Route, register
from chalicelib.edge.views import view
from chalicelib.operations.access import api_keys
from chalicelib.operations.once import Plan, Reused, decide_once
from chalicelib.store.table import Table
from memory.faults import lost
from memory.shop import Body, Shop, eur

KEY: Body = {"name": "desk", "owner": "Bea", "scopes": ["admin:keys"]}


def ask(shop: Shop, body: object = KEY, header: str | None = "a-1", secret: str = "") -> HTTPResponse:
    """Ask for a key, the first route that takes the header."""
    sent = {"Authorization": f"Bearer {secret or shop.keys['admin:keys']}"}
    return shop.call("POST", "/v1/keys", body, **sent, **({} if header is None else {"Idempotency_Key": header}))


def stored(shop: Shop, prefix: str) -> int:
    """How many items of a kind there are."""
    return len([item for item in shop.everything() if item["PK"]["S"].startswith(prefix)])


def test_another_request_under_the_same_key(shop: Shop) -> None:
    """The first request stands; the second is refused and does nothing, however small the difference."""
    assert ask(shop).status_code == 201
    before = shop.everything()
    for change in ({"name": "Desk"}, {"owner": "Cem"}, {"scopes": ["admin:keys", "admin:keys"]}):
        answer = ask(shop, {**KEY, **change})
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert shop.read(answer)["reason"] == "idempotency_key_reused"
    assert shop.everything() == before


def test_the_spelling_of_a_body_does_not_count(shop: Shop) -> None:
    """The same content in another order and with other blanks is the same request."""
    assert ask(shop).status_code == 201
    raw = b'{ "scopes":["admin:keys"],\n "owner":"B\\u0065a", "name":"desk"}'
    assert ask(shop, raw).status_code == 200


def test_what_a_key_may_be(shop: Shop, subtests: pytest.Subtests) -> None:
    """Any 1 to 128 printable characters, which proxies may trim."""
    for header in ("x", "~" * 128, 'a "quoted" one', "  between blanks ", "a/b#c"):
        with subtests.test(header):
            assert ask(shop, header=header).status_code == 201
            assert ask(shop, header=header.strip()).status_code == 200


def test_a_refused_request_uses_up_no_key(shop: Shop) -> None:
    """Whoever made a mistake mends it and sends the same key again."""
    assert ask(shop, {**KEY, "name": ""}).status_code == 400
    assert ask(shop, {**KEY, "scopes": ["checkout"]}).status_code == 403
    assert ask(shop).status_code == 201


def test_two_identical_requests_at_once(shop: Shop) -> None:
    """Of two that pass each other between reading and writing, one does it and the other is answered as a repeat."""
    answers: list[HTTPResponse] = []
    shop.faults.before("TransactWriteItems", lambda: answers.append(ask(shop)))
    answers.append(ask(shop))
    assert [answer.status_code for answer in answers] == [201, 200]
    assert shop.read(answers[0])["id"] == shop.read(answers[1])["id"]
    assert stored(shop, "KEY#") == len(api_keys.SCOPES) + 1
    assert stored(shop, "IDEM#") == 1


def test_two_different_requests_at_once(shop: Shop) -> None:
    """Of two different ones under one key, one is done and the other refused."""
    answers: list[HTTPResponse] = []
    shop.faults.before("TransactWriteItems", lambda: answers.append(ask(shop, {**KEY, "name": "other"})))
    answers.append(ask(shop))
    assert [answer.status_code for answer in answers] == [201, 422]
    assert stored(shop, "KEY#") == len(api_keys.SCOPES) + 1


def test_a_lost_reply(shop: Shop) -> None:
    """When the table's reply is lost, nothing is made twice."""
    shop.faults.after("TransactWriteItems", lost)
    assert ask(shop).status_code in {200, 201}
    assert ask(shop).status_code == 200
    assert stored(shop, "KEY#") == len(api_keys.SCOPES) + 1


@pytest.mark.parametrize(
    ("method", "path", "body", "scope", "status"),
    [
        ("POST", "/v1/orders/o1/refunds", {"refund_id": "r1", "amount": eur(500)}, "checkout", 201),
        ("POST", "/v1/reviews/o1", {"decision": "approve", "note": "A friend."}, "admin:write", 201),
        ("POST", "/v1/ledger/audit", {"all": True}, "admin:write", 202),
        ("PATCH", "/v1/ambassadors/me/codes/{code}", {"state": "paused"}, "", 200),
    ],
)
def test_a_lost_reply_to_a_single_write(
    shop: Shop, method: str, path: str, body: Body, scope: str, status: int
) -> None:
    """What stands there on the second attempt is one's own: it is no conflict, and no repeat, but done."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    signed = {} if scope else {"Authorization": f"Bearer {shop.session(maya['id'])}"}
    for operation in ("PutItem", "UpdateItem"):
        shop.faults.after(operation, lost)
    answer = shop.call(method, path.format(code=maya["code"]), body, scope=scope or None, **signed)
    assert answer.status_code == status, answer.body
    assert "Idempotent-Replayed" not in answer.headers


def test_what_is_stored_tells_nothing(shop: Shop) -> None:
    """Neither the header nor the body can be read from a stored key, which is kept for good."""
    ask(shop, header="bea-wants-a-key")
    (item,) = [item for item in shop.everything() if item["PK"]["S"].startswith("IDEM#")]
    assert set(item) == {"PK", "SK", "digest", "fingerprint", "recorded_at", "result"}
    assert not [word for word in ("wants-a-key", "Bea", "desk") if word in str(item)]


# --- a route as others will be written: for ambassadors and keys, about one ambassador --------------------------------

other_app = Chalice(app_name="other")
other_app.register_middleware(problems.answer, event_type="http")


class Wish(Shape):
    """What is asked for."""

    note: str


def grant(table: Table, ambassador_id: str, key: IdempotencyKey) -> tuple[str, bool] | Reused:
    """Make a thing of its own for an ambassador; answers its name, and whether it was there."""
    thing = Membership(f"thing-{deps.chance().getrandbits(64)}", ambassador_id, "")
    made = (thing.person, False)
    return decide_once(table, key, lambda: Plan(made, [Create(thing)], thing.person), lambda was: (was, True))


@view({201: None, 200: None}, body=Wish, keyed=True)
def post_thing(call: Call, body: Wish, ambassador_id: str) -> Response:
    """Make a thing."""
    made = grant(deps.table(), ambassador_id, idempotency_key(call, body))
    if isinstance(made, Reused):
        raise reused()
    return once({"name": made[0], "for": call.ambassador_id}, replayed=made[1])


THINGS = Route("POST", "/v1/ambassadors/{ambassador_id}/things", "admin:write session", f"{__name__}.post_thing")
register(other_app, [THINGS])


class Things:
    """Clients of that route."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.maya, self.other = shop.enrol()["id"], shop.enrol("other@example.com")["id"]

    def post(self, secret: str, named: str, header: str = "a-1", note: str = "please") -> HTTPResponse:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "idempotency-key": header}
        path = f"/v1/ambassadors/{named}/things"
        return Client(other_app).http.post(path, headers=headers, body=json.dumps({"note": note}).encode())

    def statuses(self, *asked: tuple[str, str]) -> list[int]:
        return [self.post(secret, named).status_code for secret, named in asked]


@pytest.fixture
def things(shop: Shop) -> Things:
    """A shop with that route and two ambassadors."""
    return Things(shop)


def test_an_ambassadors_key_is_theirs_in_every_session(things: Things) -> None:
    """A repeat may come in another session, and say `me` or the id; another ambassador's same key is another."""
    mine, later, others = (things.shop.session(whose) for whose in (things.maya, things.maya, things.other))
    assert things.statuses((mine, "me"), (later, "me"), (later, things.maya)) == [201, 200, 200]
    assert things.statuses((others, "me"), (others, things.other)) == [201, 200]
    assert stored(things.shop, "PERSON#thing") == 2
    assert things.shop.read(things.post(mine, "me"))["for"] == things.maya


def test_an_owners_key_is_theirs_with_every_server_key(things: Things) -> None:
    """A repeat may come with another key of the owner; another owner's same key is another, and so is a session's."""
    ana, again, bea = (
        api_keys.issue(deps.table(), "desk", ["admin:write"], things.shop.now, owner=owner)
        for owner in ("Ana", "ana", "Bea")
    )
    session = things.shop.session(things.maya)
    asked = ((ana, things.maya), (again, things.maya), (bea, things.maya), (session, "me"))
    assert things.statuses(*asked) == [201, 200, 201, 201]


def test_the_path_is_part_of_what_was_asked(things: Things) -> None:
    """One key for two ambassadors is a mistake that must not pass as a repeat: the second would get nothing."""
    ana = api_keys.issue(deps.table(), "desk", ["admin:write"], things.shop.now, owner="Ana")
    assert things.statuses((ana, things.maya), (ana, things.other), (ana, things.maya)) == [201, 422, 200]
    assert stored(things.shop, "PERSON#thing") == 1


def test_the_same_key_on_two_routes(things: Things) -> None:
    """Routes don't know of each other's keys."""
    both = api_keys.issue(deps.table(), "desk", ["admin:write", "admin:keys"], things.shop.now, owner="Ana")
    assert ask(things.shop, secret=both).status_code == 201
    assert things.post(both, things.maya).status_code == 201


def test_a_race_in_which_one_has_looked_before(things: Things) -> None:
    """Both have looked and found nothing; one commits, the other gets what that one has made."""
    session = things.shop.session(things.maya)
    answers: list[HTTPResponse] = []
    things.shop.faults.before("TransactWriteItems", lambda: answers.append(things.post(session, "me")))
    answers.append(things.post(session, "me"))
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].body == answers[1].body
    assert stored(things.shop, "PERSON#thing") == 1
