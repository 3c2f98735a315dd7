"""The environment in which the program runs locally."""

import os

from chalicelib.aws.credentials import Credentials
from chalicelib.aws.services import DYNAMODB, Call, Service
from infra.local.cloud import REGION
from infra.local.home import Home

TABLE = "referrals"
SENDER = "friends@kavya-ceramics.example"
CONFIGURATION_SET = "referrals-mails"


def calling(cloud_url: str) -> Call:
    """Return what carries out calls to the local cloud's table, for a process that does not live in it."""
    who = Credentials("local", "local")
    return Service(DYNAMODB, connect=1, answer=10, region=REGION, url=cloud_url, who=lambda: who).call


def use_local_cloud(home: Home, api: str, cloud_url: str, table: str = TABLE) -> None:
    """Point this process at the local cloud, and at one table in it.

    None of the user's own AWS settings is left in it, so that it can't touch a real account.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        {
            "TABLE_NAME": table,
            "PUBLIC_URL": api,
            "SENDER": SENDER,
            "CONFIGURATION_SET": CONFIGURATION_SET,
            "PEPPER": home.secret("pepper"),
            "CURSOR_KEY": home.secret("cursor_secret"),
            "LINK_KEY": home.secret("link_key"),
            "CLIENT_RATE": "50",  # a browser, a demonstration and every test come from one address, to one process
            "AWS_ENDPOINT_URL": cloud_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
    )
