"""A mail as it goes over the wire: headers in ASCII, text and HTML as alternatives, pictures beside the HTML.

Bodies and their parts are written by the standard library. Headers are not folded by it: the folding of Python 3.11
puts a long address into encoded words, where no mail program looks for the one to unsubscribe at, and loses blanks
between two of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formataddr
from typing import Any, Protocol

_MAILBOX_MAX = 320
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Picture(Protocol):
    """A picture that the HTML shows by `cid:` and its name (RFC 2392)."""

    @property
    def cid(self) -> str:
        """Its name, without angle brackets."""

    @property
    def content(self) -> bytes:
        """Its bytes."""

    @property
    def media_type(self) -> str:
        """Such as `image/png`."""


class Written(Protocol):
    """What a mail says, twice: a mail program shows one of the parts."""

    @property
    def subject(self) -> str:
        """One line."""

    @property
    def text(self) -> str:
        """As plain text."""

    @property
    def html(self) -> str:
        """As HTML."""

    @property
    def images(self) -> Sequence[Picture]:
        """What the HTML shows and brings along."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail goes to, in whose name, and where an answer goes (None: to the sender).

    Attributes:
        unsubscribe: The address at which one POST refuses such mails. None for those that answer what somebody did.
        tags: What the mail service says again with whatever becomes of the mail: no names, no addresses.
    """

    to: str
    name: str
    reply_to: str | None = None
    unsubscribe: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class _AsWritten(EmailPolicy):
    """Leaves headers as they were written: what goes in must be folded and encoded."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a header as it is."""
        return name, value


_POLICY = _AsWritten(linesep="\r\n", cte_type="7bit", refold_source="none")


def mime(envelope: Envelope, mail: Written, sender: str) -> bytes:
    """Write a mail (RFC 5322, RFC 2045 to 2047), all of it in ASCII.

    SES sets Date and Message-ID, over any that it is given
    (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html). Whoever may refuse such a mail can do so with one
    click in their mail program (RFC 2369, RFC 8058); answering machines shall not answer it (RFC 3834).
    """
    whole = EmailMessage(_POLICY)
    whole["From"] = mailbox(envelope.name, sender)
    whole["To"] = _one_line(envelope.to)
    if envelope.reply_to:
        whole["Reply-To"] = _one_line(envelope.reply_to)
    whole["Subject"] = _encoded(_one_line(mail.subject), "Subject")
    whole["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe:
        whole["List-Unsubscribe"] = f"<{_one_line(envelope.unsubscribe)}>"
        whole["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    whole.set_content(mail.text)
    whole.add_alternative(mail.html, subtype="html")
    _, html = whole.iter_parts()
    for picture in mail.images:
        kind, _, subtype = picture.media_type.partition("/")
        html.add_related(picture.content, kind, subtype, cid=f"<{picture.cid}>", disposition="inline")
    return whole.as_bytes()


def mailbox(name: str, address: str) -> str:
    """Write an address with the name beside it (RFC 5322), as SES takes it: in ASCII, on one line.

    A name in another script is written in encoded words (RFC 2047). One that is too long is cut.
    """
    name = _one_line(name)
    written = _named(name, address)
    while len(written) > _MAILBOX_MAX and name:
        name = name[:-1].rstrip()
        written = _named(name, address)
    return written


def _named(name: str, address: str) -> str:
    if _is_plain(name):
        return formataddr((name, address))
    return f"{' '.join(Header(name, 'utf-8').encode().split())} <{address}>"


def _encoded(text: str, header: str) -> str:
    """Write the text of a header, folded, and in encoded words if it has letters beyond ASCII."""
    charset = "us-ascii" if _is_plain(text) else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _one_line(text: str) -> str:
    """No header goes on where another one would begin."""
    return _BREAKS.sub(" ", text).strip()
