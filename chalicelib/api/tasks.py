"""What people of the shop have to do for somebody: who that is, what is known, until when, and that it is done."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.background import KnownOf, Who
from chalicelib.api.gifts import GiftSent, GiftUnsent, post_gift_sent, post_gift_unsent
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.care.tasks import AlreadyDone, NotDone, until
from chalicelib.domain.model import tasks
from chalicelib.domain.model.accounts import Gift, Sending
from chalicelib.domain.program.languages import said_in
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Id, Note, Shape
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, bad_field, conflicting_repeat, not_found, unknown_person
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.care import tasks as doing
from chalicelib.operations.care.tasks import KINDS, Background, ToDo, Undecided, is_overdue
from chalicelib.web.language import Language
from chalicelib.web.tasks import tell_hint

TaskKind = Literal["care", "social", "proof", "gift"]

GIFTS = "ent_"
"""How the ids of gifts begin."""

KIND = {
    "kind": Annotated[TaskKind, Meta(description="Only tasks of this kind.")],
    "state": Annotated[Literal["open", "done"], Meta(description="What waits, or what was done; `open` if left out.")],
}


class TaskDone(Shape):
    """A task is done.

    Attributes:
        note: What was said or done. It stays with the task, for admins.
        decision: Of a proof, and only of that: whether it earns what was offered. The ambassador is told either way.
    """

    note: Note
    decision: Literal["approve", "deny"] | None = None


class Reopened(Shape):
    """Why something is to be done after all.

    Attributes:
        note: Stays with the task, for admins.
    """

    note: Note


class Closing(Answer, kw_only=True):
    """How a task was done before it was opened again.

    Attributes:
        by: The id of the key that said it was done.
        note: What that said.
        decision: Whether the proof was approved.
        reopened_by: The id of the key that opened it again.
        why: What that said.
    """

    at: datetime
    by: str
    note: str | None = None
    decision: Literal["approve", "deny"] | None = None
    reopened_at: datetime
    reopened_by: str
    why: str | None = None


class Task(Answer, kw_only=True):
    """Something that a person of the shop has to do for somebody, or has done.

    Attributes:
        kind: `care`: answer somebody who is not happy, or has written. `social`: say something where they are at home.
            `proof`: look at what an ambassador has made. `gift`: send a gift.
        about: What it is about: the complaint that it closes, the order that a visit is about, the program's task that
            was done, or the gift.
        until: By when it should be done.
        overdue: Whether it should have been done by now.
        hint: How to go about it, as the program says it, or else in general.
        words: What they wrote or answered.
        link: Where the proof is to be seen.
        reward: What the proof earns, or the gift.
        decision: Whether the proof was approved.
        by: The id of the key that said it was done.
        note: What that said.
        closings: How it was done before it was opened again, the latest last.
    """

    id: str
    kind: TaskKind
    about: str
    status: Literal["open", "done"]
    opened_at: datetime
    until: datetime
    overdue: bool
    who: Who
    known: KnownOf
    hint: str
    words: str | None = None
    link: str | None = None
    reward: Sum | None = None
    decision: Literal["approve", "deny"] | None = None
    closed_at: datetime | None = None
    by: str | None = None
    note: str | None = None
    closings: list[Closing] | None = None

    @classmethod
    def of(cls, task: ToDo, background: Background, language: Language) -> Self:
        """Show a task, or a gift that is to be sent."""
        shown = _of_gift(task) if isinstance(task, Gift) else _of_task(task)
        return cls(
            hint=_hint(task, shown["kind"], language),
            id=task.id,
            overdue=is_overdue(task, deps.now()),
            closed_at=task.closed_at,
            note=task.note,
            who=Who.of(background.person),
            known=KnownOf.of(background),
            **shown,
        )


class NewNote(Shape):
    """What somebody has written to you.

    Attributes:
        note_id: Your own id of it, such as that of the ticket: the same one sent again changes nothing.
        text: What they wrote, or enough of it to know what it is about.
    """

    note_id: Id
    text: Note


class TaskCount(Answer):
    """How many tasks of a kind wait.

    Attributes:
        open: How many are to be done.
        overdue: How many of these should have been done by now.
        took_seconds: How long those took that were done last, in the middle; null if there is none.
    """

    open: int
    overdue: int
    took_seconds: int | None


class TaskCounts(Answer):
    """How many tasks wait, by kind."""

    care: TaskCount
    social: TaskCount
    proof: TaskCount
    gift: TaskCount


@view(
    {200: Page[Task]},
    query={**KIND, **PAGE, **LANG},
    gives=SPOKEN,
    links=leads_to("get_task post_task_done", task_id="$response.body#/items/0/id"),
)
def get_tasks(call: Call) -> Response:
    """List what somebody of the shop has to do, what is to be done soonest first, each with what is known.

    With `state=done` what was done, the latest first; gifts that were sent are not among it.
    """
    query, table = call.query(), deps.table()
    language = language_of(query)
    kinds, state = _kinds(query), _state(query)
    read = doing.history if state == "done" else doing.queue
    return listed(
        "/v1/tasks",
        query,
        f"tasks {state} {' '.join(kinds)}",
        lambda after, limit: read(table, kinds, after, limit),
        lambda found: _shown([it for it in found if (it.state == "open") == (state == "open")], language),
        Content_Language=language.tag,
    )


@view({200: TaskCounts})
def get_task_counts(call: Call) -> Response:
    """Count what waits, what is late, and how long it took lately."""
    call.query()
    counts = doing.count(deps.table(), now=deps.now())
    shown = {
        kind: TaskCount(open=it.open, overdue=it.overdue, took_seconds=_seconds(it.took)) for kind, it in counts.items()
    }
    return json(200, TaskCounts(**shown))


@view(
    {200: Task},
    query=LANG,
    gives=SPOKEN,
    problems={404: ["not_found"]},
    links=leads_to("post_task_done", task_id="$response.body#/id"),
)
def get_task(call: Call, task_id: str) -> Response:
    """Show a task, done or not, with what is known by now."""
    language = language_of(call.query())
    known, table = fields.path_id("id", task_id), deps.table()
    task = table.read_gift(known) if known.startswith(GIFTS) else table.read_task(known)
    if task is None:
        raise _unknown()
    return json(200, *_shown([task], language), Content_Language=language.tag)


@view(
    {201: Task, 200: Task},
    body=TaskDone,
    problems={404: ["not_found"], 409: ["conflicting_repeat", "not_available_now", "gift_withdrawn"]},
)
def post_task_done(call: Call, body: TaskDone, task_id: str) -> Response:
    """Say that a task is done.

    A care task closes what is open between you and its person: from then on they are asked again. A proof that is
    approved is rewarded in the ledger. A gift is told as by its own operation.
    """
    known = fields.path_id("id", task_id)
    if known.startswith(GIFTS):
        if body.decision is not None:
            raise bad_field("/decision", "goes with a proof, and only with that")
        sent = post_gift_sent(call, GiftSent(note=body.note), known)
        return once(*_shown([deps.table().read_gift(known)]), replayed=sent.status_code == HTTPStatus.OK)
    answer = doing.done(
        deps.table(),
        known,
        deps.program(),
        deps.outlook(),
        decision=body.decision,
        by=call.key.id,
        note=body.note,
        now=deps.now(),
    )
    if answer is None:
        raise _unknown()
    if isinstance(answer, Undecided):
        raise bad_field("/decision", "goes with a proof, and only with that")
    if isinstance(answer, Stopped):
        detail = "Its ambassador is suspended: leave it until somebody reinstates the account, or deny it."
        raise Problem(409, "not_available_now", detail)
    if isinstance(answer, AlreadyDone):
        detail = "This task was done before with another note or decision, which stays."
        raise Problem(409, "conflicting_repeat", detail)
    return once(*_shown([answer.task]), replayed=answer.replayed)


@view(
    {201: Task, 200: Task},
    body=Reopened,
    problems={404: ["not_found"], 409: ["task_not_done", "gift_not_sent"]},
    links=leads_to("get_task post_task_done", task_id="$response.body#/id"),
)
def post_task_reopen(call: Call, body: Reopened, task_id: str) -> Response:
    """Say that a task was not done after all. The answer is the task that is open now.

    Of a care task that is a new one, with what is open between you and its person: until that is done nobody asks them
    for anything. The reward of a proof that was approved is taken back in the ledger, and the proof is to be decided
    anew. A gift is with its ambassador again, and to be sent. How it was done before stays under `closings`.
    """
    known = fields.path_id("id", task_id)
    if known.startswith(GIFTS):
        back = post_gift_unsent(call, GiftUnsent(note=body.note), known)
        return once(*_shown([deps.table().read_gift(known)]), replayed=back.status_code == HTTPStatus.OK)
    answer = doing.undone(
        deps.table(), known, deps.program(), deps.outlook(), by=call.key.id, note=body.note, now=deps.now()
    )
    if answer is None:
        raise _unknown()
    if isinstance(answer, NotDone):
        raise Problem(409, "task_not_done", "This task is not done, or what it is about has come up anew since.")
    return once(*_shown([answer.task]), replayed=answer.replayed)


@view({201: Task, 200: Task}, body=NewNote, problems={404: ["not_found"], 409: ["conflicting_repeat"]})
def post_note(_: Call, body: NewNote, person_id: str) -> Response:
    """Hand on what somebody has written to you, so that a person answers.

    It opens a care task, and until that is done nobody asks them for anything.
    """
    answer = doing.note(
        deps.table(), fields.path_id("id", person_id), body.note_id, body.text, deps.outlook(), now=deps.now()
    )
    if answer is None:
        raise unknown_person()
    if isinstance(answer, AlreadyDone):
        raise conflicting_repeat("note_id")
    return once(*_shown([answer.task]), replayed=answer.replayed)


def _shown(todos: list[Any], language: Language | None = None) -> list[Task]:
    backgrounds, spoken = doing.backgrounds_of(deps.table(), todos), language or language_of({})
    return [Task.of(it, backgrounds[it.id], spoken) for it in todos]


def _hint(task: ToDo, kind: str, language: Language) -> str:
    """Say how a task is gone about: as the program says, or else as usual."""
    usual = tell_hint(kind, language)
    if isinstance(task, Gift):
        return usual
    offered = next((it for it in deps.program().tasks if it.name == task.about and kind == "proof"), None)
    said = said_in(offered.words, [language.tag, deps.program().locale]) if offered else None
    return f"{usual} ({said})" if said else task.hint or usual


def _of_task(task: tasks.Task) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(task, name) for name in _AS_THEY_ARE}
    closings = [Closing(**{name: getattr(it, name) for name in _CLOSED}) for it in task.earlier]
    told["closings"] = closings or None
    return {**told, "status": task.state, "reward": task.reward and money(task.reward.amount, task.reward.unit)}


def _of_gift(gift: Gift) -> dict[str, Any]:
    return {
        "kind": "gift",
        "about": gift.name,
        "status": "open" if gift.state == "open" else "done",
        "opened_at": gift.created_at,
        "until": until(gift),
        "reward": money(gift.amount, gift.unit),
        "by": gift.author,
        "closings": [_closing(it) for it in gift.earlier] or None,
    }


_AS_THEY_ARE = ("kind", "about", "opened_at", "until", "words", "link", "decision", "by")


def _closing(sending: Sending) -> Closing:
    """How a gift was said to be sent, as a task that was closed."""
    return Closing(
        at=sending.at,
        by=sending.author,
        note=sending.note,
        reopened_at=sending.reopened_at,
        reopened_by=sending.reopened_by,
        why=sending.why,
    )


_CLOSED = ("at", "by", "note", "decision", "reopened_at", "reopened_by", "why")


def _kinds(query: dict[str, str]) -> tuple[str, ...]:
    kind = query.get("kind")
    if kind is not None and kind not in KINDS:
        raise bad_field("?kind", f"is one of {', '.join(KINDS)}")
    return KINDS if kind is None else (kind,)


def _state(query: dict[str, str]) -> str:
    state = query.get("state", "open")
    if state not in {"open", "done"}:
        raise bad_field("?state", "is open or done")
    return state


def _seconds(took: timedelta | None) -> int | None:
    return None if took is None else round(took.total_seconds())


def _unknown() -> Problem:
    return not_found("There is no such task.")
