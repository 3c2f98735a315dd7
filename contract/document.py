"""The OpenAPI 3.1 document of all routes (https://spec.openapis.org/oas/v3.1.1).

Routes give paths and scopes, contracts of views the bodies, parameters and problems, docstrings the words.
"""

import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from textwrap import dedent
from typing import Any, get_args

import msgspec

from chalicelib.config import VERSION
from chalicelib.edge.answers import Answer
from chalicelib.edge.fields import Shape
from chalicelib.edge.forms import Form
from chalicelib.edge.idempotency import HEADER as KEY
from chalicelib.edge.problems import JSON as PROBLEM_JSON
from chalicelib.edge.problems import phrase
from chalicelib.edge.routes import ROUTES, Route, contract_of, view_of
from chalicelib.edge.scopes import ANYONE, SESSION
from chalicelib.edge.views import Contract, Media
from chalicelib.operations.program.schema import schema as program_schema
from contract.words import DESCRIPTION, HEADERS, PARAMETERS, REASONS, SCHEMES, STATUSES

Body = dict[str, Any]

JSON = "application/json"
_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route] = ROUTES) -> Body:
    """Return the whole document, without examples."""
    contracts = {route: contract_of(view_of(route)) for route in routes}
    shapes = _Shapes(contracts.values())
    paths: dict[str, Body] = {}
    for route, contract in contracts.items():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, contract, shapes)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Referrals",
            "version": VERSION,
            "summary": "A referral and ambassador program for online stores.",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The service itself."}],
        "tags": [{"name": name, "description": told} for name, told in dict(map(_group, routes)).items()],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "responses": _shared(paths),
            "headers": HEADERS,
            "securitySchemes": SCHEMES,
        },
    }


def resolved(part: Body, whole: Body) -> Body:
    """Follow a reference of a document to what it names; the very part, not a copy."""
    if "$ref" not in part:
        return part
    found: Any = whole
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found  # type: ignore[no-any-return]


def _shared(paths: Mapping[str, Mapping[str, Body]]) -> Body:
    """Keep problems that several operations tell alike in one place, and leave references where they were."""
    operations = [it for path in paths.values() for it in path.values()]
    told = [(status, _frozen(it)) for operation in operations for status, it in _problems_in(operation)]
    often = [key for key, times in Counter(told).most_common() if times > 1]
    names: dict[tuple[str, str], str] = {}
    for status, text in often:
        said = re.sub(r"\W", "", phrase(int(status)).title())
        known = sum(1 for name in names.values() if name.rstrip("0123456789") == said)
        names[status, text] = f"{said}{known + 1}" if known else said
    for operation in operations:
        for status, it in list(_problems_in(operation)):
            if (name := names.get((status, _frozen(it)))) is not None:
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted((name, json.loads(text)) for (_, text), name in names.items()))


def _problems_in(operation: Body) -> Iterator[tuple[str, Body]]:
    return ((status, it) for status, it in operation["responses"].items() if PROBLEM_JSON in it.get("content", {}))


def _frozen(answer: Body) -> str:
    return json.dumps(answer, sort_keys=True)


