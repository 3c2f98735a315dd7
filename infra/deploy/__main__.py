"""Package the program, deploy a stage of it to AWS, rotate its keys, remove it.

It works on the account and region of the environment's credentials, through the same calls as the AWS CLI.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import alarms
from infra.deploy.account import Account
from infra.deploy.deployer import Place, boundary, policy
from infra.deploy.deployment import Wish, ask, bucket_of, deploy, stack_of
from infra.deploy.package import ARM, BUILD, INTEL, RUNTIME, RUNTIMES, package
from infra.deploy.parameters import read
from infra.deploy.problem import DeployError
from infra.deploy.removal import Farewell, destroy
from infra.deploy.secrets import Secrets
from infra.deploy.stack import Stack


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
    made = package(options.stage, folder=options.build, architecture=options.architecture, runtime=options.runtime)
    print(f"{made.code}  {made.code.stat().st_size / 1e6:.1f} MB")
    print(f"{made.code.parent / 'sam.json'}  {len(made.template['Resources'])} resources, nothing to complain about")


def bring_up(options: argparse.Namespace) -> None:
    """Bring a stage to what the tree says."""
    named = {
        "Sender": options.sender,
        "PublicUrl": options.public_url,
        "AlarmEmail": options.alarm_email,
        "AlarmsByShare": options.alarms_by_share,
        "DomainName": options.domain,
        "CertificateArn": options.certificate,
        "ExistingTable": options.table,
        "Boundary": options.boundary,
    }
    given = {name: text for name, text in named.items() if text}
    wish = Wish(
        stage=options.stage,
        given={**given, **read(options.set)},
        bucket=options.bucket,
        build=options.build,
        architecture=options.architecture,
        runtime=options.runtime,
        agree=(lambda _: True) if options.yes else ask,
        may_lose=options.allow_loss,
    )
    deploy(wish)


def take_down(options: argparse.Namespace) -> None:
    """Remove a stage."""
    wish = Farewell(
        stage=options.stage,
        bucket=options.bucket,
        agree=(lambda _: True) if options.yes else ask,
        may_lose=options.allow_loss,
        confirmed=options.confirm,
    )
    destroy(wish)


def show_deployer(options: argparse.Namespace) -> None:
    """Print the policy of a role that deploys a stage."""
    print(json.dumps(policy(_place(options), within=options.boundary or ""), indent=2))


def show_boundary(options: argparse.Namespace) -> None:
    """Print the policy that bounds what the functions of a stage may do."""
    print(json.dumps(boundary(_place(options)), indent=2))


def _place(options: argparse.Namespace) -> Place:
    account = Account()
    bucket = bucket_of(account, options.bucket).name
    return Place(options.stage, account.id, account.region, bucket, account.partition)


def show_alarms(options: argparse.Namespace) -> None:
    """Say who hears of alarms and what rings.

    Raises:
        DeployError: nobody hears.
    """
    account = Account()
    stack = Stack(account.client("cloudformation"), stack_of(options.stage))
    sns, topic = account.client("sns"), stack.outputs()["AlarmTopic"]
    heard, _ = alarms.listeners(sns, topic)
    print(f"Told of alarms: {', '.join(heard) or 'nobody'}")
    print("\n".join(alarms.ringing(account.client("cloudwatch"), stack.name)) or "Nothing rings.")
    missing = "\n".join(alarms.unheard(sns, topic))
    if not heard:
        raise DeployError(missing)
    if missing:
        print(missing)


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stage", default="prod", help="name of the deployment (prod)")
    built = argparse.ArgumentParser(add_help=False, parents=[common])
    built.add_argument("--architecture", choices=(ARM, INTEL), default=ARM, help="of the functions' processors")
    built.add_argument("--runtime", choices=RUNTIMES, default=RUNTIME, help=f"of the functions ({RUNTIME})")
    built.add_argument("--build", type=lambda text: Path(text).resolve(), default=BUILD, help="folder to work in")
    commands.add_parser("package", parents=[built], help="make what is deployed, and check it").set_defaults(
        command=show_package
    )
    up = commands.add_parser("deploy", parents=[built], help="bring a stage to what the tree says")
    up.add_argument("--sender", help="address that mails come from")
    up.add_argument("--public-url", help="origin of every link that people get")
    up.add_argument("--alarm-email", help="address that is told of alarms")
    share = "whether there are alarms by the share of a day's mails; no for a cloud without metric math"
    up.add_argument("--alarms-by-share", choices=("yes", "no"), help=share)
    up.add_argument("--domain", help="name of your own that the API answers at")
    up.add_argument("--certificate", help="ARN of the certificate of that name, from ACM in the same region")
    up.add_argument("--table", help="table to run on that is there already, restored or kept")
    up.add_argument("--boundary", help="ARN of the policy that bounds what its functions may do")
    up.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other parameters of the stack")
    up.add_argument("--bucket", help="S3 bucket for what is deployed; one is made if none is named")
    up.add_argument("--yes", action="store_true", help="agree beforehand to everything that loses nothing")
    up.add_argument("--allow-loss", action="store_true", help="let go what the plan says would be lost")
    up.set_defaults(command=bring_up)
    down = commands.add_parser("destroy", parents=[common], help="remove a stage; its table and secrets stay")
    down.add_argument("--bucket", help="S3 bucket that it was deployed from, if one was named")
    down.add_argument("--yes", action="store_true", help="agree beforehand, if no data go")
    down.add_argument("--allow-loss", action="store_true", help="let its table and secrets go, too")
    down.add_argument("--confirm", default="", metavar="STAGE", help="the stage's name, for which you are asked else")
    down.set_defaults(command=take_down)
    least = commands.add_parser("deployer", parents=[common], help="print the least policy of a role that deploys")
    least.add_argument("--bucket", help="S3 bucket that it deploys from, if one is named")
    least.add_argument("--boundary", help="ARN of the boundary that the roles it makes must have")
    least.set_defaults(command=show_deployer)
    commands.add_parser("alarms", parents=[common], help="say who hears of alarms, and what rings").set_defaults(
        command=show_alarms
    )
    turn = commands.add_parser("rotate", parents=[common], help="make a new key for the cursors, or for links")
    turn.add_argument("--key", choices=("cursors", "links"), default="cursors", help="which one (cursors)")
    turn.add_argument("--drop-former", action="store_true", help="of links: let none work that was sent before")
    turn.set_defaults(command=rotate)
    return parser


if __name__ == "__main__":
    sys.exit(main())
