"""The log of a local instance: shown in the terminal, and kept in a file."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO


class Tee(io.TextIOBase):
    """Writes everything to two outputs."""

    def __init__(self, terminal: TextIO, copy: TextIO) -> None:
        self._outputs = (terminal, copy)

    def write(self, text: str) -> int:
        """Write at once: a log is read while it grows."""
        for output in self._outputs:
            output.write(text)
            output.flush()
        return len(text)


@contextmanager
def kept_output(file: Path) -> Iterator[TextIO]:
    """Keep a copy of all output in `file`, afresh. Yields the terminal alone, for what is not to be kept."""
    terminal, errors = sys.stdout, sys.stderr
    with file.open("w") as copy, redirect_stdout(Tee(terminal, copy)), redirect_stderr(Tee(errors, copy)):
        log = logging.getLogger("infra.local")
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(levelname)s %(threadName)s: %(message)s"))
        log.addHandler(handler)
        log.propagate = False
        try:
            yield terminal
        finally:
            log.removeHandler(handler)
