"""The builds that take turns on one table: what lies here, and an earlier commit with its own code."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.home import ROOT, RunnerError


@contextmanager
def checked_out(commit: str, path: Path) -> Iterator[Path]:
    """Check a commit out beside this one until the block is left. Both use the same virtual environments.

    Raises:
        RunnerError: this is no clone with such a commit.
    """
    forget(path)
    _git("worktree", "add", "--detach", "--force", str(path), commit)
    try:
        (path / ".venv").symlink_to((ROOT / ".venv").resolve())
        yield path
    finally:
        forget(path)


def forget(path: Path) -> None:
    """Remove what an earlier drill may have left."""
    if path.exists():
        (path / ".venv").unlink(missing_ok=True)
        _git("worktree", "remove", "--force", str(path))


def _git(*words: str) -> None:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunnerError(f"git {' '.join(words)}: {done.stderr.strip()}")
