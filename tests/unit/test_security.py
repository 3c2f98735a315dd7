"""What is promised in public names what proves it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = {it.relative_to(ROOT).as_posix() for it in (ROOT / "tests").rglob("*.py")}
PROMISES = [
    line.split("|")[1:3]
    for line in (ROOT / "SECURITY.md").read_text().split("## What is promised")[1].split("## At once")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "|---"))
]


@pytest.mark.parametrize(("promise", "proof"), PROMISES, ids=[it[0].strip()[:40] for it in PROMISES])
def test_each_promise_names_tests_that_there_are(promise: str, proof: str) -> None:
    """Or a target of the Makefile: a promise whose test went away says so."""
    named = re.findall(r"`([^`]+)`", proof)
    assert named, promise
    makefile = (ROOT / "Makefile").read_text()
    for it in named:
        if it.startswith("make "):
            assert re.search(rf"^{it.split()[1]}:", makefile, re.MULTILINE), it
        elif it.endswith(".py"):
            assert any(path == it or path.endswith(f"/{it}") for path in TESTS), it
        else:
            assert (ROOT / it).is_dir(), it


def test_every_page_that_is_named_is_there() -> None:
    """A reader in a hurry is led nowhere else."""
    for page in ("SECURITY.md", "docs/threat-model.md"):
        text = (ROOT / page).read_text()
        for path in re.findall(r"\]\(([^)#]+)", text):
            assert ((ROOT / page).parent / path).exists(), path
