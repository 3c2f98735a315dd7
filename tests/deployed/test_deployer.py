"""The role that deploys: all that AWS asks for to make what is in the template, and nothing beside.

What CloudFormation does in its caller's name for each kind of resource is told by AWS's own schemas, which cfn-lint
brings. (The local cloud checks only the calls that the command makes itself: see test_operator.)
"""

import json
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.bounded import bounded
from infra.deploy.deployer import Place, boundary, policy
from infra.resources import read_resources
from tests.deployed.policies import GRANTS, POLICIES

OF_SAM = {
    *("AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"),
    *("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::Events::Rule"),
    *("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage", "AWS::IAM::Role"),
    *("AWS::SNS::Subscription", "AWS::CloudWatch::Dashboard"),
}
"""What Chalice's and SAM's shorthand becomes. A dashboard and versions are there for stages that have them."""

OPTIONAL = {"AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation", "AWS::Budgets::Budget", "AWS::IAM::Policy"}
"""What a stage has only if somebody asks for it, with rights of their own: docs/operations/README.md says which."""

UNUSED = (
    *("kms:*", "ec2:*", "elasticfilesystem:*", "s3files:*", "codedeploy:*", "kinesis:*", "firehose:*", "s3:*"),
    *("*CodeSigningConfig", "lambda:GetLayerVersion", "lambda:PassCapacityProvider", "lambda:AssociateRuntimeAlias"),
    *("lambda:PutFunctionRecursionConfig", "lambda:PutFunctionScalingConfig", "lambda:PutRuntimeManagementConfig"),
    *("lambda:*ProvisionedConcurrencyConfig", "apigateway:UpdateRestApiPolicy", "iam:*RolePermissionsBoundary"),
    *("iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:CreateServiceLinkedRole", "sns:PutDataProtectionPolicy"),
    *("dynamodb:*Replica", "dynamodb:*Import*", "dynamodb:*able*KinesisStreamingDestination"),
    *("dynamodb:UpdateKinesisStreamingDestination", "dynamodb:UpdateContributorInsights", "dynamodb:*tResourcePolicy"),
    *("dynamodb:DeleteResourcePolicy", "dynamodb:*Item", "dynamodb:Scan", "dynamodb:Query"),
    *("logs:*KmsKey", "logs:CreateLogDelivery", "logs:*ResourcePolic*", "logs:Put*Authentication", "logs:*LogStream*"),
    *("logs:*IndexPolicy", "logs:*eDataProtectionPolicy", "logs:PutDataProtectionPolicy", "logs:PutLogEvents"),
    *("logs:PutLogGroupDeletionProtection", "ses:PutConfigurationSetArchivingOptions"),
    *("ses:PutConfigurationSetDeliveryOptions", "ses:PutConfigurationSetSendingOptions"),
    *("ses:PutConfigurationSetTrackingOptions", "ses:PutConfigurationSetVdmOptions"),
)
"""What AWS asks for only where something is used that the template has not: keys of one's own, replicas, networks…"""

NEEDED_THOUGH = {
    "dynamodb:GetResourcePolicy",  # read with every table
    "lambda:GetFunctionCodeSigningConfig",  # read with every function
    "lambda:GetProvisionedConcurrencyConfig",  # read with every version
}

