"""One stage for all tests of the deployed form: packaged and deployed once, by the operator's own command."""

import json
import platform
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.deploy.package import ARM, INTEL
from infra.local import cloud as local_cloud
from infra.local.home import ROOT, Home
from infra.local.run import claim
from tests.deployed.stage import SENDER, Cloud, Stage
from tests.path.live import Body, Live

MACHINES = {"x86_64": INTEL, "amd64": INTEL, "aarch64": ARM, "arm64": ARM}
BUILD = ROOT / "build" / "test-deployed"


class Built(NamedTuple):
    """What the deployment left: its folder, and what it told the operator."""

    folder: Path
    told: str

    @property
    def template(self) -> Body:
        """The template as Chalice and our resources make it."""
        template: Body = json.loads((self.folder / "out" / "sam.json").read_text())
        return template

    @property
    def code(self) -> Path:
        """The zip of all functions."""
        return self.folder / "out" / "deployment.zip"


@pytest.fixture(scope="package")
def architecture() -> str:
    """This machine's processor, in Lambda's words."""
    return MACHINES[platform.machine().lower()]


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The local cloud as `make run` starts it, except that it checks every caller's rights."""
    folder = tmp_path_factory.mktemp("cloud")
    strict = folder / "strict-ministack"
    strict.write_text(f"#!/bin/sh\nAUTH=true MINISTACK_HOST=127.0.0.1 exec '{ROOT}/.venv/cloud/bin/ministack'\n")
    strict.chmod(0o755)
    home, port = Home(folder / "home"), claim("127.0.0.1", 0, "")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLOUD_BIN", str(strict))
            lock = stack.enter_context(home.locked())
            stack.enter_context(local_cloud.running(home, port, lock, threading.Event()))
        yield Cloud(f"http://127.0.0.1:{port}")


@pytest.fixture(scope="package")
def built(cloud: Cloud, architecture: str) -> Built:
    """The first deployment, into an account in which only the sender is known."""
    cloud.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    done = cloud.deploy(BUILD, architecture, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(BUILD, done.stdout)


@pytest.fixture(scope="package")
def stage(cloud: Cloud, built: Built) -> Stage:
    """The deployed stage.

    The gateway's own answers are in the API's definition, where API Gateway reads them and the local cloud does not:
    they are handed to it one by one.
    """
    made = Stage(cloud)
    gateway = cloud.client("apigateway")
    answers = built.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"][
        "x-amazon-apigateway-gateway-responses"
    ]
    for kind, answer in answers.items():
        told = {**answer, "statusCode": str(answer["statusCode"])}
        gateway.put_gateway_response(restApiId=made.api_id, responseType=kind, **told)
    gateway.create_deployment(restApiId=made.api_id, stageName="api")
    return made


@pytest.fixture(scope="package")
def live(stage: Stage) -> Live:
    """The clients of the stage's API."""
    return stage.live()
