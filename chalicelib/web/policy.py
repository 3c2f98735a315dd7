"""Why a letter waits, or was not sent, as plain sentences: the words of the policy, told to one kind of reader each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, cast, get_args

from chalicelib.domain.care.care import Line
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.policy import Bar, Wait, zone_of
from chalicelib.domain.program.program import Program
from chalicelib.web.language import Language, format_date
from chalicelib.web.numbers import write_digits

Reader = Literal["admin", "person"]


def tell_wait(
    why: Iterable[Wait],
    until: datetime,
    person: Person,
    program: Program,
    reader: Reader,
    language: Language,
    *,
    over: bool = False,
) -> list[str]:
    """Say until when a letter waits, by the clocks of whom it is for, and for what; `over` if it has gone since."""
    _ = language.translations.gettext
    moment = moment_of(until, person, program, language)
    text = (
        _("It waited until %(date)s, %(time)s in %(place)s.")
        if over
        else _("It waits until %(date)s, %(time)s in %(place)s.")
    )
    reasons = _waits(reader, language)
    return [text % moment, *(reasons[it] for it in why)]


def moment_of(at: datetime, person: Person, program: Program, language: Language) -> dict[str, str]:
    """Write a moment by somebody's clocks: what the sentences about letters are filled with."""
    zone = zone_of(person, program)
    there = at.astimezone(zone)
    return {
        "date": format_date(there, language),
        "time": write_digits(f"{there.hour}:{there.minute:02d}", language.tag),
        "place": str(zone).rpartition("/")[2].replace("_", " "),
    }


def tell_ahead(line: Line, person: Person, program: Program, reader: Reader, language: Language) -> list[str]:
    """Say when something is due for somebody, what it waits for, or why it never is."""
    bars = [tell_bar(cast("Bar", it), reader, language) for it in line.why if it in get_args(Bar)]
    if line.at is None:
        return bars
    waits = [cast("Wait", it) for it in line.why if it in get_args(Wait)]
    told = tell_wait(waits, line.at, person, program, reader, language)
    return [*told, *([tell_bar("hold_out", reader, language)] if line.held_out else [])]


def tell_bar(why: Bar, reader: Reader, language: Language) -> str:
    """Say why a letter was not sent."""
    return _bars(reader, language)[why]


def _waits(reader: Reader, language: Language) -> dict[Wait, str]:
    _ = language.translations.gettext
    if reader == "admin":
        return {
            "gathering": _("The program gathers news of rewards into one email."),
            "cap": _("The program allows no more letters of this kind in so few days."),
            "quiet_hours": _("The program keeps quiet hours there."),
            "kept_free": _("It makes room for a letter that can’t be put off."),
        }
    return {
        "gathering": _("We gather news of your rewards into one email."),
        "cap": _("We don’t write to you more often than that."),
        "quiet_hours": _("We don’t write to you at night."),
        "kept_free": _("We make room for a letter that can’t be put off."),
    }


def tell_reasons(why: Iterable[str], reader: Reader, language: Language) -> list[str]:
    """Say what moved a letter, of all words why those that do."""
    reasons = _waits(reader, language)
    return [reasons[cast("Wait", it)] for it in why if it in get_args(Wait)]


def _bars(reader: Reader, language: Language) -> dict[Bar, str]:
    _ = language.translations.gettext
    if reader == "admin":
        return {
            "erased": _("It was not sent: what was known of them has been erased."),
            "no_address": _("It was not sent: there is no address to send it to."),
            "stopped": _("It was not sent: emails to their address came back, or were called spam."),
            "refused": _("It was not sent: they have asked not to be written to about this."),
            "no_consent": _("It was not sent: they have not agreed to letters about this."),
            "restricted": _("It was not sent: they have restricted what their data is used for."),
            "complaint_open": _("It was not sent: a complaint of theirs is still open."),
            "hold_out": _(
                "It was not sent: they are of those who get nothing that promotes, to learn what it is worth."
            ),
        }
    return {
        "erased": _("It was not sent: what we knew of you has been erased."),
        "no_address": _("It was not sent: we have no address of yours to send it to."),
        "stopped": _("It was not sent: emails to your address came back, or were marked as spam."),
        "refused": _("It was not sent: you have asked us not to write to you about this."),
        "no_consent": _("It was not sent: you have not agreed to letters about this."),
        "restricted": _("It was not sent: you have restricted what we use your data for."),
        "complaint_open": _("It was not sent: a complaint of yours is still open."),
        "hold_out": _("It was not sent: some readers get none of this kind, so that we learn what it is worth."),
    }
