"""What an operator does with stages: two shops in one account, a failed start, another table, an end and a return.

Each deployment is made with the rights of `make deployer` alone, of which the local cloud checks all calls that the
command makes itself. They take the package that was made for the first stage: it is the same for every one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy import deployment
from infra.deploy.adopted import adopting
from infra.deploy.deployer import Place, boundary, policy
from infra.deploy.deployment import Wish, deploy
from infra.deploy.package import Package
from infra.deploy.problem import DeployError
from infra.deploy.removal import Farewell, destroy
from infra.local.cloud import REGION
from tests.deployed.conftest import BUILD, Built
from tests.deployed.stage import NAME, PUBLIC_URL, SCHEDULED, SENDER, Cloud

pytestmark = pytest.mark.long  # `make test-deployed` runs them all

ACCOUNT = "000000000000"
UNSEEN = {"Effect": "Allow", "Action": ["dynamodb:ListTagsOfResource", "dynamodb:TagResource"], "Resource": "*"}
"""Calls of which the local cloud does not see which table they are about: it would refuse them to whoever may do so
with one table. The policy itself names it."""
SHOP = "shop"
GIVEN = {"Sender": SENDER, "PublicUrl": PUBLIC_URL, "AlarmsByShare": "no", "AlarmEmail": "ops@deployed.example"}


class Operator:
    """Whoever deploys one stage, and may do nothing else."""

    def __init__(self, cloud: Cloud, made: Package, stage: str, patch: pytest.MonkeyPatch) -> None:
        self.cloud, self.stage, self.made = cloud, stage, made
        self._patch = patch
        bucket = f"referrals-deploy-{ACCOUNT}-{REGION}"
        place = Place(stage, ACCOUNT, REGION, bucket)
        iam, name = cloud.client("iam"), f"deployer-{stage}"
        bounds = json.dumps(boundary(place))
        self.boundary: str = iam.create_policy(PolicyName=f"bounds-{stage}", PolicyDocument=bounds)["Policy"]["Arn"]
        told = policy(place, within=self.boundary)
        iam.create_user(UserName=name)
        told["Statement"].append(UNSEEN)
        iam.put_user_policy(UserName=name, PolicyName="deploys", PolicyDocument=json.dumps(told))
        self._keys = iam.create_access_key(UserName=name)["AccessKey"]

    def signs_in(self) -> None:
        """Let all that follows be done by this operator."""
        for name, text in self.cloud.environment.items():
            if name.startswith("AWS_"):
                self._patch.setenv(name, text)
        self._patch.setenv("AWS_ACCESS_KEY_ID", self._keys["AccessKeyId"])
        self._patch.setenv("AWS_SECRET_ACCESS_KEY", self._keys["SecretAccessKey"])

    def deploys(self, given: dict[str, str], *, stage: str = "", made: Package | None = None) -> None:
        """`make deploy YES=1`."""
        self.signs_in()
        self._patch.setattr(deployment, "package", lambda *_, **__: made or self.made)
        wish = Wish(
            stage=stage or self.stage,
            given=given,
            bucket=None,
            build=BUILD,
            architecture="",
            runtime="",
            agree=lambda _: True,
            may_lose=False,
        )
        deploy(wish)

    def removes(self, *, may_lose: bool = False, confirmed: str = "") -> None:
        """`make destroy YES=1`."""
        self.signs_in()
        destroy(Farewell(self.stage, None, lambda _: True, may_lose=may_lose, confirmed=confirmed))

    def stack(self) -> dict[str, Any] | None:
        """The stage's stack; None if there is none."""
        try:
            (found,) = self.cloud.client("cloudformation").describe_stacks(StackName=f"referrals-{self.stage}")[
                "Stacks"
            ]
        except ClientError:
            return None
        told: dict[str, Any] = found
        return None if told["StackStatus"] == "DELETE_COMPLETE" else told

    def outputs(self) -> dict[str, str]:
        """What the stack tells."""
        return {it["OutputKey"]: it["OutputValue"] for it in (self.stack() or {})["Outputs"]}

    def ids(self) -> dict[str, str]:
        """The names in the account of all that the stack holds."""
        return held(self.cloud, self.stage)

    def tables(self) -> list[str]:
        """All tables that were made by the stage's stack."""
        names: list[str] = self.cloud.client("dynamodb").list_tables()["TableNames"]
        return [it for it in names if it.startswith(f"referrals-{self.stage}-")]

    def table(self, name: str) -> dict[str, Any]:
        """A table as DynamoDB describes it."""
        found: dict[str, Any] = self.cloud.client("dynamodb").describe_table(TableName=name)["Table"]
        return found

    def settles(self, table: str) -> None:
        """See that the stage's functions work on a table under their own roles: by schedule, and by its stream."""
        functions, ids = self.cloud.client("lambda"), self.ids()
        told = functions.get_function_configuration(FunctionName=ids["EveryMinute"])
        assert told["Environment"]["Variables"]["TABLE_NAME"] == table
        assert {"ParameterKey": "Boundary", "ParameterValue": self.boundary} in (self.stack() or {})["Parameters"]
        answer = functions.invoke(FunctionName=ids["EveryMinute"], Payload=json.dumps(SCHEDULED).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
        (reader,) = functions.list_event_source_mappings(FunctionName=ids["OnTableChange"])["EventSourceMappings"]
        assert reader["EventSourceArn"] == self.table(table)["LatestStreamArn"]


@pytest.fixture(scope="module")
def made(built: Built) -> Package:
    """What was packaged for the stage of the other tests."""
    return Package(built.code, built.template)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """The environment of the operators."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def shop(cloud: Cloud, made: Package, patch: pytest.MonkeyPatch) -> Operator:
    """A second shop beside the stage of the other tests, deployed by whoever may do just that."""
    operator = Operator(cloud, made, SHOP, patch)
    operator.deploys({**GIVEN, "Boundary": operator.boundary})
    return operator


def test_two_shops_in_one_account_share_nothing(shop: Operator, cloud: Cloud) -> None:
    """No table, function, role, alarm, log, queue, topic, set of mails or gateway of one is the other's."""
    theirs, ours = held(cloud, NAME), shop.ids()
    assert len(ours) > 50
    assert set(theirs.values()) & set(ours.values()) == {"api"}  # the name of a stage within its own API
    assert ours["MailEvents"] == f"referrals-{SHOP}"
    assert (shop.stack() or {})["EnableTerminationProtection"] is True
    assert shop.table(shop.outputs()["TableName"])["DeletionProtectionEnabled"] is True


def test_who_deploys_one_shop_cannot_touch_the_other(shop: Operator) -> None:
    """Not even begin to: the first call about the other's secrets or stack is refused."""
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        shop.deploys(GIVEN, stage=NAME)


def test_what_is_not_said_again_stays(shop: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment without a word changes nothing, and tells what it keeps."""
    capsys.readouterr()
    shop.deploys({})
    told = capsys.readouterr().out
    assert "Nothing has changed." in told
    assert "AlarmEmail = ops@deployed.example   (to take it back: ALARM_EMAIL=none)" in told


def test_a_shop_answers_at_a_domain_of_its_own(shop: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    """The domain leads to the stage of the shop's API, and the operator reads where the name has to lead."""
    certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1"
    capsys.readouterr()
    shop.deploys({"DomainName": "friends.shop.example", "CertificateArn": certificate})
    gateway, ids = shop.cloud.client("apigateway"), shop.ids()
    (mapping,) = gateway.get_base_path_mappings(domainName="friends.shop.example")["items"]
    assert (mapping["restApiId"], mapping["stage"]) == (ids["RestAPI"], "api")
    domain = gateway.get_domain_name(domainName="friends.shop.example")
    assert domain["regionalCertificateArn"] == certificate
    target = shop.outputs()["DomainTarget"]
    assert f"Let friends.shop.example lead to the API: a CNAME (or an alias of Route 53) to {target}" in (
        capsys.readouterr().out
    )


def test_the_stack_of_an_adopting_stage_is_sound(made: Package, tmp_path: Path) -> None:
    """The linter that looks at each packaged template finds nothing in this one, either."""
    template = tmp_path / "adopting.json"
    template.write_text(json.dumps(adopting(made.template)))
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [lint, "--include-checks", "I", "--ignore-checks", "W2530", "--template", template],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_yes_is_not_a_yes_to_losing_the_table(shop: Operator) -> None:
    """The tree says another key, so that the table would be replaced: with YES=1 alone nothing is changed."""
    changed = json.loads(json.dumps(shop.made.template))
    table = changed["Resources"]["Table"]["Properties"]
    table["KeySchema"][1]["AttributeName"] = "due_at"
    before = shop.ids()
    with pytest.raises(DeployError, match=r"what would be lost \(Table\). If that is meant: ALLOW_LOSS=1"):
        shop.deploys({}, made=replace(shop.made, template=changed))
    assert shop.ids() == before


def test_a_failed_first_deployment_leaves_nothing(cloud: Cloud, made: Package, patch: pytest.MonkeyPatch) -> None:
    """Its domain is not there: what was made before goes again, the table too, and so does the stack itself."""
    operator = Operator(cloud, made, "unlucky", patch)
    changed = json.loads(json.dumps(made.template))
    mapping = changed["Resources"]["DomainMapping"]
    del mapping["Condition"]
    mapping["Properties"]["DomainName"] = "nobodys.example"
    mapping["DependsOn"] = "Table"
    with pytest.raises(DeployError, match=r"was not made, and nothing is left of it: DomainMapping"):
        operator.deploys(GIVEN, made=replace(made, template=changed))
    assert operator.stack() is None
    assert operator.tables() == []


def test_a_stage_moves_to_a_restored_table(shop: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    """What a restored table lacks is turned on; the stage runs on it, and its own one stays, protected."""
    own, restored = shop.outputs()["TableName"], f"referrals-{SHOP}-restored"
    dynamodb = shop.cloud.client("dynamodb")
    dynamodb.put_item(TableName=own, Item={"PK": {"S": "NOTE#1"}, "SK": {"S": "NOTE"}})
    dynamodb.restore_table_to_point_in_time(SourceTableName=own, TargetTableName=restored, UseLatestRestorableTime=True)
    dynamodb.get_waiter("table_exists").wait(TableName=restored)
    capsys.readouterr()
    shop.deploys({"ExistingTable": restored})
    told = capsys.readouterr().out
    assert f"The table {restored} lacks the stream, the end of what has expired" in told
    assert shop.outputs()["TableName"] == restored
    assert "Table" not in shop.ids()
    assert shop.table(own)["DeletionProtectionEnabled"] is True
    assert shop.table(restored)["DeletionProtectionEnabled"] is True
    assert dynamodb.get_item(TableName=restored, Key={"PK": {"S": "NOTE#1"}, "SK": {"S": "NOTE"}})["Item"]
    shop.settles(restored)


def test_a_stage_does_not_go_back_to_an_empty_table_unasked(shop: Operator) -> None:
    """TABLE=none would give it a new one, which knows nobody."""
    with pytest.raises(DeployError, match=r"lost \(Table"):
        shop.deploys({"ExistingTable": "none"})


def test_no_two_stages_share_a_table(shop: Operator, cloud: Cloud, made: Package, patch: pytest.MonkeyPatch) -> None:
    """One that another stage runs on is not taken, although it is restored and nobody's own."""
    name = f"{SHOP}-two"
    other = Operator(cloud, made, name, patch)
    iam, table = cloud.client("iam"), shop.outputs()["TableName"]
    told = policy(Place(SHOP, ACCOUNT, REGION, "none"))
    iam.put_user_policy(UserName=f"deployer-{name}", PolicyName="sees", PolicyDocument=json.dumps(told))
    with pytest.raises(DeployError, match=f"in use by the stack referrals-{SHOP}"):
        other.deploys({**GIVEN, "ExistingTable": table})


def test_a_removed_stage_can_come_back(shop: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    """The table and the secrets stay, and the way back is told; nothing else of it is left."""
    table = shop.outputs()["TableName"]
    ssm, logs = shop.cloud.client("ssm"), shop.cloud.client("logs")
    pepper = ssm.get_parameter(Name=f"/referrals/{SHOP}/pepper")["Parameter"]
    capsys.readouterr()
    shop.removes()
    told = capsys.readouterr().out
    assert f"This stays:\n  the table {table}\n  the secret /referrals/{SHOP}/pepper" in told
    assert f"make deploy STAGE={SHOP} TABLE={table} ALARM_EMAIL=ops@deployed.example" in told
    assert shop.stack() is None
    assert logs.describe_log_groups(logGroupNamePrefix=f"/referrals/{SHOP}/")["logGroups"] == []
    assert objects(shop.cloud, SHOP) == []
    assert objects(shop.cloud, NAME) != []
    shop.deploys({**GIVEN, "ExistingTable": table, "Boundary": shop.boundary})
    assert ssm.get_parameter(Name=f"/referrals/{SHOP}/pepper")["Parameter"] == pepper
    shop.settles(table)


def test_all_of_a_stage_goes_for_whoever_says_so_twice(shop: Operator, cloud: Cloud) -> None:
    """ALLOW_LOSS=1 and the stage's name: then its table and secrets go too, and nothing of another stage."""
    table = shop.outputs()["TableName"]
    for confirmed in ("", "prod"):
        with pytest.raises(DeployError, match=r"CONFIRM=shop|not the name of the stage"):
            shop.removes(may_lose=True, confirmed=confirmed)
    assert shop.stack() is not None
    shop.removes(may_lose=True, confirmed=SHOP)
    assert table not in cloud.client("dynamodb").list_tables()["TableNames"]
    found = cloud.client("ssm").describe_parameters()["Parameters"]
    assert {it["Name"].split("/")[2] for it in found} >= {NAME}
    assert not [it for it in found if it["Name"].startswith(f"/referrals/{SHOP}/")]


def objects(cloud: Cloud, stage: str) -> list[str]:
    """The objects of a stage in the bucket that deployments share."""
    listed = cloud.client("s3").list_objects_v2(Bucket=f"referrals-deploy-{ACCOUNT}-{REGION}", Prefix=f"{stage}/")
    return [it["Key"] for it in listed.get("Contents", [])]


def held(cloud: Cloud, stage: str) -> dict[str, str]:
    """The names in the account of all that a stage's stack holds."""
    pages = (
        cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=f"referrals-{stage}")
    )
    return {
        it["LogicalResourceId"]: it["PhysicalResourceId"] for page in pages for it in page["StackResourceSummaries"]
    }
