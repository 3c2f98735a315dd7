"""The picture of a preview: what stands on it, that it fits, and that nothing is drawn wrongly."""

import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from chalicelib.domain.program.brand import Brand
from chalicelib.web import card as module
from chalicelib.web.card import HEIGHT, WIDTH, Card, card_of, draw

FONTS = Path(module.__file__).with_name("fonts")
LATIN = st.text("MWmwilÀŁß&-. 0")
GUJARATI, BENGALI, HINDI = "માયા", "মায়া চট্টোপাধ্যায়", "प्रीति चतुर्वेदी"
SHOP, TICKET, STUB = (200, 40, WIDTH, 190), (104, 224, 810, 560), (870, 224, WIDTH, 560)


def shown(card: Card | None) -> Image.Image:
    """A card as pixels."""
    assert card is not None
    return Image.open(io.BytesIO(draw(card))).convert("RGB")


def differs(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether two cards differ within a part."""
    return ImageChops.difference(one.crop(box), other.crop(box)).getbbox() is not None


def test_a_card_has_the_size_of_previews() -> None:
    """1200 x 630, as all messengers lay out for, and small enough for all of them (WhatsApp: 300 KB)."""
    picture = draw(Card("Fern & Fig", "Maya", "10%"))
    assert Image.open(io.BytesIO(picture)).size == (WIDTH, HEIGHT) == (1200, 630)
    assert len(picture) < 100_000


def test_a_card_is_drawn_once() -> None:
    """Whoever asks for the same picture over and over costs no more drawing; another card is another picture."""
    one = draw(Card("Fern & Fig", "Maya", "10%"))
    assert draw(Card("Fern & Fig", "Maya", "10%")) is one
    assert draw(Card("Fern & Fig", "Asha", "10%")) != one


def test_what_stands_on_a_card() -> None:
    """The shop's name, the ambassador's and the saving each change what is seen, in their own place."""
    card = shown(card_of("Fern & Fig", "Maya", "10%"))
    assert differs(card, shown(card_of("Kavya", "Maya", "10%")), SHOP)
    assert differs(card, shown(card_of("Fern & Fig", "Asha", "10%")), TICKET)
    assert differs(card, shown(card_of("Fern & Fig", "Maya", "12%")), TICKET)
    assert differs(card, shown(card_of("Fern & Fig", "Maya", "")), TICKET)
    assert differs(card, shown(card_of("Fern & Fig", "", "10%")), TICKET)
    assert not differs(card, shown(card_of("Kavya", "Asha", "")), STUB)


@pytest.mark.parametrize("name", ["Maya", "Zoë", "Łukasz", "Nguyễn", GUJARATI, BENGALI, HINDI, "O’Neill-Smith"])
def test_names_are_drawn_in_their_script(name: str) -> None:
    """Every letter has a glyph: a name without its last letter looks different, and none is an empty space."""
    whole = shown(card_of("Shop", name, "10%"))
    assert card_of("Shop", name, "10%") == Card("Shop", name, "10%")
    assert differs(whole, shown(Card("Shop", name[:-1], "10%")), TICKET)


@pytest.mark.parametrize(
    "name", ["山田", "Иван", "ஆஷா", "محمد", "Maya 🌸", "Kavya કાવ્યા", "કાવ્યા Kavya", "", " ", "\u200b"]
)
def test_what_cannot_be_spelt_is_left_out(name: str) -> None:
    """Scripts without a font, several at once and pictures: better no name than a wrong one, or a box."""
    assert card_of("Shop", name, "10%") in {Card("Shop", "", "10%"), None}
    assert card_of(name, "Maya", "10%") is None


def test_every_character_that_is_drawn_has_a_glyph() -> None:
    """What is taken for a name can be drawn by the font of its script, or by another one that is here."""
    fonts = [ImageFont.truetype(path, 20, layout_engine=ImageFont.Layout.BASIC) for path in sorted(FONTS.glob("*.ttf"))]
    missing = [bytes(font.getmask("\uffff")) for font in fonts]
    cards = {letter: card_of(f"a{letter}b", "", "") or card_of(letter, "", "") for letter in map(chr, range(0x3000))}
    taken = [letter for letter, card in cards.items() if card and letter in card.shop_name]
    assert len(taken) > 500
    drawn = [letter for letter in taken if unicodedata.category(letter) not in {"Mn", "Mc", "Cf", "Zs", "Cn"}]
    bare = [
        it for it in drawn if all(bytes(font.getmask(it)) == none for font, none in zip(fonts, missing, strict=True))
    ]
    assert bare == []


@settings(max_examples=8)
@given(LATIN, LATIN, st.sampled_from(["10%", "€5", "1.000.000,00 US$", "WWWWWWWWWWWWWWWWWWWW", ""]))
def test_everything_fits(shop: str, name: str, saving: str) -> None:
    """However long or wide names are: nothing runs over the ticket's edge, into its stub or off the picture."""
    card = card_of(f"M{shop * 5}", name * 8, saving)
    picture, plain = shown(card), shown(Card("M", "", ""))
    assert not differs(picture, plain, STUB)
    assert not differs(picture, plain, (WIDTH - 40, 0, WIDTH, HEIGHT))


@pytest.mark.parametrize(
    "evil", ['</text><script/><text>"', "&lt;&amp;", "]]>", "<!ENTITY a SYSTEM 'file:///etc/passwd'>"]
)
def test_markup_is_text(evil: str) -> None:
    """Whatever a name is made of, the card is drawn, and nothing but the name changes."""
    picture = shown(Card("Shop", evil, "10%"))
    assert not differs(picture, shown(Card("Shop", "Maya", "10%")), STUB)


@pytest.mark.parametrize(
    "bait", ["evil.example", "Your prize: http://evil.example/claim", "call +1 202 555 0123", "a@b.co"]
)
def test_bait_is_not_drawn(bait: str) -> None:
    """What pages don't greet with is not drawn either: a picture from the shop's own host is as good a bait."""
    assert card_of("Shop", bait, "10%") == Card("Shop", "", "10%")


def test_a_long_name_is_cut_before_it_is_too_small_to_read() -> None:
    """What comes after some twenty of the widest letters is not seen, and three dots say that there is more."""
    assert draw(Card("Shop", "M" * 20, "10%")) != draw(Card("Shop", "M" * 19, "10%"))
    assert draw(Card("Shop", "M" * 41, "10%")) == draw(Card("Shop", "M" * 80, "10%"))


def test_every_card_has_an_address_of_its_own() -> None:
    """What differs in content differs in version, also where names could run into each other."""
    cards = [Card("a", "b", "c"), Card("ab", "", "c"), Card("a", "bc", ""), Card("", "ab", "c"), Card("a", "b", "d")]
    assert len({card.version for card in cards}) == len(cards)
    assert Card("a", "b", "c").version == cards[0].version


def test_a_card_is_in_the_shops_colours() -> None:
    """Ticket and figure have the colours of the brand; its address is another, so that nobody keeps the old one."""
    usual, brand = card_of("Fern & Fig", "Maya", "10%"), Brand(color="#5b2a86", text_color="#fdf6ff")
    branded = card_of("Fern & Fig", "Maya", "10%", brand)
    assert usual is not None
    assert branded is not None
    assert usual.version != branded.version
    seen: dict[object, int] = {colour: n for n, colour in shown(branded).getcolors(1 << 20) or ()}
    assert seen[0x5B, 0x2A, 0x86] > 100_000
    assert seen[0xFD, 0xF6, 0xFF] > 1000
    assert not {(0x14, 0x48, 0x3A), (0xFF, 0xC6, 0x5C)} & seen.keys()
