"""Work that is too long for one request: it is accepted at once, and its progress can be read."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args

import msgspec
from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api import preview
from chalicelib.domain.model import work
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.whatif.preview import KIND as PREVIEW

JobKind = Literal["preview", "audit", "retention", "worth"]
_KIND = Annotated[JobKind, Meta(description="Only work of this kind.")]


class Progress(Answer):
    """How much of the work is done, in ambassadors.

    Attributes:
        total: Null while nobody knows.
    """

    done: int
    total: int | None


class Job(Answer, kw_only=True):
    """Long work: how far it is, and what has come out so far.

    Attributes:
        kind: `preview`, `audit`, `retention`, which lets go what is kept no longer, or `worth`, which sums up what all
            customers are worth.
        author: The id of the key that began it, or `schedule`.
        asked: What was asked for: of a preview its `program` and its period, `from` and `to`.
        result: Of a preview a `Preview`, of an audit an `AuditResult`, which fill up as the work goes on; empty at
            first.
        failure: What went wrong last. The work is tried again unless `state` is `failed`.
    """

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed"]
    author: str
    created_at: datetime
    ended_at: datetime | None = None
    progress: Progress
    asked: dict[str, Any]
    result: dict[str, Any]
    failure: str | None = None

    @classmethod
    def of(cls, job: work.Job) -> Self:
        """Show a job."""
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            author=job.author,
            created_at=job.created_at,
            ended_at=job.ended_at,
            progress=Progress(job.progress, job.total),
            asked=msgspec.json.decode(job.task),
            result=preview.result_of(job) if job.kind == PREVIEW else msgspec.json.decode(job.result),
            failure=job.failure,
        )


@view({200: Page[Job]}, query={"kind": _KIND, **PAGE}, links=leads_to("get_job", job_id="$response.body#/items/0/id"))
def get_jobs(call: Call) -> Response:
    """List long work, the newest first, each as far as it is. With a `kind` a page may be short."""
    query = call.query()
    kind = query.get("kind")
    if kind not in {None, *get_args(JobKind)}:
        raise bad_field("?kind", f"is one of {', '.join(get_args(JobKind))}")
    return listed(
        "/v1/jobs",
        query,
        f"jobs {kind or ''}",
        deps.table().list_jobs,
        lambda found: [Job.of(it) for it in found if kind in {None, it.kind}],
    )


@view({200: Job}, problems={404: ["not_found"]})
def get_job(_: Call, job_id: str) -> Response:
    """Show how far a job is and what has come out of it."""
    job = deps.table().read_job(fields.path_id("job_id", job_id))
    if job is None:
        raise not_found("There is no such job.")
    return json(200, Job.of(job))


def accepted(job: work.Job) -> Response:
    """Answer a request that began a job: where to read on."""
    return json(202, Job.of(job), Location=f"{deps.settings().public_url}/v1/jobs/{job.id}")
