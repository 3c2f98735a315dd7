"""How letters look: light enough to arrive whole, in the shop's colours and words, readable with pictures off."""

import re
import struct
from dataclasses import replace
from html import unescape

import pytest
import zxingcpp
from PIL import Image

from chalicelib.domain.people.policy import PURPOSES
from chalicelib.domain.program.brand import PLACEHOLDERS, Brand, LetterName, Text
from chalicelib.web.brand import own_text
from chalicelib.web.language import choose
from chalicelib.web.mail import Mail
from infra.letters import BUILT, TEMPLATES, built
from tests.letters import LINK, PREFERENCES, STOP, mails

TAGS = ("en", "es", "gu", "bn-u-nu-beng", "hi")
CLIPPED = 102_000
"""Gmail shows no more bytes of a mail than about that, and hides the rest behind a link, its foot among it."""

KINDS: dict[LetterName, str] = {
    "friend_thanks": "thanks",
    "welcome": "welcome",
    "reward_held": "held",
    "reward_released": "released",
    "reward_changed": "less and later",
    "reward_lost": "lost",
    "tier_reached": "tier",
    "gift_sent": "gift",
    "proof_approved": "proof",
    "proof_denied": "proof, denied",
    "spent": "spent",
    "expiring": "expiring",
    "balances": "stand",
    "confirm": "confirm",
    "digest": "digest",
    "check_in": "check in",
    "how_to": "how to",
    "birthday": "birthday, offer",
    "anniversary": "anniversary, offer",
    "surprise": "surprise, offer",
    "invitation": "invitation",
    "miss_you": "miss you, offer",
    "interests": "interests",
    "sign_in": "sign in",
}
"""A mail of each letter, in which there is something to put everywhere."""


def test_the_template_is_made_of_its_pieces() -> None:
    """Whoever changes a piece or the style has written the template anew: `make letters`."""
    assert BUILT.read_text("utf-8") == built()


@pytest.mark.parametrize("tag", TAGS)
def test_a_mail_arrives_whole(tag: str) -> None:
    """Every letter is far below what Gmail clips, in each language."""
    heaviest = max(len(it.html.encode()) for it in mails(locale=tag, first_name="M" * 80, unsubscribe=STOP).values())
    assert heaviest < CLIPPED / 5


def test_a_mail_is_read_in_its_language_and_order() -> None:
    """A screen reader hears one article in the mail's language, a heading, and no table: they only lay out."""
    for mail in mails(locale="gu").values():
        assert 'role="article"' in mail.html
        assert re.search(r'<div role="article"[^>]* lang="gu" dir="ltr"', mail.html)
        assert len(re.findall("<table", mail.html)) == len(re.findall(r'<table[^>]* role="presentation"', mail.html))
        assert len(re.findall("<h1", mail.html)) <= 1
        assert 'aria-hidden="true" style="display: none' in mail.html


def test_a_welcome_shows_the_code_even_without_its_picture() -> None:
    """The code and the address are text; the picture of the link comes inside and is found by its Content-ID."""
    mail = mails()["welcome"]
    (picture,) = mail.images
    assert f'src="cid:{picture.cid}"' in mail.html
    assert "Your code: MAYA7K3Q\n" in mail.text
    assert f">{LINK}</p>" in unescape(mail.html)
    assert picture.content.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture.content[16:24]) == (352, 352)


def test_the_picture_of_a_welcome_leads_to_the_link(tmp_path: object) -> None:
    """A phone that looks at it opens the share link, by the channel of QRs."""
    (picture,) = mails()["welcome"].images
    path = f"{tmp_path}/qr.png"
    with open(path, "wb") as file:  # noqa: PTH123 - a decoder reads it
        file.write(picture.content)
    (read,) = zxingcpp.read_barcodes(Image.open(path).convert("L"))
    assert read.text == f"{LINK}&ch=qr"


@pytest.mark.parametrize("kind", list(mails()))
def test_whoever_may_stop_letters_sees_how(kind: str) -> None:
    """The foot leads to the choice of letters, and to the end of this kind unless it is service."""
    mail = mails(unsubscribe=STOP)[kind]
    assert re.findall(r'href="([^"]+)"', mail.html)[-2:] == [PREFERENCES, STOP]
    assert f"Stop emails of this kind: {STOP}\n" in mail.text
    assert STOP not in mails()[kind].html


BRAND = Brand(
    logo_url="https://fern-fig.example/logo.png", color="#5b2a86", text_color="#fdf6ff", address="1 Fern Way, Figton"
)


@pytest.mark.parametrize("kind", list(mails()))
def test_a_mail_is_in_the_shops_colours(kind: str) -> None:
    """Whatever stands out has the shop's colours, the logo bears its name, and the foot its address, in both parts."""
    mail = mails(brand=BRAND)[kind]
    assert not re.search("#14483a|#ffc65c|#fff8ea|#2a1d05", mail.html)
    button = re.search(r'<a style="([^"]*)" href', mail.html)
    assert button
    assert button[1].endswith("background-color: #5b2a86;border-color: #5b2a86;color: #fdf6ff")
    assert re.search(r'<img class="logo"[^>]* src="https://fern-fig.example/logo.png" alt="Fern &amp; Fig"', mail.html)
    assert "<bdi>Fern &amp; Fig</bdi>, 1 Fern Way, Figton" in mail.html
    assert mail.text.endswith("Fern & Fig, 1 Fern Way, Figton\n")


