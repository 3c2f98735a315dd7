"""Make what is deployed: one zip for all functions, and the template of the whole stack.

Chalice works on a copy of the tree that holds only what the functions need, and packs that and the part of itself that
runs. It knows no runtime but that of the Python it runs on, and fetches no dependencies for another: so it is told
which, and pip fetches them. They are kept beside it for the next time.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from typing import Any

from chalicelib.operations.people.robots import NAMES
from infra.deploy import bytecode
from infra.deploy.archive import zipped
from infra.deploy.problem import DeployError
from infra.deploy.snapshots import with_snapshots
from infra.deploy.template import template
from infra.local.home import ROOT

BUILD = ROOT / "build" / "deploy"
ARM, INTEL = "arm64", "x86_64"
RUNTIME_BRINGS = ("boto3", "chalice")
"""Requirements that are left out: the Lambda runtime holds boto3, and Chalice packs the part of itself that runs."""

RUNTIME = "python3.13"
"""The runtime of all functions, whatever Python an operator has: the newest that all libraries have wheels for."""

RUNTIMES = ("python3.11", "python3.12", RUNTIME)

_GLIBC = {"python3.11": 26}
"""The minor version of the C library of a runtime on Amazon Linux 2; those on Amazon Linux 2023 have 34."""

_UNUSED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.po", "*.pot", "*.cfg", "*.md")
_UNUSED_PARTS = {
    "aws_lambda_powertools": (
        *("event_handler", "metrics/provider/datadog", "middleware_factory", "shared/cookies.py"),
        *("shared/dynamodb_deserializer.py", "shared/headers_serializer.py", "utilities/auth_alpha", "utilities/batch"),
        *("utilities/circuit_breaker", "utilities/data_classes", "utilities/data_masking", "utilities/feature_flags"),
        *("utilities/idempotency", "utilities/kafka", "utilities/metadata", "utilities/parameters", "utilities/parser"),
        *("utilities/streaming", "utilities/validation"),
    ),
    "idna": ("__main__.py", "cli.py", "codec.py", "compat.py"),
    "jinja2": ("meta.py", "nativetypes.py", "sandbox.py"),
    "qrcode": (
        *("console_scripts.py", "image/pil.py", "image/styledpil.py", "image/styles/colormasks.py", "image/svg.py"),
        *("image/styles/moduledrawers/pil.py", "image/styles/moduledrawers/svg.py", "release.py", "tests"),
    ),
}
_NEVER_IMPORTED = (*(f"{name}/{part}" for name, parts in _UNUSED_PARTS.items() for part in parts), "bin")
"""What of the libraries nothing here imports."""

_BROUGHT = ("crawleruseragents", "jmespath")
"""Libraries of which the names of robots are enough, or that the runtime has for boto3."""

_STANDARD = '''"""What libraries import of this name; the rest of it is for older Pythons and checkers of types."""
from typing import NotRequired, Required, get_type_hints
def deprecated(message, **told):
    return lambda it: it
'''
"""In the place of `typing_extensions`, which takes 4 % of a cold start."""

_NEVER_READ = (
    "*.dist-info",
    "*.data",
    "*.pyi",
    "*.c",
    "*.md",
    "*.typed",
)
"""What libraries bring for installers, compilers and readers."""

_CHALICE = """
import sys
from chalice.cli import main
from chalice.config import Config
Config.lambda_python_version = sys.argv.pop(1)
sys.exit(main())
"""
"""Chalice, for the functions' runtime instead of the operator's."""

_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Package:
    """What is deployed: the code of all functions, and the template with its code still to be filled in."""

    code: Path
    template: dict[str, Any]

    @property
    def digest(self) -> str:
        """The name of the code by its content: equal code is one object, however often and wherever it is packaged."""
        with zipfile.ZipFile(self.code) as archive:
            files = sorted((file.filename, file.CRC, file.file_size) for file in archive.infolist())
        return hashlib.sha256(json.dumps(files).encode()).hexdigest()[:32]

    def template_with(self, code_uri: str) -> str:
        """The template as CloudFormation gets it."""
        template: dict[str, Any] = json.loads(json.dumps(self.template))
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = code_uri
        return json.dumps(template, sort_keys=True)


def package(stage: str, *, folder: Path = BUILD, architecture: str = ARM, runtime: str = RUNTIME) -> Package:
    """Package the tree for a stage and check the template.

    Raises:
        DeployError: a tool failed; its output says why.
    """
    folder = folder.resolve()
    project, out, code = folder / "project", folder / "out", folder / "code"
    _copy(project, architecture)
    shutil.rmtree(out, ignore_errors=True)
    resources = folder / "resources.json"
    resources.write_text(json.dumps(template()))
    asked = ["package", "--stage", stage, "--merge-template", str(resources), str(out)]
    _run(["python", "-W", "ignore", "-c", _CHALICE, runtime, *asked], project)
    archive = out / "deployment.zip"
    shutil.rmtree(code, ignore_errors=True)
    shutil.unpack_archive(archive, code)
    shutil.copytree(_dependencies(folder, architecture, runtime), code, dirs_exist_ok=True)
    _thin_out(code)
    _condense(code)
    compile_for(runtime, code)
    paths = sorted(path for path in code.rglob("*") if path.is_file())
    archive.write_bytes(zipped({str(path.relative_to(code)): path.read_bytes() for path in paths}))
    made = Package(archive, json.loads((out / "sam.json").read_text()))
    made = replace(made, template=with_snapshots(made.template, made.digest))
    (out / "sam.json").write_text(json.dumps(made.template, indent=1))
    # SAM would publish a version of its own, and not when a parameter changes: snapshots.py does that.
    _run(["cfn-lint", "--include-checks", "I", "--ignore-checks", "W2530", "--template", str(out / "sam.json")], ROOT)
    return made


def _dependencies(folder: Path, architecture: str, runtime: str) -> Path:
    """The libraries of the functions as they are for their runtime and processor; kept until they change."""
    wanted = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line.partition("==")[0].lower() not in RUNTIME_BRINGS and not line.startswith("#")
    ]
    named = hashlib.sha256("\n".join([architecture, runtime, *wanted]).encode()).hexdigest()[:16]
    fetched = folder / "libraries" / named
    if not fetched.exists():
        machine = "aarch64" if architecture == ARM else architecture
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(_GLIBC.get(runtime, 34), 16, -1)]
        platforms = [word for tag in (*tags, f"manylinux2014_{machine}") for word in ("--platform", tag)]
        version = ["--python-version", runtime.removeprefix("python"), "--implementation", "cp"]
        shutil.rmtree(folder / "libraries", ignore_errors=True)
        target = ["--no-compile", "--only-binary=:all:", "--target", str(fetched)]
        try:
            _run(["pip", "install", "--quiet", *target, *version, *platforms, *wanted], folder)
        except DeployError:
            shutil.rmtree(fetched, ignore_errors=True)
            raise
    return fetched


def _thin_out(code: Path) -> None:
    """Leave out what is never imported or read."""
    for pattern in (*_NEVER_IMPORTED, *_BROUGHT, *_NEVER_READ):
        for path in [*code.glob(pattern), *code.rglob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()


def _condense(code: Path) -> None:
    """Write anew what is read whole, or of which little is: zones, names of robots, the contract, a library's name."""
    chalicelib = code / "chalicelib"
    (chalicelib / "domain" / "program" / "zones.py").write_text(f"ZONES = {_zones(code / 'tzdata')!r}\n")
    shutil.rmtree(code / "tzdata")
    (chalicelib / "operations" / "people" / "robots.py").write_text(f"NAMES = {NAMES!r}\n")
    contract = chalicelib / "site" / "openapi.json"
    contract.write_text(json.dumps(json.loads(contract.read_text()), ensure_ascii=False, separators=(",", ":")))
    (code / "typing_extensions.py").write_text(_STANDARD)


