"""An ambassador's first page: what they share, and what has come of it."""

from typing import Any

from chalice.app import Response

from chalicelib.site.screens import Page
from chalicelib.web import share
from chalicelib.web.language import plain_tag

LATEST = 3
"""So many of the last rewards are shown here; the others have a page of their own."""


def show(page: Page) -> Response:
    """Show code and link with the ways to share them, the way to the next tier, balances, and the last rewards."""
    me = page.client.get("/v1/ambassadors/me").body
    latest = page.client.get("/v1/ambassadors/me/referrals", lang=plain_tag(page.language), limit=LATEST).body["items"]
    return page.render(
        "home.html",
        me=me,
        latest=latest,
        channels=share.names(page.language),
        visits=sum(me["clicks"].values()),
        balances={name: there(me["account"].get(name) or []) for name in ("available", "held", "reserved")},
        terms=share.terms(page.program, page.language),
    )


def there(sums: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out of a balance what is nothing, but for the program's currency, which stands first."""
    return [it for n, it in enumerate(sums) if n == 0 or it["amount"]]
