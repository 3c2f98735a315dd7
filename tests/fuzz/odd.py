"""Requests that no client means: what is no JSON, comes as something else, or names things in strange spellings."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

from requests import Request

from chalicelib.edge.routes import Route, contract_of, view_of
from contract.check import UnknownAnswerError, checker
from tests.fuzz.callers import caller_of
from tests.fuzz.town import Town
from tests.fuzz.trial import WIRE, Outcome
from tests.fuzz.wire import FROM_GATEWAY, HOST

TEXTS = (
    "", " ", "\0", "\x7f", "\ud800", "\udfff\ud800", "\u202eabc", "\u2066", "\u200b", "\ufeff", "\ufffe", "\U0010ffff",
    "الخصم", "עברית", "ગુજરાતી", "বাংলা", "e\u0301" * 60, "🤷🏽‍♀️", "ﷺ", "ß", "İ", "ſ", "Ａ", "٣", "/", "//", "..", ".",
    "%", "%00", "%2F", "%zz", "#", "?", "&", "=", "+", "~", "~~", "~AA", "~w", "~_-8", "me", "ME", "null", "true", "0",
    "-1", "1e3", "NaN", "00000000000000000001", "a" * 129, "a" * 5000, "amb_", "rk_", "rs_", "'", '"', "\\", "\r\n",
    "{{7*7}}", "<script>", "${jndi:x}", "'; DROP TABLE", "gift:", "gift: ", "EUR", "eur", "points",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**12, 10**12 + 1, 10**40, 10**400, 0.1, -0.0,
    1e308,
)  # fmt: skip
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": ""}, [None], {"amount": 1}, [{}] * 101)
RAW = (
    b"", b" ", b"\0", b"{", b"}", b"[]", b"null", b"0", b'""', b"{}{}", b"{'a': 1}", b'{"a": 1, "a": 2}', b'{"a": NaN}',
    b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b'{"\\ud800": 1}', b'{"a": "\xff"}', b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{}", b'{"a": "\0"}', b"[" * 100_000, b'{"a":' * 5_000, b"{" + b" " * 70_000 + b"}", b"9" * 5_000,
    b'{"a": ' + b"9" * 5_000 + b"}", b'{"a": -}', b"a=1&b=2", b"<a/>", b'{"\\u0000": 1}', b'{"a": 1}\n\n', b"{,}",
)  # fmt: skip
KINDS = (
    "application/json; charset=utf-8", "APPLICATION/JSON", "application/json;", "application/json; charset=utf-16", "",
    ",",
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/problem+json", "*/*", "json",
    "application/json, text/plain", "application/octet-stream", "image/png",
)  # fmt: skip


def oddities(route: Route, examples: int, town: Town, outcome: Outcome, chance: int = 0) -> None:
    """Send a route so many odd requests. The answers are those of the contract, and none is an error of ours."""
    random = Random(f"{route.name} {chance}")
    for _ in range(examples):
        town.begin()
        _send(route, random, town, outcome)


def _send(route: Route, random: Random, town: Town, outcome: Outcome) -> None:
    path = "".join(_segment(random, it, town) for it in _parts(route.path))
    names = [*contract_of(view_of(route)).query, "x", ""]
    query = [(random.choice(names), _odd_text(random)) for _ in range(random.choice((0, 0, 1, 2)))]
    caller = caller_of(random, route, town)
    headers: dict[str, Any] = {"Idempotency-Key": _header(random), "If-None-Match": _header(random)}
    if caller.authorization is not None:
        headers["Authorization"] = caller.authorization.encode()
    data = _body(random, town) if route.method != "GET" else b""
    if data:
        headers["Content-Type"] = random.choice(KINDS) if random.random() < 0.2 else "application/json"
    asked = urlencode(query, errors="surrogatepass")
    prepared = Request(route.method, HOST, headers=headers, data=data).prepare()
    prepared.url = f"{HOST}{path}?{asked}".rstrip("?")  # as it is: preparing would resolve the dots of a path
    answer = WIRE.send(prepared, allow_redirects=False)
    outcome.statuses[answer.status_code] += 1
    if FROM_GATEWAY in answer.headers:
        return
    try:
        kind = answer.headers.get("Content-Type", "")
        checker().check(route.method, route.path, answer.status_code, kind, answer.content, answer.headers)
        wrong = "an error of ours" if answer.status_code >= 500 else ""
    except UnknownAnswerError as error:
        wrong = str(error)
    if wrong:
        sent = f"{prepared.method} {prepared.url} {dict(prepared.headers)} {data[:300]!r}"
        outcome.failures.setdefault(f"odd: {wrong}", f"{sent}\n    {answer.status_code} {answer.content[:300]!r}")


def _parts(path: str) -> Iterator[str]:
    """The segments of a path, each with its slash."""
    return (f"/{it}" for it in path.split("/")[1:])


def _segment(random: Random, part: str, town: Town) -> str:
    if not part.startswith("/{"):
        return part
    known = town.words.get(part[2:-1], [])
    text = random.choice(known) if known and random.random() < 0.6 else _odd_text(random)
    text = text or " "  # without a name it would be another path
    return "/" + "".join(_spelled(random, byte) for byte in str(text).encode(errors="surrogatepass"))


def _spelled(random: Random, byte: int) -> str:
    """A byte as a path may spell it: some are encoded although they need not be."""
    plain = chr(byte).isascii() and chr(byte).isprintable() and chr(byte) not in " /?#%"
    return chr(byte) if plain and random.random() < 0.5 else f"%{byte:02X}"


def _odd_text(random: Random) -> str:
    text = random.choice(TEXTS)
    return text if random.random() < 0.8 else text + random.choice(TEXTS)


def _header(random: Random) -> bytes:
    text = _odd_text(random).replace("\r", "").replace("\n", "").strip()
    return text.encode(errors="surrogatepass")


def _body(random: Random, town: Town) -> bytes:
    if random.random() < 0.3:
        return random.choice(RAW)
    return json.dumps(_value(random, town, 0), ensure_ascii=random.random() < 0.5).encode(errors="surrogatepass")


def _value(random: Random, town: Town, depth: int) -> Any:
    """An object whose names are real ones and whose values are odd, or from the story."""
    if depth > 2 or (depth and random.random() < 0.5):
        return random.choice([_odd_text(random), random.choice(NUMBERS), random.choice(OTHERS)])
    names = random.sample(sorted(town.words), k=random.randint(1, 6))
    return {
        name: random.choice(town.words[name]) if random.random() < 0.5 else _value(random, town, depth + 1)
        for name in names
    }
