"""The contract as it is published, read by Schemathesis."""

import json
from functools import cache
from typing import Any, TypeAlias

import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig

from contract.__main__ import PUBLISHED

Case: TypeAlias = schemathesis.Case[Any]
"""A request to one of the operations."""

_TAKEN = ["2xx", "3xx", *(f"{it}" for it in range(401, 500) if it not in {413, 415})]
"""What a valid request may get: only a 400, 413 or 415 says that it is none."""

_CONFIG = {
    "generation": {"with-security-parameters": False, "mode": "all"},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": _TAKEN},
        "negative_data_rejection": {"expected-statuses": ["4xx", "5xx"]},
    },
}


@cache
def schema() -> Any:
    """The contract, its examples among what requests are made of."""
    load_all_checks()
    return schemathesis.openapi.from_dict(
        json.loads(PUBLISHED.read_text()), config=SchemathesisConfig.from_dict(_CONFIG)
    )


@cache
def operations() -> dict[str, Any]:
    """By name, the operations of the contract."""
    return {it.ok().definition.raw["operationId"]: it.ok() for it in schema().get_all_operations()}
