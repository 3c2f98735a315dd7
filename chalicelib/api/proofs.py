"""What ambassadors can do for a reward beside bringing friends: they show it, and an admin looks whether it counts."""

from datetime import datetime
from typing import Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.guides import Link
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.care.proofs import Refused, Shown, left, reward_of
from chalicelib.domain.model import tasks
from chalicelib.domain.program.languages import said_in
from chalicelib.domain.program.program import OfferedTask
from chalicelib.edge.answers import Answer, Sum, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Name, Note, Shape
from chalicelib.edge.language import LANG, language_of
from chalicelib.edge.problems import Problem, conflicting_repeat, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.care.proofs import proofs_of, submit
from chalicelib.operations.people.merged import person_of

_WHY = {
    "task_ended": "This task is over: no more proofs are taken.",
    "task_limit": "As many proofs of this task as are taken have come from this ambassador.",
}


class NewProof(Shape):
    """Something that an ambassador has done.

    Attributes:
        task: The task, by its name.
        link: Where it is to be seen; starts with `https://`. The same one sent again changes nothing.
        note: What they want to say about it.
    """

    task: Name
    link: Link
    note: Note | None = None


class Proof(Answer, kw_only=True):
    """A proof, and what became of it.

    Attributes:
        task: The task, by its name.
        reward: What it earns, or has earned: what was offered when it came in.
        status: `open` until an admin has looked at it.
        link: Not there any more once what was known of the person was erased.
    """

    id: str
    task: str
    status: Literal["open", "approved", "denied"]
    reward: Sum
    sent_at: datetime
    link: str | None = None
    note: str | None = None
    decided_at: datetime | None = None

    @classmethod
    def of(cls, task: tasks.Task) -> Self:
        """Show a proof to its ambassador."""
        assert task.reward is not None, "a proof says what it earns"
        decided: Literal["approved", "denied"] = "approved" if task.decision == "approve" else "denied"
        return cls(
            id=task.id,
            task=task.about,
            status="open" if task.state == "open" else decided,
            reward=money(task.reward.amount, task.reward.unit),
            sent_at=task.opened_at,
            link=task.link,
            note=task.words,
            decided_at=task.closed_at,
        )


class AmbassadorTask(Answer, kw_only=True):
    """Something that an ambassador can do for a reward.

    Attributes:
        words: What to do, in the reader's language if the program has it.
        left: How many more proofs of it are taken of this ambassador now.
        until: Proofs are taken until then; null for as long as the program offers it.
    """

    name: str
    kind: Literal["picture", "review", "other"]
    words: str
    reward: Sum
    left: int
    until: datetime | None


class AmbassadorTasks(Answer):
    """What an ambassador can do, and what they have shown.

    Attributes:
        tasks: What the program offers now, but for what is over.
        proofs: All that they have sent, the latest first.
    """

    tasks: list[AmbassadorTask]
    proofs: list[Proof]


@view({200: AmbassadorTasks}, query=LANG, problems={404: ["not_found"]})
def get_ambassador_tasks(call: Call, ambassador_id: str) -> Response:
    """Show what an ambassador can do for a reward, and what became of what they have shown."""
    query, program, now = call.query(), deps.program(), deps.now()
    person = person_of(deps.table(), known_ambassador(ambassador_id))
    own = [person.locale] if person.locale else []
    wanted = [*([query["lang"]] if "lang" in query else []), *own, language_of(query, *own).tag, program.locale]
    sent = proofs_of(deps.table(), person)

    def shown(offered: OfferedTask) -> AmbassadorTask:
        reward = reward_of(offered, program)
        return AmbassadorTask(
            name=offered.name,
            kind=offered.kind,
            words=said_in(offered.words, wanted) or next(iter(offered.words.values())),
            reward=money(reward.amount, reward.unit),
            left=left(offered, sent, now),
            until=offered.until,
        )

    going = [it for it in program.tasks if it.until is None or now < it.until]
    return json(200, AmbassadorTasks(tasks=[*map(shown, going)], proofs=[Proof.of(it) for it in reversed(sent)]))


@view(
    {201: Proof, 200: Proof},
    body=NewProof,
    problems={404: ["not_found"], 409: ["conflicting_repeat"], 422: ["task_ended", "task_limit"]},
    links=leads_to("get_task post_task_done", task_id="$response.body#/id"),
)
def post_proof(_: Call, body: NewProof, ambassador_id: str) -> Response:
    """Show what was done. An admin looks at it and decides; what it earns is what is offered now."""
    program = deps.program()
    offered = next((it for it in program.tasks if it.name == body.task), None)
    if offered is None:
        raise not_found("There is no such task.")
    profile = known_ambassador(ambassador_id)
    answer = submit(deps.table(), profile, offered, program, link=body.link, words=body.note, now=deps.now())
    if isinstance(answer, Refused):
        raise Problem(422, answer.reason, _WHY[answer.reason])
    if isinstance(answer, Shown):
        raise conflicting_repeat("link")
    return once(Proof.of(answer.task), replayed=answer.replayed)
