"""Whoever the shop knows, in one place: what is told of them, what they agreed to, and their rights."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args

import msgspec
from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType, field, structs

from chalicelib import deps
from chalicelib.api.subject import known_person
from chalicelib.domain.care.tasks import is_open
from chalicelib.domain.model import people
from chalicelib.domain.model.people import EVERYTHING, PROMOTIONAL, Purpose
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.consent import agreed, refused
from chalicelib.domain.people.names import words_in
from chalicelib.domain.people.person import TOLD, moment, restrict
from chalicelib.domain.people.pseudonyms import pseudonym_of_customer, pseudonym_of_email
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json, once
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
from chalicelib.edge.paging import PAGE, Page, listed
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


class Consent(Answer):
    """What was said last about letters for a purpose, and what it comes to.

    Attributes:
        agreed: Whether they get them, as far as it depends on this. Of `rewards`, which need no yes, whether they have
            not refused.
        own_yes: When the person agreed themselves.
        own_no: When the person refused themselves; that yields only to a later yes of their own.
        shop_yes: When you last said that they agree.
        shop_no: When you last said that they refuse.
        source: Where the latest yes was given.
        text: What was agreed to with it, or the version of that text.
    """

    agreed: bool
    own_yes: datetime | None = None
    own_no: datetime | None = None
    shop_yes: datetime | None = None
    shop_no: datetime | None = None
    source: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, person: people.Person, purpose: Any) -> Self:
        """Show what somebody has said of a purpose."""
        said = person.consents.get(purpose, people.Consent())
        return cls(
            agreed=agreed(person.consents, purpose)
            if purpose in PROMOTIONAL
            else purpose != EVERYTHING and not refused(person.consents, purpose),
            **{name: getattr(said, name) for name in people.Consent.__dataclass_fields__},
        )


class Stop(Answer):
    """Mail to an address of a person that came back, or was called spam: nothing is sent there any more.

    Attributes:
        present: Whether it is the address that they have now.
    """

    kind: Literal["bounce", "complaint", "unreachable"]
    at: datetime
    present: bool


class Bought(Answer):
    """An order of a person's, as far as letters go by it."""

    order_id: str
    placed_at: datetime


class Answered(Answer):
    """What somebody has answered to a question.

    Attributes:
        about: What was asked, as `check_in:` with the id of an order.
        value: To a check-in `happy`, `fine` or `unhappy`.
    """

    about: str
    value: str
    at: datetime


class Person(Answer, kw_only=True):
    """Somebody whom the shop knows.

    Attributes:
        locale: Their language; null if nobody told.
        birthday: `MM-DD` or `YYYY-MM-DD`, as it was told.
        told: When each of these was told last, by its name.
        consents: By purpose.
        orders: The last eight.
        answers: The last eight, the latest one to each question.
        complaints: What is open between them and you, by a name, since when: nothing promotional goes out meanwhile.
        ambassador_id: Who they are as an ambassador.
        merged_into: This person's id, where one was asked for who has turned out to be them.
        restricted_at: Since when nothing about them is used but for service and rewards.
        erased_at: When all that was known by then was forgotten.
    """

    id: str
    email: str | None
    customer_id: str | None
    first_name: str | None
    last_name: str | None
    locale: str | None
    time_zone: str | None
    country: str | None
    birthday: str | None
    handles: dict[str, str]
    interests: list[str]
    told: dict[str, datetime]
    consents: dict[str, Consent]
    stops: list[Stop]
    complaints: dict[str, datetime]
    orders: list[Bought]
    answers: list[Answered]
    ambassador_id: str | None = None
    merged_into: str | None = None
    created_at: datetime | None = None
    restricted_at: datetime | None = None
    erased_at: datetime | None = None

    @classmethod
    def of(cls, person: people.Person, wanted: str | None = None) -> Self:
        """Show a person, who may have been asked for by the id of somebody who has turned out to be them."""
        own = pseudonym_of_email(deps.settings().pepper, person.email) if person.email else None
        purposes = [it for it in get_args(Purpose) if it != "service"]
        purposes += [EVERYTHING] if EVERYTHING in person.consents else []
        return cls(
            **{name: getattr(person, name) for name in _AS_THEY_ARE},
            interests=list(person.interests),
            consents={purpose: Consent.of(person, purpose) for purpose in purposes},
            stops=[Stop(kind=it.kind, at=it.at, present=name == own) for name, it in sorted(person.stops.items())],
            orders=[Bought(order_id=it.order_id, placed_at=it.placed_at) for it in person.orders],
            answers=[Answered(about=it.about, value=it.value, at=it.at) for it in person.answers],
            complaints={name: at for name, at in person.complaints.items() if is_open(person, name)},
            merged_into=None if wanted in {None, person.id} else person.id,
        )


_OTHERWISE = {"interests", "consents", "stops", "orders", "answers", "complaints", "merged_into"}
_AS_THEY_ARE = [name for name in Person.__struct_fields__ if name not in _OTHERWISE]

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
