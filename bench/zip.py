"""What the one zip of all functions consists of."""

import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from bench.progress import Say
from infra.deploy.package import package

AIM = 4 * 1024 * 1024
OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""Bytecode is made by the runtime's own Python: this one, of which every machine that measures has one."""

FOLDER = Path(__file__).parents[1] / "build" / "bench"


def run(say: Say) -> dict[str, Any]:
    """Package the tree as for a deployment and weigh it."""
    say("packaging as for a deployment; the first time fetches the dependencies")
    code = package("bench", folder=FOLDER, runtime=OWN).code
    packed, unpacked = Counter[str](), Counter[str]()
    with zipfile.ZipFile(code) as archive:
        for file in archive.infolist():
            packed[_part(file.filename)] += file.compress_size
            unpacked[_part(file.filename)] += file.file_size
    parts = {name: {"packed": size, "unpacked": unpacked[name]} for name, size in packed.most_common()}
    return {"aim": AIM, "packed": code.stat().st_size, "unpacked": unpacked.total(), "parts": parts}


def _part(name: str) -> str:
    """The package that a file belongs to: its top folder, or itself."""
    top = name.partition("/")[0]
    return "metadata of packages" if top.endswith(".dist-info") else top
