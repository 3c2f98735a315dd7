"""The friend's pages and the mails: what they say, in which language, and that no name can hurt them."""

import ast
import base64
import hashlib
import re
import struct
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Letter, Name
from chalicelib.domain.program.brand import Brand, contrast
from chalicelib.web import language, pages
from chalicelib.web.letters import LETTERS, Draft, write
from chalicelib.web.mail import Mail, Reader
from chalicelib.web.numbers import format_money, format_percent
from chalicelib.web.pages import Landing, Offer
from chalicelib.web.text import one_line
from tests.letters import (
    ANSWERS,
    GUIDE,
    GUIDE_LINK,
    INTERESTS,
    JOIN,
    LINK,
    NOW,
    OFFER,
    ORDER,
    PREFERENCES,
    RULES,
    SIGN_IN,
    mails,
)

WEB = Path(pages.__file__).parent
TEN_PERCENT = Offer(basis_points=1000, amount=None, currency="EUR", minimum=2000)
VIEW = Landing(
    shop_name="Fern & Fig",
    first_name="Maya",
    offer=TEN_PERCENT,
    code="MAYA7K3Q",
    shop_link="https://fern-fig.example/?utm=a&ref=MAYA7K3Q",
    share_url="https://friends.example/r/MAYA7K3Q",
    image_url="https://fern-fig.example/friends.jpg",
)
GUJARATI, BENGALI = "માયા પટેલ", "মায়া চট্টোপাধ্যায়"
EVIL = '<script>alert("x")</script>'


class Document(HTMLParser):
    """The elements of a page with their attributes, as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def meta(self, name: str) -> str | None:
        (found,) = [m for m in self.all("meta") if name in (m.get("name"), m.get("property"))]
        return found["content"]


def body(html: str) -> str:
    """The text a person reads, in order, on one line."""
    visible = re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", visible)).split())


KINDS = list(mails())
SHOP_LINK = "https://fern-fig.example/"
GO, SHARE = ("Go to Fern & Fig", SHOP_LINK), ("Your link for friends", LINK)
LEADS = {
    "thanks": ("Go to Fern & Fig", LINK),
    "thanks alone": ("Go to Fern & Fig", LINK),
    "spent": GO,
    "expiring": GO,
    "confirm": ("See or delete your data", LINK),
    "sign in": ("Sign in", SIGN_IN),
    "check in": ("Yes, very happy", ANSWERS["happy"]),
    "how to": ("Have a look", GUIDE_LINK),
    "birthday": GO,
    "anniversary, gift": GO,
    "anniversary, gift to use later": GO,
    "anniversary, sent": GO,
    "anniversary, offer": GO,
    "anniversary, bounded offer": GO,
    "anniversary, purchase": GO,
    "surprise": GO,
    "miss you": GO,
    "invitation": ("Get your code", JOIN),
    "interests": ("Choose what you like", INTERESTS),
}
"""Where mails lead that do not lead an ambassador to what they share."""


def lead(kind: str) -> tuple[str, str]:
    """The words of the link in a mail of this kind, and its address."""
    return LEADS.get(kind) or LEADS.get(kind.partition(",")[0], SHARE)


# --- numbers


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (1250, "EUR", "en", "€12.50"),
        (5, "EUR", "en", "€0.05"),
        (0, "USD", "en-US", "$0.00"),
        (-1250, "EUR", "en", "-€12.50"),
        (123456789, "GBP", "en", "£1,234,567.89"),
        (1250, "JPY", "en", "¥1,250"),
        (1250, "KWD", "en", "KWD\u00a01.250"),
        (-7, "BHD", "en", "-BHD\u00a00.007"),
        (123456789, "INR", "en-IN", "₹12,34,567.89"),
        (123456700, "INR", "gu", "₹12,34,567.00"),
        (123456700, "BDT", "bn-BD", "৳12,34,567.00"),
        (123456, "EUR", "de_AT", "1.234,56\u00a0€"),
        (-123456, "EUR", "de", "-1.234,56\u00a0€"),
        (123456, "EUR", "fr", "1\u202f234,56\u00a0€"),
        (123456, "CHF", "xx", "CHF\u00a01,234.56"),
        (1200, "points", "en", "1,200\u00a0points"),
        (10**20 + 1, "EUR", "en", "€1,000,000,000,000,000,000.01"),
    ],
)
def test_money(amount: int, currency: str, locale: str, written: str) -> None:
    """Money is written exactly, with the currency's decimals and the locale's separators; units have none."""
    assert format_money(amount, currency, locale) == written


@pytest.mark.parametrize(
    ("basis_points", "locale", "written"),
    [
        (1000, "en", "10%"),
        (1250, "en", "12.5%"),
        (1225, "en", "12.25%"),
        (5, "en", "0.05%"),
        (0, "en", "0%"),
        (10000, "en", "100%"),
        (1000, "de", "10\u00a0%"),
        (1250, "de-DE", "12,5\u00a0%"),
        (1250, "gu-IN", "12.5%"),
        (-1250, "en", "-12.5%"),
    ],
)
def test_percent(basis_points: int, locale: str, written: str) -> None:
    """A percentage carries no more decimals than it needs, in the style of the locale."""
    assert format_percent(basis_points, locale) == written


# --- landing page


def test_landing_says_who_what_and_how() -> None:
    """The friend reads who recommends, what they get, the condition and the code."""
    words = body(pages.landing_page(VIEW))
    for sentence in (
        "Maya recommends Fern & Fig",
        "10% off your order",
        "On orders of €20 or more",
        "MAYA7K3Q",
    ):
        assert sentence in words


def test_landing_has_one_way_on() -> None:
    """There is one main, one heading and one link, and the link is the shop's, unchanged."""
    page = Document(pages.landing_page(VIEW))
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    assert [link["href"] for link in page.all("a")] == [VIEW.shop_link]


