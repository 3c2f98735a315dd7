"""Days in a query: whole ones, by the program's clocks."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from chalicelib.edge.problems import bad_field

Day = Annotated[
    str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z", description="A day by the program's `time_zone`, which is included.")
]


def day_in(query: dict[str, str], name: str) -> date | None:
    """Read a day, if there is one.

    Raises:
        Problem: 400.
    """
    given = query.get(name)
    if given is None:
        return None
    try:
        day = date.fromisoformat(given) if len(given) == len("2026-01-31") else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2999:
        raise bad_field(f"?{name}", "is a day such as 2026-01-31")
    return day
