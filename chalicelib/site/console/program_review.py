"""Before rules are published: what they change, what is probably not meant, and what they would have cost."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.site.console.rules import DAYS, job_of_rules, plain_document, rules_form, tried
from chalicelib.site.screens import Page
from chalicelib.web.console import rules
from chalicelib.web.console.difference import Remark, told_change
from chalicelib.web.console.whatif import beside

Body = dict[str, Any]


def show(page: Page) -> Response:
    """Show the difference, the warnings, and what the last days would have cost."""
    job = job_of_rules(page)
    document = job["asked"]["program"]
    checked = page.client.send("POST", "/v1/program/check", {"program": document}).body
    before = plain_document(page.client.get("/v1/program").body) if checked["version"] else {}
    made = rules_form(page)
    over = page.query.get("over", "")
    return page.render(
        "program_review.html",
        job=job,
        days=DAYS,
        checked=checked,
        changes=[told_change(made, it, before, document, page.language) for it in checked["changes"]],
        warnings=[Remark(made.walk(it["pointer"], document)[0], made.told(it["detail"])) for it in checked["warnings"]],
        flaws=[Remark(made.walk(it["pointer"], document)[0], it["detail"]) for it in checked["flaws"]],
        caveats=[
            Remark(made.walk(it["pointer"].removeprefix("/program"), document)[0], made.told(it["detail"]))
            for it in job["result"].get("caveats", ())
        ],
        outdated=over not in {"", str(checked["version"])},
        over=over,
        found=beside(job["result"]) if job["result"] else None,
        refusals=rules.refusals(page.language),
        must_look=_must_look(job),
    )


def act(page: Page, form: Fields) -> Response:
    """Publish, or work it out anew."""
    job = job_of_rules(page)
    document, version = job["asked"]["program"], form.text("version")
    if form.text("do") == "again":
        return tried(page, document, over=version)
    if _must_look(job) and not form.text("unseen"):
        detail = "Nobody knows yet what it would have cost: wait for that, or tick that you publish without it."
        raise Problem(409, "not_looked_at", detail)
    if not form.text("note"):
        raise bad_field("/note", "is missing: say why, for whoever looks at the versions later")
    precondition = {"if_match": f'"{version}"'} if version != "0" else {"if_none_match": "*"}
    page.client.send("PUT", "/v1/program", {**document, "note": form.text("note")}, **precondition)
    return page.done("published", "program")


def _must_look(job: Body) -> bool:
    """Whether it is not known yet what the rules would have cost. Where there were no orders, nothing would be."""
    return bool(job["state"] != "done")