def _zones(tzdata: Path) -> dict[str, bytes]:
    """All time zones by name. Those that end alike stand beside each other, and so take next to nothing."""
    names = (tzdata / "zones").read_text().split()
    zones = {name: (tzdata / "zoneinfo" / name).read_bytes() for name in names}
    return dict(sorted(zones.items(), key=lambda it: it[1][::-1]))


def compile_for(runtime: str, code: Path) -> None:
    """Put bytecode in the place of all modules: Lambda can't keep any, and would compile them at every cold start.

    It is of one version of Python alone, so it is made by the functions' own, and without the columns of errors, a
    quarter of it. Where the operator has no such Python the sources stay, and say so: snapshots then hold the bytecode.
    """
    python = _python_of(runtime)
    if python is None:
        print(f"There is no {runtime} here, so the functions compile at each cold start: install it, or set SnapStart.")
        return
    _run([python, "-I", "-X", "no_debug_ranges", bytecode.__file__, str(code), "/var/task"], code)


def _python_of(runtime: str) -> str | None:
    """The Python of a runtime that there is on this machine; None if there is none, or a name alone."""
    if runtime == f"python{sys.version_info[0]}.{sys.version_info[1]}":
        return sys.executable
    found = which(runtime)
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if works else None


def _copy(project: Path, architecture: str) -> None:
    """Put what the functions need into `project`; what Chalice keeps there stays."""
    (project / ".chalice").mkdir(parents=True, exist_ok=True)
    shutil.copy2(ROOT / "app.py", project)
    shutil.rmtree(project / "chalicelib", ignore_errors=True)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=_UNUSED)
    for policy in (ROOT / ".chalice").glob("policy-*.json"):
        shutil.copy2(policy, project / ".chalice")
    settings = json.loads((ROOT / ".chalice" / "config.json").read_text())
    settings["lambda_architecture"] = architecture
    (project / ".chalice" / "config.json").write_text(json.dumps(settings))
    (project / "requirements.txt").write_text("")


def _run(command: list[str], folder: Path) -> None:
    """Run a tool of this very environment, quietly unless it fails. Chalice wants a region, and uses none."""
    program, *arguments = command
    path = Path(sys.executable).parent / program
    if not path.exists():
        raise DeployError(f"{program} is not installed beside {sys.executable}: make deploy installs it.")
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", **os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(
            [path, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise DeployError(f"{program} did not end within {_SECONDS:.0f} seconds; try again.") from None
    if done.returncode:
        raise DeployError(f"{program} failed:\n{done.stdout}{done.stderr}")
