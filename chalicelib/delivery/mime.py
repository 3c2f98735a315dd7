"""A mail as it goes over the wire: headers in ASCII, text and HTML as alternatives, pictures beside the HTML.

The standard library encodes what is beyond ASCII, and that is all it does here. Its `email.message` keeps a tree that
can be changed and is written out part by part, which takes several times as long; and the folding of Python 3.11 puts
a long address into encoded words, where no mail program looks for the one to unsubscribe at, and loses blanks between
two of them.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.charset import Charset
from email.header import Header
from email.utils import formataddr
from typing import Protocol

_MAILBOX_MAX = 320
_LINE_MAX = 75
"""Letters in a line of a header that can be folded. RFC 2047 allows one more, which the standard library may add."""

_UTF_8 = Charset("utf-8")
_WORD_BYTES = 39
"""What one encoded word holds, so that the longest name of a header has room beside it, in whichever encoding."""

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


def mime(envelope: Envelope, mail: Written, sender: str) -> bytes:
    """Write a mail (RFC 5322, RFC 2045 to 2047), all of it in ASCII.

    SES sets Date and Message-ID, over any that it is given
    (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html). Whoever may refuse such a mail can do so with one
    click in their mail program (RFC 2369, RFC 8058); answering machines shall not answer it (RFC 3834).
    """
    headers = [
        "MIME-Version: 1.0",
        f"From: {mailbox(envelope.name, sender)}",
        f"To: {_in_ascii(_one_line(envelope.to))}",
        f"Subject: {_folded(_one_line(mail.subject), 'Subject')}",
        "Auto-Submitted: auto-generated",
    ]
    if envelope.reply_to:
        headers.append(f"Reply-To: {_in_ascii(_one_line(envelope.reply_to))}")
    if envelope.unsubscribe:
        headers.append(f"List-Unsubscribe: <{_in_ascii(_one_line(envelope.unsubscribe))}>")
        headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    body = _multipart("alternative", _said("plain", mail.text), _with(mail.images, _said("html", mail.html)))
    return "\r\n".join([*headers, body]).encode("ascii")


def _said(subtype: str, text: str) -> str:
    """One way of saying it, readable on the wire where it is ASCII, as RFC 2045 wants lines and letters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    written = b2a_qp(lines, istext=True, header=False).decode("ascii").replace("\n", "\r\n")
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{written}'
    )


def _with(images: Sequence[Picture], html: str) -> str:
    """The HTML with the pictures that belong to it."""
    return _multipart("related", html, *map(_shown, images)) if images else html


def _shown(picture: Picture) -> str:
    written = encodebytes(picture.content).decode("ascii").replace("\n", "\r\n")
    return (
        f"Content-Type: {picture.media_type}\r\n"
        f"Content-ID: <{picture.cid}>\r\n"
        "Content-Disposition: inline\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{written}"
    )


def _multipart(subtype: str, *parts: str) -> str:
    """Parts, each of which begins with its headers. No part has `=_` in it: no encoding writes that (RFC 2045, 6.7)."""
    between = f"=_{subtype}"
    each = "".join(f"\r\n--{between}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{between}"\r\n{each}\r\n--{between}--\r\n'


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
    return f"{' '.join(_encoded(name))} <{address}>"


def _folded(text: str, header: str) -> str:
    """Write the text of a header: folded if it is long, and in encoded words if it has letters beyond ASCII."""
    plain = _is_plain(text)
    whole = text if plain else _UTF_8.header_encode(text)
    if len(f"{header}: {whole}") <= _LINE_MAX:
        return whole
    if plain:
        return Header(text, "us-ascii", _LINE_MAX, header).encode(linesep="\r\n")
    return "\r\n ".join(_encoded(text))


def _encoded(text: str) -> Iterator[str]:
    """Encoded words, none of which parts a letter (RFC 2047, 5): the library tries each length for each word."""
    piece = ""
    for letter in text:
        if len((piece + letter).encode()) > _WORD_BYTES:
            yield _UTF_8.header_encode(piece)
            piece = ""
        piece += letter
    yield _UTF_8.header_encode(piece)


def _in_ascii(address: str) -> str:
    """An address, never folded. In one that should not have letters beyond ASCII they are in encoded words."""
    return address if address.isascii() else Header(address, "utf-8").encode(maxlinelen=0)


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _one_line(text: str) -> str:
    """No header goes on where another one would begin."""
    return _BREAKS.sub(" ", text).strip()
