"""Package the program, deploy a stage of it to AWS, rotate the keys of its cursors and links.

It works on the account and region of the environment's credentials, through the same calls as the AWS CLI.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from infra.deploy.package import ARM, BUILD, INTEL, Package, package
from infra.deploy.problem import DeployError
from infra.deploy.secrets import CURSOR_KEY, LINK_KEY, Secrets
from infra.deploy.stack import Change, Stack

NO_CREDENTIALS = """No AWS credentials were found. Give them in one of the ways of every AWS tool, for example:
  export AWS_PROFILE=…                                     a profile of ~/.aws/config
  export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…"""
NO_REGION = "No AWS region is set. Say where the program shall run, for example: export AWS_DEFAULT_REGION=eu-central-1"
DEPLOYED = """
The stage {stage} answers at {url}

Next:
  export TABLE_NAME={table}
{program}  .venv/app/bin/python -m infra.manage key --name "web shop" --scopes checkout enrol
  curl {url}healthz
"""
PUBLISH = "  .venv/app/bin/python -m infra.manage program examples/program.json --author you    # the rules: none yet\n"

Confirm = Callable[[str], bool]


class Account:
    """The AWS account of the environment's credentials, and clients of its services."""

    def __init__(self) -> None:
        try:
            self._session = boto3.Session()
            self.region = self._session.region_name or ""
            if not self.region:
                raise DeployError(NO_REGION)
            self.id: str = self.client("sts").get_caller_identity()["Account"]
        except NoCredentialsError:
            raise DeployError(NO_CREDENTIALS) from None
        except NoRegionError:
            raise DeployError(NO_REGION) from None
        except ClientError as error:
            raise DeployError(f"AWS does not accept these credentials: {error}") from None

    def client(self, service: str) -> Any:
        """A client of one service."""
        make: Any = self._session.client
        return make(service)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused: {error}", file=sys.stderr)
        return 1
    return 0


def show_package(options: argparse.Namespace) -> None:
    """Package, and say what came out."""
    made = package(options.stage, folder=options.build, architecture=options.architecture)
    print(f"{made.code}  {made.code.stat().st_size / 1e6:.1f} MB")
    print(f"{made.code.parent / 'sam.json'}  {len(made.template['Resources'])} resources, nothing to complain about")


def deploy(options: argparse.Namespace) -> None:
    """Bring a stage to what the tree says: package, plan, ask, change."""
    confirm: Confirm = (lambda _: True) if options.yes else _ask
    account = Account()
    secrets = Secrets(account.client("ssm"), options.stage)
    stack = Stack(account.client("cloudformation"), f"referrals-{options.stage}")
    print(f"Deploying {stack.name} to account {account.id}, {account.region}")
    if stack.is_there():
        secrets.check()
    made = package(options.stage, folder=options.build, architecture=options.architecture)
    url = _upload(account, options.bucket, made, confirm)
    parameters = {
        "Stage": options.stage,
        "Sender": options.sender,
        "PublicUrl": options.public_url.rstrip("/"),
        "AlarmEmail": options.alarm_email,
        "AlarmsByShare": options.alarms_by_share,
        "CursorKeyVersion": str(secrets.version(CURSOR_KEY) or 1),
        "LinkKeyVersion": str(secrets.version(LINK_KEY) or 1),
    }
    change_set = stack.plan(url, parameters)
    if change_set is None:
        print("Nothing has changed.")
    else:
        print(table_of(list(stack.changes(change_set))))
        if not confirm(f"Change the stack {stack.name} like this?"):
            stack.drop(change_set)
            raise DeployError("Nothing was changed.")
    for path in secrets.make_missing():
        print(f"Made the secret {path}")
    if change_set is not None:
        stack.execute(change_set)
    _tell_what_is_next(account, options, stack.outputs())


def rotate(options: argparse.Namespace) -> None:
    """Make a new key for the cursors of a stage, or for the links in its mails."""
    secrets = Secrets(Account().client("ssm"), options.stage)
    if options.key == "cursors":
        version = secrets.rotate_cursor_key()
        print(f"Version {version} of the cursor key is there; `make deploy` hands it to the functions.")
        print("Cursors given out before then answer 400, and their lists start again from the first page.")
        return
    version = secrets.rotate_link_key(keep=not options.drop_former)
    print(f"Version {version} of the link keys is there; `make deploy` hands it to the functions.")
    if options.drop_former:
        print("No link in a mail that was sent before works then: its readers can't unsubscribe by it any more.")
    else:
        print("Links in mails that were sent before go on working.")


