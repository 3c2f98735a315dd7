"""What a stage has beside what Chalice makes: each file of this folder is a part of one CloudFormation template."""

import json
from pathlib import Path
from typing import Any

PARTS = sorted(Path(__file__).parent.glob("*.json"))


def read_resources() -> dict[str, Any]:
    """The whole template: parameters and conditions, the resources of all parts, and their outputs."""
    whole: dict[str, Any] = {}
    for part in PARTS:
        for section, entries in json.loads(part.read_text()).items():
            whole.setdefault(section, {}).update(entries)
    return whole
