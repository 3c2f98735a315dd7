"""What a shop's API tells of its customers, and takes of the models."""

from collections.abc import Callable
from datetime import date
from typing import Any

from chalicelib.domain.worth.history import History
from fitting.models import Fitted

Body = dict[str, Any]
Call = Callable[[str, str, Body | None], Body]
"""Sends a request, by method, path and body, and returns what was answered."""

PAGE = 50


def histories(call: Call) -> list[Body]:
    """Read how all customers buy, page by page."""
    found: list[Body] = []
    path: str | None = f"/v1/worth/histories?limit={PAGE}"
    while path:
        page = call("GET", path, None)
        found += page["items"]
        after = page["next_cursor"]
        path = f"/v1/worth/histories?limit={PAGE}&cursor={after}" if after else None
    return found


def history_of(customer: Body) -> History:
    """Return a customer's purchases as the models go by them."""
    return History(customer["frequency"], customer["recency"], customer["age"], customer["value"])


def document_of(fitted: Fitted, *, currency: str, until: date, discount: int) -> Body:
    """Write what the models were fitted to be as the API takes it."""
    buying, spending = fitted.buying, fitted.spending
    likelihoods = fitted.buying_likelihood, fitted.spending_likelihood
    return {
        "until": str(until),
        "customers": fitted.customers,
        "repeating": fitted.repeating,
        "currency": currency,
        "discount": discount,
        "buying": {
            **{name: getattr(buying, name) for name in ("r", "alpha", "a", "b")},
            "log_likelihood": likelihoods[0],
        },
        "spending": {
            **{name: getattr(spending, name) for name in ("p", "q", "v")},
            "log_likelihood": likelihoods[1],
        },
    }


def keep(call: Call, document: Body) -> Body:
    """Store a fit; from now on worth is expected by it."""
    return call("PUT", "/v1/worth/model", document)