class _Shapes:
    """The schemas of all shapes, by which a single one is found again."""

    def __init__(self, contracts: Any) -> None:
        kinds = [kind for contract in contracts for kind in _kinds(contract)]
        kinds.append(ProblemDetails)
        schemas, self._components = msgspec.json.schema_components(kinds, ref_template=_REF)
        self._known = {_identity(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
        self._by_name = {it.__name__: it for it in (*_subclasses(Shape), *_subclasses(Answer), *_subclasses(Form))}

    def of(self, kind: Any) -> Body:
        """The schema of a shape or a type."""
        found: Body = _portable(self._known[_identity(kind)])
        return found

    def has(self, schema: Body, pointer: str) -> bool:
        """Whether what has this schema has a field at a pointer, in which 0 stands for an item of a list."""
        for name in pointer.split("/"):
            schema = resolved(schema, {"components": {"schemas": self.components}})
            schema = schema.get("items", {}) if name == "0" else schema.get("properties", {}).get(name, {})
        return bool(schema)

    @cached_property
    def components(self) -> Body:
        """All named schemas, the program's document among them."""
        named = {_name(name): self._component(name, it) for name, it in self._components.items()}
        rules = program_schema("")["$defs"]
        whole = {it if it == "Program" else f"Program{it}": _renamed(schema, rules) for it, schema in rules.items()}
        return dict(sorted({**named, **_portable(whole)}.items()))

    def _component(self, name: str, schema: Body) -> Body:
        shown: Body = {key: it for key, it in _portable(schema).items() if key != "title"}
        if told := _told(shown.get("description", ""))[0]:
            shown["description"] = told
        kind = self._by_name.get(name.partition("[")[0].partition("_")[0])
        for field, words in _told_of_fields(kind).items() if kind else ():
            shown["properties"][field] = {**shown["properties"][field], "description": words}
        if kind and issubclass(kind, Shape) and kind.at_least_one:
            shown["anyOf"] = [{"required": [it]} for it in kind.at_least_one]
        if kind and issubclass(kind, Answer):
            shown["properties"] = {key: _never_null(it) for key, it in shown.get("properties", {}).items()}
            shown["properties"] |= {key: _as_time(shown["properties"][key]) for key in _times(kind)}
        return shown


class ProblemDetails(Answer, kw_only=True):
    """Every error, as RFC 9457 has it.

    Attributes:
        type: Always `about:blank`.
        title: The words of the status.
        detail: For people; it may change.
        reason: For programs: it is stable, so decide by it.
        request_id: Quote it when you ask about a request; `X-Request-Id` has it too.
        errors: Each field that is wrong, of a request that is.
    """

    type: str
    title: str
    status: int
    detail: str
    reason: str
    request_id: str
    errors: list["Misfit"] | None = None


class Misfit(Answer):
    """A field that is wrong.

    Attributes:
        pointer: A JSON pointer into the body; or `?` and the name of a query parameter, or the name of a header.
        detail: What would be right.
    """

    pointer: str
    detail: str


def _told(docstring: str) -> tuple[str, dict[str, str]]:
    """Divide the docstring of a shape into what it says of the whole, and of each field under `Attributes:`."""
    whole, _, rest = inspect.cleandoc(docstring).partition("Attributes:\n")
    fields: dict[str, str] = {}
    for line in dedent(rest).splitlines():
        if line[:1].isalnum():
            name, _, words = line.partition(":")
            fields[name] = words.strip()
        elif fields:
            fields[next(reversed(fields))] += f" {line.strip()}"
    return "\n\n".join(" ".join(it.split()) for it in whole.strip().split("\n\n")), fields


def _told_of_fields(kind: type[msgspec.Struct]) -> dict[str, str]:
    """What the docstrings of a shape, and of those that it is made of, say of each field. The shape's own come last.

    Raises:
        KeyError: a docstring names a field that there is not.
    """
    encoded = {it.name: it.encode_name for it in msgspec.structs.fields(kind)}
    made_of = [it for it in reversed(kind.__mro__) if issubclass(it, Shape | Answer)]
    return {encoded[name]: words for it in made_of for name, words in _told(it.__doc__ or "")[1].items()}


def _operation(route: Route, contract: Contract, shapes: _Shapes) -> Body:
    summary, _, rest = inspect.getdoc(view_of(route)).partition("\n\n")  # type: ignore[union-attr]
    operation: Body = {
        "operationId": route.name,
        "tags": [_group(route)[0]],
        "summary": " ".join(summary.split()),
        "description": " ".join(filter(None, [" ".join(rest.split()), _callers(route)])),
        "security": _security(route),
    }
    parameters = [
        *_path_parameters(route),
        *_read_from("query", contract.query, shapes),
        *_key_parameter(contract),
        *_read_from("header", contract.headers, shapes),
    ]
    if parameters:
        operation["parameters"] = parameters
    if contract.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": shapes.of(contract.body)}}}
    if contract.form is not None:
        form = {"schema": shapes.of(contract.form)}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(route.takes, form)}
    operation["responses"] = {
        **{str(status): _answer(status, kinds, contract, shapes) for status, kinds in contract.answers.items()},
        **{str(status): _problem(status, reasons) for status, reasons in sorted(problems_of(route, contract).items())},
    }
    return operation


def problems_of(route: Route, contract: Contract) -> dict[int, list[str]]:
    """By status, every reason with which a route may refuse: its own, and those that its kind of route has."""
    own = {status: list(reasons) for status, reasons in contract.problems.items()}

    def also(status: int, *reasons: str) -> None:
        own[status] = list(dict.fromkeys([*own.get(status, []), *reasons]))

    if route.path.startswith("/v1/") or contract.query or "{" in route.path:
        also(400, "invalid_request")
    if contract.body is not None:
        also(400, "malformed_json")
        also(413, "body_too_large")
        also(415, "unsupported_media_type")
    if contract.form is not None:
        also(400, "malformed_form")
        also(413, "body_too_large")
        also(415, "unsupported_media_type")
    if contract.keyed:
        also(422, "idempotency_key_reused")
    if ANYONE not in route.scopes:
        also(401, "unauthenticated")
        also(403, "wrong_scope")
    if SESSION in route.scopes:
        also(404, "not_found")
    also(429, "too_many_requests")
    also(500, "internal_error")
    also(503, "busy", "newer_format", "no_program")
    return own


def _answer(status: int, kinds: Any, contract: Contract, shapes: _Shapes) -> Body:
    content: Body = {}
    shown: list[Body] = []
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(kind, Media):
            content[kind.content_type] = {"schema": shapes.of(kind.shape)} if kind.shape else {}
        elif kind is not None:
            shown.append(shapes.of(kind))
    if shown:
        content = {JSON: {"schema": shown[0] if len(shown) == 1 else {"anyOf": shown}}, **content}
    again = status == HTTPStatus.OK and HTTPStatus.CREATED in contract.answers
    told = "again" if again else "done" if status == HTTPStatus.OK and contract.body is not None else status
    answer: Body = {"description": STATUSES[told]}
    headers = ["X-Request-Id"]
    if again or (contract.keyed and status != HTTPStatus.CREATED):
        headers.append("Idempotent-Replayed")
    if "cursor" in contract.query:
        headers.append("Link")
    headers += contract.gives
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if content:
        answer["content"] = content
    links = {
        operation: {"operationId": operation, "parameters": dict(parameters)}
        for operation, parameters in contract.links.items()
        if all(_is_there(it, shown, headers, shapes) for it in parameters.values())
    }
    return {**answer, "links": links} if links else answer


def _is_there(expression: str, shown: list[Body], headers: Sequence[str], shapes: _Shapes) -> bool:
    """Whether what a link hands on is in an answer of these shapes and headers."""
    place, _, pointer = expression.partition("#/")
    if place == "$response.body":
        return bool(shown) and all(shapes.has(it, pointer) for it in shown)
    return not place.startswith("$response.header.") or place.rpartition(".")[2] in headers


def _problem(status: int, reasons: Sequence[str]) -> Body:
    told = "\n".join(f"- `{reason}`: {REASONS[reason]}" for reason in reasons)
    schema = {
        "allOf": [
            {"$ref": _REF.format(name=ProblemDetails.__name__)},
            {"properties": {"status": {"const": status}, "reason": {"enum": list(reasons)}}},
        ]
    }
    headers = ["X-Request-Id", *(["Retry-After"] if status == HTTPStatus.SERVICE_UNAVAILABLE else [])]
    return {
        "description": f"{phrase(status)}.\n\n{told}",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {PROBLEM_JSON: {"schema": schema}},
    }


def _path_parameters(route: Route) -> Iterator[Body]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        kind, description = PARAMETERS[name]
        yield {"name": name, "in": "path", "required": True, "description": description, "schema": _plain(kind)}


def _read_from(place: str, kinds: Mapping[str, Any], shapes: _Shapes) -> Iterator[Body]:
    for name, kind in kinds.items():
        schema = shapes.of(kind)
        description = schema.pop("description", None)
        yield {"name": name, "in": place, **({"description": description} if description else {}), "schema": schema}


def _key_parameter(contract: Contract) -> Iterator[Body]:
    if contract.keyed:
        kind, description = PARAMETERS[KEY]
        yield {"name": KEY, "in": "header", "required": True, "description": description, "schema": _plain(kind)}


def _plain(kind: Any) -> Body:
    """The schema of a type that stands nowhere but in a path or a header."""
    schema: Body = _portable(msgspec.json.schema(kind))
    return schema


def _security(route: Route) -> list[Body]:
    """The ways in, any one of which is enough."""
    if ANYONE in route.scopes:
        return [{}]
    return [{"session": []} if scope == SESSION else {"key": [scope]} for scope in route.scopes]


def _callers(route: Route) -> str:
    if ANYONE in route.scopes:
        return "For anyone."
    keys = " or ".join(f"`{scope}`" for scope in route.scopes if scope != SESSION)
    ways = [f"a key with {keys}"] if keys else []
    return f"Takes {' or '.join([*ways, *(['an ambassador’s session'] if SESSION in route.scopes else [])])}."


def _group(route: Route) -> tuple[str, str]:
    """The feature that a route is about, and what its docstring says of that. Share links have pages together."""
    module = route.view.rpartition(".")[0]
    room, name = module.split(".")[-2:]
    if room == "site":
        name, module = ("contract", module) if name == "reference" else ("pages", module.rpartition(".")[0])
    return name, " ".join((import_module(module).__doc__ or "").partition("\n\n")[0].split())


def _kinds(contract: Contract) -> Iterator[Any]:
    """Every type that a contract names."""
    if contract.body is not None:
        yield contract.body
    if contract.form is not None:
        yield contract.form
    for kinds in contract.answers.values():
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, Media):
                if kind.shape is not None:
                    yield kind.shape
            elif kind is not None:
                yield kind
    yield from contract.query.values()
    yield from contract.headers.values()


