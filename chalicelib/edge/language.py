"""In which language an answer explains itself."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chalicelib import deps
from chalicelib.edge.fields import Locale
from chalicelib.edge.problems import bad_field

if TYPE_CHECKING:
    from chalicelib.web.language import Language


_DESCRIPTION = (
    "A language tag (BCP 47). There are `en`, `es`, `gu` and `bn`, unless the program lists fewer; any other one gets "
    "the reader's own language, or else the program's."
)
LANG = {"lang": Annotated[Locale, Meta(description=_DESCRIPTION)]}
"""The query parameter by which a reader asks for a language (BCP 47)."""


SPOKEN = ["Content-Language"]
"""The header that says in which language an answer explains itself."""


def language_of(query: dict[str, str], *own: str) -> "Language":
    """Choose what `?lang=` asks for, else the reader's own locale, else the program's.

    A language that the program does not speak is passed over, so that there is always an answer.

    Raises:
        Problem: 400 when `?lang=` is no language tag.
    """
    from chalicelib.web.language import spoken  # a checkout's answer explains nothing

    asked = [_tag(query["lang"])] if "lang" in query else []
    return spoken([*asked, *own], deps.program())


def _tag(given: str) -> str:
    try:
        return msgspec.convert(given, Locale)
    except msgspec.ValidationError as error:
        raise bad_field("?lang", "is no language tag such as en or gu-IN (BCP 47)") from error
