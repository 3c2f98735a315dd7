"""What people have answered elsewhere, in a chat or on the telephone, as the shop tells it."""

from typing import Annotated, Literal

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.person import Person
from chalicelib.api.subject import known_person
from chalicelib.domain.care.answers import Given
from chalicelib.domain.model import people
from chalicelib.edge import fields, tidy
from chalicelib.edge.answers import json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Moment, OurId, Shape
from chalicelib.edge.problems import not_found, unknown_person
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.people import answers


class AnswerTold(Shape):
    """How it went with an order, as somebody has told you.

    Attributes:
        order_id: Your id of the order, which is one of theirs.
        note: What they said beside it. A person of the shop has to answer it.
        at: When they said it; now if left out. Of two answers about an order the later one counts.
    """

    order_id: OurId
    value: Literal["happy", "fine", "unhappy"]
    note: Annotated[str, Meta(max_length=2000)] | None = None
    at: Moment | None = None


@view(
    {200: Person},
    body=AnswerTold,
    problems={404: ["not_found"]},
    links=leads_to("get_person", person_id="$response.body#/id"),
)
def post_person_answer(_: Call, body: AnswerTold, person_id: str) -> Response:
    """Tell how it went with an order of somebody's, where they have answered elsewhere.

    It does what their own answer by a mail does: somebody who is not happy, or has said something that needs an answer,
    is a task for a person of the shop, and is asked for nothing until that is done. Told again, it changes nothing.
    """
    now = deps.now()
    at = fields.past("at", body.at, now)
    person = known_person(person_id)
    if not _bought(person, body.order_id):
        raise not_found("This person has no such order.")
    given = Given(body.order_id, body.value, tidy.note(body.note or ""), at)
    answered = answers.answer(deps.table(), person.id, given, deps.outlook(), now=now)
    if answered is None:
        raise unknown_person()
    return json(200, Person.of(answered, person_id))


def _bought(person: people.Person, order_id: str) -> bool:
    """Whether an order is this person's. Only the last ones lie with them; the others tell it themselves."""
    if any(it.order_id == order_id for it in person.orders):
        return True
    redemption, purchase, _ = deps.table().read_told(order_id)
    names = {*((redemption.friend,) if redemption else ()), *(purchase.persons if purchase else ())}
    return not names.isdisjoint(person.names)
