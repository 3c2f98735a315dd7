"""Mails as another parser reads them: one in Rust, which shares nothing with the library that writes them."""

import re
from dataclasses import dataclass, field

import fast_mail_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.delivery.mime import Envelope, mailbox, mime
from chalicelib.domain.ids import id_of
from chalicelib.domain.people.links import unsubscribe_url
from chalicelib.web.mail import Inline, Mail

SENDER = "friends@kavya-ceramics.example"
LINK = unsubscribe_url("https://friends-and-family.kavya-ceramics.example", id_of("per", 7), "tips", b"key")
PIXEL = b"\x89PNG\r\n\x1a\n\x00\x00\r\nFrom nobody\n.\n" + bytes(range(256))
NAMES = [
    "Kavya Ceramics",
    "કાવ્યા સિરામિક્સ " * 3,
    'Fern "&" Fig, Ltd. <x@y.example>',
    "Café, Bar; <a@b.example>",
    "=?utf-8?q?x?=",
]

lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=120).map(
    lambda text: " ".join(text.split())
)


@dataclass(frozen=True)
class Read:
    """A mail, taken apart."""

    raw: bytes
    mail: fast_mail_parser.PyMail = field(init=False)

    def __post_init__(self) -> None:
        """Take it apart; nothing in it may be out of order."""
        object.__setattr__(self, "mail", fast_mail_parser.parse_email(self.raw))
        assert not self.mail.warnings

    def header(self, name: str) -> list[str]:
        """The values of a header."""
        return list(self.mail.headers.get(name, []))

    def written(self, name: str) -> str:
        """A header as it stands in the mail, unfolded and not decoded."""
        head = self.raw.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
        (found,) = re.findall(rf"^{name}: (.*)$", head, re.MULTILINE)
        return str(found).rstrip("\r")


def read(mail: Mail, **envelope: object) -> Read:
    """Write a mail, and read it."""
    return Read(mime(Envelope(**{"to": "fay@friends.example", "name": "Kavya", **envelope}), mail, SENDER))  # type: ignore[arg-type]


def test_a_letter_has_both_parts_and_its_picture() -> None:
    """Text and HTML in any script, and a picture of any bytes that the HTML finds by its name."""
    text, html = "નમસ્તે Fay\n.\nFrom here on\n" + "long " * 300, '<p>নমস্কার</p><img src="cid:qr@kavya" alt="KAVYA">'
    got = read(Mail("Grüße", text, html, (Inline("qr@kavya", PIXEL, "image/png"),))).mail
    assert [it.replace("\r\n", "\n").strip() for it in got.text_plain] == [text.strip()]
    assert [it.replace("\r\n", "\n").strip() for it in got.text_html] == [html]
    (picture,) = got.attachments
    assert (picture.mimetype, picture.content) == ("image/png", PIXEL)
    assert (picture.content_id, picture.disposition) == ("qr@kavya", "inline")


def test_the_parts_are_nested_as_mail_programs_want_them() -> None:
    """The alternatives are text and HTML; the picture belongs to the HTML, so no program shows it as an attachment."""
    raw = read(Mail("S", "t", "<p>h</p>", (Inline("qr", PIXEL, "image/png"),))).raw.decode("ascii")
    kinds = re.findall(r"^Content-Type: ([\w/]+)", raw, re.MULTILINE)
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert re.findall(r"^Content-ID: (.*?)\r?$", raw, re.MULTILINE) == ["<qr>"]
    plain = read(Mail("S", "t", "<p>h</p>")).raw.decode("ascii")
    assert re.findall(r"^Content-Type: ([\w/]+)", plain, re.MULTILINE) == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@given(lines)
def test_a_subject_arrives_letter_for_letter(subject: str) -> None:
    """Whatever its script, its length and its marks."""
    assert read(Mail(subject, "t", "h")).mail.subject == subject


