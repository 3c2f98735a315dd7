"""What the contract can't say, so that a request which fits it may be refused, or one that does not may be taken."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from schemathesis import Response
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

from chalicelib.edge.routes import Route, contract_of, view_of
from chalicelib.edge.tidy import tidied
from contract.document import JSON, document
from tests.fuzz.schema import Case

REFUSED = {
    "got `float`": "JSON Schema takes 1.0 for a whole number; for money, a fraction is refused in whatever spelling",
    "lies outside ": "how far a time may lie from now; a pattern knows no clock",
    "is an? (ambassador|person)'s id: 'me' is for a session": "what a path may name depends on who calls",
    "is required: why, or who has asked": "by who calls: in a session there is none",
    "is no cursor of ours|is no cursor of this list": "cursors are signed",
    "is 1 to 128 printable characters, or in a path ~ and their base64url": "what is encoded has to be an id",
    "is a day such as ": "a pattern knows no calendar",
    "is no day of the calendar": "the same",
    # the rules of a program, which only all of them together can break
    "set either `amount` or `basis_points`|set `amount` or `count`|set either `every` or `at`": "one of several",
    "thresholds rise|first tier starts at 0|has a name of its own|everybody begins in the first": "all tiers",
    "has one cap for each|no two are for the same number|has no order to be a percentage of": "all parts",
    "bounds a percentage|goes with an amount or a percentage|is a discount in the program's": "by another field",
    "takes all of |without `friend_days` none is taken|names no host|is an amount of money|is no signal": "the same",
    "has at most 366 days|lies between the years|lies after `starts_at`|is a time with its zone": "times",
    "is no time zone of the IANA": "the list is long and changes",
    "goes with the other colour|has a contrast of |lies on `color`, and there is none": "two colours",
    "says nothing: give it a subject|is there twice: every letter": "all texts, and all parts of one",
    "has a brace that belongs to no|which is not known here|which another language of it has": "what letters may name",
    "stays EUR: balances": "what the program was before",
    # rules between fields
    "has either a currency or a unit": "one of two",
    "or categories: a guide is about some goods": "one of two",
    "exactly one of .* is needed|needed, and not both|names one of ": "one of several",
    "goes with a sample only": "by another parameter",
    "lies after [?]to|lies before from": "the order of two times",
    "is not the currency of the order|is no refund of this order": "what the order is made of",
    "names no change": "at least one",
    "a customer has at least one of them": "at least one",
    "is required, and more than zero, unless the kind is ": "by the kind",
    "is required, unless the delivery is void": "by another field",
    "is not the currency of the amount|is more than there is of the amount": "parts of an amount",
    "null takes the code off an order that is not paid for yet": "by the payment",
    "goes with no cancellation": "by the kind",
    "letters A to Z and digits, not digits alone": "what a wish comes to without its blanks and hyphens",
    "spans more than 31 days": "the distance of two times",
    "goes with an approval, and only with that": "by the decision",
    "goes with a proof, and only with that": "by the task",
    "is a yes to everything; say yes to a purpose": "by another field: everything can only be refused",
    "is never sent by this program": "what the program is",
    "makes customers spend more than": "what the numbers of a fit come to",
    "is not the program.s currency, in which worth": "what the program is",
}
"""By what a 400 says of a field, why the contract does not say it."""

_REFUSED = re.compile("|".join(f"(?:{it})" for it in REFUSED))


def spared(route: Route, case: Case, answer: Response, failure: BaseException) -> bool:
    """Whether it is no failure that a request was refused, or taken."""
    if isinstance(failure, RejectedPositiveData):
        return _is_beyond(answer) or (_is_tidied(route, case) and not _fits(route, case))
    return isinstance(failure, AcceptedNegativeData) and _is_tidied(route, case) and _fits(route, case)


def errors_of(answer: Response) -> list[dict[str, str]]:
    """What a refusal says of each field."""
    if "json" not in answer.headers.get("content-type", [""])[0]:
        return []
    body = answer.json()
    return list(body.get("errors", ())) if isinstance(body, dict) else []


def _is_beyond(answer: Response) -> bool:
    """Whether all that was refused is beyond the contract."""
    errors = errors_of(answer)
    return answer.status_code == 400 and bool(errors) and all(_REFUSED.search(it["detail"]) for it in errors)


def _is_tidied(route: Route, case: Case) -> bool:
    """Whether a request is read otherwise than it was sent.

    That is without blanks around a text, with plain letters in an address, and without null or an empty text where
    nothing is meant.
    """
    return _tidied(route, case) != (case.body, case.query)


def _fits(route: Route, case: Case) -> bool:
    """Whether what is read of a request fits."""
    body, query = _tidied(route, case)
    of_body, of_query = _validators(route)
    return (of_body is None or of_body.is_valid(body)) and all(
        of_query[name].is_valid(value) for name, value in query.items() if name in of_query
    )


def _tidied(route: Route, case: Case) -> tuple[Any, dict[str, Any]]:
    told = contract_of(view_of(route))
    body = case.body if told.body is None else tidied(deepcopy(case.body), told.body)
    query = {name: tidied(value, told.query.get(name, Any)) for name, value in (case.query or {}).items()}
    return body, query


@cache
def _validators(route: Route) -> tuple[Any, dict[str, Any]]:
    """What validates a body, and each parameter of a query, by the contract."""
    whole = document()
    operation = whole["paths"][route.path][route.method.lower()]

    def validator(schema: dict[str, Any]) -> Any:
        return jsonschema_rs.Draft202012Validator({**schema, "components": whole["components"]}, validate_formats=True)

    body = operation.get("requestBody")
    return (
        validator(body["content"][JSON]["schema"]) if body else None,
        {it["name"]: validator(it["schema"]) for it in operation.get("parameters", ()) if it["in"] == "query"},
    )
