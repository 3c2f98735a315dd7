"""What pages that collect data say about it, in the reader's language: the program's own words, with ours around."""

from dataclasses import dataclass

from chalicelib.domain.program.languages import notice_in
from chalicelib.domain.program.program import Program
from chalicelib.web.language import Language
from chalicelib.web.text import one_line


@dataclass(frozen=True, slots=True)
class Notice:
    """Who is responsible for what is collected, what for, and whom to ask; `url` leads to all the details."""

    responsible: str
    purpose: str
    basis: str
    recipients: str
    stored: str
    contact: str
    url: str


def notice_of(program: Program, language: Language) -> Notice | None:
    """Return what a reader of a language is told; None if the program tells nothing."""
    privacy = program.privacy
    if privacy is None:
        return None
    told = notice_in(privacy, [language.tag, program.locale]) or next(iter(privacy.notices.values()))
    return Notice(
        responsible=one_line(privacy.responsible),
        purpose=one_line(told.purpose),
        basis=one_line(told.basis),
        recipients=one_line(told.recipients or ""),
        stored=one_line(told.stored),
        contact=one_line(privacy.contact),
        url=privacy.url or "",
    )
