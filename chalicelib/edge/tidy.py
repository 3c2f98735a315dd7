"""What of a request is only spelling, put right before it is checked.

A shop hands on what its customers typed and what its own tools left empty, and a friend must not lose the offer to it.
A field's type says how it is tidied, as metadata that msgspec keeps and does not read: `Meta(extra={"tidy": address})`.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from chalicelib.domain.program.shape import BARRED, JOINERS, without_invisible

Tidier = Callable[[Any], Any]

_BARRED = re.compile(f"[{BARRED}]+")
_JOINERS = re.compile(f"[{JOINERS}]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*(?![A-Za-z0-9_-])")
_NAME_MAX = 80
_TRAIT_MAX = 512
_TAG_MAX = 35


def tidied(document: Any, kind: Any) -> Any:
    """Tidy the text in a JSON document as the fields of `kind` say, and drop what is only there empty; return it.

    Of an optional field, an empty text means the same as none, and so does null unless the type has a meaning for it.
    A field that may be UNSET is a change to be made: there, nothing is left out. What does not fit `kind` is left for
    the check that follows.
    """
    tidy = _tidier(kind)
    return tidy(document) if tidy else document


def address(text: str) -> str:
    """Write an e-mail address as mail is sent to it.

    Full width becomes plain, what shows nothing goes, and the host is in ASCII by UTS 46 without the transitional
    mappings of 2003, which made faß.example and fass.example one. A host that can't be written so stays as it is.
    """
    plain = text if text.isascii() else without_invisible(unicodedata.normalize("NFKC", text))
    local, at, host = plain.strip().rpartition("@")
    return f"{local}{at}{_in_ascii(host.removesuffix('.'))}"


def trimmed(text: str) -> str:
    """Drop the blanks around a text."""
    return text.strip()


def note(text: str) -> str:
    """Keep the lines of what somebody has written to the shop, and drop what shows nothing."""
    lines = "\n".join(text.replace("\r\n", "\n").split("\r")).split("\n")
    return "\n".join(without_invisible(_BARRED.sub(" ", line)).rstrip() for line in lines).strip()


def bare(text: str) -> str:
    """Drop what shows nothing from an id that the shop gives a customer."""
    return without_invisible(_JOINERS.sub("", text))


def first_name(text: str) -> str:
    """Write a friend's name in one line; one that is too long to be greeted with is none."""
    line = " ".join(_BARRED.sub(" ", text).split())
    return line if len(line) <= _NAME_MAX else ""


def language_tag(text: str) -> str:
    """Read a language tag out of a locale such as en_US.UTF-8; there is none in what can't be read."""
    found = _LANGUAGE.match(text.strip())
    return found[0].replace("_", "-") if found and len(found[0]) <= _TAG_MAX else ""


def currency(text: str) -> str:
    """Write a currency in capitals."""
    return text.upper() if text.isascii() else text


def country(text: str) -> str:
    """Write a country's two letters in capitals."""
    return text.strip().upper() if text.isascii() else text


def trait(text: str) -> str:
    """Trim what tells a card or a place, and cut off what is longer than that takes."""
    return text.strip()[:_TRAIT_MAX]


def _in_ascii(host: str) -> str:
    if host.isascii():
        return host
    import idna  # heavy, and most hosts are ASCII

    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    except idna.IDNAError:
        return host
    labels = (it if it.isascii() else "xn--" + it.encode("punycode").decode() for it in mapped.split("."))
    return ".".join(labels)


@cache
def _tidier(kind: Any) -> Tidier | None:
    """What tidies a value of this type; None when nothing does."""
    arguments = get_args(kind)
    if get_origin(kind) is Annotated:
        told = (it.extra or {} for it in arguments[1:] if isinstance(it, msgspec.Meta))
        own = next((it["tidy"] for it in told if "tidy" in it), None)
        return _of_text(own) if own else _tidier(arguments[0])
    if get_origin(kind) in {Union, UnionType}:
        return next(filter(None, map(_tidier, arguments)), None)
    if get_origin(kind) is list:
        each = _tidier(arguments[0])
        return _of_list(each) if each else None
    if get_origin(kind) is dict:
        each = _tidier(arguments[1])
        return _of_map(each) if each else None
    return _of_object(kind) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def _of_text(tidy: Callable[[str], str]) -> Tidier:
    return lambda value: tidy(value) if isinstance(value, str) else value


def _of_list(tidy: Tidier) -> Tidier:
    return lambda value: list(map(tidy, value)) if isinstance(value, list) else value


def _of_map(tidy: Tidier) -> Tidier:
    return lambda value: {name: tidy(it) for name, it in value.items()} if isinstance(value, dict) else value


def _of_object(kind: type[msgspec.Struct]) -> Tidier:
    known = msgspec.structs.fields(kind)
    tidiers = {it.encode_name: own for it in known if (own := _tidier(it.type))}
    optional = [it for it in known if not it.required and msgspec.UnsetType not in get_args(it.type)]
    not_empty = {it.encode_name for it in optional if it.encode_name in tidiers}
    not_null = {it.encode_name for it in optional if NoneType not in get_args(it.type)}

    def tidy(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for name, told in list(value.items()):
            own = tidiers.get(name)
            kept = own(told) if own else told
            if (kept == "" and name in not_empty) or (kept is None and name in not_null):
                del value[name]
            else:
                value[name] = kept
        return value

    return tidy
