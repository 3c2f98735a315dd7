"""What people have a right to: all that lies about them, and that it is forgotten."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.subject import known_person
from chalicelib.domain.model import people
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import bad_field, unknown_person
from chalicelib.edge.views import view
from chalicelib.operations.people import erase
from chalicelib.operations.people.belongings import belongings
from chalicelib.operations.people.export import export

LISTED_MAX = 1000
"""Of each list that grows for ever, an export holds so many at most."""

Why = Annotated[
    str,
    Meta(min_length=1, max_length=200, description="Why, or who has asked. It stays, so leave names out of it."),
]


class Export(Answer, kw_only=True):
    """All that lies about a person, as it is kept.

    Attributes:
        made_at: When it was read.
        roles: What they are to the shop: `ambassador`, `friend` (bought with somebody's code), `buyer`.
        pseudonyms: By what they are known where no name is: keyed hashes of addresses and customer ids, former ones
            too.
        person: What was told of them and when, what they agreed to, mails to them that came back, and the last orders
            and letters.
        friend: Their places as friends, and what an order told of them that nobody has taken over yet.
        orders: What they bought, each with what became of it: the last orders, those that you have reported, and those
            with a code for which they were thanked.
        messages: Letters that were or are to be written to them, the newest first, and why one was not sent.
        offers: What was made for them alone, and whether they used it.
        surprises: What they were given by surprise, by month.
        tasks: What people of the shop had or have to do for them, with what they wrote and what was noted.
        sign_ins: When they wanted to sign in, or you have signed them in, until that is cleaned up.
        ambassador: What they have as an ambassador: profile, account, codes, clicks, referrals without their friends,
            ledger, withdrawals, adjustments, gifts, claims, suspensions, sessions. Null if they are none.
        more: Lists that go on beyond what fits here: read on with `GET /v1/ambassadors/{id}/referrals` and `/ledger`.
    """

    made_at: datetime
    roles: list[Literal["ambassador", "friend", "buyer"]]
    pseudonyms: list[str]
    person: dict[str, Any]
    friend: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    surprises: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    sign_ins: list[dict[str, Any]]
    ambassador: dict[str, Any] | None
    more: list[Literal["orders", "messages", "referrals", "ledger"]]


class Erased(Answer, kw_only=True):
    """A person of whom nothing is known any more.

    Attributes:
        id: Still leads here: orders, codes and the ledger name it.
        erased_at: What was told until then is forgotten.
        erasure_id: What is still to be taken elsewhere goes by this name; not there if nothing has been told since an
            earlier erasure.
        mail_until: A mail that had been let through before may still begin until then. Not there if there is none.
    """

    id: str
    erased_at: datetime
    erasure_id: str | None = None
    mail_until: datetime | None = None


class Erasure(Answer, kw_only=True):
    """Somebody wanted to be forgotten.

    Attributes:
        by: The id of the key that asked, `person` for themselves, `retention` for the program's own limit.
        state: `open` as long as something may be left elsewhere, which is a quarter of an hour at least.
        taken: How many pieces that lay elsewhere were taken.
    """

    id: str
    person_id: str
    asked_at: datetime
    by: str
    note: str | None = None
    state: Literal["open", "done"]
    taken: int
    ended_at: datetime | None = None

    @classmethod
    def of(cls, erasure: people.Erasure) -> Self:
        """Show an erasure."""
        return cls(**{name: getattr(erasure, name) for name in cls.__struct_fields__})


@view({200: Export}, problems={404: ["not_found"]})
def get_export(call: Call, person_id: str) -> Response:
    """Show all that lies about a person, in whatever item: what they have a right to see.

    In a session without what makes an order suspicious. Friends are told by their orders alone.
    """
    call.query()
    found = belongings(deps.table(), known_person(person_id), LISTED_MAX)
    shown = Export(**export(found, own=call.session is not None, now=deps.now()))
    return json(200, shown, Content_Disposition='attachment; filename="export.json"')


@view({200: Erased}, query={"note": Why}, problems={404: ["not_found"]})
def delete_person(call: Call, person_id: str) -> Response:
    """Forget a person: at once all that is known of them, and within minutes what lies about them elsewhere.

    A key needs `?note=`, in a session there is none. Nothing is written to them any more, their sessions end, and their
    no to everything stays. Codes, orders, balances and ledger stay by pseudonym, so that the books are exact; what is
    told of them later counts again. A second time changes nothing.
    """
    query = call.query()
    note = None if call.session else _note(query)
    by = erase.BY_THEMSELVES if call.session else call.key.id
    known = known_person(person_id).id
    answer = erase.erase_person(deps.table(), known, by=by, note=note, now=deps.now(), chance=deps.chance())
    if answer is None or answer.person.erased_at is None:
        raise unknown_person()
    erasure = answer.erasure
    return json(
        200,
        Erased(
            id=answer.person.id,
            erased_at=answer.person.erased_at,
            erasure_id=erasure.id if erasure else None,
            mail_until=answer.mail_until,
        ),
    )


@view({200: Page[Erasure]}, query=PAGE)
def get_erasures(call: Call) -> Response:
    """List who wanted to be forgotten, the newest first: by the id of a person, since no name is left.

    Keep it for the case that a table has to be restored from a backup: whoever was erased since then has to be erased
    once more.
    """
    table = deps.table()
    return listed(
        "/v1/erasures", call.query(), "erasures", table.list_erasures, lambda found: list(map(Erasure.of, found))
    )


def _note(query: dict[str, str]) -> str:
    if not query.get("note"):
        raise bad_field("?note", "is required: why, or who has asked; leave names out of it")
    return fields.queried("note", query["note"], Why)
