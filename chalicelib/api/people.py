"""Whoever the shop knows, in one place: what is told of them, what they agreed to, and their rights."""

from typing import Annotated, Any, Literal, get_args

import msgspec
from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType, field, structs

from chalicelib import deps
from chalicelib.api.person import Person
from chalicelib.api.subject import known_person
from chalicelib.domain.model import people
from chalicelib.domain.model.people import EVERYTHING
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.names import words_in
from chalicelib.domain.people.person import TOLD, moment, restrict
from chalicelib.domain.people.pseudonyms import pseudonym_of_customer, pseudonym_of_email
from chalicelib.edge import fields
from chalicelib.edge.answers import json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Birthday,
    Country,
    CustomerId,
    Email,
    Id,
    Locale,
    Moment,
    Note,
    PersonName,
    Platform,
    Reference,
    Shape,
    Word,
    Zone,
)
from chalicelib.edge.paging import PAGE, Page, limit_of, listed
from chalicelib.edge.problems import Problem, bad_field, unknown_person
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts import leaderboard
from chalicelib.operations.people import tell
from chalicelib.operations.people.identity import Taken
from chalicelib.operations.people.merge import TooMuch
from chalicelib.operations.people.names import find_by_name
from chalicelib.operations.people.unite import merge_two

Consented = Literal["rewards", "care", "tips", "wishes", "offers", "*"]

Handles = Annotated[dict[Platform, Word], Meta(max_length=10)]
Interests = Annotated[list[Word], Meta(max_length=20)]


class Said(Shape):
    """A yes or a no to letters for a purpose.

    Attributes:
        given: False refuses; everything, under `*`, can only be refused.
        at: When it was given; now if left out. Of two words the later counts, so that an import may come twice.
        source: Where it was given, such as `checkout` or a page.
        text: What was agreed to, or the version of that text.
    """

    given: bool
    at: Moment | None = None
    source: Reference | None = None
    text: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None


Answers = Annotated[
    dict[Consented, Said],
    Meta(max_length=len(get_args(Consented)), extra_json_schema={"propertyNames": {"enum": [*get_args(Consented)]}}),
]


_TELLABLE = tuple(name for name in TOLD if name != "restricted_at")
"""What a shop tells of people; a restriction has a call of its own."""


class PersonTold(Shape):
    """What you know of a customer. What is left out, null or empty says nothing: what is known of that stays.

    Attributes:
        email: One mailbox is one person, whatever its spelling.
        customer_id: Your own id of the customer.
        locale: A language such as `en` or `gu-IN` (BCP 47).
        time_zone: A name of the IANA database, such as `Asia/Kolkata`.
        country: ISO 3166-1, two letters.
        birthday: `MM-DD` or `YYYY-MM-DD`.
        handles: What they call themselves elsewhere, by platform, such as `{"instagram": "maya.bakes"}`.
        interests: All of them: the list replaces the one before.
        consents: By purpose, what they have said. It is your word: it never takes back a no of their own.
    """

    email: Email
    customer_id: CustomerId | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None
    locale: Locale | None = None
    time_zone: Zone | None = None
    country: Country | None = None
    birthday: Birthday | None = None
    handles: Handles | None = None
    interests: Interests | None = None
    consents: Answers = field(default_factory=dict)


class PersonChange(Shape):
    """What is corrected about a person. Null takes back what was told; what is left out stays.

    Attributes:
        email: The former address stays among those by which nobody becomes this person's friend.
        customer_id: Your own id of the customer. In a session neither this nor `email` can be changed.
        locale: A language such as `en` or `gu-IN` (BCP 47); null for the program's own.
        time_zone: A name of the IANA database, such as `Asia/Kolkata`.
        country: ISO 3166-1, two letters.
        birthday: `MM-DD` or `YYYY-MM-DD`.
        handles: All of them, by platform: they replace those before.
        interests: All of them: the list replaces the one before.
        consents: In a session the person's own word, which yields to no import; from a key the shop's.
    """

    at_least_one = *_TELLABLE, "consents"

    email: Email | UnsetType = UNSET
    customer_id: CustomerId | UnsetType | None = UNSET
    first_name: PersonName | UnsetType | None = UNSET
    last_name: PersonName | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    time_zone: Zone | UnsetType | None = UNSET
    country: Country | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    handles: Handles | UnsetType | None = UNSET
    interests: Interests | UnsetType | None = UNSET
    consents: Answers | UnsetType = UNSET


class OtherPerson(Shape):
    """The other one of two people who are one, and how you know.

    Attributes:
        other: The id of the person who goes into the one that the path names.
        note: How you know; for admins. It stays, so leave names out of it.
    """

    other: Id
    note: Note