def test_landing_code_is_left_alone_by_translators() -> None:
    """A browser that translates the page does not translate the code."""
    page = Document(pages.landing_page(VIEW))
    assert [p.get("translate") for p in page.all("p") if p.get("class") == "code"] == ["no"]


@pytest.mark.parametrize(
    ("offer", "shown"),
    [
        (Offer(None, 500, "EUR", 0), "€5 off your order Go to"),
        (Offer(None, 550, "EUR", 0), "€5.50 off your order Go to"),
        (Offer(1250, None, "EUR", 0, 5000), "12.5% off your order At most €50 off Go to"),
        (
            Offer(1000, None, "EUR", 2000, 5000),
            "10% off your order On orders of €20 or more, at most €50 off Go to",
        ),
    ],
)
def test_landing_shows_the_conditions_there_are(offer: Offer, shown: str) -> None:
    """Minimum and maximum appear when set and only then; a round amount is shown without its zeros."""
    assert shown in body(pages.landing_page(replace(VIEW, offer=offer)))


@pytest.mark.parametrize(("basis_points", "amount"), [(None, None), (1000, 500)])
def test_offer_is_one_promise(basis_points: int | None, amount: int | None) -> None:
    """An offer of both a share and an amount, or of neither, cannot be made."""
    with pytest.raises(ValueError, match="either"):
        Offer(basis_points, amount, "EUR", 0)


def test_landing_preview_tags() -> None:
    """A messenger that shows the link finds title, text, address and picture; search engines stay away."""
    page = Document(pages.landing_page(VIEW))
    expected = {
        "og:title": "Maya recommends Fern & Fig",
        "og:description": "10% off your order with the code MAYA7K3Q.",
        "og:url": VIEW.share_url,
        "og:image": VIEW.image_url,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Maya recommends Fern & Fig",
        "og:site_name": "Fern & Fig",
        "og:locale": "en_US",
        "twitter:card": "summary_large_image",
        "twitter:image": VIEW.image_url,
        "twitter:image:alt": "Maya recommends Fern & Fig",
        "twitter:title": "Maya recommends Fern & Fig",
        "description": "10% off your order with the code MAYA7K3Q.",
        "robots": "noindex",
    }
    assert {name: page.meta(name) for name in expected} == expected


