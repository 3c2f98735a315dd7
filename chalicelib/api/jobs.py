"""Work too long for one request: it is accepted at once, and its progress can be read."""

from typing import Any

import msgspec
from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, preview
from chalicelib.domain.model.work import Job
from chalicelib.edge import fields
from chalicelib.edge.answers import json
from chalicelib.edge.call import Call
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import view
from chalicelib.operations.whatif.preview import KIND as PREVIEW


@view({200: dict})
def get_job(_: Call, job_id: str) -> Response:
    """Show how far a job is and what has come out of it."""
    job = deps.table().read_job(fields.path_id("job_id", job_id))
    if job is None:
        raise not_found("There is no such job.")
    return json(200, _shown(job))


def accepted(job: Job) -> Response:
    """Answer a request that began a job: where to read on."""
    return json(202, _shown(job), Location=f"{deps.settings().public_url}/v1/jobs/{job.id}")


def _shown(job: Job) -> dict[str, Any]:
    result = preview.result_of(job) if job.kind == PREVIEW else msgspec.Raw(job.result.encode())
    return present.job(job, result)
