"""What a view promises beside its code: the body it takes, the query it knows, and all its answers.

The promise is kept at the edge (a body is checked before the view is called), and the contract is made of it
(`contract/document.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from chalice.app import Response

from chalicelib.domain.frozen import frozen
from chalicelib.edge.call import Call

B = TypeVar("B")
P = ParamSpec("P")

Links = Mapping[str, Mapping[str, str]]
"""By operation that an answer leads to: its parameters, as runtime expressions of OpenAPI, `$response.body#/id`."""


@frozen
class Media:
    """An answer that is no JSON of a shape: its content type, and a shape if it is JSON all the same."""

    content_type: str
    shape: Any = None


@frozen
class Contract:
    """What a view takes and answers.

    Attributes:
        answers: By status, the shape of the body: a type, a `Media`, or several of these. None stands for no body.
        body: The shape of the request's body, if it takes one.
        form: The shape of the form that it takes instead, from a page without scripts.
        query: By name, the type of each query parameter that is known.
        problems: By status, the reasons of problems that are this view's own. What every route may answer, such as 401
            or 503, is told once for all.
        keyed: Whether it takes an `Idempotency-Key`.
        headers: The request headers beside that one which it reads, by name.
        gives: The response headers beside those of every route with which it answers what went well, by name.
        links: Where a reader goes from here with what was answered.
    """

    answers: Mapping[int, Any]
    body: Any = None
    form: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[int, Sequence[str]] = field(default_factory=dict)
    keyed: bool = False
    headers: Mapping[str, Any] = field(default_factory=dict)
    gives: Sequence[str] = ()
    links: Links = field(default_factory=dict)


@overload
def view(
    answers: Mapping[int, Any],
    *,
    body: type[B],
    query: Mapping[str, Any] = ...,
    problems: Mapping[int, Sequence[str]] = ...,
    keyed: bool = ...,
    headers: Mapping[str, Any] = ...,
    gives: Sequence[str] = ...,
    links: Links = ...,
) -> Callable[[Callable[Concatenate[Call, B, P], Response]], Callable[Concatenate[Call, B, P], Response]]: ...


@overload
def view(
    answers: Mapping[int, Any],
    *,
    form: type[B],
    headers: Mapping[str, Any] = ...,
    gives: Sequence[str] = ...,
) -> Callable[[Callable[Concatenate[Call, B, P], Response]], Callable[Concatenate[Call, B, P], Response]]: ...


@overload
def view(
    answers: Mapping[int, Any],
    *,
    query: Mapping[str, Any] = ...,
    problems: Mapping[int, Sequence[str]] = ...,
    headers: Mapping[str, Any] = ...,
    gives: Sequence[str] = ...,
    links: Links = ...,
) -> Callable[[Callable[Concatenate[Call, P], Response]], Callable[Concatenate[Call, P], Response]]: ...


def view(answers: Mapping[int, Any], **promises: Any) -> Callable[[Any], Any]:
    """Say what a view takes and answers. One that takes a body or a form gets it after the `Call`, checked.

    The first line of its docstring is the operation's summary, the rest its description.
    """
    contract = Contract(answers, **promises)

    def promise(function: Any) -> Any:
        function.contract = contract
        return function

    return promise


def leads_to(operations: str, **parameters: str) -> dict[str, Mapping[str, str]]:
    """Lead to several operations, named with blanks between, with the same parameters."""
    return dict.fromkeys(operations.split(), parameters)