OURS = {
    *("cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:ExecuteChangeSet"),
    *("cloudformation:DeleteChangeSet", "cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"),
    *("cloudformation:ListStackResources", "cloudformation:DeleteStack"),
    "cloudformation:UpdateTerminationProtection",
    *("s3:CreateBucket", "s3:ListBucket", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls"),
    *("s3:PutObject", "s3:GetObject", "s3:DeleteObject"),
    *("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"),
    *("ses:GetAccount", "ses:GetEmailIdentity"),
}
"""What the commands call themselves, beyond what CloudFormation does."""


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """All that AWS asks for to make, read, change and delete what a stage is made of."""
    resources = read_resources()["Resources"]
    kinds = OF_SAM | {it["Type"] for it in resources.values() if "Type" in it}
    kinds = {it for it in kinds if "Serverless" not in it} - OPTIONAL
    schemas = Path(str(find_spec("cfnlint").origin)).parent / "data" / "schemas"  # type: ignore[union-attr]
    where = json.loads((schemas / "providers" / "eu-central-1.json").read_text())
    found: dict[str, set[str]] = {}
    for kind in kinds:
        told: dict[str, Any] = json.loads((schemas / "resources" / f"{where[kind]}.json").read_text())
        steps = [step for name, step in told["handlers"].items() if name != "list"]
        found[kind] = {action for step in steps for action in step["permissions"]}
    return {action for actions in found.values() for action in actions}


PROD = Place("prod", "111111111111", "eu-central-1", "ours")
BOUNDARY = "arn:aws:iam::111111111111:policy/bounds-referrals-prod"


def granted(place: Place = PROD) -> list[dict[str, Any]]:
    """The statements for a stage."""
    statements: list[dict[str, Any]] = policy(place)["Statement"]
    return statements


def test_whoever_deploys_may_do_what_aws_asks_for_and_nothing_more(asked: set[str]) -> None:
    """Action for action; a kind of resource that is new in the template shows here before it is missed on AWS."""
    actions = {action for statement in granted() for action in statement["Action"]}
    needed = {it for it in asked if not any(fnmatchcase(it, pattern) for pattern in UNUSED)} | NEEDED_THOUGH | OURS
    assert sorted(needed - actions) == []
    assert sorted(actions - needed) == []


def test_whoever_deploys_a_stage_reaches_no_other_one() -> None:
    """All is bound to the stage's names, but for what has none; and nothing reads or writes what is in the table."""
    wide = {it["Sid"] for it in granted() if it["Resource"] == "*" and "Condition" not in it}
    assert wide == {"LookAtLogs", "LookAtSes"}
    for statement in granted(PROD._replace(stage="try")):
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        bound = [it for it in resources if "referrals-try" in it or "referrals/try" in it or "ours/try/" in it]
        unbound = {"Transform", "OtherStages", "Bucket", "Gateway", "ReadersOfTheStream", "LookAtReadersOfTheStream"}
        assert bound == resources or statement["Sid"] in unbound | wide, statement["Sid"]
        assert not any(it.endswith(("Item", "Query", "Scan")) for it in statement["Action"])
        assert not any("*" in it for it in statement["Action"])


def test_the_policy_fits_into_a_role() -> None:
    """IAM takes 10,240 characters of policies in a role, blanks not counted."""
    place = Place("a" * 20, "1" * 12, "ap-southeast-2", "b" * 63, "aws-us-gov")
    assert len(json.dumps(policy(place, within=BOUNDARY * 2)).replace(" ", "")) < 10_240


def test_names_that_cloudformation_cuts_are_still_met() -> None:
    """Of a long stack's name it keeps 24 characters in the names of functions and roles."""
    (functions,) = [
        it["Resource"] for it in granted(PROD._replace(stage="a-stage-of-some-length")) if it["Sid"] == "Functions"
    ]
    assert functions.endswith(":function:referrals-a-stage-of-som*")
    (functions,) = [it["Resource"] for it in granted() if it["Sid"] == "Functions"]
    assert functions.endswith(":function:referrals-prod-*")


def test_whoever_deploys_within_a_boundary_gives_no_rights_beyond_it() -> None:
    """Each role that is made or granted something has that boundary, which can't be taken off; all else stays."""
    told = policy(PROD, within=BOUNDARY)["Statement"]
    grants = {"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"}
    holding = [it for it in told if grants & set(it["Action"])]
    assert [(set(it["Action"]), it["Condition"]["StringEquals"]) for it in holding] == [
        (grants, {"iam:PermissionsBoundary": BOUNDARY})
    ]
    actions = {action for it in told for action in it["Action"]}
    assert "iam:DeleteRolePermissionsBoundary" not in actions
    assert actions - {action for it in granted() for action in it["Action"]} == {"iam:PutRolePermissionsBoundary"}


def test_a_boundary_lets_functions_do_their_work_and_no_more() -> None:
    """What is in their policies, and traces; nothing that could make or grant anything."""
    told = boundary(PROD)["Statement"]
    actions = {action for it in told for action in it["Action"]}
    traces = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    assert actions | traces == {action for _, _, action in GRANTS} | traces
    assert [it["Sid"] for it in told if it["Resource"] == "*"] == ["WithoutNames"]


def test_every_role_of_a_bounded_stage_has_the_boundary() -> None:
    """And nothing else differs."""
    roles = {
        f"{name}Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [it]}} for name, it in POLICIES.items()
    }
    template = {"Parameters": {}, "Resources": {**roles, "Api": {"Type": "AWS::ApiGateway::RestApi"}}}
    resources = bounded(template)["Resources"]
    assert {resources[name]["Properties"].pop("PermissionsBoundary")["Ref"] for name in roles} == {"Boundary"}
    assert resources == template["Resources"]