def test_a_preview_without_a_picture_names_none() -> None:
    """A shop without a picture gets a preview of words, and no tag that leads nowhere."""
    html = pages.landing_page(replace(VIEW, image_url=None))
    assert "image" not in "".join(re.findall(r"<meta[^>]*>", html))
    assert Document(html).meta("twitter:card") == "summary"


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "Your code"), ("es", "Tu código"), ("gu", "તમારો કોડ"), ("bn", "আপনার কোড"), ("hi", "आपका कोड")],
)
def test_landing_without_an_offer_is_whole(locale: str, words: str) -> None:
    """With nothing to promise there is no box for promises: the code stands by itself, and the way on below it."""
    html = pages.landing_page(replace(VIEW, offer=None), locale)
    page = Document(html)
    classes = [attributes.get("class") for _, attributes in page.elements]
    assert not {"gift", "offer", "terms"} & set(classes)
    assert [link["href"] for link in page.all("a")] == [VIEW.shop_link]
    assert not re.search(r"<(p|div|h1|strong|bdi)[^>]*>\s*</", html)
    assert f"{words} MAYA7K3Q" in body(html)
    description = page.meta("description")
    assert description
    assert "MAYA7K3Q" in description
    assert page.meta("og:description") == description
    assert "%" not in description


@pytest.mark.parametrize("name", [GUJARATI, BENGALI, "મા\u200cયા", "M" * 80])
def test_landing_keeps_a_name_whole(name: str) -> None:
    """A name keeps its letters and joiners and stands in a direction of its own, however long it is."""
    html = pages.landing_page(replace(VIEW, first_name=name))
    assert f"<bdi>{name}</bdi> recommends" in html


def test_landing_without_a_name_still_reads_well() -> None:
    """An ambassador without a name is "A friend"."""
    assert "A friend recommends Fern & Fig" in body(pages.landing_page(replace(VIEW, first_name=" ")))


@pytest.mark.parametrize("field", ["shop_name", "first_name", "code", "shop_link", "share_url", "image_url"])
def test_landing_makes_markup_harmless(field: str) -> None:
    """Markup in any value is shown as text and adds no element or attribute."""
    plain = Document(pages.landing_page(VIEW))
    value: Any = f'"><b onclick=1>{EVIL}'
    evil = Document(pages.landing_page(replace(VIEW, **{field: value})))
    assert [(tag, sorted(attributes)) for tag, attributes in evil.elements if tag != "h1"] == [
        (tag, sorted(attributes)) for tag, attributes in plain.elements if tag != "h1"
    ]


@pytest.mark.parametrize(
    "html", [pages.landing_page(VIEW), pages.unusable_page("Fern & Fig", "https://fern-fig.example/")]
)
def test_pages_obey_their_policy(html: str) -> None:
    """The policy's hash is that of the one style block, byte for byte, and nothing else would be blocked."""
    page = Document(html)
    (style,) = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert pages.content_security_policy() == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert not {"script", "img", "iframe", "form", "base"} & {tag for tag, _ in page.elements}
    assert not [tag for tag, attributes in page.elements if "style" in attributes]
    assert {link["rel"] for link in page.all("link")} <= {"canonical", "icon"}
    assert not re.search(r"url\(|@import|@font-face", style)


BRAND = Brand(logo_url="https://cdn.fern-fig.example:8443/a/logo.png", color="#5b2a86", text_color="#fdf6ff")


