"""A stage's table as it is in the account: what it has to be, and what is turned on if it is not.

A table that was restored has the data and the indexes of the one it comes from, and neither its stream nor its
protection, its backups or the end of what has expired
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html).
"""

from collections.abc import Callable
from typing import Any

from infra.deploy.problem import DeployError
from infra.local.table import properties

USER = "referrals:stack"
"""The tag with the name of the stack that runs on a table."""

STREAM, EXPIRY = "the stream", "the end of what has expired (TTL)"
BACKUPS, PROTECTION = "backups of every second (point-in-time recovery)", "protection against deletion"


class StoredTable:
    """A table by its name."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._client = dynamodb
        self.name = name
        self._wanted = properties()

    def check(self) -> None:
        """Check that it is there, and has the keys and indexes that the program reads by.

        Raises:
            DeployError: it has not; says what differs.
        """
        told = self._told()
        if told["TableStatus"] != "ACTIVE":
            raise DeployError(f"The table {self.name} is not ready yet ({told['TableStatus']}). Wait, then try again.")
        if _shape(told) != _shape(self._wanted):
            raise DeployError(
                f"The table {self.name} is none of this program: its keys and indexes are\n  {_shape(told)}\nand not\n"
                f"  {_shape(self._wanted)}\nA backup has to be restored with all its indexes."
            )
        spec = told.get("StreamSpecification", {})
        view = self._wanted["StreamSpecification"]["StreamViewType"]
        if spec.get("StreamEnabled") and spec["StreamViewType"] != view:
            raise DeployError(
                f"The stream of {self.name} carries {spec['StreamViewType']}, and it should carry {view} alone, "
                "so that no personal data are in it. Turn it off, then try again."
            )

    def user(self) -> set[str]:
        """The names of the stacks that it was made by, or ran with last; they need not be there any more."""
        tags = self._client.list_tags_of_resource(ResourceArn=self._told()["TableArn"]).get("Tags", [])
        return {tag["Value"] for tag in tags if tag["Key"] in {USER, "aws:cloudformation:stack-name"}}

    def lacking(self) -> list[str]:
        """What a stage's table has and this one has not, in words."""
        return [what for what, (is_on, _) in self._switches().items() if not is_on()]

    def complete(self) -> list[str]:
        """Turn on what is lacking, and return it."""
        lacking = self.lacking()
        for what in lacking:
            _, turn_on = self._switches()[what]
            turn_on()
            self._client.get_waiter("table_exists").wait(TableName=self.name, WaiterConfig={"Delay": 2})
        return lacking

    def tag(self, stack: str) -> None:
        """Note which stack runs on it."""
        self._client.tag_resource(ResourceArn=self._told()["TableArn"], Tags=[{"Key": USER, "Value": stack}])

    def stream(self) -> str:
        """The ARN of its stream."""
        return str(self._told()["LatestStreamArn"])

    def delete(self) -> None:
        """Delete it, protected or not."""
        self._client.update_table(TableName=self.name, DeletionProtectionEnabled=False)
        self._client.get_waiter("table_exists").wait(TableName=self.name, WaiterConfig={"Delay": 2})
        self._client.delete_table(TableName=self.name)
        self._client.get_waiter("table_not_exists").wait(TableName=self.name, WaiterConfig={"Delay": 2})

    def _told(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._client.describe_table(TableName=self.name)["Table"]
        except self._client.exceptions.ResourceNotFoundException:
            raise DeployError(f"There is no table {self.name} in this account and region.") from None
        return found

    def _switches(self) -> dict[str, tuple[Callable[[], bool], Callable[[], object]]]:
        """What can be on or off: how one sees it, and how it is turned on."""
        client, name = self._client, self.name
        ttl, backups = self._wanted["TimeToLiveSpecification"], self._wanted["PointInTimeRecoverySpecification"]
        stream = {"StreamEnabled": True, **self._wanted["StreamSpecification"]}

        def expires() -> bool:
            told = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            return told["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}

        def is_backed_up() -> bool:
            told = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            recovery = told.get("PointInTimeRecoveryDescription", {})
            return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")

        return {
            STREAM: (
                lambda: bool(self._told().get("StreamSpecification", {}).get("StreamEnabled")),
                lambda: client.update_table(TableName=name, StreamSpecification=stream),
            ),
            EXPIRY: (expires, lambda: client.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)),
            BACKUPS: (
                is_backed_up,
                lambda: client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=backups),
            ),
            PROTECTION: (
                lambda: bool(self._told().get("DeletionProtectionEnabled")),
                lambda: client.update_table(TableName=name, DeletionProtectionEnabled=True),
            ),
        }


def _shape(table: dict[str, Any]) -> dict[str, list[str]]:
    """The keys of a table and of its indexes, as `attribute type`."""
    types = {it["AttributeName"]: it["AttributeType"] for it in table["AttributeDefinitions"]}

    def keys(schema: list[dict[str, str]]) -> list[str]:
        return [f"{it['AttributeName']} {it['KeyType']} {types[it['AttributeName']]}" for it in schema]

    indexes = {it["IndexName"]: keys(it["KeySchema"]) for it in table.get("GlobalSecondaryIndexes", [])}
    return {"table": keys(table["KeySchema"]), **dict(sorted(indexes.items()))}
