"""The tables of a page, as somebody reads them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from memory.browser import Seen

Row = dict[str, str]


@dataclass
class Table:
    """A table: what stands above it, and its rows by the names of their columns."""

    above: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


class _Tables(HTMLParser):
    """Reads the tables of a page; what stands above one is its caption, or the title of its chart."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Table] = []
        self._title, self._strong = "", ""
        self._cells, self._text = list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the parser calls it
        """Begin a table, a row or a text."""
        if tag == "table":
            self.found.append(Table(self._title))
        elif tag == "tr":
            self._cells = []
        if tag in {"th", "td", "caption", "strong"}:
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        """Keep what was read."""
        text = " ".join("".join(self._text).split())
        if tag in {"th", "td"}:
            self._cells.append(text)
        elif tag == "caption":
            self.found[-1].above = text
        elif tag == "figcaption":
            self._title = self._strong
        elif tag == "strong":
            self._strong = text
        elif tag == "tr" and not self.found[-1].columns:
            self.found[-1].columns = self._cells
        elif tag == "tr":
            self.found[-1].rows.append(dict(zip(self.found[-1].columns, self._cells, strict=True)))

    def handle_data(self, data: str) -> None:
        """Read on."""
        self._text.append(data.replace("\xa0", " "))


def tables_of(page: Seen) -> dict[str, Table]:
    """All tables of a page, by what stands above them."""
    reader = _Tables()
    reader.feed(page.html)
    return {it.above: it for it in reader.found}