def _identity(kind: Any) -> Any:
    return kind if isinstance(kind, type) else repr(kind)


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _name(name: str) -> str:
    """The name of a component: a page of things is `ThingPage`."""
    page = re.fullmatch(r"Page_(\w+)_", name)
    return f"{page[1]}Page" if page else name


def _portable(schema: Any) -> Any:
    """Write a schema as other languages read it: references by the names given here, patterns as ECMA-262 has them."""
    if isinstance(schema, Mapping):
        shown = {key: _portable(it) for key, it in schema.items()}
        if isinstance(shown.get("$ref"), str):
            head, _, name = shown["$ref"].rpartition("/")
            shown["$ref"] = f"{head}/{_name(name)}"
        if isinstance(shown.get("pattern"), str):
            shown["pattern"] = _ecma(shown["pattern"])
        return shown
    return [_portable(it) for it in schema] if isinstance(schema, list) else schema


def _ecma(pattern: str) -> str:
    astral = re.sub(r"\\U([0-9a-f]{8})", lambda it: chr(int(it[1], 16)), pattern)
    return astral.replace(r"\Z", "$").replace('\\"', '"')


def _never_null(schema: Body) -> Body:
    """An answer leaves out what it has no value for, so null is no value of such a field."""
    if schema.get("default", ...) is not None:
        return schema
    choices = [it for it in schema["anyOf"] if it != {"type": "null"}]
    rest = {key: it for key, it in schema.items() if key not in {"anyOf", "default"}}
    return {**choices[0], **rest} if len(choices) == 1 else {"anyOf": choices, **rest}


def _times(kind: type[Answer]) -> Iterator[str]:
    return (it.encode_name for it in msgspec.structs.fields(kind) if datetime in {it.type, *get_args(it.type)})


def _as_time(schema: Body) -> Body:
    """Say that a text is a time: answers give it with its zone, which their types leave open."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_as_time(it) for it in schema["anyOf"]]}
    return {**schema, "format": "date-time"} if schema["type"] == "string" else schema


def _renamed(schema: Any, inner: Mapping[str, Any]) -> Any:
    """Let the references within the program's schema lead to components."""
    if isinstance(schema, Mapping):
        shown = {key: _renamed(it, inner) for key, it in schema.items() if not (key == "title" and it in inner)}
        if isinstance(shown.get("$ref"), str):
            name = shown["$ref"].rpartition("/")[2]
            shown["$ref"] = _REF.format(name=name if name == "Program" else f"Program{name}")
        return shown
    return [_renamed(it, inner) for it in schema] if isinstance(schema, list) else schema
