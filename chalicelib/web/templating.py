"""The templates of pages and mails, compiled once for each language."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chalicelib.web.language import Language
from chalicelib.web.text import apart

_TEMPLATES = Path(__file__).parent / "templates"


def environment(language: Language, escaped: bool) -> Environment:
    """Return the compiled templates in a language: for HTML `escaped`, for plain text not."""
    return _environment_of(Language("en", language.catalogue), escaped)


@lru_cache(maxsize=64)
def _environment_of(language: Language, escaped: bool) -> Environment:
    """One compiled set of templates per catalogue; HTML is escaped, text is not."""
    compiled = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=escaped,  # noqa: S701 - off for the plain text of mails alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    compiled.filters |= {"apart": apart, "bdi": bdi, "strong": strong}
    compiled.policies["ext.i18n.trimmed"] = True
    compiled.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return compiled


def bdi(name: str) -> str:
    """A name whose script and direction stay its own; "" stays empty, so that a template can ask for it."""
    return Markup(f"<bdi>{escape(name)}</bdi>") if name else ""  # noqa: S704 - it is escaped


def strong(figure: str) -> str:
    """A figure that stands out, and the name of a gift or unit in it keeps its direction; "" stays empty."""
    if apart(figure) != figure:
        return Markup(f'<strong dir="auto">{escape(figure)}</strong>')  # noqa: S704 - it is escaped
    return Markup(f"<strong>{escape(figure)}</strong>") if figure else ""  # noqa: S704 - it is escaped