def own(letter: LetterName, language: str, sentence: str) -> Brand:
    """A shop with one sentence in all places of a letter."""
    return Brand(texts=(Text(letter, language, f"S {sentence}", f"O {sentence}", f"C {sentence}"),))


def parts(mail: Mail) -> tuple[str, str, str]:
    """The subject, and the words of both parts."""
    html = unescape(re.sub(r"<[^>]+>", "", mail.html))
    return mail.subject, " ".join(mail.text.split()), " ".join(html.split())


@pytest.mark.parametrize("letter", sorted(PLACEHOLDERS))
def test_the_shops_sentences_are_filled(letter: LetterName) -> None:
    """Everything that a letter may name has something to put in it, the same in both parts; our facts stay."""
    sentence = " ".join(f"{name}={{{name}}}" for name in ("shop", "name", *PLACEHOLDERS[letter]))
    mail, usual = (mails(brand=it)[KINDS[letter]] for it in (own(letter, "en", sentence), Brand()))
    subject, text, html = parts(mail)
    filled = subject.removeprefix("S ")
    assert re.fullmatch(" ".join(f"{name}=.+" for name in re.findall(r"\{(\w+)\}", sentence)), filled)
    assert "{" not in filled
    assert filled.startswith("shop=Fern & Fig name=Maya")
    for said in (text, html):
        assert said.count(f"O {filled}".replace("\u00a0", " ")) == said.count(f"C {filled}") == 1
        assert said.index(f"O {filled}") < said.index(f"C {filled}")
    told = [it for it in re.findall(r"<p[^>]*>(.*?)</p>", usual.html, flags=re.DOTALL) if "<br>" not in it]
    assert len([it for it in told if f">{it}</p>" not in mail.html]) == 1


def test_a_sentence_with_nothing_to_put_gives_way() -> None:
    """A reader without a name is not told ", your reward": subject and closing are ours then, without an opening."""
    brand = own("spent", "en", "{name}, your reward")
    assert mails(brand=brand, first_name=None)["spent"] == mails(first_name=None)["spent"]


@pytest.mark.parametrize(
    ("written", "read", "is_theirs"),
    [("es", "es", True), ("es", "es-MX", True), ("es_MX", "es-MX", True), ("es-MX", "es", False), ("en", "gu", False)],
)
def test_a_sentence_is_read_in_its_language(written: str, read: str, is_theirs: bool) -> None:
    """Readers of another language get ours in it, and not the shop's in one that they may not know."""
    subject = mails(brand=own("spent", written, "!"), locale=read)["spent"].subject
    assert (subject == "S !") == is_theirs


def test_the_closer_language_wins() -> None:
    """Mexican readers get what was written for them, and others what was written for all."""
    texts = (Text("spent", "es", subject="todos"), Text("spent", "es-MX", subject="México"))
    for tag, subject in (("es-MX", "México"), ("es-AR", "todos"), ("es", "todos")):
        assert mails(brand=Brand(texts=texts), locale=tag)["spent"].subject == subject


WORDED = Brand(
    texts=(
        Text("birthday", "es", subject="Feliz día", opening="Hola, sol.", closing="Hasta pronto"),
        Text("birthday", "es-MX", opening="¿Qué tal?"),
        Text("birthday", "en", subject="Your day", closing="Bye"),
        Text("birthday", "es", opening="¡Qué alegría!", variant="warm"),
        Text("birthday", "en", subject="Hip, hip!", variant="warm"),
    )
)


@pytest.mark.parametrize(
    ("variant", "tag", "said"),
    [
        (None, "es", ("Feliz día", "Hola, sol.", "Hasta pronto")),
        ("warm", "es", ("Feliz día", "¡Qué alegría!", "Hasta pronto")),
        ("warm", "es-MX", (None, "¡Qué alegría!", None)),
        ("warm", "en", ("Hip, hip!", None, "Bye")),
        ("cool", "en", ("Your day", None, "Bye")),
        ("warm", "gu", None),
    ],
)
def test_a_variant_says_in_its_own_words_what_it_says_otherwise(
    variant: str | None, tag: str, said: tuple[str | None, ...] | None
) -> None:
    """What it leaves out is as in the letter without one; a variant with no words in a language is told as usual."""
    text = own_text(WORDED, "birthday", choose(tag), variant)
    assert (text and (text.subject, text.opening, text.closing)) == said


def test_a_shops_sentence_is_no_markup() -> None:
    """What a shop writes is text: it can't add an element, or a header."""
    brand = own("spent", "en", '<b onclick="x">{amount}</b>')
    mail = mails(brand=brand)["spent"]
    assert "<b " not in mail.html
    assert "&lt;b onclick=&#34;x&#34;&gt;<strong>€12.50</strong>" in mail.html
    assert mail.subject == 'S <b onclick="x">€12.50</b>'
    assert replace(mail, html="").text.count("O <b") == 1


@pytest.mark.parametrize("name", [name for name, purpose in PURPOSES.items() if purpose == "rewards"])
def test_news_of_rewards_can_be_gathered(name: str) -> None:
    """Every letter about rewards has a line of its own, for the digest in which it may go out."""
    words = (TEMPLATES / f"{name}.words").read_text("utf-8")
    assert name == "digest" or "{% set line %}" in words
