"""A change of one place in the program, described so that the description outlives edits around it.

A list of changes is a text of blocks with an empty line between them:

    # what the program would do wrong
    @ chalicelib/store/wire.py Wire.batch
    - , "ConsistentRead": True
    +
    = tests/integration/store/test_client.py

`@` names a file and, where a place is not unique in it, a function or class. In Python code `-` and `+` are pieces
of code that are compared word by word: blanks, line ends, comments and a comma before a closing bracket don't matter.
In JSON `-` is a path with slashes (an array's members by their number) and `+` the value to put there; without a value
what is there goes. In any other file they are pieces of its text. `=` names what to run, `!` says why nobody can tell.
"""

import ast
import io
import json
import shutil
import tempfile
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_LAYOUT = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER}
_CLOSING = {")", "]", "}"}

Word = tuple[str, int, int]
"""A word of code, where it begins in the text, and where it ends."""


class PlaceError(LookupError):
    """The place of a change is not there, or not only once."""


@dataclass(frozen=True, slots=True)
class Change:
    """What stands somewhere in a file, once, and what to put in its place."""

    name: str
    file: str
    function: str
    before: str
    after: str
    tests: tuple[str, ...] = ()
    excuse: str = ""

    def planted_in(self, text: str) -> str:
        """The text of the file with this change.

        Raises:
            PlaceError: the place is not there, or not only once.
        """
        if self.file.endswith(".json"):
            return _with_value(text, self.before, self.after)
        places = _places(text, self) if self.file.endswith(".py") else _plain_places(text, self.before)
        if len(places) != 1:
            raise PlaceError(f"{self.name}: its place is {len(places)} times in {self.file} {self.function}")
        ((begin, end),) = places
        changed = text[:begin] + self.after + text[end:]
        if self.file.endswith(".py"):
            ast.parse(changed)
        return changed

    def plant(self, folder: Path) -> None:
        """Change the copy of the program in a folder."""
        path = folder / self.file
        path.write_text(self.planted_in(path.read_text()))


def read_changes(path: Path) -> list[Change]:
    """Read a list of changes."""
    return [_change(block.splitlines()) for block in path.read_text().strip().split("\n\n")]


@contextmanager
def planted_copy(root: Path, change: Change) -> Iterator[Path]:
    """A copy of the program, bytecode and all, with a change in it."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        if Path(folder) != root:
            return set()
        return {name for name in names if name in {"build", "mutants"} or (name[0] == "." and name != ".chalice")}

    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder, "copy")
        shutil.copytree(root, copy, ignore=left_out)
        (copy / ".venv").symlink_to(root / ".venv")
        change.plant(copy)
        yield copy


def _change(lines: list[str]) -> Change:
    told = {mark: [line[1:].removeprefix(" ") for line in lines if line.startswith(mark)] for mark in "#@-+=!"}
    (name,), (place,) = told["#"], told["@"]
    file, _, function = place.partition(" ")
    before, after = ("\n".join(told[mark]).lstrip() for mark in "-+")
    return Change(name, file, function, before, after, tuple(" ".join(told["="]).split()), " ".join(told["!"]))


def _places(text: str, change: Change) -> list[tuple[int, int]]:
    """Where a piece of code stands in a text: from where to where, for each place.

    A function that is gone may have left the place to another one: then the whole file is looked through.
    """
    wanted, words = [word for word, _, _ in _words(change.before)], _words(text)
    comma = wanted[-1:] == [","]
    wanted = wanted[: len(wanted) - comma]
    low, high = _bounds(text, change.function) if change.function else (0, len(text))
    words = [it for it in words if low <= it[1] < high]
    found = [
        (words[first][1], words[first + len(wanted) - 1][2])
        for first in range(len(words) - len(wanted) + 1)
        if [word for word, _, _ in words[first : first + len(wanted)]] == wanted
    ]
    return [(begin, end + _comma_after(text, end) * comma) for begin, end in found]


def _comma_after(text: str, end: int) -> int:
    """How far a comma that follows reaches."""
    rest = text[end:]
    return len(rest) - len(rest.lstrip()[1:]) if rest.lstrip()[:1] == "," else 0


def _plain_places(text: str, piece: str) -> list[tuple[int, int]]:
    found, begin = list[tuple[int, int]](), text.find(piece)
    while begin >= 0:
        found.append((begin, begin + len(piece)))
        begin = text.find(piece, begin + 1)
    return found


@lru_cache(maxsize=64)
def _words(code: str) -> list[Word]:
    """The words of a piece of code, which may be any piece of it."""
    starts = _line_starts(code)
    found: list[Word] = []
    # A piece may open a bracket that it does not close; by then all its words have been seen.
    with suppress(tokenize.TokenError, IndentationError):
        found.extend(
            (it.string, starts[it.start[0] - 1] + it.start[1], starts[it.end[0] - 1] + it.end[1])
            for it in tokenize.generate_tokens(io.StringIO(code).readline)
            if it.type not in _LAYOUT and it.string.strip()
        )
    pairs = zip(found, [*found[1:], ("", 0, 0)], strict=True)
    return [it for it, following in pairs if not (it[0] == "," and following[0] in _CLOSING)]


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [*starts, starts[-1]]


def _bounds(text: str, function: str) -> tuple[int, int]:
    """From where to where a function or class reaches; a name with dots leads into classes."""
    body: list[ast.stmt] = ast.parse(text).body
    starts, bounds = _line_starts(text), (0, len(text))
    for name in function.split("."):
        found = [it for it in body if getattr(it, "name", None) == name]
        if len(found) != 1:
            return 0, len(text)
        body = getattr(found[0], "body", [])
        bounds = starts[found[0].lineno - 1], starts[found[0].end_lineno or 0]
    return bounds


def _with_value(text: str, path: str, value: str) -> str:
    """JSON with another value at a path, or without it."""
    whole: Any = json.loads(text)
    holder, keys = whole, path.split("/")
    try:
        for key in keys[:-1]:
            holder = holder[int(key) if isinstance(holder, list) else key]
        last: Any = int(keys[-1]) if isinstance(holder, list) else keys[-1]
        was = holder[last]
    except (KeyError, IndexError, TypeError) as error:
        raise PlaceError(f"there is no {path}") from error
    if value:
        holder[last] = json.loads(value)
        if holder[last] == was:
            raise PlaceError(f"{path} is {value} anyway")
    else:
        del holder[last]
    return json.dumps(whole, indent=2)
