"""The style sheets and the script of the screens: files whose addresses hold a hash, so that browsers keep them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Asset(NamedTuple):
    """A file, and the name that tells what is in it."""

    name: str
    content_type: str
    text: str


def address(name: str) -> str:
    """Return the address of a file such as `pages.css`."""
    return f"/assets/{_all()[name].name}"


def named(name: str) -> Asset | None:
    """Return the file whose full name this is, with its hash; None if there is none, or not any more."""
    return next((it for it in _all().values() if it.name == name), None)


@cache
def _all() -> dict[str, Asset]:
    return {path.name: _asset(path) for path in sorted(DIRECTORY.iterdir()) if path.suffix in TYPES}


def _asset(path: Path) -> Asset:
    text = path.read_text()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Asset(f"{path.stem}-{digest}{path.suffix}", TYPES[path.suffix], text)
