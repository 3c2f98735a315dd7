"""The lists of faults stay in step with the program, and a place is found however its code is written."""

import pytest

from tests.planted.__main__ import ROOT, faults, table
from tests.planted.change import Change, PlaceError
from tests.simulator.planted import bugs

WRITTEN = '''
def ask(self, key):
    """Ask."""
    return self.call(
        "get", key=key,  # the key alone
        consistent=True,
    )


def tell(self, key):
    return self.call("get", key=key, consistent=True)
'''


def change(before: str, after: str, function: str = "ask", file: str = "x.py") -> Change:
    """A change of a piece of code."""
    return Change("a change", file, function, before, after)


@pytest.mark.parametrize("room", faults())
def test_every_fault_has_its_place(room: str) -> None:
    """Planting it changes one thing and really changes it, names tests that there are, and says what it does once."""
    told = faults()[room]
    assert [it.name for it in told if it.planted_in((ROOT / it.file).read_text()) == (ROOT / it.file).read_text()] == []
    assert [name for it in told for name in it.tests if not (ROOT / name).exists()] == []
    assert [it.name for it in told if not it.tests] == []
    assert len({it.name for it in told}) == len(told)


def test_every_bug_of_the_simulator_has_its_place() -> None:
    """The simulator's own list is kept in the same form."""
    told = [(bug.name, (ROOT / bug.file).read_text()) for bug in bugs()]
    assert [bug.name for bug, (_, text) in zip(bugs(), told, strict=True) if bug.planted_in(text) == text] == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ('self.call("get", key=key, consistent=True)', "None", "return None\n\n\ndef tell"),
        (", consistent=True", "", '"get", key=key,\n    )'),
        ("key=key,", "", '"get",   # the key alone'),
        ("return", "yield", "yield self.call("),
    ],
)
def test_a_place_is_found_however_it_is_written(before: str, after: str, found: str) -> None:
    """Line ends, blanks, comments and a last comma do not matter."""
    planted = change(before, after).planted_in(WRITTEN)
    assert planted != WRITTEN
    assert found.replace(" ", "").replace("#thekeyalone", "") in planted.replace(" ", "").replace("#thekeyalone", "")


def test_a_place_that_is_not_the_only_one_is_none() -> None:
    """What stands twice in a file is not planted in either; nor what stands nowhere."""
    for function, before in (("", "consistent=True"), ("ask", "consistent=False"), ("gone", "key=key")):
        with pytest.raises(PlaceError):
            change(before, "", function).planted_in(WRITTEN)


def test_a_function_that_is_gone_leaves_its_place_to_the_file() -> None:
    """Code that was moved within its file is found there, as long as it is the only one of its kind."""
    assert "Tell." in change('"""Ask."""', '"""Tell."""', "gone").planted_in(WRITTEN)


def test_a_value_in_json_is_found_by_its_path() -> None:
    """It is replaced, or taken away; a path that leads nowhere, or a value that is there anyway, is an error."""
    text = '{"a": [{"b": 1}, {"b": 2}]}'
    assert (
        change("a/1/b", "3", file="x.json").planted_in(text)
        == '{\n  "a": [\n    {\n      "b": 1\n    },\n    {\n      "b": 3\n    }\n  ]\n}'
    )
    assert '"b": 1' not in change("a/0", "", file="x.json").planted_in(text)
    for path, value in (("a/5/b", "3"), ("a/0/c", "3"), ("a/0/b", "1")):
        with pytest.raises(PlaceError):
            change(path, value, file="x.json").planted_in(text)


def test_the_score_counts_what_was_caught() -> None:
    """What is told why not is no success."""
    assert table({"api": 4}, {"api": 3}, {"api": 1})[-2:] == [
        "| api | 4 | 3 | 1 | 75% |",
        "| **all** | 4 | 3 | 1 | 75% |",
    ]
