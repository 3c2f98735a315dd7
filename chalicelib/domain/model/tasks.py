"""What people of the shop have to do for somebody, and the guides that they keep."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.facts import Decision

TaskKind = Literal["care", "social", "proof"]
"""Answer somebody who is not happy, or has written; say something where somebody is at home; look at what an ambassador
has made, and decide whether it earns what was offered for it."""

TASK_KINDS: tuple[TaskKind, ...] = ("care", "social", "proof")


@frozen
class Reward:
    """What the program offered for a task, as it was when its proof came in."""

    amount: int
    unit: str


@frozen
class Closing:
    """How a task was done before it was opened again: when, by whose key, with which note, and what was decided.

    `reopened_by` is the key that opened it again, and `why` what they said.
    """

    at: datetime
    by: str
    reopened_at: datetime
    reopened_by: str
    note: str | None = None
    decision: Decision | None = None
    why: str | None = None


@frozen
class Task:
    """Something that a person of the shop has to do for somebody. It is done once, with a note.

    Attributes:
        own: What tells it from the other tasks of its person; the two make its `id`.
        about: What it is about: of a care task the name of the complaint that it closes, of a visit the occasion's
            subject, of a proof the name of the program's task.
        until: By when it should be done.
        words: What the person wrote or answered.
        hint: What the program says how to go about it.
        link: Where the proof is to be seen.
        ambassador_id: Who made the proof.
        reward: What it earns.
        program_version: The rules by which it does.
        closed_at: When it was done, `by` whose key, with which `note`.
        decision: Whether the proof was approved.
        earlier: How it was done before, if it was opened again; of a care task that was opened anew, how those were.
    """

    kind: TaskKind
    person_id: str
    own: str
    about: str
    opened_at: datetime
    until: datetime
    words: str | None = None
    hint: str | None = None
    link: str | None = None
    ambassador_id: str | None = None
    reward: Reward | None = None
    program_version: int | None = None
    state: Literal["open", "done"] = "open"
    closed_at: datetime | None = None
    by: str | None = None
    note: str | None = None
    decision: Decision | None = None
    earlier: tuple[Closing, ...] = ()
    version: int = 1

    @property
    def id(self) -> str:
        """The public id: `tsk_`, the person's own part, and its own."""
        return f"tsk_{self.person_id.removeprefix('per_')}_{self.own}"


@frozen
class Guide:
    """A page or film of the shop's that shows what a product can do.

    Attributes:
        link: Where it is; starts with `https://`.
        picture: A still of it; `picture_text` says what is to be seen there.
        language: In which it is, as a tag such as `en` or `gu-IN`.
        skus: The goods that it is about; none if it is about whole `categories`.
        retired_at: Since when it is shown to nobody any more.
    """

    id: str
    title: str
    link: str
    language: str
    created_at: datetime
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    picture: str | None = None
    picture_text: str | None = None
    retired_at: datetime | None = None
    version: int = 1