def _upload(account: Account, bucket: str | None, made: Package, confirm: Confirm) -> str:
    """Put code and template where CloudFormation finds them; return the template's address."""
    bucket = bucket or f"referrals-deploy-{account.id}-{account.region}"
    s3 = account.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise DeployError(f"The bucket {bucket} can't be used ({error}). Name another one: BUCKET=…") from None
        if not confirm(f"There is no bucket {bucket} for what is deployed. Make it?"):
            raise DeployError("Nothing was changed. To use a bucket of yours: BUCKET=…") from None
        make_bucket(s3, bucket, account.region)
    code = f"{made.digest}.zip"
    s3.upload_file(str(made.code), bucket, code)
    template = made.template_with(f"s3://{bucket}/{code}").encode()
    name = f"{hashlib.sha256(template).hexdigest()[:32]}.json"
    s3.put_object(Bucket=bucket, Key=name, Body=template)
    return f"{s3.meta.endpoint_url}/{bucket}/{name}"


def make_bucket(s3: Any, bucket: str, region: str) -> None:
    """Make a bucket that nobody else can read. Only the oldest region does not want to be named."""
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **where)
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))


def table_of(changes: list[Change]) -> str:
    """The changes for a human eye, what would be lost first."""
    rows = sorted(changes, key=lambda change: (not _loses(change), change.action, change.resource))
    lines = [f"  {row.action:7} {row.resource:44} {row.kind}{'   ! LOSES WHAT IS IN IT' * _loses(row)}" for row in rows]
    return "\n".join(["", *lines, ""])


def _loses(change: Change) -> bool:
    """Whether something that keeps data goes away."""
    keeps = change.kind in {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Logs::LogGroup"}
    return keeps and (change.replaced or change.action == "Remove")


def _tell_what_is_next(account: Account, options: argparse.Namespace, outputs: dict[str, str]) -> None:
    name, url = outputs["TableName"], outputs["EndpointURL"]
    call = Service(DYNAMODB, connect=5, answer=10, region=account.region).call
    published = Table(Wire(call, name)).read_newest_program()
    print(DEPLOYED.format(stage=options.stage, url=url, table=name, program="" if published else PUBLISH))
    if not _may_send(account.client("sesv2"), options.sender):
        print(f"SES may not send as {options.sender} yet. Verify it, or its domain:")
        print(f"  aws sesv2 create-email-identity --email-identity {options.sender}")


def _may_send(ses: Any, sender: str) -> bool:
    """Whether the address, or its domain, is a verified identity."""
    for identity in (sender, sender.rpartition("@")[2]):
        try:
            if ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]:
                return True
        except ses.exceptions.NotFoundException:
            continue
    return False


def _ask(question: str) -> bool:
    if not sys.stdin.isatty():
        raise DeployError(f"{question} There is nobody to ask: say YES=1 to agree beforehand.")
    return input(f"{question} [yes/no] ").strip().lower() in {"y", "yes"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stage", default="prod", help="name of the deployment (prod)")
    built = argparse.ArgumentParser(add_help=False, parents=[common])
    built.add_argument("--architecture", choices=(ARM, INTEL), default=ARM, help="of the functions' processors")
    built.add_argument("--build", type=Path, default=BUILD, help="folder to work in")
    commands.add_parser("package", parents=[built], help="make what is deployed, and check it").set_defaults(
        command=show_package
    )
    up = commands.add_parser("deploy", parents=[built], help="bring a stage to what the tree says")
    up.add_argument("--sender", required=True, help="address that mails come from")
    up.add_argument("--public-url", required=True, help="origin of every link that people get")
    up.add_argument("--alarm-email", default="", help="address that is told of alarms")
    share = "whether there are alarms by the share of a day's mails; no for a cloud without metric math"
    up.add_argument("--alarms-by-share", choices=("yes", "no"), default="yes", help=share)
    up.add_argument("--bucket", help="S3 bucket for what is deployed; one is made if none is named")
    up.add_argument("--yes", action="store_true", help="agree to everything beforehand")
    up.set_defaults(command=deploy)
    turn = commands.add_parser("rotate", parents=[common], help="make a new key for the cursors, or for links")
    turn.add_argument("--key", choices=("cursors", "links"), default="cursors", help="which one (cursors)")
    turn.add_argument("--drop-former", action="store_true", help="of links: let none work that was sent before")
    turn.set_defaults(command=rotate)
    return parser


if __name__ == "__main__":
    sys.exit(main())
