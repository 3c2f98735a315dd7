"""The secrets of a stage, call for call: made once, encrypted, never written over."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from infra.deploy.problem import DeployError
from infra.deploy.secrets import Secrets
from memory.shop import OWN_SESSION

PEPPER, CURSOR, LINK = "/referrals/dev/pepper", "/referrals/dev/cursor-key", "/referrals/dev/link-key"


class Ssm:
    """The parameter store as a conversation: what is asked, and what it answers."""

    def __init__(self, client: Any, wire: Stubber) -> None:
        self.secrets = Secrets(client, "dev")
        self.given: dict[str, str] = {}
        self._wire = wire
        client.meta.events.register("provide-client-params.ssm.PutParameter", self._note)

    def _note(self, params: Any, **_: Any) -> None:
        self.given[params["Name"]] = params["Value"]

    def has(self, name: str, *, version: int = 1) -> None:
        """It will be asked whether a secret is there, without a look at it, and say yes."""
        asked = {"Name": name, "WithDecryption": False}
        self._wire.add_response("get_parameter", {"Parameter": {"Version": version}}, asked)

    def reads(self, name: str, value: str) -> None:
        """It will be asked for a secret itself."""
        asked = {"Name": name, "WithDecryption": True}
        self._wire.add_response("get_parameter", {"Parameter": {"Value": value}}, asked)

    def lacks(self, name: str) -> None:
        """It will say no."""
        asked = {"Name": name, "WithDecryption": False}
        self._wire.add_client_error("get_parameter", "ParameterNotFound", expected_params=asked)

    def takes(self, name: str, *, over: bool, version: int = 1) -> None:
        """It will be given a secret, encrypted."""
        given = {"Name": name, "Value": ANY, "Type": "SecureString", "Overwrite": over}
        self._wire.add_response("put_parameter", {"Version": version}, given)

    def done(self) -> None:
        """Everything was asked, and nothing else."""
        self._wire.assert_no_pending_responses()


@pytest.fixture
def ssm() -> Iterator[Ssm]:
    """A conversation."""
    client = OWN_SESSION.client("ssm")
    with Stubber(client) as wire:
        yield Ssm(client, wire)


def test_a_first_deployment_makes_all(ssm: Ssm) -> None:
    """And nothing is written over, should another one be faster."""
    for name in (PEPPER, CURSOR, LINK):
        ssm.lacks(name)
    for name in (PEPPER, CURSOR, LINK):
        ssm.takes(name, over=False)
    assert ssm.secrets.make_missing() == [PEPPER, CURSOR, LINK]
    ssm.done()


def test_what_is_there_stays(ssm: Ssm) -> None:
    """The pepper above all: with another one everybody would be unknown."""
    ssm.has(PEPPER)
    ssm.has(CURSOR)
    ssm.has(LINK)
    assert ssm.secrets.make_missing() == []
    ssm.done()


def test_a_stage_of_an_earlier_version_gets_the_key_of_its_links(ssm: Ssm) -> None:
    """It has never had one, so it has lost none: the deployment goes on and makes it."""
    for _ in range(2):
        ssm.has(PEPPER)
        ssm.has(CURSOR)
    ssm.lacks(LINK)
    ssm.takes(LINK, over=False)
    ssm.secrets.check()
    assert ssm.secrets.make_missing() == [LINK]
    ssm.done()


@pytest.mark.parametrize("gone", [PEPPER, CURSOR])
def test_a_stage_that_lost_a_secret_gets_no_other(ssm: Ssm, gone: str) -> None:
    """The operator is told which one to put back, and how."""
    for name in (PEPPER, CURSOR)[: 1 + (gone == CURSOR)]:
        if name == gone:
            ssm.lacks(name)
        else:
            ssm.has(name)
    with pytest.raises(DeployError, match=f"put-parameter --type SecureString --name {gone}"):
        ssm.secrets.check()
    ssm.done()


def test_a_rotation_makes_another_cursor_key_and_touches_no_pepper(ssm: Ssm) -> None:
    """Its version is what the next deployment hands out."""
    ssm.has(CURSOR, version=3)
    ssm.takes(CURSOR, over=True, version=4)
    assert ssm.secrets.rotate_cursor_key() == 4
    ssm.done()


def test_a_stage_without_secrets_is_not_rotated(ssm: Ssm) -> None:
    """There is nothing to rotate before the first deployment."""
    ssm.lacks(CURSOR)
    with pytest.raises(DeployError, match="no secrets yet"):
        ssm.secrets.rotate_cursor_key()
    ssm.done()


@pytest.mark.parametrize("keep", [True, False])
def test_a_rotated_link_key_comes_before_the_former_ones(ssm: Ssm, keep: bool) -> None:
    """The new one signs, the former vouch for what old mails hold; whoever lost them to a thief drops them."""
    ssm.has(LINK, version=2)
    ssm.reads(LINK, "present,former")
    ssm.takes(LINK, over=True, version=3)
    assert ssm.secrets.rotate_link_key(keep=keep) == 3
    new, *former = ssm.given[LINK].split(",")
    assert former == (["present", "former"] if keep else [])
    assert len(new) >= 43
    ssm.done()


def test_the_keys_of_links_never_outgrow_their_parameter(ssm: Ssm) -> None:
    """SSM takes 4 KB: the oldest go."""
    held = [f"{number:043d}" for number in range(20)]
    ssm.has(LINK)
    ssm.reads(LINK, ",".join(held))
    ssm.takes(LINK, over=True)
    ssm.secrets.rotate_link_key(keep=True)
    assert ssm.given[LINK].split(",")[1:] == held[:19]
    assert len(ssm.given[LINK]) < 4096
    ssm.done()