class Restriction(Shape):
    """Whether what is known of a person is to be used for nothing but service and rewards.

    Attributes:
        restricted: False lifts a restriction.
    """

    restricted: bool


SEARCH = {
    "email": Annotated[Email, Meta(description="Any address of theirs, percent-encoded: a `+` is `%2B`.")],
    "customer_id": Annotated[CustomerId, Meta(description="Your own id of the customer.")],
    "code": Annotated[str, Meta(description="Any code of theirs as an ambassador, in any spelling.")],
    "order_id": Annotated[str, Meta(description="An order of theirs, by your id.")],
    "name": Annotated[
        PersonName,
        Meta(
            description="How words of their first and last name begin: `des may` finds Maya Desai. Capitals, accents "
            "and spellings with or without a nukta are the same.",
        ),
    ],
}
"""By what a person is found: one of these."""


@view(
    {201: Person, 200: Person},
    body=PersonTold,
    problems={409: ["customer_id_taken"]},
    links=leads_to("get_person patch_person post_person_merge post_restrict", person_id="$response.body#/id"),
)
def put_person(_: Call, body: PersonTold) -> Response:
    """Tell what you know of a customer, whom an address and perhaps your own id name.

    Send it as often as you like: what is known already changes nothing. Who is known by one of the two is known by the
    other from then on; so a customer with a new address stays the same person, if you tell it with the id. If the two
    lead to two people of whom more is known, nothing is changed: look at both, and merge them.
    """
    particulars = tell.Particulars(_words(structs.asdict(body), but_none=True), _said(body.consents))
    answer = tell.tell_of(deps.table(), particulars, deps.outlook(), now=deps.now(), chance=deps.chance())
    if isinstance(answer, tell.TwoPeople):
        detail = (
            f"The address leads to the person {answer.by_email}, the customer id to {answer.by_customer_id}; nothing "
            "was changed. If both are one person, merge them."
        )
        raise Problem(409, answer.reason, detail)
    return json(201 if answer.new else 200, Person.of(answer.person))


@view({200: Page[Person]}, query={**SEARCH, **PAGE})
def get_people(call: Call) -> Response:
    """Find people by an address, the shop's customer id, a code, an order or their name.

    Exactly one of these five parameters is needed; address and code in any spelling. Former addresses lead to whoever
    had them, unless they are somebody else's by now. By all but the name the list has one person, or none; by name it
    is in the order of the alphabet, and goes on with `cursor`.
    """
    query, table, pepper = call.query(), deps.table(), deps.settings().pepper
    limit_of(query)
    asked = {name: typed for name, typed in query.items() if name in SEARCH}
    found: people.Person | None = None
    match asked:
        case {"name": typed} if len(asked) == 1:
            return _named_so(typed, query)
        case {"email": typed} if len(asked) == 1:
            # A plus sign that was not encoded has become a blank.
            address = fields.queried("email", typed.strip().replace(" ", "+"), fields.Email)
            found = _named(pseudonym_of_email(pepper, address))
        case {"customer_id": typed} if len(asked) == 1:
            known = fields.queried("customer_id", typed, fields.CustomerId)
            found = _named(pseudonym_of_customer(pepper, known))
        case {"code": typed} if len(asked) == 1:
            normal = normal_code(typed)
            code = table.read_code(normal) if normal else None
            found = table.read_person(code.person_id) if code else None
        case {"order_id": typed} if len(asked) == 1:
            redemption, purchase, _ = table.read_told(fields.shop_id("order_id", typed, "?"))
            names = (*((redemption.friend,) if redemption else ()), *(purchase.persons if purchase else ()))
            found = next(iter(table.read_known(names).values()), None)
        case _:
            raise bad_field("?email", "exactly one of ?email, ?customer_id, ?code, ?order_id and ?name is needed")
    return json(200, Page(items=[Person.of(found)] if found else [], next_cursor=None))


@view({200: Person}, problems={404: ["not_found"]})
def get_person(call: Call, person_id: str) -> Response:
    """Show what is known of a person."""
    call.query()
    return json(200, Person.of(known_person(person_id), person_id))


