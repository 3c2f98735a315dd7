"""The program's table on a local engine, made from the very description that is deployed."""

from contextlib import suppress
from typing import Any

from infra.resources import read_resources

DEPLOYED_ONLY = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")


def properties() -> dict[str, Any]:
    """The table's properties as CloudFormation gets them."""
    described: dict[str, Any] = read_resources()["Resources"]["Table"]["Properties"]
    return described


def create_table(client: Any, name: str) -> None:
    """Create the table `name`, or complete one whose making was interrupted.

    Backups are for real data; streams are spelled differently here. Nothing is taken
    out when its time is over: an engine knows only the machine's clock, and where the instance's own is behind that, as
    after `make demo`, everybody would be signed out within a minute. AWS may take days, so nobody counts on it.
    """
    described = properties()
    wanted = {key: value for key, value in described.items() if key not in DEPLOYED_ONLY}
    wanted["StreamSpecification"] = {"StreamEnabled": True, **described["StreamSpecification"]}
    with suppress(client.exceptions.ResourceInUseException):
        client.create_table(TableName=name, **wanted)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if ttl["TimeToLiveStatus"] == "ENABLED":  # by an earlier version
        off = {**described["TimeToLiveSpecification"], "Enabled": False}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=off)
