"""The rules of the program: read, replaced, compared with what others would have cost."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api import jobs
from chalicelib.api.preview import Preview
from chalicelib.documents import Misfit
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.domain.program.program import Program
from chalicelib.domain.program.warnings import budget_warnings
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Shape, misfitting
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Flaw, Problem, not_found
from chalicelib.edge.views import Media, leads_to, view
from chalicelib.operations.jobs import start
from chalicelib.operations.program import publication
from chalicelib.operations.program.advice import advice, missing
from chalicelib.operations.program.document import changes, read, show
from chalicelib.operations.program.schema import schema
from chalicelib.operations.stats import view as figures
from chalicelib.operations.whatif import preview
from chalicelib.operations.whatif.preview import DAYS_MAX

Document = Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/components/schemas/Program"})]
"""A program as it is written. An answer also holds what its publication adds, such as `version` and `warnings`."""

Tags = Annotated[str, Meta(description="The `ETag` of what was read, or several, with commas between; or `*`.")]


class Period(Shape, rename={"first": "from", "last": "to"}):
    """A period of at most 366 days, by the candidate's `time_zone`.

    Attributes:
        first: The first day, such as `2026-03-01`.
        last: The last day, which is part of it.
    """

    first: date
    last: date


class NewPreview(Shape):
    """A program to be tried, and on which orders.

    Attributes:
        program: A whole document, as it would be published.
        as_job: Whether the answer is a job in any case, which may be done at once: so what was found can be read again.
    """

    program: Document
    period: Period
    as_job: bool = False


class NewCheck(Shape):
    """A program to be looked over before it is published.

    Attributes:
        program: A whole document, as it would be published, with whatever is wrong in it.
    """

    program: dict[str, Any]


class ProgramChange(Answer):
    """A field that differs from the version before; null stands for what is not there.

    Attributes:
        pointer: Its place in the document, a JSON pointer such as `/tiers/1/threshold`.
    """

    pointer: str
    before: Any
    after: Any


class ProgramCheck(Answer):
    """What a document comes to beside the rules in force.

    Attributes:
        version: The version in force, 0 if nothing has been published yet. It is compared with that one.
        flaws: What keeps it from being published.
        warnings: What in it is valid and yet probably not intended, of the rules themselves and of what they need
            beside them, such as guides; none as long as there are flaws.
        changes: Each field that differs from the rules in force; none as long as there are flaws.
    """

    version: int
    flaws: list[Flaw]
    warnings: list[Flaw]
    changes: list[ProgramChange]


class ProgramVersion(Answer):
    """A version of the program: who has published it when, and what it changed.

    Attributes:
        owner: The person or team of that key; null if there is no such key.
        note: Why, as whoever published it has said.
        author: The id of the key that published it, or the name that an operator gave.
        changes: Each field that differs from the version before; none of the first version.
    """

    version: int
    author: str
    owner: str | None
    created_at: datetime | None
    note: str | None
    changes: list[ProgramChange]

    @classmethod
    def of(cls, program: Program, owner: str | None, *before: Program) -> Self:
        """Show a version beside the one before, if there is one."""
        changed = [ProgramChange(**asdict(change)) for earlier in before for change in changes(earlier, program)]
        return cls(program.version, program.author, owner, program.created_at, program.note or None, changed)


_PATH = "/v1/program"
_BUDGET_DAYS = 30
_FIRST = 0
"""What is in force before anything has been published."""


@view(
    {200: Document, 304: None},
    headers={"If-None-Match": Tags},
    gives=["ETag"],
    problems={400: ["invalid_request"], 404: ["not_found"]},
    links={"put_program": {"If-Match": "$response.header.ETag"}},
)
def get_program(call: Call) -> Response:
    """Show the rules in force, as they were written."""
    call.query()
    program = deps.table().read_newest_program()
    if program is None:
        raise not_found("No program has been published yet. PUT the first one with If-None-Match: *.")
    if call.has(_etag(program.version)):
        return Response("", {"ETag": _etag(program.version), "Cache-Control": "private, no-cache"}, 304)
    return _shown(program)


@view(
    {200: Document},
    body=Document,
    headers={"If-Match": Tags, "If-None-Match": Tags},
    gives=["ETag"],
    problems={412: ["outdated"], 428: ["precondition_required"]},
    links=leads_to("get_version", version="$response.body#/version"),
)
def put_program(call: Call, body: Document) -> Response:
    """Put other rules in force.

    Send `If-Match` with the `ETag` of the rules that you have read, or `If-None-Match: *` for the very first; if
    somebody was faster you get 412. They are in force everywhere within a minute; orders keep the version under which
    they came, and nothing that was earned changes. A `note` in the document says why, for other admins. The answer's
    `warnings` name what is valid and yet probably not intended.
    """
    candidate, over = _program(body), _written_over(call)
    try:
        program = publication.put_in_force(deps.table(), candidate, author=call.key.id, now=deps.now(), over=over)
    except publication.OutdatedError as error:
        raise _outdated(error.version) from error
    except FlawedProgramError as error:
        raise misfitting(error.flaws) from error
    deps.use_program(program)
    return _shown(program, warnings=_warnings(program))


@view({200: ProgramCheck}, body=NewCheck)
def post_check(call: Call, body: NewCheck) -> Response:
    """Look a program over before it is published: its flaws, what is probably not meant, and what it would change.

    Nothing is changed. A document with flaws is no problem here: they are the answer.
    """
    call.query()
    table, now = deps.table(), deps.now()
    newest = table.read_newest_program()
    version = newest.version if newest else _FIRST
    try:
        candidate = read(body.program)
    except FlawedProgramError as error:
        return json(200, ProgramCheck(version, [Flaw(*it) for it in error.flaws], [], []))
    found = [*advice(candidate, now=now), *missing(table, candidate), *_of_budget(candidate)]
    changed = changes(newest, candidate) if newest else []
    return json(
        200,
        ProgramCheck(version, [], [Flaw(*it) for it in found], [ProgramChange(**asdict(it)) for it in changed]),
    )


@view({200: Page[ProgramVersion]}, query=PAGE, links=leads_to("get_version", version="$response.body#/items/0/version"))
def get_versions(call: Call) -> Response:
    """List all versions, the newest first, with who has published them and what they changed."""
    query = call.query()
    limit, position = limit_of(query), position_of(query, _PATH)
    found = deps.table().list_programs(int(position) if position else None, limit + 1)
    shown = found[:limit]
    owners = {it: _owner(it) for it in {program.author for program in shown}}
    items = [ProgramVersion.of(it, owners[it.author], *found[n + 1 : n + 2]) for n, it in enumerate(shown)]
    after = str(found[limit - 1].version) if len(found) > limit else None
    return page(f"{_PATH}/versions", query, items, cursor_of(after, _PATH))


@view({200: Document}, gives=["ETag"], problems={404: ["not_found"]})
def get_version(call: Call, version: str) -> Response:
    """Show the rules of one version, as they were written."""
    call.query()
    number = int(version) if version.isascii() and version.isdigit() and len(version) <= len("000000") else 0
    program = deps.table().read_program(number) if number else None
    if program is None:
        raise not_found("There is no such version.")
    return _shown(program)


@view({200: Media("application/schema+json")}, problems={400: ["invalid_request"]})
def get_schema(call: Call) -> Response:
    """Describe the document of a program as a JSON Schema, for editors and for checks before a PUT."""
    call.query()
    kind = {"Content_Type": "application/schema+json", "Cache_Control": "public, max-age=3600"}
    return json(200, schema(f"{deps.settings().public_url}{_PATH}/schema"), **kind)


@view(
    {200: Preview, 202: jobs.Job},
    body=NewPreview,
    gives=["Location"],
    links=leads_to("get_job", job_id="$response.body#/id"),
)
def post_preview(call: Call, body: NewPreview) -> Response:
    """Say what other rules would have made of the orders of a period.

    Nothing is changed. More orders than fit into 20 seconds are left to a job (202), whose `result` has the same form.
    With `as_job` the answer is a job in any case: what takes longer than some seconds is left to the workers.
    """
    candidate, wrong = as_candidate(body.program)
    wrong += _flaws_of(body.period)
    if candidate is None or wrong:
        raise misfitting(wrong)
    period, table, now = preview.Period(body.period.first, body.period.last, candidate), deps.table(), deps.now()
    seconds = preview.AT_ONCE_SECONDS if body.as_job else preview.READING_SECONDS
    found = preview.preview(table, candidate, period, now=now, seconds=seconds)
    if found is not None and not body.as_job:
        return json(200, Preview.of(found))
    task, result = preview.task_of(body.program, period), preview.result_of(found) if found else None
    author, chance = call.key.id, deps.chance()
    return jobs.accepted(start(table, preview.KIND, task, author=author, now=now, chance=chance, result=result))


def _program(document: Document) -> Program:
    """Read a document.

    Raises:
        Problem: 400, naming every flaw.
    """
    try:
        return read(document)
    except FlawedProgramError as error:
        raise misfitting(error.flaws) from error


def as_candidate(document: Document) -> tuple[Program | None, list[Misfit]]:
    """Read a document that is part of a body: the program, or all its flaws."""
    try:
        return read(document), []
    except FlawedProgramError as error:
        return None, [(f"/program{pointer}", detail) for pointer, detail in error.flaws]


def _flaws_of(period: Period) -> list[Misfit]:
    low, high = fields.EARLIEST.date(), fields.LATEST.date()
    if not (low <= period.first <= high and low <= period.last <= high):
        return [("/period", f"lies outside {low} to {high}")]
    if period.first > period.last:
        return [("/period/to", "lies before from")]
    if (period.last - period.first).days >= DAYS_MAX:
        return [("/period", f"has at most {DAYS_MAX} days")]
    return []


def _warnings(program: Program) -> list[dict[str, str]]:
    """What whoever has written a program should think over."""
    return [{"pointer": pointer, "detail": detail} for pointer, detail in advice(program, now=deps.now())]


def _owner(author: str) -> str | None:
    key = deps.table().find_api_key(author)
    return key.owner if key else None


def _of_budget(candidate: Program) -> list[Misfit]:
    """What to think over of the budget, by what was granted in the last days that were counted."""
    last = figures.last_counted(deps.table()) if candidate.budget_month else None
    if last is None:
        return []
    span = figures.Span(last - timedelta(days=_BUDGET_DAYS - 1), last)
    granted = figures.whole(deps.table(), span).get(f"rewards:{candidate.currency}", 0)
    return list(budget_warnings(candidate, granted, _BUDGET_DAYS))


def _shown(program: Program, **beside: Any) -> Response:
    return json(200, {**show(program), **beside}, ETag=_etag(program.version), Cache_Control="private, no-cache")


def _written_over(call: Call) -> int:
    """Read which version the caller has seen, so that two admins don't overwrite each other.

    Raises:
        Problem: 428 when it is not said, 412 when another one is in force.
    """
    if "*" in _tags(call, "if-none-match"):
        return _FIRST
    tags = _tags(call, "if-match")
    if not tags:
        detail = "Say which version you have read: If-Match with the ETag of GET /v1/program."
        raise Problem(428, "precondition_required", detail)
    newest = deps.table().read_newest_program()
    version = newest.version if newest else _FIRST
    if newest is None or not {"*", _etag(version)} & set(tags):
        raise _outdated(version)
    return version


def _outdated(version: int) -> Problem:
    detail = (
        f"Version {version} is in force: read it, and write yours over it." if version else "No program is in force."
    )
    return Problem(412, "outdated", detail)


def _etag(version: int) -> str:
    return f'"{version}"'


def _tags(call: Call, header: str) -> list[str]:
    return [tag.strip() for tag in call.header(header).split(",") if tag.strip()]
