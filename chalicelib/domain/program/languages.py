"""What a program says in several languages, and which of them a reader gets."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from chalicelib.domain.program.program import Notice, Privacy

T = TypeVar("T")


def notice_in(privacy: Privacy, wanted: Iterable[str]) -> Notice | None:
    """Return what readers are told who want one of these languages, the first the most; None if there is none."""
    return said_in(privacy.notices, wanted)


def said_in(said: Mapping[str, T], wanted: Iterable[str]) -> T | None:
    """Return what is said in one of these languages, the first the most; None if there is none.

    What is said in `gu` serves a reader of `gu-IN`, and in `gu-IN` a reader of `gu`.
    """
    by_tag = {name.replace("_", "-").lower(): it for name, it in said.items()}
    for tag in (it.replace("_", "-").lower() for it in wanted):
        parts = tag.split("-")
        prefixes = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        found = next((by_tag[it] for it in prefixes if it in by_tag), None)
        found = found or next((it for name, it in by_tag.items() if name.partition("-")[0] == parts[0]), None)
        if found:
            return found
    return None
