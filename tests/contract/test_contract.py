"""The contract: it is what the program does, whole, sound, and every example in it is run."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.edge.routes import ROUTES, contract_of, view_of
from contract import sentences
from contract.__main__ import PUBLISHED
from contract.check import checker
from contract.document import document, problems_of
from contract.examples import operations_of, with_examples
from contract.story import Exchange, exchanges
from contract.words import PARAMETERS, REASONS
from memory.shop import Shop

Body = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> Body:
    """The document as the program makes it now."""
    return with_examples()


@pytest.fixture(scope="module")
def told() -> list[Exchange]:
    """The story behind the examples."""
    return exchanges()


def test_what_is_published_is_what_the_program_says(whole: Body) -> None:
    """A change of the contract is a conscious one: `make contract` writes it, and its diff is read."""
    assert json.loads(PUBLISHED.read_text()) == json.loads(json.dumps(whole))


def test_translators_find_what_the_schema_says() -> None:
    """Each title and each sentence of a field is marked for the console's catalogue; `make contract` writes them."""
    assert sentences.PUBLISHED.read_text() == sentences.written()


def test_it_is_an_openapi_document(whole: Body) -> None:
    """By the specification's own schema, with every reference leading somewhere and every default of its kind."""
    assert [error.message for error in OpenAPIV31SpecValidator(whole).iter_errors()] == []


def test_each_operation_is_a_route_and_each_route_an_operation(whole: Body) -> None:
    """Nothing is promised that there is not, and nothing is there that is not promised."""
    assert sorted((method, path) for method, path, _ in operations_of(whole)) == sorted(it[:2] for it in ROUTES)
    assert len({it["operationId"] for _, _, it in operations_of(whole)}) == len(ROUTES)


def test_each_operation_is_told_by_an_example(told: list[Exchange]) -> None:
    """A reader sees for each what is sent and what comes back when it goes well."""
    assert {route.name for route in ROUTES} - {it.operation for it in told if it.status < 400} == {"get_contract"}


def test_the_examples_are_what_is_answered(told: list[Exchange]) -> None:
    """Each is a request that was sent just now, and an answer of the status and the shape that the contract says."""
    routes = {route.name: route for route in ROUTES}
    for it in told:
        route, body = routes[it.operation], b"" if it.answer is None else json.dumps(it.answer).encode()
        if "json" in it.content_type:
            checker().check(route.method, route.path, it.status, it.content_type, body)


def test_a_field_is_told_wherever_its_shape_is_part_of_another(whole: Body) -> None:
    """A reader finds what it means at each shape that has it, in the words of the nearest docstring."""
    schemas = whole["components"]["schemas"]
    base, explained, examined = (
        schemas[it]["properties"] for it in ("Redemption", "ExplainedRedemption", "ExaminedRedemption")
    )
    assert base["status"]["description"] == explained["status"]["description"] == examined["status"]["description"]
    assert base["reason"]["description"] != explained["reason"]["description"] == examined["reason"]["description"]
    assert not [name for name, it in schemas.items() if "Attributes:" in it.get("description", "")]


def test_each_word_of_the_contract_is_needed(whole: Body) -> None:
    """Every reason is some operation's and has its meaning, every parameter a place, and every group its words."""
    reasons = {
        it for route in ROUTES for told in problems_of(route, contract_of(view_of(route))).values() for it in told
    }
    assert reasons | {"method_not_allowed"} == set(REASONS)
    assert all(tag["description"].endswith(".") for tag in whole["tags"])
    named = {part["name"] for _, _, it in operations_of(whole) for part in it.get("parameters", ())}
    assert set(PARAMETERS) <= named


def test_each_link_leads_somewhere(whole: Body) -> None:
    """Each is told with an answer, and hands on to an operation what that one knows as a parameter."""
    operations = {it["operationId"]: it for _, _, it in operations_of(whole)}
    told = {
        (name, link["operationId"])
        for name, operation in operations.items()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
        if link["parameters"].keys() <= {it["name"] for it in operations[link["operationId"]]["parameters"]}
    }
    assert told == {(route.name, it) for route in ROUTES for it in contract_of(view_of(route)).links}


def test_it_is_served_as_it_is_published(shop: Shop) -> None:
    """To anyone, with an ETag by which a reader asks whether it has changed."""
    answer = shop.call("GET", "/v1/openapi.json")
    assert (answer.status_code, answer.body) == (200, PUBLISHED.read_bytes())
    again = shop.call("GET", "/v1/openapi.json", If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.body) == (304, b"")


def test_its_page_asks_nobody_else_for_anything(shop: Shop) -> None:
    """It shows every operation, shape and reason, has no script, and names no address but the shop's examples'."""
    answer = shop.call("GET", "/docs")
    page = answer.body.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in page
    assert not [word for word in ("src=", "@import", "url(") if word in page]
    assert [route.name for route in ROUTES if f'id="{route.name}"' not in page] == []
    assert [name for name in document()["components"]["schemas"] if f'id="schema-{name}"' not in page] == []
    assert [reason for reason in REASONS if reason not in page] == []
    identities = re.findall(r'\bid="([^"]+)"', page)
    assert len(identities) == len(set(identities))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(identities)
