"""The bucket that CloudFormation takes code and template from.

Its name can be foretold from the account's number, so anybody can have taken it. Whoever owns it could put another
template there, and CloudFormation would carry that out with the operator's rights. So every call names the owner that
is expected (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html), and S3 refuses it where
the bucket is somebody else's.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.problem import DeployError

_CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_AT_ONCE = 1000
"""So many objects are deleted by one call, at most."""


class Bucket:
    """A bucket by its name, which has to be the account's own. Each stage keeps its objects under its own name."""

    def __init__(self, s3: Any, name: str, owner: str) -> None:
        self._s3 = s3
        self.name = name
        self._ours = {"Bucket": name, "ExpectedBucketOwner": owner}

    def is_there(self) -> bool:
        """Whether there is such a bucket.

        Raises:
            DeployError: there is, and it is not ours.
        """
        try:
            self._s3.head_bucket(**self._ours)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
                return False
            raise self._taken(error) from None
        return True

    def make(self, region: str) -> None:
        """Make the bucket. Only the oldest region does not want to be named.

        Raises:
            DeployError: somebody was faster.
        """
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._s3.create_bucket(Bucket=self.name, ObjectOwnership="BucketOwnerEnforced", **where)
        except (self._s3.exceptions.BucketAlreadyExists, self._s3.exceptions.BucketAlreadyOwnedByYou) as error:
            raise self._taken(error) from None

    def close(self) -> None:
        """Let nobody else read it or put anything into it, whatever lists of rights say."""
        closed = dict.fromkeys(_CLOSED, True)
        self._s3.put_public_access_block(**self._ours, PublicAccessBlockConfiguration=closed)
        owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        self._s3.put_bucket_ownership_controls(**self._ours, OwnershipControls=owned)

    def put(self, key: str, content: bytes) -> None:
        """Put an object.

        Raises:
            DeployError: the bucket is not ours any more.
        """
        try:
            self._s3.put_object(**self._ours, Key=key, Body=content)
        except ClientError as error:
            raise self._taken(error) from None

    def address(self, key: str) -> str:
        """Where CloudFormation finds an object."""
        return f"{self._s3.meta.endpoint_url}/{self.name}/{key}"

    def keys(self, stage: str) -> Iterator[str]:
        """The objects of a stage."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(**self._ours, Prefix=f"{stage}/")
        return (it["Key"] for page in pages for it in page.get("Contents", []))

    def empty(self, stage: str) -> int:
        """Delete the objects of a stage; returns how many there were."""
        keys = list(self.keys(stage))
        for start in range(0, len(keys), _AT_ONCE):
            gone = [{"Key": key} for key in keys[start : start + _AT_ONCE]]
            self._s3.delete_objects(**self._ours, Delete={"Objects": gone})
        return len(keys)

    def _taken(self, error: ClientError) -> DeployError:
        return DeployError(
            f"The bucket {self.name} is somebody else's, or these credentials may not use it "
            f"({error.response['Error']['Code']}). Nothing is put there. Name a bucket of your own: BUCKET=…"
        )
