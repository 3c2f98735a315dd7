"""Server keys: made by those who may, listed without secrets, revoked for good, and owned by somebody."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.access import ApiKey
from chalicelib.edge import auth
from chalicelib.operations.access import api_keys
from chalicelib.operations.access.api_keys import may_second
from infra import manage
from memory.faults import lost, refused
from memory.shop import Body, Shop

DAY = timedelta(days=1)


def make(shop: Shop, *, by: str | None = None, header: str = "first", **changes: object) -> HTTPResponse:
    """Ask for a key, with the shop's own key for keys or the secret `by`."""
    body = {"name": "desk", "owner": "Bea", "scopes": ["admin:keys"], **changes}
    headers = {"Authorization": f"Bearer {by or shop.keys['admin:keys']}", "Idempotency_Key": header}
    return shop.call("POST", "/v1/keys", body, **headers)


def made(shop: Shop, **asked: Any) -> Body:
    """The answer to a key that was made."""
    answer = make(shop, **asked)
    assert answer.status_code == 201, answer.body
    return shop.read(answer)


def listed(shop: Shop, query: str = "limit=100") -> list[Body]:
    """The keys as the list shows them."""
    return list(shop.read(shop.call("GET", f"/v1/keys?{query}", scope="admin:keys"))["items"])


def by_name(shop: Shop) -> dict[str, Body]:
    """The keys of the list by their names."""
    return {key["name"]: key for key in listed(shop)}


def revoke(shop: Shop, key_id: str, *, by: str | None = None) -> HTTPResponse:
    """Revoke a key, with the shop's own key for keys or the secret `by`."""
    return shop.call("DELETE", f"/v1/keys/{key_id}", Authorization=f"Bearer {by or shop.keys['admin:keys']}")


def opens(shop: Shop, secret: str) -> bool:
    """Whether a secret is a key, whatever its scopes."""
    return shop.call("GET", "/v1/redemptions/o1", Authorization=f"Bearer {secret}").status_code != 401


def admin(shop: Shop, scopes: Sequence[str] = api_keys.SCOPES, **about: str) -> str:
    """A key that the operator makes."""
    return api_keys.issue(deps.table(), about.get("name", "all"), scopes, shop.now, owner=about.get("owner", ""))


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_key_is_made_and_opens_what_it_may(shop: Shop) -> None:
    """The answer holds the secret, which opens the scopes that were granted, and says who is behind the key."""
    all_scopes = admin(shop)
    key = made(shop, by=all_scopes, name="till", owner="Bea Braun", scopes=["checkout", "enrol", "checkout"])
    assert key["secret"].startswith("rk_")
    assert key["id"].startswith("key_")
    assert (key["name"], key["owner"], key["scopes"]) == ("till", "Bea Braun", ["enrol", "checkout"])
    assert key["made_by"] == by_name(shop)["all"]["id"]
    assert datetime.fromisoformat(key["created_at"]) == shop.now
    assert (key["last_used"], key["revoked_at"]) == (None, None)
    headers = {"Authorization": f"Bearer {key['secret']}"}
    assert shop.call("POST", "/v1/redemptions", {}, **headers).status_code == 400
    assert shop.call("GET", "/v1/ledger", **headers).status_code == 403


def test_nobody_grants_more_than_they_hold(shop: Shop) -> None:
    """A key that may make keys can't make itself a stronger one."""
    before = shop.everything()
    for scopes in (["checkout"], ["admin:keys", "admin:write"], ["enrol"]):
        answer = make(shop, scopes=scopes)
        assert answer.status_code == 403
        assert shop.read(answer)["reason"] == "scope_not_held"
    assert shop.everything() == before


def test_a_repeat_shows_the_key_without_its_secret(shop: Shop) -> None:
    """The secret is stored nowhere, so a repeat can't show it; it makes no second key either."""
    first = made(shop)
    before = shop.everything()
    again = make(shop)
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert shop.read(again) == {name: text for name, text in first.items() if name != "secret"}
    assert shop.everything() == before
    assert first["secret"] not in json.dumps(before)


