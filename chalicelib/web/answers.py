"""The pages behind the links of care: how it went, joining in one tap, and what somebody likes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain.people.links import Value
from chalicelib.web.language import months_in
from chalicelib.web.numbers import format_number
from chalicelib.web.preferences import Frame, framed
from chalicelib.web.text import one_line


@dataclass(frozen=True, slots=True)
class Sharing:
    """The code that somebody shares; the addresses come ready-made."""

    code: str
    share_url: str
    qr_url: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody would get who shares a code, by the names of the sentences that tell it, and where they join."""

    terms: Mapping[str, str]
    join_url: str


@dataclass(frozen=True, slots=True)
class Likes:
    """What the page of interests shows.

    Attributes:
        choices: What there is to choose from.
        chosen: What of it somebody likes.
        asks_birthday: Whether nobody knows it yet.
        wishes: What good wishes are, as name and meaning; empty if they get them already.
        problem: Whether what was sent names no day.
        saved: Whether it has just been saved.
    """

    choices: Sequence[str]
    chosen: Sequence[str]
    asks_birthday: bool
    wishes: tuple[str, str] | None
    problem: bool = False
    saved: bool = False


def answer_page(frame: Frame, order_id: str, value: Value) -> str:
    """The page that asks, with what was tapped chosen already: nothing is sent before they send it."""
    return framed("answer.html", frame, order=one_line(order_id), chosen=value, answers=answers_in(frame))


def answered_page(
    frame: Frame, value: Value, *, cared_for: bool, invitation: Invitation | None, sharing: Sharing | None
) -> str:
    """The page that says what comes of it: a person answers; or they may tell their friends."""
    return framed(
        "answered.html",
        frame,
        value=value,
        cared_for=cared_for,
        sharing=sharing,
        join_url=invitation.join_url if invitation else "",
        **(invitation.terms if invitation else {}),
    )


def answers_in(frame: Frame) -> dict[Value, str]:
    """Return the words for each answer."""
    _ = frame.language.translations.gettext
    return {"happy": _("Yes, very happy"), "fine": _("It is all right"), "unhappy": _("No, not happy")}


def join_page(frame: Frame, terms: Mapping[str, str]) -> str:
    """The page that says what comes of sharing a code, with the one button that makes it."""
    return framed("join.html", frame, **terms)


def joined_page(frame: Frame, sharing: Sharing) -> str:
    """The page of somebody's own code."""
    return framed("joined.html", frame, sharing=sharing)


def not_open_page(frame: Frame) -> str:
    """The page of a program that takes nobody, and of a code that can't be used at present."""
    return framed("not_open.html", frame)


def interests_page(frame: Frame, likes: Likes) -> str:
    """The page on which somebody says what they like."""
    tag = frame.language.tag
    return framed(
        "interests.html",
        frame,
        likes=likes,
        days=[(day, format_number(day, tag)) for day in range(1, 32)],
        months=list(enumerate(months_in(frame.language), 1)),
    )
