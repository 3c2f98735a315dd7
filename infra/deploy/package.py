"""Make what is deployed: one zip for all functions, and the template of the whole stack.

Chalice works on a copy of the tree that holds only what the functions need. Its folder is kept, so that the next time
the dependencies need not be fetched again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from compileall import compile_dir
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from infra.deploy.problem import DeployError
from infra.local.home import ROOT

BUILD = ROOT / "build" / "deploy"
ARM, INTEL = "arm64", "x86_64"
RUNTIME_BRINGS = ("boto3", "chalice")
"""Requirements that are left out: the Lambda runtime holds boto3, and Chalice packs the part of itself that runs."""

_UNUSED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.po", "*.pot", "*.cfg", "*.md")
_NEVER_IMPORTED = ("aws_lambda_powertools/event_handler",)
"""Folders of libraries that nothing here imports, and that are large: a router with a page of its own."""

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


def package(stage: str, *, folder: Path = BUILD, architecture: str = ARM) -> Package:
    """Package the tree for a stage and check the template.

    Raises:
        DeployError: a tool failed; its output says why.
    """
    project, out = folder / "project", folder / "out"
    _copy(project, architecture)
    shutil.rmtree(out, ignore_errors=True)
    resources = str(ROOT / "infra" / "resources.json")
    _run(["chalice", "package", "--stage", stage, "--merge-template", resources, str(out)], project)
    _with_bytecode(out / "deployment.zip", folder / "code")
    _run(["cfn-lint", "--include-checks", "I", "--template", str(out / "sam.json")], ROOT)
    return Package(out / "deployment.zip", json.loads((out / "sam.json").read_text()))


def _with_bytecode(archive: Path, code: Path) -> None:
    """Leave out what is never imported, and put each module's bytecode beside it.

    Lambda can't write any, and would compile all modules at every cold start.

    It is never checked against its source, and is of this Python's version, which is also the function's.
    """
    shutil.rmtree(code, ignore_errors=True)
    shutil.unpack_archive(archive, code)
    for folder in _NEVER_IMPORTED:
        shutil.rmtree(code / folder)
    if not compile_dir(code, quiet=2, ddir="/var/task", invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
        raise DeployError(f"A module in {code} does not compile.")
    archive.unlink()
    shutil.make_archive(str(archive.with_suffix("")), "zip", code)


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
    wanted = (ROOT / "requirements.txt").read_text().splitlines()
    kept = [line for line in wanted if line.partition("==")[0].lower() not in RUNTIME_BRINGS]
    (project / "requirements.txt").write_text("\n".join(kept) + "\n")


def _run(command: list[str], folder: Path) -> None:
    """Run a tool of this very environment, quietly unless it fails. Chalice wants a region, and uses none."""
    program, *arguments = command
    path = Path(sys.executable).with_name(program)
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
