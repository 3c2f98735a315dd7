"""The examples of the contract: what was sent and answered in the story."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from contract.document import Body, document, resolved
from contract.story import Exchange, exchanges

_NEW_EACH_TIME = {
    "request": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "rk": re.compile(r"rk_[\w-]{20,}"),
    "rs": re.compile(r"rs_[\w-]{20,}"),
    "key": re.compile(r"key_[0-9A-Z]{26}"),
    "ses": re.compile(r"ses_[0-9A-Z]{26}"),
    "con": re.compile(r"con_[0-9A-Z]{26}"),
    "next": re.compile(r'(?<="next_cursor":")[\w=-]+'),
}
"""What is random whatever the seed, because nobody may guess it: examples show it numbered."""


def with_examples() -> Body:
    """Return the whole document with the story's requests and answers in it."""
    whole, told = document(), _numbered(exchanges())
    operations = {it["operationId"]: it for path in whole["paths"].values() for it in path.values()}
    for exchange in told:
        _add(operations[exchange.operation], exchange, whole)
    return whole


def _add(operation: Body, exchange: Exchange, whole: Body) -> None:
    shown = {"summary": exchange.name}
    name = re.sub(r"\W+", "-", exchange.name.lower()).strip("-")
    if exchange.sent is not None and exchange.status < 400:
        content = next(iter(operation["requestBody"]["content"].values()))
        content.setdefault("examples", {})[name] = {**shown, "value": exchange.sent}
    for parameter in operation.get("parameters", ()):
        given = exchange.headers if parameter["in"] == "header" else exchange.parameters
        told = {key.replace("_", "-"): text for key, text in given.items()} if parameter["in"] == "header" else given
        if parameter["name"] in told and exchange.status < 400:
            parameter.setdefault("example", _typed(parameter["schema"], told[parameter["name"]]))
    answer = resolved(operation["responses"][str(exchange.status)], whole)
    if exchange.answer is not None:
        content = answer["content"][exchange.content_type.partition(";")[0]]
        content.setdefault("examples", {})[name] = {**shown, "value": exchange.answer}


def _typed(schema: Body, text: str) -> Any:
    return int(text) if schema.get("type") == "integer" else text


def _numbered(exchanges: list[Exchange]) -> list[Exchange]:
    """Put numbers in the place of what is new each time."""
    text = msgspec.json.encode(exchanges).decode()
    for kind, pattern in _NEW_EACH_TIME.items():
        found = dict.fromkeys(pattern.findall(text))
        numbers = {it: f"{kind}_{n:04d}" for n, it in enumerate(found, start=1)}
        text = pattern.sub(partial(_number, numbers), text)
    return msgspec.json.decode(text, type=list[Exchange])


def _number(numbers: dict[str, str], match: re.Match[str]) -> str:
    return numbers[match[0]]


def operations_of(whole: Body) -> Iterable[tuple[str, str, Body]]:
    """Every operation of a document: method, path, and what it says."""
    return ((method.upper(), path, it) for path, found in whole["paths"].items() for method, it in found.items())