def test_a_key_of_the_same_owner_repeats(shop: Shop) -> None:
    """A repeat may come with another key of the same owner, in whatever spelling: it is the owner's request."""
    secrets = [admin(shop, name=f"desk {n}", owner=owner) for n, owner in enumerate(("Bea Braun", "bea  BRAUN", "Cem"))]
    asked = [make(shop, by=secret) for secret in secrets]
    assert [answer.status_code for answer in asked] == [201, 200, 201]


# --- listing ----------------------------------------------------------------------------------------------------------


def test_the_list_has_pages_and_no_secrets(shop: Shop) -> None:
    """All keys are listed, the newest first, page by page, with nothing in it that opens or identifies a secret."""
    for number in range(4):
        shop.now += timedelta(seconds=1)
        made(shop, header=str(number), name=f"desk {number}")
    pages, path = [], "/v1/keys?limit=2"
    while path:
        answer = shop.call("GET", path, scope="admin:keys")
        body = shop.read(answer)
        pages.append([key["name"] for key in body["items"]])
        path = f"/v1/keys?limit=2&cursor={body['next_cursor']}" if body["next_cursor"] else ""
        assert ("Link" in answer.headers) == bool(path)
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 2, 1]
    assert names[:4] == ["desk 3", "desk 2", "desk 1", "desk 0"]
    assert sorted(names[4:]) == sorted(api_keys.SCOPES)
    shown = json.dumps(listed(shop))
    for secret in shop.keys.values():
        digest = hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in shown
        assert digest[:12] not in shown
    assert set(listed(shop)[0]) == {
        *("id", "name", "owner", "scopes", "made_by", "created_at", "last_used", "revoked_at"),
    }


def test_a_key_from_before_there_were_owners(shop: Shop) -> None:
    """Such a key still opens; its name is its owner, the operator its maker, and with its first use it is listed."""
    secret = "rk_an-old-key"
    digest = api_keys.digest_of(secret)
    deps.table().commit([Create(ApiKey(digest, "key_0a1b2c3d4e5f", "web shop", ("checkout",), shop.now))])
    known = {"PK": {"S": f"KEY#{digest}"}, "SK": {"S": "KEY"}}
    expression = "REMOVE #owner, made_by, list_pk, list_sk"
    names = {"#owner": "owner"}
    table = deps.settings().table
    shop.dynamodb.update_item(TableName=table, Key=known, UpdateExpression=expression, ExpressionAttributeNames=names)
    assert "web shop" not in by_name(shop)
    assert opens(shop, secret)
    old = by_name(shop)["web shop"]
    assert (old["id"], old["owner"], old["made_by"]) == ("key_0a1b2c3d4e5f", "web shop", "operator")
    assert old["last_used"] == "2026-03-01"
    assert revoke(shop, old["id"]).status_code == 200
    assert not opens(shop, secret)


# --- last used --------------------------------------------------------------------------------------------------------


def test_use_is_noted_once_a_day(shop: Shop) -> None:
    """The first use of a day is written, the others of that day are not, by whatever process."""
    assert by_name(shop)["checkout"]["last_used"] is None
    shop.faults.calls.clear()
    for day in ("2026-03-01", "2026-03-02"):
        for _ in range(3):
            auth.forget()
            opens(shop, shop.keys["checkout"])
            shop.now += timedelta(minutes=5)
        assert by_name(shop)["checkout"]["last_used"] == day
        shop.now = shop.now.replace(hour=0, minute=0) + DAY
    uses = [params for name, params in shop.faults.calls if name == "UpdateItem"]
    checkouts = hashlib.sha256(shop.keys["checkout"].encode()).hexdigest()
    assert len([use for use in uses if use["Key"]["PK"]["S"] == f"KEY#{checkouts}"]) == 2


def test_no_request_fails_for_the_note_of_its_key(shop: Shop) -> None:
    """When the use of a key can't be noted, the request is answered all the same."""
    for trouble in (refused("InternalServerError", 500), refused("AccessDeniedException"), lost):
        auth.forget()
        shop.faults.before("UpdateItem", *[trouble] * 10)
        assert shop.call("GET", "/v1/redemptions/o1", scope="checkout").status_code == 404
    assert by_name(shop)["checkout"]["last_used"] is None


# --- revoking ---------------------------------------------------------------------------------------------------------


