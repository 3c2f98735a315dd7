"""A key that may only enrol, as a sign-up form has it: it opens nobody's account, and corrects nobody."""

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.access import ApiKey
from chalicelib.operations.access import api_keys
from memory.shop import Body, Shop, refusal

MAYA, BEN = "maya@example.com", "ben@example.com"


@pytest.fixture
def form(shop: Shop) -> dict[str, str]:
    """The header of a form's key."""
    return {"Authorization": f"Bearer {api_keys.issue(deps.table(), 'form', ['enrol'], shop.now)}"}


def person(shop: Shop, email: str) -> Body:
    """Whoever has an address, as an admin reads them."""
    answer = shop.call("GET", f"/v1/people?email={email}", scope="admin:read")
    (found,) = shop.read(answer)["items"]
    return dict(found)


def kept(shop: Shop) -> list[Body]:
    """All that lies in the table, but for what is noted of the use of keys."""
    return [item for item in shop.everything() if not item["PK"]["S"].startswith("KEY#")]


def test_it_signs_nobody_in(shop: Shop, form: dict[str, str]) -> None:
    """It learns the id behind a known address, with which it can neither begin, nor see, nor end a session."""
    maya, token = shop.enrol(), shop.session(shop.enrol()["id"])
    again = shop.call("POST", "/v1/ambassadors", {"email": MAYA, "first_name": "X"}, **form)
    assert shop.read(again) == maya
    path, before = f"/v1/ambassadors/{maya['id']}", kept(shop)
    asked = [("POST", "/sessions"), ("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/ses_1")]
    asked += [("GET", ""), ("PATCH", ""), ("POST", "/spends"), ("GET", "/ledger")]
    for method, below in asked:
        body: Body | None = {} if method in {"POST", "PATCH"} else None
        assert refusal(shop.call(method, path + below, body, **form)) == (403, "wrong_scope")
    assert kept(shop) == before
    assert shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}").status_code == 200


def test_it_says_of_nobody_who_they_are(shop: Shop, form: dict[str, str]) -> None:
    """With a customer id it could hang an address of its own on somebody else, and sign in as them by a mail."""
    tells = {"email": BEN, "customer_id": "c-2", "first_name": "Ben"}
    shop.call("PUT", "/v1/people", tells, scope="people")
    shop.enrol(MAYA)
    before = kept(shop)
    for email, customer in (("thief@example.com", "c-2"), (MAYA, "c-thief"), (BEN, "c-thief"), (BEN, "c-2")):
        told = {"email": email, "first_name": "T", "customer_id": customer}
        assert refusal(shop.call("POST", "/v1/ambassadors", told, **form)) == (403, "wrong_scope")
    assert kept(shop) == before


def test_it_corrects_nobody(shop: Shop, form: dict[str, str]) -> None:
    """Whoever bought before becomes an ambassador, and is called as they were; what nobody knew is added."""
    known = {"email": BEN, "first_name": "Ben", "locale": "gu", "birthday": "04-17"}
    shop.call("PUT", "/v1/people", known, scope="people")
    typed = {"email": BEN, "first_name": "Call 555-0100", "last_name": "Roy", "locale": "es", "birthday": "01-01"}
    answer = shop.call("POST", "/v1/ambassadors", typed, **form)
    assert answer.status_code == 201
    found = person(shop, BEN)
    assert {name: found[name] for name in known} == known
    assert found["last_name"] == "Roy"
    assert found["ambassador_id"] == shop.read(answer)["id"]


def test_somebody_new_is_enrolled_as_ever(shop: Shop, form: dict[str, str]) -> None:
    """A form takes all that it asks for of whoever nobody knows."""
    typed = {"email": MAYA, "first_name": "Maya", "last_name": "Shah", "birthday": "04-17", "consents": ["wishes"]}
    assert shop.call("POST", "/v1/ambassadors", typed, **form).status_code == 201
    found = person(shop, MAYA)
    assert [found[name] for name in ("first_name", "last_name", "birthday")] == ["Maya", "Shah", "04-17"]


def test_the_shops_server_knows_better(shop: Shop) -> None:
    """A key with both scopes speaks for who is signed in: what it says is newer than what was known."""
    shop.call("PUT", "/v1/people", {"email": BEN, "first_name": "B", "customer_id": "c-2"}, scope="people")
    shop.enrol(BEN, "Ben", customer_id="c-2")
    assert person(shop, BEN)["first_name"] == "Ben"


def test_a_key_from_before_there_was_a_scope_for_sessions(shop: Shop) -> None:
    """Such a key goes on doing both, says so in the list, and grants both; one that is made now does what it says."""
    table, secret = deps.table(), "rk_a-key-of-last-week"
    digest = api_keys.digest_of(secret)
    table.commit([Create(ApiKey(digest, "key_0a1b2c3d4e5f", "shop", ("enrol", "admin:keys"), shop.now))])
    (item,) = [it for it in shop.everything() if it["PK"]["S"] == f"KEY#{digest}"]
    table_name, key = deps.settings().table, {"PK": item["PK"], "SK": item["SK"]}
    shop.dynamodb.update_item(
        TableName=table_name,
        Key=key,
        UpdateExpression="SET scopes = :was",
        ExpressionAttributeValues={":was": {"L": [{"S": "enrol"}, {"S": "admin:keys"}]}},
    )
    assert "edition" not in item
    old, maya = {"Authorization": f"Bearer {secret}"}, shop.enrol()
    path = f"/v1/ambassadors/{maya['id']}/sessions"
    assert shop.call("POST", path, {}, **old).status_code == 201
    listed = {it["name"]: it["scopes"] for it in shop.read(shop.call("GET", "/v1/keys", **old))["items"]}
    assert sorted(listed["shop"]) == ["admin:keys", "enrol", "sessions"]
    assert listed["sessions"] == ["sessions"]
    new = {"name": "form", "owner": "Bea", "scopes": ["enrol"]}
    made = shop.read(shop.call("POST", "/v1/keys", new, Idempotency_Key="k", **old))
    assert made["scopes"] == ["enrol"]
    assert shop.call("POST", path, {}, Authorization=f"Bearer {made['secret']}").status_code == 403
    both = {"name": "server", "owner": "Bea", "scopes": ["sessions"]}
    assert shop.call("POST", "/v1/keys", both, Idempotency_Key="k2", **old).status_code == 201
