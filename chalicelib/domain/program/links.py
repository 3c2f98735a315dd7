"""The address of the shop: where a share link leads on to, and which pages are the shop's own."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

CODE = "ref"
"""The parameter in which a shop receives the code."""

MEASURED_MAX = 20
MEASURE_LENGTH_MAX = 500
"""Longer than any click id that is in use. A cut one would be worthless, so a longer one is left out."""

_MEASURE = re.compile(
    r"utm_[a-z_]{1,40}|gclid|gbraid|wbraid|dclid|fbclid|msclkid|ttclid|twclid|li_fat_id|epik|sccid|rdt_cid|yclid|srsltid",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def shop_link(shop_url: str, code: str | None, sent: Mapping[str, str]) -> str:
    """Return the way on to the shop: with the code, if one works, and with what measures where the visit came from.

    `sent` are the parameters of the share link. Only those go on that campaigns and advertisements are known by; each
    takes the place of the shop's own of that name, as the code does of an old one. With nothing to add the address is
    the shop's, letter for letter.
    """
    added = measures(sent) | ({CODE: code} if code else {})
    if not added:
        return shop_url
    parts = urlsplit(shop_url)
    kept = [(name, text) for name, text in parse_qsl(parts.query, keep_blank_values=True) if name not in added]
    return urlunsplit(parts._replace(query=urlencode([*kept, *added.items()])))


def measures(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that measure, as they were sent, as far as they are of a sound form."""
    found = {
        name: text
        for name, text in sent.items()
        if _MEASURE.fullmatch(name) and 0 < len(text) <= MEASURE_LENGTH_MAX and text.isprintable()
    }
    return dict(list(found.items())[:MEASURED_MAX])


def origin_of(url: str) -> str:
    """Return the origin of an address as a browser writes it: scheme, host and a port that is not the usual one."""
    scheme, host, *_ = urlsplit(url)
    return f"{scheme}://{host.rpartition('@')[2].lower().removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"
