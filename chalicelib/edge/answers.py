"""How a view answers: with the JSON of a shape."""

from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.domain.money import is_currency

SHARED_FOR_A_MINUTE = "public, max-age=0, s-maxage=60"
"""For what is the same for everybody: a cache in between answers for a minute, and a browser asks each time."""

PNG = "image/png"
"""The one type of bytes that are answered."""


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What all answers share: a field that has a default is left out when it holds that."""


class Sum(Answer):
    """An amount of money, or of another unit: points, or a gift by its name.

    Attributes:
        amount: Minor units of the `currency`, or how many of the `unit`.
        currency: ISO 4217, such as `EUR`; there is either this or `unit`.
        unit: Such as `points` or `gift:Tea mug`.
    """

    amount: int
    currency: str | None = None
    unit: str | None = None


def money(amount: int, unit: str) -> Sum:
    """Write an amount of a currency or of another unit."""
    return Sum(amount=amount, currency=unit) if is_currency(unit) else Sum(amount=amount, unit=unit)


def money_if(amount: int | None, unit: str | None) -> Sum | None:
    """Write an amount that may not be there."""
    return None if amount is None or unit is None else money(amount, unit)


def json(status: int, body: Any, **headers: str) -> Response:
    """Return JSON; a header's underscores stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        body=msgspec.json.encode(body).decode() + "\n",
        status_code=status,
        headers={"Content-Type": "application/json", "Cache-Control": "no-store", **named},
    )


def once(body: Any, *, replayed: bool) -> Response:
    """Return 201 the first time, then 200 with the stored body and a mark."""
    return json(200, body, Idempotent_Replayed="true") if replayed else json(201, body)
