"""Lists of the rules in their form: an element more, or one less."""

from collections.abc import Callable
from typing import Any

from chalicelib.web.console.fields import Node, kind_of
from chalicelib.web.console.form import Document, RulesForm

_ITEMS_MAX = 60


def longer(form: RulesForm, document: Document, name: str) -> Document:
    """Return the document with an element more in the list that a form calls so; as it was if there is none."""
    return _changed(form, document, name.split("/")[1:], _with_one_more)


def shorter(form: RulesForm, document: Document, name: str) -> Document:
    """Return the document without the element that a form calls so; as it was if there is none."""
    steps, _, last = name.rpartition("/")
    return _changed(form, document, steps.split("/")[1:], lambda held, _: _without(held, int(last)))


def _changed(form: RulesForm, document: Document, steps: list[str], change: Callable[[Any, Node], Any]) -> Document:
    try:
        changed: Document = _at(form, document, steps, change, "")
    except (IndexError, KeyError, TypeError, ValueError):
        return document
    return changed


def _at(form: RulesForm, held: Any, steps: list[str], change: Callable[[Any, Node], Any], pointer: str) -> Any:
    """Change what lies where a form's name leads: it numbers the values of maps."""
    if not steps:
        node = form.walk(pointer, {})[1]
        if kind_of(node) not in {"list", "map"}:
            raise ValueError(pointer)
        empty: Any = {} if kind_of(node) == "map" else []
        return change(node.get("default", empty) if held is None else held, node)
    first, *rest = steps
    if isinstance(held, list):
        n = int(first)
        return [*held[:n], _at(form, held[n], rest, change, f"{pointer}/{first}"), *held[n + 1 :]]
    held = held or {}
    key = list(held)[int(first)] if first.isdigit() else first
    return {**held, key: _at(form, held.get(key), rest, change, f"{pointer}/{key}")}


def _with_one_more(held: Any, node: Node) -> Any:
    if isinstance(held, dict):
        key = next(it for it in ("", *map(str, range(2, _ITEMS_MAX))) if it not in held)
        return {**held, key: {} if "$ref" in node["additionalProperties"] else ""}
    return [*held, {}]


def _without(held: Any, n: int) -> Any:
    if not 0 <= n < len(held):
        raise IndexError(n)
    if isinstance(held, dict):
        return {key: it for at, (key, it) in enumerate(held.items()) if at != n}
    return [it for at, it in enumerate(held) if at != n]
