"""What the screens about the rules share: the form of their schema, and how a document is tried."""

from datetime import timedelta
from typing import Any

from chalice.app import Response

from chalicelib import deps
from chalicelib.edge.client import path
from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page, leads_to
from chalicelib.web.console.form import RulesForm

Document = dict[str, Any]

DAYS = 90
"""Over so many days it is worked out what other rules would have cost."""

_OF_PUBLICATION = ("version", "author", "created_at", "warnings")


def rules_form(page: Page) -> RulesForm:
    """Make the form of the schema that the API serves."""
    return RulesForm(page.client.get("/v1/program/schema").body, page.language)


def plain_document(document: Document) -> Document:
    """Leave out of rules that were read what is of their publication."""
    return {name: it for name, it in document.items() if name not in _OF_PUBLICATION}


def version_in_force(page: Page) -> int:
    """Which version is in force; 0 if there is none yet."""
    newest = page.client.get("/v1/program/versions", limit=1).body["items"]
    return int(newest[0]["version"]) if newest else 0


def job_of_rules(page: Page) -> Document:
    """Read the job that the address names: the one that tries rules.

    Raises:
        Problem: 404 if it is no such job.
    """
    job: Document = page.client.get(path("v1", "jobs", page.query.get("job", "-"))).body
    if job["kind"] != "preview":
        raise Problem(404, "not_found", "There are no such rules.")
    return job


def tried(page: Page, document: Document, *, over: str) -> Response:
    """Work out what rules would have cost, and lead to the screen that shows it.

    Raises:
        Problem: 400, naming every flaw.
    """
    return leads_to(page.at("program/review", job=tried_job(page, document)["id"], over=over))


def tried_job(page: Page, document: Document) -> Document:
    """Begin to work out what rules would have cost; the job holds them meanwhile.

    Raises:
        Problem: 400, naming every flaw.
    """
    today = deps.now().astimezone(page.program.zone if page.program else None).date()
    period = {"from": f"{today - timedelta(days=DAYS - 1)}", "to": f"{today}"}
    asked = {"program": document, "period": period, "as_job": True}
    try:
        job: Document = page.client.send("POST", "/v1/program/preview", asked).body
    except Problem as problem:
        problem.errors = [{**it, "pointer": it["pointer"].removeprefix("/program")} for it in problem.errors]
        raise
    return job
