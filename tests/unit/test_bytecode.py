"""What is deployed is bytecode of the functions' own Python, or sources where there is no such Python."""

import marshal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.bytecode import compiled
from infra.deploy.package import compile_for

OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"

TOLD = b'''"""For readers."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Order:
    """What was bought.

    And more of it.
    """

    total: int = 3

    def half(self, up: bool = False, *, of: int = 2) -> int:
        """Return half."""
        assert of, "some"
        return (self.total + up) // of

    async def later(self, *given: int, **named: str) -> None:
        """Do nothing."""
'''


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A module that breaks."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "broken.py").write_text('"""It breaks."""\n\n\ndef act():\n    return 1 / 0\n')
    return tmp_path


def test_bytecode_takes_the_place_of_sources_and_knows_its_lines(code: Path) -> None:
    """A module is imported without its source, and an error in it names the file and the line in the function."""
    compile_for(OWN, code)
    assert [path.name for path in code.rglob("*") if path.is_file()] == ["broken.pyc"]
    done = subprocess.run(
        [sys.executable, "-c", "from given.broken import act; act()"],
        cwd=code,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'File "/var/task/given/broken.py", line 5, in act' in done.stderr


def test_sources_stay_where_there_is_no_python_that_could_compile_them(
    code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytecode of another version would be worth nothing; the operator is told what it costs."""
    compile_for("python3.99", code)
    assert [path.name for path in code.rglob("*") if path.is_file()] == ["broken.py"]
    assert "no python3.99 here" in capsys.readouterr().out


def test_a_command_that_only_bears_the_name_is_no_python(
    code: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Managers of versions lay such a name on the path for every version; the deployment must not fail by it."""
    shims = code / "shims"
    shims.mkdir()
    (shims / "python3.99").write_text("#!/bin/sh\nexit 127\n")
    (shims / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", str(shims))
    compile_for("python3.99", code / "given")
    assert [path.name for path in (code / "given").iterdir()] == ["broken.py"]
    assert "no python3.99 here" in capsys.readouterr().out


def test_what_only_readers_want_is_left_out() -> None:
    """What functions say and of which types they are; of classes the first paragraph stays, and so do checks."""
    module: dict[str, Any] = {"__name__": __name__}
    exec(marshal.loads(compiled(TOLD, "told.py")[16:]), module)  # noqa: S102, S302 - made here
    order = module["Order"]
    assert (module.get("__doc__"), order.__doc__, order.half.__doc__, order.later.__doc__) == (
        None,
        "What was bought.",
        None,
        None,
    )
    assert (order.half.__annotations__, order.later.__annotations__) == ({}, {})
    assert order.__annotations__ == {"total": "int"}
    assert (order().half(), order(4).half(up=True, of=1)) == (1, 5)
    with pytest.raises(AssertionError, match="some"):
        order().half(of=0)
