"""Who the ambassadors are whom a screen names by their ids."""

from collections.abc import Iterable
from typing import Any

from chalicelib.edge.client import path
from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page


def named(page: Page, ambassador_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read who some ambassadors are, 100 at most, by the ids that were asked for. Who is not there is left out."""
    ids = ",".join(dict.fromkeys(ambassador_ids))
    told = page.client.get("/v1/ambassadors/names", ids=ids).body["items"] if ids else []
    return {it["id"]: it for it in told}


def known(page: Page, ambassador_id: str) -> dict[str, dict[str, Any]]:
    """Read all of one ambassador, by the id that was asked for; nothing if they are not there."""
    try:
        return {ambassador_id: page.client.get(path("v1", "ambassadors", ambassador_id)).body}
    except Problem as problem:
        if problem.status != 404:
            raise
        return {}
