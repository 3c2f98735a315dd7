"""The documentation leads where it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.home import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def headings(page: Path) -> Iterator[str]:
    """The names by which links find the headings of a page."""
    for heading in re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_there_is(page: Path) -> None:
    """Links to other places of the tree; what lies outside is not asked."""
    for name, heading in LINK.findall(page.read_text()):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), name
        assert not heading or target.suffix != ".md" or heading in headings(target), f"{name}#{heading}"


def test_every_command_of_the_documentation_is_a_target_of_make() -> None:
    """A reader types what stands there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [page for page in PAGES if page.name != "CHANGELOG.md"]
    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert named >= {"run", "test"}
    assert named <= targets
