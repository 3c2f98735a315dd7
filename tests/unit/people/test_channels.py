"""By which channels somebody is shown to share: those of their country, a few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.people.channels import CHANNELS, SHOWN_MAX, channels_for, country_of
from tests.unit.book import program


@pytest.mark.parametrize(
    ("locale", "country"),
    [
        ("gu-IN", "IN"),
        ("gu", "IN"),
        ("bn", "BD"),
        ("bn-IN", "IN"),
        ("bn-u-nu-beng", "BD"),
        ("zh-Hant-TW", "TW"),
        ("pt_BR", "BR"),
        ("es", ""),
        ("de-u-co-phonebk", ""),
    ],
)
def test_a_locale_names_a_country(locale: str, country: str) -> None:
    """Its own, or where its language is mostly spoken; an extension is none, and a language of many has none."""
    assert country_of(locale) == country


def test_who_names_no_country_is_where_the_shop_is() -> None:
    """An English reader of a Japanese shop writes in LINE; without any country it is what most use."""
    assert channels_for(program(locale="ja-JP"), "en")[0] == "line"
    assert channels_for(program(locale="en"), None)[0] == "whatsapp"


@given(st.from_regex(r"[a-z]{2,3}(-[A-Z]{2})?", fullmatch=True))
def test_there_are_three_to_five_and_each_is_counted(locale: str) -> None:
    """Whoever it is: none twice, and all are channels by whose names clicks are counted."""
    found = channels_for(program(), locale)
    assert 3 <= len(found) <= SHOWN_MAX
    assert len(set(found)) == len(found)
    assert set(found) <= set(CHANNELS)


def test_the_shop_knows_better() -> None:
    """What the program lists goes before any country."""
    assert channels_for(program(share_channels=("x", "sms")), "gu-IN") == ("x", "sms")
