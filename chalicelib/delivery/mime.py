"""A mail as it goes over the wire: headers in ASCII, text and HTML as alternatives, pictures beside the HTML.

Bodies and their parts are written by the standard library. Headers are not folded by it: the folding of Python 3.11
puts a long address into encoded words, where no mail program looks for the one to unsubscribe at, and loses blanks
between two of them.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import formataddr
from typing import Protocol

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


_POLICY = compat32.clone(linesep="\r\n", cte_type="7bit", max_line_length=None)
"""Leaves headers as they were written. The newer policies would parse each of them, and again at each look."""


def mime(envelope: Envelope, mail: Written, sender: str) -> bytes:
    """Write a mail (RFC 5322, RFC 2045 to 2047), all of it in ASCII.

    SES sets Date and Message-ID, over any that it is given
    (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html). Whoever may refuse such a mail can do so with one
    click in their mail program (RFC 2369, RFC 8058); answering machines shall not answer it (RFC 3834).
    """
    whole = _multipart("alternative", _body("plain", mail.text), _with(mail.images, _body("html", mail.html)))
    whole["From"] = mailbox(envelope.name, sender)
    whole["To"] = _one_line(envelope.to)
    if envelope.reply_to:
        whole["Reply-To"] = _one_line(envelope.reply_to)
    whole["Subject"] = _encoded(_one_line(mail.subject), "Subject")
    whole["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe:
        whole["List-Unsubscribe"] = f"<{_one_line(envelope.unsubscribe)}>"
        whole["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return whole.as_bytes()


def _body(subtype: str, text: str) -> Message:
    """One way of saying it, readable on the wire where it is ASCII, as RFC 2045 wants lines and letters."""
    part = MIMENonMultipart("text", subtype, charset="utf-8", policy=_POLICY)
    lines = text.replace("\r\n", "\n").encode()
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(lines, istext=True, header=False).decode("ascii"))
    return part


def _with(images: Sequence[Picture], html: Message) -> Message:
    """The HTML with the pictures that belong to it."""
    if not images:
        return html
    return _multipart("related", html, *map(_picture, images))


def _picture(picture: Picture) -> Message:
    part = MIMENonMultipart(*picture.media_type.split("/"), policy=_POLICY)
    part["Content-ID"] = f"<{picture.cid}>"
    part["Content-Disposition"] = "inline"
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(picture.content).decode("ascii"))
    return part


def _multipart(subtype: str, *parts: Message) -> Message:
    return MIMEMultipart(subtype, _subparts=parts, policy=_POLICY)


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
