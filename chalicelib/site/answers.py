"""What somebody answers when they are asked how it went, and what they like, by the links in a mail.

As on the other pages of this kind, to look changes nothing: whatever scans mails opens links as well.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType

from chalicelib import deps
from chalicelib.domain.care.answers import Given, may_be_asked
from chalicelib.domain.care.tasks import is_open
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.links import PATHS, Link, sign
from chalicelib.domain.people.preferences import gets
from chalicelib.edge import tidy
from chalicelib.edge.call import Call
from chalicelib.edge.forms import Form
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.views import view
from chalicelib.operations.people import answers, tell
from chalicelib.operations.people.preferences import whose
from chalicelib.operations.program.settings import care_of
from chalicelib.site.joining import sharing_of
from chalicelib.site.preferences import HEADERS, PAGE, frame_of, gone, html, language_for, link_in
from chalicelib.web import answers as shown
from chalicelib.web.letters import shared
from chalicelib.web.preferences import texts

SOURCE = "interests"
"""Where the consent comes from that somebody gives with what they like."""

NOTE_MAX = 2000
"""So many characters a note has at most. The page lets write half as many: a browser sends two for each new line."""


class AnswerForm(Form):
    """How it went.

    Attributes:
        note: What somebody writes beside it. A person of the shop reads it.
    """

    value: Literal["happy", "fine", "unhappy"]
    note: Annotated[str, Meta(max_length=NOTE_MAX)] = ""


class InterestsForm(Form):
    """What somebody likes.

    Attributes:
        sent: Whatever is ticked, or not, it was sent.
        interest: All that are ticked. Of those that the program offers, the others are taken back; what it does not
            offer is passed over.
        day: The day of the birthday in its `month`; both or neither.
        wishes: `yes` agrees to letters on days of their own.
    """

    sent: Literal["yes"]
    interest: list[Annotated[str, Meta(max_length=100)]] = msgspec.field(default_factory=list)
    day: Annotated[str, Meta(pattern=r"^([1-9]|[12]\d|3[01])?\Z")] = ""
    month: Annotated[str, Meta(pattern=r"^([1-9]|1[0-2])?\Z")] = ""
    wishes: Literal["yes"] | UnsetType = UNSET


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_answer(call: Call, token: str) -> Response:
    """Ask how it went with an order, with the answer chosen that was tapped in the mail."""
    link = link_in(token, "answer")
    asked = answers.asked(deps.table(), link)
    if asked is None or link is None or link.value is None:
        return gone(call)
    language = language_for(call, asked.person)
    return html(200, shown.answer_page(frame_of(language), asked.order_id, link.value), language)


@view(PAGE, form=AnswerForm, headers=HEADERS, gives=SPOKEN)
def post_answer(call: Call, form: AnswerForm, token: str) -> Response:
    """Take an answer, and say what comes of it.

    Whoever is not happy, or writes something, is answered by a person of the shop, and asked for nothing until then.
    Somebody else who is happy may tell their friends: with their link, or with a code that they get in one tap.
    """
    table = deps.table()
    asked = answers.asked(table, link_in(token, "answer"))
    if asked is None:
        return gone(call)
    given = Given(asked.order_id, form.value, tidy.note(form.note))
    person = answers.answer(table, asked.person.id, given, deps.outlook(), now=deps.now())
    if person is None:
        return gone(call)
    return _answered(call, person, given)


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_interests(call: Call, token: str) -> Response:
    """Ask what somebody likes, and when their birthday is."""
    person = whose(deps.table(), link_in(token, "interests"))
    return _interests(call, person) if person else gone(call)


@view(PAGE, form=InterestsForm, headers=HEADERS, gives=SPOKEN)
def post_interests(call: Call, form: InterestsForm, token: str) -> Response:
    """Save what somebody likes, as their own word; and that they agree to good wishes, if they have ticked it."""
    person = whose(deps.table(), link_in(token, "interests"))
    if person is None:
        return gone(call)
    choices = _choices()
    birthday = _birthday(form)
    if birthday is None:
        return _interests(call, person, ticked=form.interest)
    others = tuple(it for it in person.interests if it not in choices)
    words = {"interests": (*others, *(it for it in dict.fromkeys(form.interest) if it in choices))} | (
        {"birthday": birthday} if birthday else {}
    )
    text = texts(language_for(call, person))["wishes"]
    consents = {"wishes": tell.Word(given=True, source=SOURCE, text=text)} if form.wishes else {}
    now, particulars = deps.now(), tell.Particulars(words, consents, own=True)
    after = tell.change(
        deps.table(), person.id, lambda known: tell.after(known, particulars, now=now), deps.outlook(), now=now
    )
    if after is None:
        return gone(call)
    answers.reply(deps.table(), after, "interests", "told", now=now)
    return _interests(call, after, saved=True)


def _answered(call: Call, person: Person, given: Given) -> Response:
    """Say what comes of an answer. Nobody is asked for anything while something is open between them and the shop."""
    program, language = deps.program(), language_for(call, person)
    sharing, invitation = None, None
    if given.value == "happy" and program.open and may_be_asked(person):
        sharing = sharing_of(person)
        if person.ambassador_id is None and person.email is not None:
            path = PATHS["join"] + sign(Link("join", person.id), deps.settings().link_keys[0])
            invitation = shown.Invitation(shared(program, language), path)
    page = shown.answered_page(
        frame_of(language),
        given.value,
        cared_for=is_open(person, given.case),
        invitation=invitation,
        sharing=sharing,
    )
    return html(200, page, language)


def _interests(call: Call, person: Person, *, ticked: list[str] | None = None, saved: bool = False) -> Response:
    """Show what somebody likes, as it was just `saved`; or as they had `ticked` it, with a day that is none."""
    language = language_for(call, person)
    name, _, meaning = texts(language)["wishes"].partition(": ")
    likes = shown.Likes(
        choices=_choices(),
        chosen=person.interests if ticked is None else ticked,
        asks_birthday=person.birthday is None,
        wishes=None if gets(person, "wishes") else (name, meaning),
        problem=ticked is not None,
        saved=saved,
    )
    return html(200, shown.interests_page(frame_of(language), likes), language)


def _choices() -> tuple[str, ...]:
    asking = care_of(deps.program()).interests
    return asking.choices if asking else ()


def _birthday(form: InterestsForm) -> str | None:
    """The birthday as it is kept; empty if none was told, None if it is no day of the calendar."""
    if not form.day and not form.month:
        return ""
    try:
        return date(2000, int(form.month or 0), int(form.day or 0)).strftime("%m-%d")
    except ValueError:
        return None
