"""Work too long for one request."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen


@frozen
class Job:
    """Work too long for one request: workers do it slice after slice, and whoever asked reads how far it is.

    `task` (what was asked), `result` (what has come out so far) and `cursor` (where the next slice goes on) are text in
    a form of the kind's own. `progress` counts what is done of `total`, which is None while nobody knows. A worker may
    take the job from `due_at` on: at once, or when the worker that has it counts as dead. `tries` counts the slices
    that have broken off since the last one that went well.
    """

    id: str
    kind: str
    author: str
    created_at: datetime
    task: str = "{}"
    state: Literal["queued", "running", "done", "failed"] = "queued"
    progress: int = 0
    total: int | None = None
    result: str = "{}"
    cursor: str | None = None
    tries: int = 0
    failure: str | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1