def test_a_revoked_key_opens_nothing(shop: Shop) -> None:
    """It answers 401 at once, stays in the list with its time, and revoking it again changes nothing."""
    key = made(shop)
    assert opens(shop, key["secret"])
    first = revoke(shop, key["id"])
    assert first.status_code == 200
    assert not opens(shop, key["secret"])
    shop.now += timedelta(hours=1)
    again = revoke(shop, key["id"])
    assert again.status_code == 200
    assert again.body == first.body
    assert by_name(shop)["desk"]["revoked_at"] == "2026-03-01T12:00:00Z"
    assert not opens(shop, key["secret"])


def test_elsewhere_it_works_for_a_minute_at_most(shop: Shop) -> None:
    """Another process may remember a key for a minute; after that nobody takes it any more."""
    key = made(shop)
    assert opens(shop, key["secret"])
    elsewhere = dict(auth._keys)  # noqa: SLF001 - what the memory of another process holds
    revoke(shop, key["id"])
    auth._keys.update(elsewhere)  # noqa: SLF001
    assert opens(shop, key["secret"])
    shop.now += timedelta(seconds=61)
    assert not opens(shop, key["secret"])


def test_in_that_minute_it_makes_and_revokes_no_keys(shop: Shop) -> None:
    """A leaked key can't use a process that still remembers it to survive in another key, or to lock others out."""
    key = made(shop)
    assert opens(shop, key["secret"])
    mine = by_name(shop)["admin:keys"]["id"]
    elsewhere = dict(auth._keys)  # noqa: SLF001 - as above
    revoke(shop, key["id"])
    attacks: list[Callable[[], HTTPResponse]] = [
        lambda: make(shop, by=key["secret"], header="mine"),
        lambda: revoke(shop, mine, by=key["secret"]),
    ]
    for attack in attacks:
        before = shop.everything()
        auth._keys.update(elsewhere)  # noqa: SLF001
        answer = attack()
        assert answer.status_code == 401
        assert shop.read(answer)["reason"] == "unauthenticated"
        assert shop.everything() == before


def test_the_last_key_that_may_make_keys_stays(shop: Shop) -> None:
    """Nobody locks themselves out: the last one can't revoke itself, with another one in place it can."""
    own = by_name(shop)["admin:keys"]["id"]
    answer = revoke(shop, own)
    assert answer.status_code == 409
    assert shop.read(answer)["reason"] == "last_admin_key"
    other = made(shop)
    assert revoke(shop, own).status_code == 200
    assert not opens(shop, shop.keys["admin:keys"])
    assert revoke(shop, other["id"], by=other["secret"]).status_code == 409


def test_a_revoked_key_is_no_other_key(shop: Shop) -> None:
    """A key that may make keys, but was revoked, does not count as the one that is left; nor do other keys."""
    gone = made(shop)
    revoke(shop, gone["id"])
    assert revoke(shop, by_name(shop)["admin:keys"]["id"]).status_code == 409


def test_two_keys_that_revoke_each_other(shop: Shop) -> None:
    """Of two that do it at the same moment, one stays: the second is told that it is no key any more."""
    mine, other = by_name(shop)["admin:keys"]["id"], made(shop)
    answers = []
    shop.faults.before("TransactWriteItems", lambda: answers.append(revoke(shop, mine, by=other["secret"])))
    answers.append(revoke(shop, other["id"]))
    assert [answer.status_code for answer in answers] == [200, 401]
    assert opens(shop, other["secret"])
    assert not opens(shop, shop.keys["admin:keys"])


def test_two_that_revoke_themselves(shop: Shop) -> None:
    """The last two can't both go at the same moment, each relying on the other."""
    mine, other = by_name(shop)["admin:keys"]["id"], made(shop)
    answers = []
    shop.faults.before("TransactWriteItems", lambda: answers.append(revoke(shop, other["id"], by=other["secret"])))
    answers.append(revoke(shop, mine))
    assert [answer.status_code for answer in answers] == [200, 409]
    assert opens(shop, shop.keys["admin:keys"])


def test_a_repeat_of_a_revoked_key(shop: Shop) -> None:
    """Whoever repeats the making of a key that is gone meanwhile reads that it is gone."""
    key = made(shop)
    revoke(shop, key["id"])
    assert shop.read(make(shop))["revoked_at"] == "2026-03-01T12:00:00Z"


