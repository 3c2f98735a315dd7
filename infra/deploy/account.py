"""Whose credentials these are, and where they work."""

from typing import Any

import boto3
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from infra.deploy.problem import DeployError

NO_CREDENTIALS = """No AWS credentials were found. Give them in one of the ways of every AWS tool, for example:
  export AWS_PROFILE=…                                     a profile of ~/.aws/config
  export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…"""
NO_REGION = "No AWS region is set. Say where the program shall run, for example: export AWS_DEFAULT_REGION=eu-central-1"


class Account:
    """The AWS account of the environment's credentials, and clients of its services."""

    def __init__(self) -> None:
        try:
            self._session = boto3.Session()
            self.region = self._session.region_name or ""
            if not self.region:
                raise DeployError(NO_REGION)
            told = self.client("sts").get_caller_identity()
            self.id: str = told["Account"]
            self.partition: str = told["Arn"].split(":")[1]
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
