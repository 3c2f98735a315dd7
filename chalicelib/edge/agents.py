"""Which browser a request came from, as much of it as tells somebody's own sessions apart.

What browsers say of themselves is long, and marks a person. It is read and forgotten; two words stay.
"""

_BROWSERS = (
    ("Edge", ("edg/", "edga/", "edgios/")),
    ("Opera", ("opr/", "opt/")),
    ("Samsung Internet", ("samsungbrowser/",)),
    ("Firefox", ("firefox/", "fxios/")),
    ("Chrome", ("chrome/", "crios/", "chromium/")),
    ("Safari", ("safari/",)),
)
"""By what of its own each one says; in this order, since most say that they are others as well."""

_SYSTEMS = (
    ("iPhone", ("iphone",)),
    ("iPad", ("ipad",)),
    ("Android", ("android",)),
    ("Windows", ("windows",)),
    ("macOS", ("mac os x", "macintosh")),
    ("ChromeOS", ("cros",)),
    ("Linux", ("linux",)),
)


def browser_in(user_agent: str) -> str:
    """Return browser and system, as `Firefox, Android`; one of them or nothing where the other is not known."""
    said = user_agent.lower()
    return ", ".join(filter(None, (_first(_BROWSERS, said), _first(_SYSTEMS, said))))


def _first(marked: tuple[tuple[str, tuple[str, ...]], ...], said: str) -> str | None:
    return next((name for name, marks in marked if any(mark in said for mark in marks)), None)
