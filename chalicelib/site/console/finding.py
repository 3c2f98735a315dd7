"""Whom somebody means who types a few signs: what these may be is told by their form, and each is looked for."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.edge.client import Client, path
from chalicelib.edge.problems import Problem

By = Literal["id", "email", "name", "code", "order_id", "customer_id"]

_LETTERS = re.compile(r"[^\W\d_][^\d@#/]*")


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found.

    Attributes:
        tried: By what was looked for, in this order; the last one is that by which somebody was found, if anybody was.
        people: As the API shows them.
        order_id: The order that leads to them, or that nobody is known of.
        next_cursor: Where the list goes on.
    """

    tried: tuple[By, ...]
    people: list[dict[str, Any]]
    order_id: str | None = None
    next_cursor: str | None = None


def ways(typed: str) -> tuple[By, ...]:
    """Return what was typed may be, what it most likely is first.

    An address has an `@`, an id its beginning; letters alone are a name, or a code without figures; all else may be a
    code, an order or a customer number.
    """
    if typed.startswith(("per_", "amb_")):
        return ("id",)
    if "@" in typed:
        return ("email",)
    if _LETTERS.fullmatch(typed):
        one_word = len(typed.split()) == 1
        return ("name", "code", "order_id", "customer_id") if one_word else ("name", "order_id", "customer_id")
    return "order_id", "code", "customer_id", "name"


def find(client: Client, typed: str, cursor: str | None = None) -> Found:
    """Look for a person by all that what was typed may be, until somebody is found.

    Raises:
        Problem: as the API answers it, but for what can't be of the form that was tried.
    """
    tried: list[By] = []
    for by in ways(typed):
        tried.append(by)
        people, following = _look(client, by, typed, cursor)
        is_order = by == "order_id" and (people or _is_order(client, typed))
        if people or following or is_order:
            return Found(tuple(tried), people, typed if is_order else None, following)
    return Found(tuple(tried), [])


def _look(client: Client, by: By, typed: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    try:
        if by == "id":
            person_id = typed
            if typed.startswith("amb_"):
                person_id = client.get(path("v1", "ambassadors", typed)).body["person_id"]
            return [client.get(path("v1", "people", person_id)).body], None
        asked: dict[str, str] = {by: typed, **({"cursor": cursor} if cursor and by == "name" else {})}
        answer = client.get("/v1/people", **asked).body
    except Problem as problem:
        if problem.status in {400, 404}:
            return [], None
        raise
    return answer["items"], answer["next_cursor"]


def _is_order(client: Client, typed: str) -> bool:
    try:
        client.get(path("v1", "orders", typed))
    except Problem as problem:
        if problem.status in {400, 404}:
            return False
        raise
    return True
