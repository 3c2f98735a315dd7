"""Where a share link leads on to."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.program.links import MEASURE_LENGTH_MAX, MEASURED_MAX, measures, origin_of, shop_link

SHOP = "https://shop.example/"
NAMES = st.sampled_from(["utm_source", "utm_campaign", "gclid", "fbclid", "ScCid", "ref", "ch", "lang", "x", "UTM_X"])


@pytest.mark.parametrize(
    ("shop_url", "sent", "link"),
    [
        (SHOP, {}, "https://shop.example/?ref=CODE"),
        ("https://shop.example", {}, "https://shop.example?ref=CODE"),
        (f"{SHOP}?ref=OLD", {}, "https://shop.example/?ref=CODE"),
        (f"{SHOP}?ref=OLD&a=1&ref=OLDER", {}, "https://shop.example/?a=1&ref=CODE"),
        (f"{SHOP}?a=1&b=#top", {}, "https://shop.example/?a=1&b=&ref=CODE#top"),
        (SHOP, {"utm_source": "x", "gclid": "y"}, "https://shop.example/?utm_source=x&gclid=y&ref=CODE"),
        (f"{SHOP}?utm_source=own", {"utm_source": "x"}, "https://shop.example/?utm_source=x&ref=CODE"),
        (SHOP, {"ref": "EVIL", "ch": "qr", "lang": "gu", "next": "https://evil.example"}, f"{SHOP}?ref=CODE"),
    ],
)
def test_the_way_on_to_the_shop(shop_url: str, sent: dict[str, str], link: str) -> None:
    """The shop's own query stays, the code is there once, and of the share link's what measures."""
    assert shop_link(shop_url, "CODE", sent) == link


def test_without_a_code_nothing_but_measures_is_added() -> None:
    """A broken link leads to the shop as it is written, letter for letter."""
    odd = "https://shop.example/?a=b%20c&ref=OWN"
    assert shop_link(odd, None, {"ch": "qr"}) == odd
    assert shop_link(SHOP, None, {"fbclid": "z"}) == f"{SHOP}?fbclid=z"


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_id", "utm_source_platform", "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid"]
)
def test_what_measures_goes_on(name: str) -> None:
    """Campaigns, and the click ids of those who sell advertisements."""
    assert measures({name: "v"}) == {name: "v"}


def test_measures_are_bounded() -> None:
    """The longest that goes on whole, and as many as go on; a cut click id would be worth nothing."""
    longest = "x" * MEASURE_LENGTH_MAX
    assert measures({"gclid": longest, "fbclid": longest + "x", "utm_id": ""}) == {"gclid": longest}
    many = {f"utm_{chr(97 + n)}": "v" for n in range(MEASURED_MAX + 1)}
    assert list(measures(many)) == list(many)[:MEASURED_MAX]


@given(st.dictionaries(NAMES | st.text(max_size=50), st.text(max_size=600), max_size=60))
def test_nothing_foreign_and_nothing_endless_goes_on(sent: dict[str, str]) -> None:
    """Whatever hangs on a share link: the address leads to the shop, with one code, and a bounded lot of measures."""
    link = shop_link(f"{SHOP}?own=1", "CODE", sent)
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "shop.example", "/", "")
    assert link.isascii()
    assert not set(link) & set(" \"'<>\\\r\n\t")
    query = parse_qsl(parts.query, keep_blank_values=True)
    (own, *measured, code) = query
    assert (own, code) == (("own", "1"), ("ref", "CODE"))
    assert len(measured) <= MEASURED_MAX
    assert all(sent[name] == text and len(text) <= MEASURE_LENGTH_MAX for name, text in measured)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Example/de/?a=1#x", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443/", "http://shop.example:443"),
        ("http://localhost:3000/a", "http://localhost:3000"),
        ("ftp://shop.example:443/", "ftp://shop.example:443"),
        ("https://user:secret@shop.example/", "https://shop.example"),
    ],
)
def test_an_origin_is_as_a_browser_writes_it(url: str, origin: str) -> None:
    """In small letters, with a port only if it is not the usual one, and without whoever signs in."""
    assert origin_of(url) == origin
