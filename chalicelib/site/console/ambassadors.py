"""Who the ambassadors are whom a screen names by their ids."""

from collections.abc import Iterable
from typing import Any

from chalicelib.edge.client import path
from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page


def named(page: Page, ambassador_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read some ambassadors, each once, by the ids that were asked for. Who is not there is left out."""
    found = {}
    for name in dict.fromkeys(ambassador_ids):
        try:
            found[name] = page.client.get(path("v1", "ambassadors", name)).body
        except Problem as problem:
            if problem.status != 404:
                raise
    return found