@view(
    {200: Person},
    body=PersonChange,
    problems={404: ["not_found"], 409: ["email_taken", "customer_id_taken"]},
)
def patch_person(call: Call, body: PersonChange, person_id: str) -> Response:
    """Correct what is known of a person. In a session, what is theirs to say: all but address and customer id.

    Consents are the shop's word with a key, and in a session the person's own, which counts more.
    """
    changes = {name: value for name, value in structs.asdict(body).items() if value is not msgspec.UNSET}
    if not changes:
        raise bad_field("", "names no change")
    if call.session is not None and not changes.keys().isdisjoint({"email", "customer_id"}):
        raise Problem(403, "wrong_scope", "The address and the customer id are the shop's to change.")
    known = known_person(person_id).id
    said = _said(changes.pop("consents", {}), own=call.session is not None)
    particulars = tell.Particulars(_words(changes), said, own=call.session is not None)
    answer = tell.correct(deps.table(), known, particulars, deps.outlook(), now=deps.now())
    if isinstance(answer, Taken):
        what = "address" if answer.reason == "email_taken" else "customer id"
        detail = f"This {what} is of the person {answer.by}, so nothing was changed. If both are one, merge them."
        raise Problem(409, answer.reason, detail)
    if answer is None:
        raise unknown_person()
    return json(200, Person.of(answer))


@view(
    {201: Person, 200: Person},
    body=OtherPerson,
    problems={404: ["not_found"], 409: ["same_person", "too_many_codes"]},
)
def post_person_merge(call: Call, body: OtherPerson, person_id: str) -> Response:
    """Let a person take in another one who is the same, for good.

    It can't be undone. What is known of the person whom the path names stays, and of the other comes what was not
    known; every address and id of either leads here from then on. If both are ambassadors, these are merged as well:
    balances, codes and orders become those of the person in the path.
    """
    if body.other == person_id:
        raise Problem(409, "same_person", "A person can't be merged with themselves. Name the other one.")
    for name in (person_id, body.other):
        known_person(name)
    answer = merge_two(
        deps.table(),
        person_id,
        body.other,
        deps.program(),
        deps.outlook(),
        note=body.note,
        author=call.key.id,
        now=deps.now(),
    )
    if answer is None:
        raise unknown_person()
    if isinstance(answer, TooMuch):
        detail = "The two have more codes together than can change their ambassador at once, which are some 80."
        raise Problem(409, "too_many_codes", detail)
    return once(Person.of(answer.person), replayed=answer.replayed)


@view({200: Person}, body=Restriction, problems={404: ["not_found"]})
def post_restrict(_: Call, body: Restriction, person_id: str) -> Response:
    """Use nothing of what is known of a person but for service and their rewards, or use it again.

    From the answer on, nothing that promotes is sent to them, and no leaderboard shows them. A second time changes
    nothing.
    """
    now, known = deps.now(), known_person(person_id)
    if body.restricted and known.ambassador_id:
        leaderboard.leave(deps.table(), known.ambassador_id)

    def restricted(person: people.Person) -> people.Person:
        if (person.restricted_at is not None) == body.restricted:
            return person
        return restrict(person, moment(person, now), lifted=not body.restricted)

    person = tell.change(deps.table(), known.id, restricted, deps.outlook(), now=now)
    if person is None:
        raise unknown_person()
    return json(200, Person.of(person))


def _named_so(typed: str, query: dict[str, str]) -> Response:
    words = words_in(fields.queried("name", typed, PersonName))
    if not words:
        raise bad_field("?name", "has no letter or figure in it")
    return listed(
        "/v1/people",
        query,
        f"people named {' '.join(words)}",
        lambda after, limit: find_by_name(deps.table(), typed, after, limit),
        lambda found: [Person.of(it) for it in found if it],
    )


def _named(name: str) -> people.Person | None:
    return deps.table().read_known([name]).get(name)


def _words(given: dict[str, Any], *, but_none: bool = False) -> dict[str, Any]:
    """What is told, as a person holds it; empty collections take back what was told before."""
    words = {name: given[name] for name in _TELLABLE if name in given}
    if but_none:
        words = {name: value for name, value in words.items() if value is not None}
    fields.birthday(words.get("birthday"))
    fields.time_zone(words.get("time_zone"))
    if "handles" in words:
        words["handles"] = words["handles"] or {}
    if "interests" in words:
        words["interests"] = tuple(dict.fromkeys(words["interests"] or ()))
    return words


def _said(answers: dict[Any, Said], *, own: bool = False) -> dict[str, tell.Word]:
    """What was said, purpose by purpose.

    Raises:
        Problem: 400 to a yes to everything, which nobody can mean, or to a time that has not come.
    """
    words = {}
    for purpose, said in answers.items():
        if purpose == EVERYTHING and said.given:
            raise bad_field("/consents/*/given", "is a yes to everything; say yes to a purpose")
        at = None if own else fields.past(f"consents/{purpose}/at", said.at, deps.now())
        words[purpose] = tell.Word(said.given, at, said.source, said.text)
    return words
