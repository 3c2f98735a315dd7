"""The table of a stage as it is in the account, at the wire: what is wrong stops, what is lacking is turned on."""

import json
from typing import Any, NamedTuple

import pytest

from infra.deploy.problem import DeployError
from infra.deploy.table import BACKUPS, EXPIRY, PROTECTION, STREAM, StoredTable
from infra.local.table import properties
from memory.shop import OWN_SESSION

ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/restored"


class Answered(NamedTuple):
    """What botocore looks at of an answer's head."""

    status_code: int


class DynamoDB:
    """The side of DynamoDB that tables are looked at and changed by, with one table: as a restored one begins."""

    def __init__(self, **differing: Any) -> None:
        described = properties()
        self.table: dict[str, Any] = {
            "TableName": "restored",
            "TableArn": ARN,
            "TableStatus": "ACTIVE",
            **{name: described[name] for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")},
            **differing,
        }
        self.ttl, self.backups, self.gone = "DISABLED", "DISABLED", False
        self.tags: list[dict[str, str]] = []
        self.client = OWN_SESSION.client("dynamodb")
        self.client.meta.events.register("before-call.dynamodb", self._answer)

    def _answer(self, model: Any, params: Any, **_: object) -> tuple[Answered, dict[str, Any]]:
        asked = json.loads(params["body"])
        if self.gone or asked.get("TableName", "restored") != "restored":
            return Answered(400), {"Error": {"Code": "ResourceNotFoundException", "Message": ""}}
        match model.name:
            case "DescribeTable":
                return Answered(200), {"Table": self.table}
            case "DescribeTimeToLive":
                return Answered(200), {"TimeToLiveDescription": {"TimeToLiveStatus": self.ttl}}
            case "DescribeContinuousBackups":
                recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": self.backups}}
                return Answered(200), {"ContinuousBackupsDescription": recovery}
            case "ListTagsOfResource":
                return Answered(200), {"Tags": self.tags}
        self._change(model.name, asked)
        return Answered(200), {}

    def _change(self, operation: str, asked: dict[str, Any]) -> None:
        match operation:
            case "UpdateTable":
                self.table |= {name: value for name, value in asked.items() if name != "TableName"}
                if "StreamSpecification" in asked:
                    self.table["LatestStreamArn"] = f"{ARN}/stream/now"
            case "UpdateTimeToLive":
                assert asked["TimeToLiveSpecification"] == {"AttributeName": "expires_ttl", "Enabled": True}
                self.ttl = "ENABLING"
            case "UpdateContinuousBackups":
                assert asked["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
                self.backups = "ENABLED"
            case "TagResource":
                self.tags += asked["Tags"]
            case "DeleteTable":
                assert not self.table["DeletionProtectionEnabled"]
                self.gone = True
            case _:
                raise AssertionError(operation)


def test_what_a_restored_table_lacks_is_turned_on_and_told() -> None:
    """Its stream of keys, the end of sessions, backups and protection; a second look finds nothing to do."""
    dynamodb = DynamoDB()
    table = StoredTable(dynamodb.client, "restored")
    table.check()
    assert table.lacking() == [STREAM, EXPIRY, BACKUPS, PROTECTION]
    assert table.complete() == [STREAM, EXPIRY, BACKUPS, PROTECTION]
    assert dynamodb.table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert dynamodb.table["DeletionProtectionEnabled"] is True
    assert (dynamodb.ttl, dynamodb.backups) == ("ENABLING", "ENABLED")
    assert table.stream() == f"{ARN}/stream/now"
    table.check()
    assert table.complete() == []


def test_a_table_of_another_program_is_not_touched() -> None:
    """One whose keys or indexes differ: a backup restored without its indexes, say."""
    keys_alone: dict[str, Any] = {"KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}]}
    no_indexes: dict[str, Any] = {"GlobalSecondaryIndexes": []}
    for differing in (no_indexes, keys_alone):
        with pytest.raises(DeployError, match="restored is none of this program"):
            StoredTable(DynamoDB(**differing).client, "restored").check()


def test_a_table_that_is_still_restored_is_waited_for() -> None:
    """And one that is not there is named."""
    with pytest.raises(DeployError, match=r"not ready yet \(CREATING\)"):
        StoredTable(DynamoDB(TableStatus="CREATING").client, "restored").check()
    with pytest.raises(DeployError, match="There is no table lost"):
        StoredTable(DynamoDB().client, "lost").check()


def test_a_stream_with_more_than_keys_is_refused() -> None:
    """Whole items would bring addresses into it."""
    whole = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    with pytest.raises(DeployError, match="carries NEW_IMAGE"):
        StoredTable(DynamoDB(StreamSpecification=whole).client, "restored").check()


def test_who_runs_on_a_table_is_noted_on_it() -> None:
    """Beside the note of CloudFormation, which a kept table keeps."""
    dynamodb = DynamoDB()
    dynamodb.tags = [
        {"Key": "aws:cloudformation:stack-name", "Value": "referrals-prod"},
        {"Key": "cost", "Value": "shop"},
    ]
    table = StoredTable(dynamodb.client, "restored")
    table.tag("referrals-try")
    assert table.user() == {"referrals-prod", "referrals-try"}


def test_a_protected_table_can_be_deleted_by_whoever_means_it() -> None:
    """The protection is taken off first, or DynamoDB would refuse."""
    dynamodb = DynamoDB()
    table = StoredTable(dynamodb.client, "restored")
    table.complete()
    table.delete()
    assert dynamodb.gone
