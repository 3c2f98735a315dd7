"""What is deployed is bytecode of the functions' own Python, or sources where there is no such Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.deploy.package import compile_for

OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"


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
