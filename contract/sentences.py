"""What the schema of the rules says of each field, where translators find it: the console's form shows it.

The sentences stand beside the fields in the domain, which speaks no language but its own. So they are written into a
template that nothing fills, for the catalogue of the console.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.operations.program.schema import schema
from chalicelib.web.console.form import plain

PUBLISHED = Path(__file__).parents[1] / "chalicelib" / "web" / "templates" / "console" / "schema.html"
_HEAD = "{# What the schema says of each field, for translators. `make contract` writes it; nothing fills it. #}"


def written() -> str:
    """Return the text of the template."""
    marked = (f"{{{{ _({json.dumps(it, ensure_ascii=False)}) }}}}" for it in dict.fromkeys(_sentences()))
    return "\n".join([_HEAD, *marked]) + "\n"


def _sentences() -> Iterator[str]:
    kinds: dict[str, Any] = schema("")["$defs"]
    for kind in kinds.values():
        for field in kind["properties"].values():
            yield field["title"]
            yield plain(field["description"])
