"""What a browser is told: which pages may read which answer, what a HEAD is, and what goes through on a preflight."""

import re
from collections.abc import Iterator

import pytest
from chalice.app import Chalice
from chalice.local import LambdaContext
from chalice.test import HTTPResponse

import app
from chalicelib import deps
from chalicelib.edge import browsers
from chalicelib.edge.routes import PAGES, ROUTES
from infra.resources import read_resources
from memory.browser import Browser
from memory.faults import refused
from memory.shop import Body, Shop, refusal

HOME = "https://kavya-ceramics.example"
APP = "https://app.kavya-ceramics.example"
FOREIGN = "https://evil.example"
CORS = "Access-Control-"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def routes() -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and scopes of every route; HEAD goes with GET."""
    for route in ROUTES:
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            yield method, route.path, set(route.scopes)


def readers(path: str, method: str) -> str | None:
    """Whose pages may read what a method of a path answers, by its scopes."""
    scopes = next((found for other, at, found in routes() if (other, at) == (method, path)), set[str]())
    return "all" if "anyone" in scopes else "shop" if "session" in scopes else None


def filled(path: str, maya: Body) -> str:
    """A path with something in each of its places."""
    places = {"ambassador_id": "me", "code": maya["code"]}
    return re.sub(r"\{(\w+)\}", lambda match: str(places.get(match[1], "zz-none")), path)


def cors(answer: HTTPResponse) -> Body:
    """The headers by which a browser decides."""
    return {name.removeprefix(CORS): text for name, text in answer.headers.items() if name.startswith(CORS)}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop that has pages at a second origin."""
    shop.publish(origins=[APP])
    return shop


# --- reading ----------------------------------------------------------------------------------------------------------


def test_who_may_read_what(shop: Shop, subtests: pytest.Subtests) -> None:
    """Of every route and method: public ones by every page, those for sessions by the shop's, others by no page."""
    maya = shop.enrol()
    for method, path, _ in routes():
        if method == "OPTIONS":
            continue
        by = readers(path, method)
        for origin in (HOME, APP, FOREIGN, "null", f"{HOME}.evil.example", None):
            with subtests.test(f"{method} {path} {origin}"):
                body: object = None if method in {"GET", "HEAD", "DELETE"} else {}
                sent = {"Origin": origin} if origin else {}
                answer = shop.call(method, filled(path, maya), body, **sent)
                allowed = "*" if by == "all" else origin if by == "shop" and origin in {HOME, APP} else None
                exposed = {"Allow-Origin": allowed, "Expose-Headers": browsers.EXPOSED}
                assert cors(answer) == (exposed if allowed else {})
                assert ("Origin" in answer.headers.get("Vary", "")) == (by == "shop")
                assert "Allow-Credentials" not in cors(answer)


def test_what_is_exposed() -> None:
    """A page reads the headers that a client of this API goes by."""
    assert set(browsers.EXPOSED.split(",")) == {"ETag", "Idempotent-Replayed", "Link", "Retry-After", "X-Request-Id"}


def test_problems_can_be_read(shop: Shop, subtests: pytest.Subtests) -> None:
    """A page learns what was wrong, not that it may not know."""
    maya = shop.enrol()
    bearer = f"Bearer {shop.session(maya['id'])}"
    signed = {"Origin": APP, "Authorization": bearer}
    spends, me = "/v1/ambassadors/me/spends", "/v1/ambassadors/me"
    cases = {
        400: shop.call("POST", spends, b"{", **signed),
        401: shop.call("GET", me, Origin=APP),
        403: shop.call("GET", me, scope="enrol", Origin=APP),
        404: shop.call("GET", "/v1/ambassadors/amb_other", **signed),
        405: shop.call("DELETE", me, **signed),
        413: shop.call("POST", spends, b"{" + b" " * 70_000, **signed),
        415: shop.call("POST", spends, b"a", **{**signed, "Content_Type": "text/plain"}),
    }
    shop.faults.before("GetItem", *[refused("ThrottlingException")] * 9)
    cases[503] = shop.call("GET", me, **signed)
    shop.faults.before("GetItem", refused("AccessDeniedException"))
    cases[500] = shop.call("GET", me, **signed)
    shop.faults.before("GetItem")
    for status, answer in cases.items():
        with subtests.test(status=status):
            assert answer.status_code == status
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert cors(answer)["Allow-Origin"] == APP
            assert answer.headers["Vary"] == "Origin"
    public = shop.call("DELETE", f"/r/{maya['code']}", Origin=FOREIGN)
    assert (public.status_code, cors(public)["Allow-Origin"]) == (405, "*")


def test_no_program_costs_no_answer(shop: Shop) -> None:
    """While the origins can't be read no page may read; the answer itself is as it was."""
    maya = shop.enrol()
    bearer = f"Bearer {shop.session(maya['id'])}"
    deps.forget()
    shop.faults.before("Query", *[refused("AccessDeniedException")] * 9)
    answer = shop.call("POST", "/v1/ambassadors/me/spends", b"{", Origin=APP, Authorization=bearer)
    assert (answer.status_code, cors(answer)) == (400, {})


# --- asking beforehand ------------------------------------------------------------------------------------------------


