"""A stage as `make deploy` makes it, on the local cloud, which enforces what each function's role may do."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import boto3

from infra.local.cloud import REGION
from infra.local.home import ROOT, RunInfo
from tests.path.live import Body, Live

NAME = "test"
SENDER = "friends@kavya-ceramics.example"
PUBLIC_URL = "https://friends.kavya-ceramics.example"
SECONDS = 300
OWN_RUNTIME = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""The local cloud runs functions by this machine's Python."""

SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-11-21T12:00:00Z",
    "region": REGION,
    "resources": [f"arn:aws:events:{REGION}:000000000000:rule/every-minute"],
    "detail": {},
}
"""What EventBridge sends."""


class Cloud:
    """The local cloud, and the tree's own commands run against it."""

    def __init__(self, url: str) -> None:
        self.url = url
        kept = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        self.environment = {
            **kept,
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def client(self, service: str) -> Any:
        """A client with all rights."""
        make: Any = boto3.client
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return make(service, endpoint_url=self.url, region_name=REGION, **keys)

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours as an operator would."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def deploy(self, build: Path, architecture: str, *more: str) -> "subprocess.CompletedProcess[str]":
        """Deploy the stage; its functions run on this machine's processor, and the local cloud knows no metric math."""
        what = ["--stage", NAME, "--sender", SENDER, "--public-url", PUBLIC_URL, "--alarms-by-share", "no"]
        how = ["--build", str(build), "--architecture", architecture, "--runtime", OWN_RUNTIME]
        return self.run("infra.deploy", "deploy", *what, *how, *more)


class Stage:
    """The deployed stage: its stack, its functions and their roles, and clients of its API."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        (stack,) = cloud.client("cloudformation").describe_stacks(StackName=f"referrals-{NAME}")["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.table: str = outputs["TableName"]
        self.api_id: str = outputs["RestAPIId"]
        self.dynamodb = cloud.client("dynamodb")
        self._lambda = cloud.client("lambda")
        listed = cloud.client("cloudformation").describe_stack_resources(StackName=f"referrals-{NAME}")
        self.ids = {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in listed["StackResources"]}

    def live(self) -> Live:
        """Clients of the stage's gateway, with keys made as the deployment tells the operator to."""
        self._manage("program", "examples/program.json", "--author", "test")
        keys = {
            f"{name}_key": self._manage("key", "--name", name, "--scopes", *scopes)
            for name, scopes in {
                "admin": ("admin:read", "admin:write", "admin:keys"),
                "checkout": ("checkout",),
                "enrol": ("enrol", "sessions"),
            }.items()
        }
        return Live(
            RunInfo(
                api=f"{self.cloud.url}/restapis/{self.api_id}/api/_user_request_",
                currency="EUR",
                mailbox=f"{self.cloud.url}/_ministack/ses/messages",
                clock_file="",
                cloud=self.cloud.url,
                pid=0,
                **keys,
            )
        )

    def invoke(self, function: str, event: Body) -> Body:
        """Call a function as its event source would; the answer holds `errorMessage` if it failed."""
        answer = self._lambda.invoke(FunctionName=self.ids[function], Payload=json.dumps(event).encode())
        return cast("Body", json.loads(answer["Payload"].read() or b"{}") or {})

    def function(self, name: str) -> Body:
        """A function's configuration."""
        return cast("Body", self._lambda.get_function_configuration(FunctionName=self.ids[name]))

    def start_anew(self, function: str) -> None:
        """Let a function forget what it keeps in memory, as a new configuration does."""
        name = self.ids[function]
        variables = self.function(function)["Environment"]["Variables"]
        number = str(int(variables.get("STARTED_ANEW", "0")) + 1)
        changed = {**variables, "STARTED_ANEW": number}
        self._lambda.update_function_configuration(FunctionName=name, Environment={"Variables": changed})

    def items(self, prefix: str) -> list[Body]:
        """All items whose partition key starts so."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"] if item["PK"]["S"].startswith(prefix)]

    def log(self, name: str) -> str:
        """What a function has written so far: `api`, `stream`, `schedule` or `mail`."""
        logs, group = self.cloud.client("logs"), f"/referrals/{NAME}/{name}"
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    @contextmanager
    def only_by_hand(self) -> Iterator[None]:
        """Nothing runs by itself, neither from the stream nor by the schedule."""
        events = self.cloud.client("events")
        mappings = [
            mapping["UUID"]
            for function in ("OnTableChange", "OnMessage")
            for mapping in self._lambda.list_event_source_mappings(FunctionName=self.ids[function])[
                "EventSourceMappings"
            ]
        ]
        rules = [
            rule["Name"] for rule in events.list_rules()["Rules"] if rule["ScheduleExpression"] == "rate(1 minute)"
        ]
        for mapping in mappings:
            self._lambda.update_event_source_mapping(UUID=mapping, Enabled=False)
        for rule in rules:
            events.disable_rule(Name=rule)
        yield
        for rule in rules:
            events.enable_rule(Name=rule)
        for mapping in mappings:
            self._lambda.update_event_source_mapping(UUID=mapping, Enabled=True)

    def _manage(self, *arguments: str) -> str:
        done = self.cloud.run("infra.manage", *arguments, TABLE_NAME=self.table)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Role:
    """What one function may do."""

    def __init__(self, stage: Stage, function: str) -> None:
        self._iam = stage.cloud.client("iam")
        self._name = stage.function(function)["Role"].rpartition("/")[2]
        (self._policy,) = self._iam.list_role_policies(RoleName=self._name)["PolicyNames"]
        document = self._iam.get_role_policy(RoleName=self._name, PolicyName=self._policy)["PolicyDocument"]
        self.document: Body = json.loads(document) if isinstance(document, str) else document

    @contextmanager
    def without(self, sid: str, action: str) -> Iterator[None]:
        """Take one action out of one statement for a while."""
        changed: Body = json.loads(json.dumps(self.document))
        for statement in changed["Statement"]:
            if statement["Sid"] == sid:
                statement["Action"].remove(action)
        changed["Statement"] = [statement for statement in changed["Statement"] if statement["Action"]]
        self._put(changed)
        try:
            yield
        finally:
            self._put(self.document)

    def _put(self, document: Body) -> None:
        text = json.dumps(document)
        self._iam.put_role_policy(RoleName=self._name, PolicyName=self._policy, PolicyDocument=text)


def metrics_in(log: str) -> set[tuple[str, str, str]]:
    """Namespace, name and service of every metric that a log carries for CloudWatch (embedded metric format)."""
    found = set()
    for line in re.findall(r"^\{\"_aws\".*\}$", log, re.MULTILINE):
        told = json.loads(line)
        for group in told["_aws"]["CloudWatchMetrics"]:
            assert group["Dimensions"] == [["service"]]
            found |= {(group["Namespace"], metric["Name"], told["service"]) for metric in group["Metrics"]}
    return found
