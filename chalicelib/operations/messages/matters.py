"""What a touch of care, or a letter to sign in, is about as it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Letter, Message
from chalicelib.domain.model.people import Person
from chalicelib.domain.people import sign_in
from chalicelib.domain.people.links import Value, answer_url, guide_url, interests_url, join_url, shop_url
from chalicelib.domain.program.program import Program
from chalicelib.store.table import Table
from chalicelib.web.letters import Matter


@dataclass(frozen=True, slots=True)
class Writing:
    """What a letter is written from: the reader, the rules in force, and what signs the links in it."""

    table: Table
    person: Person
    rules: Program
    public_url: str
    link_key: bytes
    now: datetime

    @property
    def signed(self) -> tuple[str, str]:
        """Where links begin, and whom they are about."""
        return self.public_url, self.person.id


def matter_of(writing: Writing, message: Message) -> Matter:
    """Return what a letter is about; nothing if it is neither a touch of care nor a way to sign in.

    Raises:
        BusyError: the table did not answer in time.
    """
    if message.cause.kind == "sign_in":
        return _sign_in(writing, message.cause.id)
    if message.cause.kind != "touch":
        return Matter()
    of = OF.get(message.letter.name, _of_the_shop)
    return of(writing, message.letter)


def _sign_in(writing: Writing, sign_in_id: str) -> Matter:
    wanted = writing.table.read_sign_in(sign_in_id)
    return Matter(
        link=sign_in.url(writing.public_url, sign_in_id, writing.link_key),
        code=sign_in.code_of(sign_in_id, writing.link_key),
        locale=wanted.locale if wanted else "",
    )


def _check_in(writing: Writing, letter: Letter) -> Matter:
    about = letter.about or ""
    bought = next((it for it in writing.person.orders if it.order_id == about), None)
    answers = {it: answer_url(*writing.signed, about, it, writing.link_key) for it in get_args(Value)}
    return Matter(answers=answers, bought_at=bought.placed_at if bought else None)


def _how_to(writing: Writing, letter: Letter) -> Matter:
    guide = writing.table.read_guide(letter.guide or "-")
    link = guide_url(*writing.signed, letter.guide or "", _touch(letter), writing.link_key)
    return Matter(link=link, guide=guide)


def _invitation(writing: Writing, _: Letter) -> Matter:
    return Matter(link=join_url(*writing.signed, writing.link_key))


def _interests(writing: Writing, _: Letter) -> Matter:
    return Matter(link=interests_url(*writing.signed, writing.link_key))


def _anniversary(writing: Writing, letter: Letter) -> Matter:
    """Of which of the two days it is, and how many years ago that was by the clocks of its reader."""
    began, _, year = (letter.about or "").partition("-")
    person = writing.person
    since = person.ambassador_since if began == "joining" else person.first_bought_at
    first = Sight(person, writing.rules, writing.now).day(since).year if since else int(year)
    matter = _of_the_shop(writing, letter)
    return Matter(
        link=matter.link,
        offer=matter.offer,
        began="joining" if began == "joining" else "purchase",
        years=int(year) - first,
    )


def _of_the_shop(writing: Writing, letter: Letter) -> Matter:
    """A letter that leads to the shop, with an offer of its reader's own if one comes with it."""
    offer = writing.table.read_offer(letter.offer) if letter.offer else None
    return Matter(link=shop_url(*writing.signed, _touch(letter), writing.link_key), offer=offer)


def _touch(letter: Letter) -> str:
    return f"{letter.name}:{letter.about}"


OF: dict[str, Callable[[Writing, Letter], Matter]] = {
    "check_in": _check_in,
    "how_to": _how_to,
    "invitation": _invitation,
    "interests": _interests,
    "anniversary": _anniversary,
}
"""What some letters are about; the others lead to the shop."""
