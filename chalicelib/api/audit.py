"""The books proved: at once where that fits into a request, else as a job whose progress can be read."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api import jobs
from chalicelib.edge import fields
from chalicelib.edge.answers import Body, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    OurId,
    Shape,
)
from chalicelib.edge.problems import bad_field, unknown_ambassador
from chalicelib.edge.views import view
from chalicelib.operations.audit import audit
from chalicelib.operations.audit.audit import Walk
from chalicelib.operations.audit.books import led
from chalicelib.operations.jobs import start
from chalicelib.store import keys


class Audit(Shape):
    """Whom an audit is about: one ambassador, a sample drawn by a seed, or all."""

    ambassador_id: OurId | None = None
    sample: Annotated[int, Meta(ge=1, le=1000)] | None = None
    seed: OurId | None = None
    all: Literal[True] | None = None


SAMPLE_MAX = 100
_PATH = "/v1/ledger/audit"


@view({200: dict}, query={"ambassador_id": str, "sample": str, "seed": str})
def get_audit(call: Call) -> Response:
    """Audit one ambassador, or a sample of them, for at most 20 seconds; nothing is written."""
    asked = _asked(call.query(), deps.now())
    walk, report, table = _walk(asked), audit.Report(), deps.table()
    audit.go_on(table, walk, report, table.deadline(audit.SECONDS), now=deps.now())
    # A job begins anew: what can't be proved in 20 seconds is not much further by then.
    further: Body = {} if walk.done else {"continue": {"method": "POST", "path": _PATH, "body": asked}}
    shown = {**asked, "complete": walk.done, **further, "result": msgspec.Raw(audit.written(report).encode())}
    return json(200, shown)


@view({200: dict}, body=Audit)
def post_audit(call: Call, body: Audit) -> Response:
    """Begin an audit of one ambassador, a sample, or everybody; the job that is answered shows how far it is."""
    asked: Body = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
    if len(asked.keys() & {"ambassador_id", "sample", "all"}) != 1:
        raise bad_field("", "names one of ambassador_id, sample and all")
    if "seed" in asked and "sample" not in asked:
        raise bad_field("/seed", "goes with a sample only")
    task = audit.written(audit.of_all() if "all" in asked else _walk(_seeded(asked, deps.now())))
    author = call.key.id
    job = start(deps.table(), audit.KIND, task, author=author, now=deps.now(), chance=deps.chance())
    return jobs.accepted(job)


def _asked(query: dict[str, str], now: datetime) -> Body:
    """Read the query: an ambassador, or how many and by which seed."""
    if len(query.keys() & {"ambassador_id", "sample"}) != 1:
        raise bad_field("?ambassador_id", "or ?sample is needed, and not both")
    if "ambassador_id" in query:
        if "seed" in query:
            raise bad_field("?seed", "goes with a sample only")
        return {"ambassador_id": fields.path_id("ambassador_id", query["ambassador_id"], "?")}
    given = query["sample"]
    if not (
        given.isascii() and given.isdigit() and len(given) <= len(str(SAMPLE_MAX)) and 0 < int(given) <= SAMPLE_MAX
    ):
        raise bad_field("?sample", f"is a whole number from 1 to {SAMPLE_MAX}")
    seed = {"seed": fields.path_id("seed", query["seed"], "?")} if "seed" in query else {}
    return _seeded({"sample": int(given), **seed}, now)


def _seeded(asked: Body, now: datetime) -> Body:
    """A sample without a seed is the day's: whoever asks again on that day is told of the same ambassadors."""
    return {"seed": f"{now:%Y-%m-%d}", **asked} if "sample" in asked else asked


def _walk(asked: Body) -> "Walk":
    """Whom an audit is about."""
    if "sample" in asked:
        return audit.of_ambassadors(audit.sample(deps.table(), asked["sample"], asked["seed"]))
    known = asked["ambassador_id"]
    if not deps.table().find([keys.profile(known), keys.account(known)]):
        raise unknown_ambassador()
    return audit.of_ambassadors(dict.fromkeys([known, led(deps.table(), known)]))