@given(lines)
def test_a_shops_name_arrives_as_far_as_there_is_room(name: str) -> None:
    """The sender's address is never touched by it."""
    got = read(Mail("S", "t", "h"), name=name)
    sender = got.mail.from_
    assert sender is not None
    assert sender.address == SENDER
    shown = sender.display_name or ""
    assert name.startswith(shown)
    assert len(shown) >= min(len(name), 10)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_written_on_one_line_of_ascii(name: str) -> None:
    """As SES takes it: no longer than 320 letters, and one that fits is whole."""
    written = mailbox(name, SENDER)
    assert written.isascii()
    assert written.isprintable()
    assert len(written) <= 320
    sender = Read(f"From: {written}\r\nSubject: x\r\n\r\nx".encode()).mail.from_
    assert sender is not None
    assert (sender.display_name, sender.address) == (" ".join(name.split()), SENDER)


def test_whoever_may_refuse_can_do_so_with_one_click() -> None:
    """The address stands bare between angle brackets, never in encoded words, however long it is (RFC 2369, 8058)."""
    got = read(Mail("S", "t", "h"), unsubscribe=LINK)
    assert got.written("List-Unsubscribe") == f"<{LINK}>"
    assert got.written("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert len(LINK) > 78


def test_a_letter_of_service_offers_no_way_to_refuse_it() -> None:
    """It answers what somebody did."""
    got = read(Mail("S", "t", "h"))
    assert not got.header("List-Unsubscribe")
    assert not got.header("List-Unsubscribe-Post")


def test_answers_go_where_the_shop_reads_them_and_machines_give_none() -> None:
    """Reply-To if there is one; an answering machine keeps still (RFC 3834)."""
    got = read(Mail("S", "t", "h"), reply_to="hello@kavya.example")
    assert got.written("Reply-To") == "hello@kavya.example"
    assert got.written("Auto-Submitted") == "auto-generated"
    assert not read(Mail("S", "t", "h")).header("Reply-To")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_becomes_a_header(subject: str, name: str) -> None:
    """Line breaks of any kind end no header: there are as many as there should be."""
    evil = "\r\nBcc: all@friends.example\r\n\r\n"
    got = read(
        Mail(subject + evil + subject, "t", "h"), name=name + evil, unsubscribe=LINK + evil, reply_to="a@b.example"
    )
    head = got.raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert sorted(names) == [
        "Auto-Submitted", "Content-Type", "From", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version",
        "Reply-To", "Subject", "To",
    ]  # fmt: skip


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200))
def test_every_line_is_ascii_and_short_enough(text: str) -> None:
    """What any mail server takes: ASCII, each line with CR LF (RFC 5321), of 76 letters at most (RFC 2045, 2047).

    Only addresses go beyond, up to the 998 of RFC 5322.
    """
    images = (Inline("qr", PIXEL, "image/png"),)
    raw = read(Mail(text[:100], text * 9, f"<p>{text}</p>", images), unsubscribe=LINK).raw
    assert max(raw) < 128
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not [it for it in lines if len(it) > 76 and not it.startswith((b"List-Unsubscribe:", b"From:"))]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


def test_a_letter_can_quote_where_its_own_parts_end() -> None:
    """No text ends the part that it stands in."""
    pixel = (Inline("qr", PIXEL, "image/png"),)
    ends = re.findall(r'boundary="(.*?)"', read(Mail("S", "t", "h", pixel)).raw.decode("ascii"))
    assert len(set(ends)) == 2
    text = "\n".join(f"--{it}\n\n--{it}--" for it in ends)
    got = read(Mail("S", text, text, pixel)).mail
    assert [it.replace("\r\n", "\n").strip() for it in (*got.text_plain, *got.text_html)] == [text, text]


def test_an_address_that_nobody_could_answer_to_keeps_no_mail() -> None:
    """A shop may have said one with letters beyond ASCII: the mail goes, and is read."""
    raw = mime(Envelope("fay@friends.example", "Kavya", reply_to="héllo@kavya.example"), Mail("S", "t", "h"), SENDER)
    assert raw.isascii()
    assert [it.strip() for it in fast_mail_parser.parse_email(raw).text_plain] == ["t"]
