"""Long work: how far it is, and what has come out of it."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.site.screens import Page
from chalicelib.web.console import decide


def show(page: Page) -> Response:
    """Show it as it stands."""
    return page.render(
        "job.html",
        job=page.client.get(path("v1", "jobs", page.subject)).body,
        kinds=decide.jobs(page.language),
        states=decide.states(page.language),
        findings=decide.findings(page.language),
    )