def test_preflights(shop: Shop, subtests: pytest.Subtests) -> None:
    """Of every path and method: a browser hears what a page may send, and nothing of what is for server keys."""
    maya = shop.enrol()
    before = shop.everything()
    for path in app.app.routes:
        known = {method: readers(path, method) for method in METHODS}
        asked = "OPTIONS" in app.app.routes[path]
        assert asked == any(known.values())
        if not asked:
            continue
        for method, by in known.items():
            for origin in (HOME, APP, FOREIGN):
                with subtests.test(f"{method} {path} {origin}"):
                    sent = {"Origin": origin, "Access_Control_Request_Method": method}
                    answer = shop.call("OPTIONS", filled(path, maya), **sent)
                    assert (answer.status_code, answer.body) == (204, b"")
                    allowed = "*" if by == "all" else origin if by == "shop" and origin != FOREIGN else None
                    if allowed is None:
                        assert cors(answer) == {}
                        continue
                    assert cors(answer)["Allow-Origin"] == allowed
                    methods = cors(answer)["Allow-Methods"].split(",")
                    assert set(methods) == {name for name, other in known.items() if other}
                    taken = set(cors(answer)["Allow-Headers"].split(","))
                    assert taken == {"Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"}
    assert shop.everything() == before


def test_options_of_a_path_for_keys_alone() -> None:
    """The gateway, and a client that asks, hear that there is no such method."""
    assert not [path for path in app.app.routes if path.startswith("/v1/keys") and "OPTIONS" in app.app.routes[path]]
    event = {
        "requestContext": {"httpMethod": "OPTIONS", "resourcePath": "/v1/keys", "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {"origin": HOME, "access-control-request-method": "POST"},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": {},
        "body": None,
    }
    answer = app.app(event, LambdaContext("app", 128))
    assert answer["statusCode"] == 405
    assert not [name for name in answer["headers"] if name.startswith(CORS)]


def test_heads_of_our_own_pages(shop: Shop, subtests: pytest.Subtests) -> None:
    """A HEAD of a page is answered as its GET, without the body, and no page of another origin may read it."""
    browser = Browser(shop).as_ambassador(shop.enrol()["id"]).as_admin()
    for path in sorted({it.path for it in PAGES if it.method == "GET"}):
        with subtests.test(path):
            held = "; ".join(f"{name}={token}" for name, token in browser.cookies.items())
            at = filled(path, {"code": "x"})
            head, got = (shop.call(method, at, Cookie=held, Origin=APP) for method in ("HEAD", "GET"))
            assert (head.status_code, head.body) == (got.status_code, b"")
            assert cors(got) == {}


def test_a_page_of_the_shop_spends(shop: Shop) -> None:
    """The whole way of a page at another origin: it asks beforehand, reads, is refused with a reason it can show."""
    maya = shop.enrol()
    bearer = f"Bearer {shop.session(maya['id'])}"
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,idempotency-key"}
    before = shop.call("OPTIONS", "/v1/ambassadors/me/spends", Origin=APP, **asked)
    assert "POST" in cors(before)["Allow-Methods"]
    body = {"amount": {"amount": 100, "currency": "EUR"}}
    signed = {"Origin": APP, "Authorization": bearer}
    answer = shop.call("POST", "/v1/ambassadors/me/spends", body, Idempotency_Key="k", **signed)
    assert refusal(answer) == (422, "insufficient_balance")
    assert cors(answer)["Allow-Origin"] == APP


# --- HEAD -------------------------------------------------------------------------------------------------------------


def test_head_wherever_get_is(shop: Shop, subtests: pytest.Subtests) -> None:
    """Every GET has its HEAD: the same status and headers, no body, and nobody is counted."""
    maya = shop.enrol()
    bearer = f"Bearer {shop.session(maya['id'])}"
    phone = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
    before = shop.everything()
    for path, methods in app.app.routes.items():
        assert ("HEAD" in methods) == ("GET" in methods)
        if "GET" not in methods:
            continue
        if path in {it.path for it in PAGES}:
            continue
        keyed = sorted(
            next(found for method, at, found in routes() if (method, at) == ("GET", path)) - {"anyone", "session"}
        )
        opened = {"Authorization": f"Bearer {shop.keys[keyed[0]]}" if keyed else bearer}
        for sent in (opened, {}):
            with subtests.test(path, keyed=bool(sent)):
                at = re.sub("/me(?=/|$)", f"/{maya['id']}", filled(path, maya))
                head = shop.call("HEAD", at, User_Agent=phone, Origin=APP, **sent)
                assert shop.everything() == before
                get = shop.call("GET", at, Origin=APP, **sent)
                assert (head.status_code, head.body) == (get.status_code, b"")
                assert known(head) == {**known(get), "Content-Length": str(len(get.body))}


def known(answer: HTTPResponse) -> Body:
    """The headers, but for what is new in each answer."""
    return {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}


def test_a_head_of_what_the_client_has(shop: Shop) -> None:
    """A client that only looks whether its picture is the newest hears so."""
    path = f"/r/{shop.enrol()['code']}/qr.png"
    etag = shop.call("HEAD", path).headers["ETag"]
    again = shop.call("HEAD", path, If_None_Match=etag)
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["ETag"] == etag


# --- what is deployed -------------------------------------------------------------------------------------------------


def test_the_gateways_own_answers_can_be_read() -> None:
    """Problems that the gateway makes by itself carry no data, so every page may read them."""
    answers = read_resources()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    for name, told in answers["x-amazon-apigateway-gateway-responses"].items():
        headers = told["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'", name
        assert headers["gatewayresponse.header.Access-Control-Expose-Headers"] == f"'{browsers.EXPOSED}'", name


def test_every_method_is_in_the_gateways_definition() -> None:
    """HEAD and OPTIONS reach the function: what the definition leaves out, the gateway answers with 404."""
    from chalice.deploy.swagger import TemplatedSwaggerGenerator

    assert isinstance(app.app, Chalice)
    paths = TemplatedSwaggerGenerator().generate_swagger(app.app)["paths"]
    for path, methods in app.app.routes.items():
        assert set(paths[path]) == {method.lower() for method in methods}
        assert {told["x-amazon-apigateway-integration"]["type"] for told in paths[path].values()} == {"aws_proxy"}
