"""Audits of the books: at once where that fits into a request, otherwise as a job."""

from datetime import datetime
from json import dumps
from typing import Annotated, Literal, Self

import msgspec
from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api import jobs
from chalicelib.domain.audit.audit import Kind, Value
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import OurId, Shape
from chalicelib.edge.problems import bad_field, unknown_ambassador
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.audit import audit
from chalicelib.operations.audit.people import led
from chalicelib.operations.jobs import start
from chalicelib.store import keys

SAMPLE_MAX = 100
_PATH = "/v1/ledger/audit"

Sample = Annotated[
    int, Meta(ge=1, le=SAMPLE_MAX, description="How many ambassadors are drawn. This or `ambassador_id` is needed.")
]
Whom = Annotated[OurId, Meta(description="The ambassador to audit. This or `sample` is needed.")]
Seed = Annotated[
    OurId,
    Meta(description="The same seed draws the same ambassadors; without one it is the day's. It goes with `sample`."),
]


class NewAudit(Shape):
    """Whom an audit is about.

    Attributes:
        ambassador_id: Exactly one of this, `sample` and `all` is needed.
        sample: How many ambassadors are drawn, evenly over the time in which they enrolled.
        seed: The same seed draws the same ambassadors; without one it is the day's. It goes with `sample` only.
        all: Everybody.
    """

    at_least_one = "ambassador_id", "sample", "all"

    ambassador_id: OurId | None = None
    sample: Annotated[int, Meta(ge=1, le=1000)] | None = None
    seed: OurId | None = None
    all: Literal[True] | None = None


class Audited(Answer):
    """Whom an audit is about: one ambassador, or a sample drawn by a seed.

    Attributes:
        sample: How many ambassadors are drawn.
        seed: By which they are drawn.
    """

    ambassador_id: str | None = None
    sample: int | None = None
    seed: str | None = None


class Continuation(Answer):
    """The request that begins a job for an audit which did not fit into one request."""

    method: Literal["POST"]
    path: str
    body: Audited


class Finding(Answer):
    """One difference between two parts of the books.

    Attributes:
        kind: Which check found it.
        where: The id of an ambassador or an entry, or a kind and an id such as `order/1001`; behind it, what of it
            differs.
        expected: What the rest of the books says.
        found: What stands there.
    """

    kind: Kind
    where: str
    expected: msgspec.Raw
    found: msgspec.Raw


class AuditResult(Answer):
    """How much was read, and what was found.

    Attributes:
        differences: How many findings there are.
        findings: The first 100 of them.
        moving: The ids of ambassadors whose counters could not be compared, since orders were settled all the time. Ask
            again at a quiet hour.
    """

    ambassadors: int
    entries: int
    orders: int
    differences: int
    findings: list[Finding]
    moving: list[str]

    @classmethod
    def of(cls, report: audit.Report) -> Self:
        """Show what an audit has come to."""
        return cls(
            ambassadors=report.ambassadors,
            entries=report.entries,
            orders=report.orders,
            differences=report.differences,
            findings=[Finding(it.kind, it.where, _raw(it.expected), _raw(it.found)) for it in report.findings],
            moving=report.moving,
        )


class Audit(Audited, kw_only=True, rename={"further": "continue"}):
    """What an audit has come to, and how it goes on if it is not complete.

    Attributes:
        complete: `false`: the time was over before all was read.
        further: The request that has all of it read by a job.
    """

    complete: bool
    further: Continuation | None = None
    result: AuditResult


@view(
    {200: Audit},
    query={"ambassador_id": Whom, "sample": Sample, "seed": Seed},
    problems={404: ["not_found"]},
)
def get_audit(call: Call) -> Response:
    """Audit one ambassador, or a sample of them, for at most 20 seconds; nothing is written.

    Exactly one of `ambassador_id` and `sample` is needed. No findings means that the books are sound.
    """
    asked = _asked(call.query(), deps.now())
    walk, report, table = _walk(asked), audit.Report(), deps.table()
    audit.go_on(table, walk, report, table.deadline(audit.SECONDS), now=deps.now())
    # A job begins anew: what can't be proved in 20 seconds is not much further by then.
    further = None if walk.done else Continuation("POST", _PATH, asked)
    shown = Audit(
        ambassador_id=asked.ambassador_id,
        sample=asked.sample,
        seed=asked.seed,
        complete=walk.done,
        further=further,
        result=AuditResult.of(report),
    )
    return json(200, shown)


@view(
    {202: jobs.Job},
    body=NewAudit,
    gives=["Location"],
    problems={404: ["not_found"]},
    links=leads_to("get_job", job_id="$response.body#/id"),
)
def post_audit(call: Call, body: NewAudit) -> Response:
    """Begin an audit of one ambassador, a sample, or everybody.

    Exactly one of `ambassador_id`, `sample` and `all` is needed. The job in the answer shows how far it is, and what it
    has found.
    """
    if sum(named is not None for named in (body.ambassador_id, body.sample, body.all)) != 1:
        raise bad_field("", "names one of ambassador_id, sample and all")
    if body.seed is not None and body.sample is None:
        raise bad_field("/seed", "goes with a sample only")
    walk = audit.of_all() if body.all else _walk(_whom(body.ambassador_id, body.sample, body.seed, deps.now()))
    task, author = audit.written(walk), call.key.id
    return jobs.accepted(start(deps.table(), audit.KIND, task, author=author, now=deps.now(), chance=deps.chance()))


def _asked(query: dict[str, str], now: datetime) -> Audited:
    """Read the query: an ambassador, or how many and by which seed."""
    if len(query.keys() & {"ambassador_id", "sample"}) != 1:
        raise bad_field("?ambassador_id", "or ?sample is needed, and not both")
    if "ambassador_id" in query:
        if "seed" in query:
            raise bad_field("?seed", "goes with a sample only")
        return Audited(ambassador_id=fields.path_id("ambassador_id", query["ambassador_id"], "?"))
    given = query["sample"]
    if not (
        given.isascii() and given.isdigit() and len(given) <= len(str(SAMPLE_MAX)) and 0 < int(given) <= SAMPLE_MAX
    ):
        raise bad_field("?sample", f"is a whole number from 1 to {SAMPLE_MAX}")
    seed = fields.path_id("seed", query["seed"], "?") if "seed" in query else None
    return _whom(None, int(given), seed, now)


def _whom(ambassador_id: str | None, sample: int | None, seed: str | None, now: datetime) -> Audited:
    """A sample without a seed is the day's: whoever asks again on that day is told of the same ambassadors."""
    if sample is None:
        return Audited(ambassador_id=ambassador_id)
    return Audited(sample=sample, seed=seed or f"{now:%Y-%m-%d}")


def _walk(request: Audited) -> audit.Walk:
    """Whom an audit is about."""
    if request.sample is not None and request.seed is not None:
        return audit.of_ambassadors(audit.sample(deps.table(), request.sample, request.seed))
    known = request.ambassador_id
    assert known is not None, "an audit is about somebody"
    if not deps.table().find([keys.profile(known), keys.account(known)]):
        raise unknown_ambassador()
    return audit.of_ambassadors(dict.fromkeys([known, led(deps.table(), known)]))


def _raw(side: Value) -> msgspec.Raw:
    """Write one side of a difference; a number may be of any size, as those in a table may."""
    return msgspec.Raw(dumps(side, ensure_ascii=False).encode())
