"""Write the template of all mails anew: its pieces put together, and its style written into each element.

    python -m infra.letters

Many mail programs read no stylesheet, so every rule of `pieces/mail.css` has to stand in the elements that it is for.
What only a stylesheet can say, such as how a mail looks in the dark, stays one (`pieces/dark.css`).
"""

import re
import sys
from pathlib import Path

from css_inline import CSSInliner

TEMPLATES = Path(__file__).parent.parent / "chalicelib" / "web" / "templates"
BUILT = TEMPLATES / "mail.html"

_NOTE = "{# Written by `make letters` from the pieces beside it: change these. #}\n"
_INCLUDED = re.compile(
    r'^[ \t]*\{% include "(pieces/[a-z]+\.(?:html|css))" %\}\n|\{% include "(pieces/[a-z]+\.css)" %\}', re.MULTILINE
)
_CODE = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_HELD = re.compile(r"<!--held(\d+)x-->|held(\d+)x")
_CLASSES = re.compile(r' class="([^"]*)"')


def built() -> str:
    """Return the template that the pieces make."""
    page, held = _held(_together("pieces/mail.html"))
    css = (TEMPLATES / "pieces/mail.css").read_text("utf-8")
    inliner = CSSInliner(inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False, extra_css=css)
    inlined = _HELD.sub(lambda found: held[int(found[1] or found[2])], inliner.inline(page))
    return _NOTE + _CLASSES.sub(_needed, inlined.replace("<!DOCTYPE html>", "<!doctype html>\n").rstrip()) + "\n"


def _together(name: str) -> str:
    """Return a piece with all that it includes."""
    return _INCLUDED.sub(lambda found: _together(found[1] or found[2]), (TEMPLATES / name).read_text("utf-8"))


def _held(page: str) -> tuple[str, list[str]]:
    """Put something in the place of each Jinja tag that a parser of HTML leaves where it is, and return the tags.

    A comment may stand between the rows of a table, where words may not.
    """
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        before = page[: match.start()]
        is_statement = match[0].startswith("{%") and before.rfind("<") <= before.rfind(">")
        return f"<!--held{len(held) - 1}x-->" if is_statement else f"held{len(held) - 1}x"

    return _CODE.sub(hold, page), held


def _needed(match: re.Match[str]) -> str:
    """Keep those classes alone that the stylesheet in the mail goes by."""
    dark = (TEMPLATES / "pieces/dark.css").read_text("utf-8")
    kept = [name for name in match[1].split() if re.search(rf"\.{name}\b", dark)]
    return f' class="{" ".join(kept)}"' if kept else ""


def main() -> int:
    """Write it."""
    BUILT.write_text(built(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
