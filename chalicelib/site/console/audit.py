"""Whether the books are sound: what was audited lately, and a new audit."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import bad_field
from chalicelib.site.screens import Page
from chalicelib.web.console import decide


def show(page: Page) -> Response:
    """Show the last audits."""
    told = page.client.get("/v1/jobs", kind="audit", limit=20, cursor=page.query.get("cursor")).body
    return page.render(
        "audit.html",
        shown=told["items"],
        next_cursor=told["next_cursor"],
        states=decide.states(page.language),
        findings=decide.findings(page.language),
    )


def act(page: Page, form: Fields) -> Response:
    """Begin an audit of everything, of some ambassadors, or of one.

    Raises:
        Problem: as the API answers it.
    """
    told: dict[str, Any]
    match form.text("whom"):
        case "one":
            told = {"ambassador_id": form.text("ambassador_id")}
        case "sample":
            if not form.text("sample").isdigit():
                raise bad_field("/sample", "is a whole number from 1 on")
            told = {"sample": int(form.text("sample"))}
        case _:
            told = {"all": True}
    begun = page.client.send("POST", "/v1/ledger/audit", told).body
    return page.done("begun", f"jobs/{begun['id']}")
