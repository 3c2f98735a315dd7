"""What touches of care were good for, beside people who got none; and what was not sent, and why."""

from datetime import date

from chalice.app import Response

from chalicelib.site.console.insight import chosen_in, months_before
from chalicelib.site.screens import Page
from chalicelib.web.console import times
from chalicelib.web.console.results import Results

BY = ("occasion", "variant")


def show(page: Page) -> Response:
    """Show the results of a period: a year, unless another is chosen."""
    counted = page.client.get("/v1/stats", by="channel").body["last"]
    if counted is None:
        return page.render("touches.html", chosen=None)
    chosen = chosen_in({"period": "365", **page.query}, date.fromisoformat(counted), BY)
    found = page.client.get("/v1/stats", by=chosen.by, **chosen.query).body["occasions"]
    told = Results(page.language)
    return page.render(
        "touches.html",
        chosen=chosen,
        months=months_before(counted),
        month=lambda it: times.month(it, page.language),
        told=told.tell(found),
        picture=told.picture(found),
        unsent=told.unsent(found),
        clear=sum(bool(it["share"] and it["share"]["clear"]) for it in found),
    )
