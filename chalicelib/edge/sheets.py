"""Tables as CSV (RFC 4180), for whoever asks for that first, and safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalice.app import Response

from chalicelib.edge.call import Call

# What a spreadsheet takes for a formula, also in full width, and where another separator begins a cell.
_FORMULA = re.compile(r"(^\s*|[;,\t|]\s*)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def wants_sheet(call: Call) -> bool:
    """Whether the client accepts CSV before anything else."""
    return call.header("accept").split(",")[0].strip().lower().startswith("text/csv")


def sheet(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], **headers: str) -> Response:
    """Answer with a line of names and one line per row. What a row does not have is empty."""
    page = io.StringIO()
    lines = csv.writer(page, lineterminator="\r\n")
    lines.writerow(columns)
    for row in rows:
        lines.writerow(_cell(row.get(column)) for column in columns)
    named = {"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store"}
    return Response(page.getvalue(), {**named, **{name.replace("_", "-"): text for name, text in headers.items()}})


def _cell(content: object) -> object:
    """Take the edge off text that a spreadsheet would run as a formula (OWASP, CSV injection); numbers stay numbers."""
    if hasattr(content, "isoformat"):
        return content.isoformat().replace("+00:00", "Z")
    if content is None:
        return ""
    return _FORMULA.sub(r"\1'", content) if isinstance(content, str) else content