# --- the operator -----------------------------------------------------------------------------------------------------


def test_the_operator_names_an_owner(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """`manage key` takes an owner; without one the name is the owner, as for older keys."""
    for arguments in (["--name", "desk", "--owner", "Bea"], ["--name", "till"], ["--name", "web", "--owner", ""]):
        assert manage.main(["key", *arguments, "--scopes", "checkout"]) == 0
        assert opens(shop, capsys.readouterr().out.strip())
    found = by_name(shop)
    assert [found[name]["owner"] for name in ("desk", "till", "web")] == ["Bea", "till", "web"]
    assert {found[name]["made_by"] for name in ("desk", "till", "web")} == {"operator"}


# --- the second admin -------------------------------------------------------------------------------------------------


def key_of(shop: Shop, secret: str) -> ApiKey:
    """A key as a view has it: `call.caller`."""
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None
    return key


def test_who_may_be_the_second_admin(shop: Shop) -> None:
    """Another owner's key that no key of the author's owner has made, at whatever distance."""
    ana, bea = (key_of(shop, admin(shop, owner=owner)) for owner in ("Ana", "Bea"))
    ana_again = key_of(shop, admin(shop, owner=" ana "))
    by_ana = made(shop, by=admin(shop, owner="ANA"), owner="Cem", header="1")
    by_cem = made(shop, by=by_ana["secret"], owner="Dan", header="2")
    by_bea = made(shop, by=admin(shop, owner="Bea"), owner="Eva", header="3")
    cem, dan, eva = (key_of(shop, key["secret"]) for key in (by_ana, by_cem, by_bea))
    assert dan.makers == ("Cem", "ANA")
    seconds = {
        author: {key.owner for key in (ana, ana_again, bea, cem, dan, eva) if may_second(author, key)}
        for author in ("Ana", "Bea", "Cem", "Dan", "Eva")
    }
    assert seconds == {
        "Ana": {"Bea", "Eva"},
        "Bea": {"Ana", " ana ", "Cem", "Dan"},
        "Cem": {"Ana", " ana ", "Bea", "Eva"},
        "Dan": {"Ana", " ana ", "Bea", "Cem", "Eva"},
        "Eva": {"Ana", " ana ", "Bea", "Cem", "Dan"},
    }


OWNERS = st.sampled_from(["Ana", "ana", "ANA ", "Bea", "B\u00e9a", "Be\u0301a", "Cem"])


@settings(max_examples=100, deadline=None)
@given(author=OWNERS, owner=OWNERS, makers=st.lists(OWNERS, max_size=4))
def test_nobody_is_their_own_second(author: str, owner: str, makers: list[str]) -> None:
    """However an owner is spelled and however long the line is, whoever stands behind a key is not its second."""
    moment = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    key = ApiKey("d", "key_1", "desk", ("admin:write",), moment, owner, makers=tuple(makers))
    behind = {api_keys.normal_owner(name) for name in (owner, *makers)}
    assert may_second(author, key) == (api_keys.normal_owner(author) not in behind)
    assert not may_second(owner, key)


def test_who_is_behind_an_id(shop: Shop) -> None:
    """Whoever may read learns whose a key is, page by page, also of one that was revoked; and nothing else of it."""
    path, found = "/v1/authors?limit=2", []
    while path:
        page = shop.read(shop.call("GET", path, scope="admin:read"))
        found += page["items"]
        path = page["next_cursor"] and f"/v1/authors?limit=2&cursor={page['next_cursor']}"
    keys = shop.read(shop.call("GET", "/v1/keys", scope="admin:keys"))["items"]
    assert found == [{"id": it["id"], "owner": it["owner"]} for it in keys]
    assert shop.call("GET", "/v1/authors", scope="checkout").status_code == 403


@pytest.mark.parametrize("why", ["AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException"])
def test_an_operator_whom_aws_turns_away_reads_why_in_a_line(
    shop: Shop, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    """A missing permission, a wrong table or region, old credentials: no trace of our code, which tells nothing."""
    shop.faults.before("PutItem", refused(why))
    assert manage.main(["key", "--name", "desk", "--scopes", "checkout"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert why in told.err
    assert told.err.count("\n") == 1