def test_a_page_is_in_the_shops_colours() -> None:
    """The usual stylesheet stands, and behind it what the shop says otherwise; the policy allows that and the logo."""
    html = pages.landing_page(replace(VIEW, brand=BRAND))
    usual, own = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    assert usual in pages.landing_page(VIEW)
    assert "--ticket:#5b2a86;--on-ticket:#fdf6ff" in own
    assert "--gold:#fdf6ff;--on-gold:#5b2a86" in own
    hashes = [base64.b64encode(hashlib.sha256(it.encode()).digest()).decode() for it in (usual, own)]
    policy = pages.content_security_policy(BRAND)
    assert "style-src " + " ".join(f"'sha256-{it}'" for it in hashes) + ";" in policy
    assert "img-src 'self' data: https://cdn.fern-fig.example:8443;" in policy
    (logo,) = Document(html).all("img")
    assert (logo["src"], logo["alt"]) == (BRAND.logo_url, "Fern & Fig")
    assert "#5b2a86" in pages.unusable_page("Fern & Fig", "https://fern-fig.example/", brand=BRAND)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_have_enough_contrast(mode: str) -> None:
    """Every text reaches WCAG AA (4.5) on its ground, the focus ring 3, in the light and in the dark."""
    light, dark = re.findall(r":root \{(.*?)\}", (WEB / "templates/style.css").read_text(), flags=re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", light))
    if mode == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#\w{6})", dark))
    texts = (
        "ink page", "soft page", "ink stub", "soft stub", "on-ticket ticket", "gold ticket", "on-gold gold",
    )  # fmt: skip
    poor = [pair for pair in texts if contrast(*(colours[name] for name in pair.split())) < 4.5]
    assert poor == []
    assert contrast(colours["focus"], colours["page"]) >= 3


def test_unusable_page_leads_to_the_shop() -> None:
    """A code that does not work is told kindly, and the shop is one click away."""
    html = pages.unusable_page("Fern & Fig", "https://fern-fig.example/")
    page = Document(html)
    assert [link["href"] for link in page.all("a")] == ["https://fern-fig.example/"]
    assert "This code is not in use right now" in body(html)
    assert page.meta("robots") == "noindex"
    assert not Document(pages.unusable_page(EVIL, "/")).all("script")


# --- mails


@pytest.mark.parametrize("tag", ["en", "es", "gu", "bn-u-nu-beng", "hi"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_of_a_mail_say_the_same(kind: str, tag: str) -> None:
    """The text part has every word of the HTML part, in its order, and no other; nothing is left to be filled in."""
    mail = mails(locale=tag)[kind]
    assert bare(read(mail.html)) == bare(mail.text)
    assert "Fern & Fig" in mail.subject + mail.text
    assert not re.search(r"%\(|\{[{%a-z]|None|held\d", mail.subject + mail.text + read(mail.html))
    assert mail.subject == one_line(mail.subject) != ""


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_part_fits_a_terminal(kind: str) -> None:
    """No line is longer than 72 characters, but for an address, which must not be broken."""
    lines = [line for line in mails()[kind].text.splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= 72


def read(html: str) -> str:
    """What a person reads of a mail, below the shop's name and without the preview."""
    return body(
        re.sub(r'<div aria-hidden="true".*?</div>|<bdi>Fern &amp; Fig</bdi>\s*</td>', "", html, flags=re.DOTALL)
    )


def bare(text: str) -> str:
    """Its letters and digits alone; addresses stand in the text part where the HTML part has links."""
    return re.sub(r"https?://\S+|[\s:\-]", "", text)


def test_thanks_mail_tells_what_the_code_took_off() -> None:
    """The friend learns the discount and the order; an order without a discount promises none."""
    assert "€4.80 off your order 10023" in " ".join(mails()["thanks"].text.split())
    mail = mails()["thanks alone"]
    assert "order number is 10023" in mail.text
    assert "€" not in mail.text + mail.html


def test_held_mail_tells_when_and_why() -> None:
    """The ambassador learns amount and date, the reason for the wait and what a return does to it."""
    text = " ".join(mails()["held"].text.split())
    for words in (
        "a friend of yours has bought",
        "€10.00",
        "12 March 2026",
        "send the order back",
        "smaller",
    ):
        assert words in text


def test_held_mail_tells_the_day_of_its_zone() -> None:
    """The date is that of the moment by the clocks of the rules that it was promised under."""
    late = datetime(2026, 3, 13, 4, tzinfo=UTC)
    assert "12 March 2026" in held(late, "America/Bogota").html
    assert "13 March 2026" in held(late, "UTC").html


def held(release_at: datetime, time_zone: str) -> Mail:
    """News of a reward on hold."""
    letter, reader = Letter("reward_held", 1, "EUR", release_at), Reader("F", "M", LINK, "en")
    program = replace(RULES, time_zone=time_zone)
    return write(Draft(letter, ORDER, reader, program, RULES, lambda: Account("amb_1"), NOW))


def test_every_letter_has_its_function_and_its_words() -> None:
    """A name that a message may hold can be written, in words of its own."""
    assert set(LETTERS) == set(get_args(Name))
    for name in LETTERS:
        assert (WEB / "templates" / f"{name}.words").is_file()


def test_released_mail_tells_the_balance() -> None:
    """The ambassador learns that the reward is theirs and how much they have in all."""
    mail = mails()["released"]
    assert mail.subject == "Your €10.00 from Fern & Fig is yours now"
    assert "In all you have €25.00" in mail.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [None, "", " \n"])
def test_mail_greets_without_a_name(kind: str, name: str | None) -> None:
    """Without a name the greeting is still a greeting."""
    mail = mails(first_name=name)[kind]
    assert "Hello,\n\n" in mail.text
    assert ">Hello,</p>" in mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_mail_makes_markup_harmless_but_readable(kind: str) -> None:
    """Markup in a name is escaped in HTML, and written as it is in subject and text."""
    mail = mails(shop_name=EVIL, first_name=EVIL)[kind]
    assert not Document(mail.html).all("script")
    assert f"Hello {EVIL}," in " ".join(mail.text.split())
    assert EVIL in mail.subject
    assert "&lt;" not in mail.text + mail.subject


@pytest.mark.parametrize("kind", KINDS)
def test_mail_values_cannot_start_a_line(kind: str) -> None:
    """A line break in a name adds no header to the subject and no paragraph to the text."""
    mail = mails(shop_name="Fern\r\nBcc: x@y.example\x00\u2028\u202eFig", first_name="M\n\nSend money")[kind]
    assert "Fern Bcc: x@y.example Fig" in mail.subject
    assert not re.search(r"[\x00-\x1f\u2028\u202e]", mail.subject)
    assert "Hello M Send money,\n" in mail.text
    assert len(mail.text.split("\n\n")) == len(mails()[kind].text.split("\n\n"))


@pytest.mark.parametrize(
    "mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\x00\x1f\x7f\x85\x9f"
)
def test_no_name_turns_a_subject_around(mark: str) -> None:
    """Marks that set a direction for what follows, and all that breaks or hides, become a blank; letters stay."""
    assert one_line(f"Fern{mark}Fig") == "Fern Fig"
    for mail in mails(shop_name=f"Fern{mark}Fig").values():
        assert "Fern Fig" in mail.subject
        assert mark not in mail.subject + mail.text.replace("\n", "")


def test_joiners_stay_in_a_name() -> None:
    """Gujarati and Bengali are spelt with them."""
    for joiner in "\u200c\u200d":
        assert one_line(f"ક્{joiner}ષ") == f"ક્{joiner}ષ"


@pytest.mark.parametrize("kind", KINDS)
def test_mail_leads_on_by_one_link(kind: str) -> None:
    """Its words say where to; in the text part the address can be seen and typed."""
    mail, (label, link) = mails()[kind], lead(kind)
    leads = [it["href"] for it in Document(mail.html).all("a")][:-1]
    assert leads == (list(ANSWERS.values()) if kind.startswith("check in") else [link] * len(leads))
    assert len(leads) == 1 or kind in {"how to", "check in", "check in, long ago"}
    assert label in body(mail.html)
    assert f"{label}: {link}" in " ".join(mail.text.split())


def test_a_check_in_is_answered_by_one_tap() -> None:
    """Each answer is a button of its own, with what it says, and in the text part a line; there is no other link."""
    mail = mails()["check in"]
    buttons = re.findall(r'<a style="([^"]*)" href="([^"]*)">([^<]*)</a>', mail.html)
    said = {url: words for _, url, words in buttons}
    assert said == {
        ANSWERS["happy"]: "Yes, very happy",
        ANSWERS["fine"]: "It is all right",
        ANSWERS["unhappy"]: "No, not happy",
    }
    assert all("display: block" in style and "padding: 12px 20px" in style for style, _, _ in buttons)
    assert "\n".join(f"{words}: {url}" for url, words in said.items()) in mail.text


def test_a_guide_can_be_seen_without_its_picture() -> None:
    """What is to be seen there stands in the picture's place, and what the guide is called below it, in both parts."""
    mail, bare = mails()["how to"], mails()["how to, no picture"]
    (picture,) = Document(mail.html).all("img")
    assert (picture["src"], picture["alt"]) == (GUIDE.picture, GUIDE.picture_text)
    assert not Document(bare.html).all("img")
    for it in (mail, bare):
        assert f"\n\n{GUIDE.title}\n\n" in it.text
        assert GUIDE.title in body(it.html)


def test_an_offer_of_ones_own_is_seen_and_bounded() -> None:
    """Code, what it takes off, until when and from which order on stand in both parts, and no picture with it."""
    mail = mails()["miss you, bounded offer"]
    for said in (" ".join(mail.text.split()), body(mail.html)):
        assert "It takes 10% off your next order. That is €50 at most." in said
        assert "It works once, until 12 April 2026, when you order for €30 or more." in said
        assert OFFER.code in said
    assert mail.images == ()


@pytest.mark.parametrize("kind", KINDS)
def test_mail_fetches_nothing(kind: str) -> None:
    """No font, style or pixel: opening a mail tells nobody. Its one picture comes with it, and says what it is.

    What a guide shows is the shop's own, and lies where the shop keeps it.
    """
    mail, (_, link) = mails()[kind], lead(kind)
    assert not re.search(r"url\(|<link|@import", mail.html)
    sources = [GUIDE.picture] if kind == "how to" else [f"cid:{it.cid}" for it in mail.images]
    assert [(it["src"], bool(it["alt"])) for it in Document(mail.html).all("img")] == [(it, True) for it in sources]
    known = {link, LINK, PREFERENCES, *sources, *(ANSWERS.values() if kind.startswith("check in") else ())}
    assert set(re.findall(r"https?://[^\s\"<]+", unescape(mail.html))) <= known
    assert Document(mail.html).all("html") == [{"lang": "en", "dir": "ltr"}]


# --- languages


def test_no_digit_is_forgotten() -> None:
    """A page and its mails in Bengali digits hold no other ones, but for what is typed or looked up by them."""
    tag = "bn-u-nu-beng"
    words = body(pages.landing_page(replace(VIEW, code="MAYA", offer=replace(TEN_PERCENT, maximum=5050)), tag))
    assert re.findall(r"[0-9]+", words) == []
    for mail in mails(locale=tag).values():
        said = mail.subject + re.sub(r"https?://\S+|MAYA7K3Q|4071 8352", "", mail.text + body(mail.html))
        assert set(re.findall(r"[0-9]+", said)) <= {"10023"}
    assert "১০০২৩" not in mails(locale=tag)["thanks"].text


def source_messages() -> list[str]:
    """Every sentence of the committed template catalogue; the forms of one that counts with a NUL between them."""
    pot = (WEB / "locale/messages.pot").read_text("utf-8")
    found = re.findall(r'^msgid ((?:".*"\n)+)(?:msgid_plural ((?:".*"\n)+))?', pot, flags=re.MULTILINE)
    messages = [
        "\0".join("".join(ast.literal_eval(line) for line in lines.splitlines()) for lines in forms if lines)
        for forms in found
    ]
    return [message for message in messages if message]


def write_catalogue(folder: Path, messages: dict[str, str]) -> None:
    """A compiled catalogue, as `pybabel compile` would write it."""
    entries = sorted((k.encode(), v.encode()) for k, v in messages.items())
    entries.insert(0, (b"", b"Content-Type: text/plain; charset=utf-8\n"))
    offset = 28 + 16 * len(entries)
    tables, data = [b"", b""], b""
    for table in (0, 1):
        for entry in entries:
            tables[table] += struct.pack("<II", len(entry[table]), offset + len(data))
            data += entry[table] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    path = folder / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(header + b"".join(tables) + data)


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of catalogues, in which each is looked for whenever it is asked for."""
    monkeypatch.setattr(language, "DIRECTORY", tmp_path)
    monkeypatch.setattr(language, "_find", language._find.__wrapped__)  # noqa: SLF001 - not what a cache remembers
    return tmp_path


def without_translations(text: str) -> str:
    """The text without what stands in the brackets of the pseudo-locale, nested ones too."""
    while (shorter := re.sub(r"\[\[(?!\[)(?:(?!\[\[|\]\]).)*\]\]", "", text, flags=re.DOTALL)) != text:
        text = shorter
    return " ".join(text.split())


@pytest.fixture
def pseudo(locales: Path) -> str:
    """A language that says every sentence in brackets."""
    write_catalogue(locales / "gu", {it: "[[" + it.replace("\0", "]]\0[[") + "]]" for it in source_messages()})
    return "gu"


def test_every_sentence_of_the_pages_is_translated(pseudo: str) -> None:
    """With a complete catalogue nothing on a page stays English; only the shop's and the code's names do."""
    capped = replace(TEN_PERCENT, maximum=5000)
    for offer in (TEN_PERCENT, capped, replace(capped, minimum=0)):
        html = pages.landing_page(replace(VIEW, offer=offer), pseudo)
        assert without_translations(body(html)) == "Fern & Fig MAYA7K3Q"
        page = Document(html)
        assert page.meta("og:title") == "[[Maya recommends Fern & Fig]]"
        assert str(page.meta("description")).startswith("[[")
    assert without_translations(body(pages.unusable_page("Fern & Fig", "/", pseudo))) == "Fern & Fig"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["Maya", None])
def test_every_sentence_of_the_mails_is_translated(pseudo: str, kind: str, name: str | None) -> None:
    """With a complete catalogue subject, text and HTML have no English left; the signature is the shop's."""
    mail = mails(first_name=name, locale=pseudo)[kind]
    assert without_translations(mail.subject) == ""
    given = r"MAYA7K3Q|4071\s8352|CPN|Gold|Tea mug|How to repot a fern|10%|€(4\.80|5\.00|7\.00|10\.00|12\.50|25\.00)"
    for said in (mail.text, read(mail.html)):
        left = without_translations(re.sub(r"https?://\S+", "", said)).replace("Fern & Fig", "")
        assert re.sub(rf"[\s:-]|{given}", "", left) == ""


def test_translated_mail_escapes_names_too(pseudo: str) -> None:
    """A sentence from a catalogue is no way around the escaping."""
    for mail in mails(shop_name=EVIL, first_name=EVIL, locale=pseudo).values():
        assert not Document(mail.html).all("script")
        assert "&lt;" not in mail.text


@pytest.mark.parametrize(
    ("asked", "tag", "greeting"),
    [
        ("gu", "gu", "નમસ્તે,"),
        ("gu-IN", "gu-IN", "નમસ્તે,"),
        ("GU_in", "gu-IN", "નમસ્તે,"),
        ("pt-BR", "pt-BR", "Oi,"),
        ("pt-PT", "en", "Hello,"),
        ("xx", "en", "Hello,"),
        ("en-IN", "en-IN", "Hello,"),
        ("", "en", "Hello,"),
        ("../gu", "en", "Hello,"),
        ("gu/../gu", "en", "Hello,"),
        ("gu\n", "en", "Hello,"),
    ],
)
def test_locale_falls_back(locales: Path, asked: str, tag: str, greeting: str) -> None:
    """A locale is served by its own catalogue, else by its language's, else in English that says so."""
    write_catalogue(locales / "gu", {"Hello,": "નમસ્તે,"})
    write_catalogue(locales / "pt_BR", {"Hello,": "Oi,"})
    mail = mails(first_name=None, locale=asked)["held"]
    assert f"\n{greeting}\n" in mail.text
    assert Document(mail.html).all("html")[0]["lang"] == tag
    assert Document(pages.landing_page(VIEW, asked)).all("html")[0]["lang"] == tag


def test_numbers_follow_the_language_that_is_spoken(locales: Path) -> None:
    """A page is not half German: with a catalogue the numbers are German too, without one all is English."""
    assert "On orders of €20 or more" in body(pages.landing_page(VIEW, "de"))
    write_catalogue(locales / "de", {"%(discount)s off your order": "%(discount)s Rabatt"})
    assert "10\u00a0% Rabatt" in unescape(re.sub("<[^>]+>", "", pages.landing_page(VIEW, "de")))


def test_right_to_left(locales: Path) -> None:
    """A language written from the right turns page and mail around."""
    write_catalogue(locales / "ar", {"Hello,": "مرحبا"})
    assert Document(pages.landing_page(VIEW, "ar-EG")).all("html") == [{"lang": "ar-EG", "dir": "rtl"}]
    html = mails(locale="ar")["held"].html
    assert 'align="left"' not in html
