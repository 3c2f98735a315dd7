"""What became of a message, as plain sentences: whether it was sent, until when it waits, or why it never will be."""

from typing import cast, get_args

from chalicelib.domain.model.messages import Message, Why
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.policy import Bar, Wait
from chalicelib.domain.program.program import Program
from chalicelib.web.language import Language
from chalicelib.web.policy import Reader, moment_of, tell_bar, tell_reasons, tell_wait


def tell_message(message: Message, person: Person, program: Program, reader: Reader, language: Language) -> list[str]:
    """Say what became of a message to a person, by their clocks."""
    _, whys = language.translations.gettext, _whys(reader, language)
    if message.state == "sending":
        return [_("It is being sent.")]
    if message.state == "pending":
        waits = [cast("Wait", it) for it in message.why if it in get_args(Wait)]
        if waits and message.due_at:
            return tell_wait(waits, message.due_at, person, program, reader, language)
        return [whys[it] for it in message.why if it in whys] or [_("It is about to be sent.")]
    if message.outcome == "sent":
        assert message.done_at is not None, "it is noted with the outcome"
        moment = moment_of(message.done_at, person, program, language)
        sent = _("It was sent on %(date)s, %(time)s in %(place)s.") % moment
        waited = [cast("Wait", it) for it in message.waited if it in get_args(Wait)]
        before = tell_wait(waited, message.done_at, person, program, reader, language, over=True) if waited else []
        return [*before, sent, *(whys[it] for it in message.why if it in whys)]
    bars = [tell_bar(cast("Bar", it), reader, language) for it in message.why if it in get_args(Bar)]
    return [*bars, *tell_reasons(message.why, reader, language), *(whys[it] for it in message.why if it in whys)]


def _whys(reader: Reader, language: Language) -> dict[str, str]:
    _ = language.translations.gettext
    told: dict[Why, str] = {
        "mail_service": _("The email service takes nothing just now; it is tried again."),
        "operator": _("It waits until something is set right at our email service; it is tried again."),
        "address": _("It was not sent: the email service can’t write to this address."),
        "unsure": _("It may have arrived or not: the email service did not answer, and it was tried often enough."),
        "given_up": _("It was not sent: for two weeks our email service did not take it."),
        "digest": _("It was told in one email with other news."),
        "overtaken": _("It was not sent: what it says was no longer so."),
        "late": _("It was not sent: its time was over before it could go."),
        "no_budget": _("It was not sent: the month’s budget for gifts was used."),
        "no_guide": _("It was not sent: there is no guide to this in the language of its reader."),
    }
    if reader == "admin":
        told["operator"] = _("It waits until whoever runs the program mends something: the log says what.")
    return cast("dict[str, str]", told)
