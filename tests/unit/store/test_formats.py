"""Whoever adds a field that decides has asked what a build does that does not see it."""

from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib.store.kinds import KINDS, class_in

DECIDING = ("V", "REDEMPTION", "ACCOUNT")
"""Rules, orders and balances: what is paid hangs on every field of theirs."""

KNOWN = Path(__file__).with_name("format_1.txt")


@pytest.mark.parametrize("mark", DECIDING)
def test_each_field_that_decides_is_known_to_all_builds_or_raises_the_format(mark: str) -> None:
    """A field is in the list of format 1, because older builds may pass it over, or its kind has `grown` by it.

    The list may not shrink either: a field that is gone is still in the table. See docs/operations/upgrade.md.
    """
    listed = {line.partition(" ")[2] for line in KNOWN.read_text().splitlines() if line.startswith(f"{mark} ")}
    (kind,) = (it for it in KINDS if it.mark == mark)
    new = {field.name for field in fields(class_in(mark))} - listed
    assert len(new) <= len(kind.grown), f"{sorted(new)}: may an older build settle without seeing it?"
    assert listed <= {field.name for field in fields(class_in(mark))}
