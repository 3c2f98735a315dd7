"""What lies ahead of a person: what is due for them when, and why not otherwise."""

from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_person
from chalicelib.domain.care import care
from chalicelib.domain.model import people
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.views import view
from chalicelib.web.language import Language
from chalicelib.web.policy import tell_ahead


class Ahead(Answer, kw_only=True):
    """Something that may be done for a person, once.

    Attributes:
        occasion: What for, by its name in `care` of the program.
        subject: What tells it from the others of its occasion: the id of an order, a year, a month.
        starts: From when on it makes sense, and until when (`ends`).
        at: The first moment at which it may go, as everything stands now; none if it never may.
        why: What moves it, or keeps it from going, as words that don't change.
        said: The same as sentences, in the language that was asked for.
        variant: Which of the program's wordings or gifts they get.
        held_out: Whether nothing is sent, so that it can be told what it is worth.
    """

    occasion: str
    subject: str
    starts: datetime
    ends: datetime
    at: datetime | None = None
    why: list[str]
    said: list[str]
    variant: str | None = None
    held_out: bool

    @classmethod
    def of(cls, line: care.Line, person: people.Person, language: Language) -> Self:
        """Show what may be done."""
        it = line.touch
        return cls(
            occasion=it.occasion,
            subject=it.subject,
            starts=it.starts,
            ends=it.ends,
            at=line.at,
            why=list(line.why),
            said=tell_ahead(line, person, deps.program(), "admin", language),
            variant=line.variant,
            held_out=line.held_out,
        )


class CareAhead(Answer):
    """What lies ahead of a person, as everything stands now.

    Attributes:
        due_at: When somebody looks at it next; none if nothing is in sight.
        ahead: The soonest first; what never goes unless something changes comes last.
    """

    due_at: datetime | None
    ahead: list[Ahead]


@view({200: CareAhead}, query=LANG, gives=SPOKEN, problems={404: ["not_found"]})
def get_care(call: Call, person_id: str) -> Response:
    """Show what is planned for a person, until when it waits and what for.

    Nothing of it is stored: it is worked out from what is known now. What was sent, and what was not, is in the list of
    their messages.
    """
    language = language_of(call.query())
    person, now, outlook = known_person(person_id), deps.now(), deps.outlook()
    plan = care.care(person, outlook.settings, deps.program(), now, mailbox=outlook.mailbox(person))
    lines = [*([plan.go] if plan.go else []), *plan.ahead]
    shown = CareAhead(due_at=plan.due_at, ahead=[Ahead.of(it, person, language) for it in lines])
    return json(200, shown, Content_Language=language.tag)
