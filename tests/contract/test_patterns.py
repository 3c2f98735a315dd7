"""What the contract says of a text in a pattern is what the program takes."""

import base64
import json
import re
import sys
from typing import Any

import jsonschema_rs
import pytest

from chalicelib.domain.program.shape import BLANK
from chalicelib.edge.fields import path_id, shop_id
from chalicelib.edge.paging import moment_of
from chalicelib.edge.problems import Problem
from contract.__main__ import PUBLISHED
from memory.shop import Shop, eur, refusal

CONTRACT = json.loads(PUBLISHED.read_text())
UNNAMED = {"amount": 1}
NOBODYS = {"order_id": "1", "code": "?", "customer": {}, "amount": eur(1)}
IDS = (
    "1001", "a b", " a", "a ", "a/b", "a#b", "~", "~a", "a~", "é", "العربية", "\0", "a\tb", "a\x7f", "\u200b",
    "\u00a0a", "\u202e", "a" * 128, "a" * 129, "~" + base64.urlsafe_b64encode(b"a/b").decode(), "", ".", "..", "me",
)  # fmt: skip


def validator(schema: Any) -> Any:
    """What validates by a schema of the contract."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": CONTRACT["components"]})


def parameter(path: str, name: str) -> Any:
    """The schema of a parameter."""
    return next(it["schema"] for it in CONTRACT["paths"][path]["get"]["parameters"] if it["name"] == name)


def is_taken(check: Any, *given: Any) -> bool:
    """Whether the program takes a text."""
    try:
        check(*given)
    except Problem:
        return False
    return True


@pytest.mark.parametrize("text", IDS)
def test_an_id_in_a_path_is_what_its_pattern_says(text: str) -> None:
    """Ours, and the shop's: what is encoded is taken by its letters alone, which may come to no id."""
    ours = validator(parameter("/v1/jobs/{job_id}", "job_id"))
    shops = validator(parameter("/v1/redemptions/{order_id}", "order_id"))
    assert ours.is_valid(text) == is_taken(path_id, "id", text)
    assert shops.is_valid(text) == is_taken(shop_id, "order_id", text)


@pytest.mark.parametrize(
    "text",
    ["2026-01-31", "2026-01-31T12:00:00Z", "2026-01-31T12:00+01:00", "2026-01-31T12:00 01:00", "2026-01-31T12:00:00.5Z",
     "2026-01-31T12:00:00", "31.1.2026", "", "2026-1-31", "now", "2026-01-31Z", "2026-01-31T12Z"],
)  # fmt: skip
def test_a_time_in_a_query_is_what_its_pattern_says(text: str, shop: Shop) -> None:
    """A day, or a time with its zone. A few more spellings of a time are taken than are promised."""
    promised = validator(parameter("/v1/ledger", "from")).is_valid(text)
    taken = is_taken(lambda: moment_of({"from": text}, "from", ends=False))
    assert taken or not promised
    assert promised or not taken or text == "2026-01-31T12Z"


def test_a_blank_is_the_same_to_python_and_to_a_reader_of_schemas() -> None:
    r"""ECMA-262 takes the separators U+001C to U+001F and U+0085 for letters, Python for blanks: `BLANK` names them."""
    named = re.compile(f"[{BLANK}]")
    for letter in map(chr, range(sys.maxunicode + 1)):
        assert bool(named.match(letter)) == letter.isspace()
    url = validator({"$ref": "#/components/schemas/Program"})
    for letter in filter(str.isspace, map(chr, range(sys.maxunicode + 1))):
        found = url.iter_errors({"shop_url": f"https://shop.example/{letter}"})
        assert any("shop_url" in it.instance_path for it in found), (
            f"U+{ord(letter):04X} is told to have a place in an address"
        )


def test_an_adjustment_of_nothing_is_none(shop: Shop) -> None:
    """The contract says that it is not zero, and so does the answer."""
    asked = {"amount": {"amount": 0, "currency": "EUR"}, "reason": "Nothing."}
    assert not validator({"$ref": "#/components/schemas/NewAdjustment"}).is_valid(asked)
    path = f"/v1/ambassadors/{shop.enrol()['id']}/adjustments"
    answer = shop.call("POST", path, asked, scope="admin:write", Idempotency_Key="k")
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize(("path", "scope"), [("/v1/program", "admin:read"), ("/v1/program/schema", None)])
def test_an_unknown_parameter_is_an_answer_that_the_contract_knows(path: str, scope: str | None, shop: Shop) -> None:
    """Also where there is no parameter at all."""
    answer = shop.call("GET", f"{path}?x=1", scope=scope)
    assert refusal(answer) == (400, "invalid_request")
    assert "400" in CONTRACT["paths"][path]["get"]["responses"]


@pytest.mark.parametrize(
    ("operation", "scope", "shape", "body"),
    [
        ("PATCH /v1/ambassadors/{id}", "admin:write", "AmbassadorChange", {}),
        ("PATCH /v1/codes/{code}", "admin:write", "CodeChange", {}),
        ("POST /v1/ledger/audit", "admin:write", "NewAudit", {}),
        ("POST /v1/ambassadors/{id}/adjustments", "admin:write", "NewAdjustment", {"amount": UNNAMED, "reason": "?"}),
        ("POST /v1/redemptions", "checkout", "NewRedemption", NOBODYS),
    ],
)  # fmt: skip
def test_one_of_several_fields_is_needed(operation: str, scope: str, shape: str, body: Any, shop: Shop) -> None:
    """Where a request has to say one thing or another, the contract says so."""
    method, _, path = operation.partition(" ")
    maya = shop.enrol()
    answer = shop.call(method, path.format(id=maya["id"], code=maya["code"]), body, scope=scope, Idempotency_Key="k")
    assert refusal(answer) == (400, "invalid_request")
    assert not validator({"$ref": f"#/components/schemas/{shape}"}).is_valid(body)


def test_a_link_works_with_whatever_hangs_on_it(shop: Shop) -> None:
    """Also with a language that is none, and the contract promises no less."""
    answer = shop.call("GET", f"/r/{shop.enrol()['code']}?lang=&ch=%00")
    assert answer.status_code == 200
    assert validator(parameter("/r/{code}", "lang")).is_valid("")


@pytest.mark.parametrize("typed", ["", "x" * 129])
def test_nothing_is_found_by_what_can_be_no_code(typed: str, shop: Shop) -> None:
    """A search takes whatever somebody typed, and the contract promises no less."""
    answer = shop.call("GET", f"/v1/ambassadors?code={typed}", scope="admin:read")
    assert (answer.status_code, shop.read(answer)["items"]) == (200, [])
    assert validator(parameter("/v1/ambassadors", "code")).is_valid(typed)
