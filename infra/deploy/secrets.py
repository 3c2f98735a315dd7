"""The two secrets of a stage, kept in SSM: the pepper for ever, the cursor key until somebody rotates it.

The stack names the version of each, so nothing changes under running functions, and a pepper that was overwritten by
mistake is not taken: the functions go on with its first version.
"""

import secrets
from typing import Any

from infra.deploy.problem import DeployError

PEPPER, CURSOR_KEY = "pepper", "cursor-key"


class Secrets:
    """The secrets of one stage."""

    def __init__(self, ssm: Any, stage: str) -> None:
        self._ssm = ssm
        self._stage = stage

    def version(self, name: str) -> int | None:
        """The newest version of a secret; None if there is none."""
        try:
            found = self._ssm.get_parameter(Name=self._path(name), WithDecryption=False)
        except self._ssm.exceptions.ParameterNotFound:
            return None
        version: int = found["Parameter"]["Version"]
        return version

    def check(self) -> None:
        """Check that a stage with data has its secrets too: making up others would make its people unknown.

        Raises:
            DeployError: one is gone; says which.
        """
        for name in (PEPPER, CURSOR_KEY):
            if self.version(name) is None:
                raise DeployError(
                    f"The secret {self._path(name)} of this stage is gone. Put it back from your backup:\n"
                    f"  aws ssm put-parameter --type SecureString --name {self._path(name)} --value …"
                )

    def make_missing(self) -> list[str]:
        """Make up what is not there, touch nothing that is, and return the paths that were made."""
        missing = [name for name in (PEPPER, CURSOR_KEY) if self.version(name) is None]
        for name in missing:
            self._put(name, overwrite=False)
        return [self._path(name) for name in missing]

    def rotate_cursor_key(self) -> int:
        """Make a new version of the cursor key and return it; the next deployment hands it to the functions.

        Raises:
            DeployError: the stage has none yet.
        """
        if self.version(CURSOR_KEY) is None:
            raise DeployError(f"The stage {self._stage} has no secrets yet; its first deployment makes them.")
        return self._put(CURSOR_KEY, overwrite=True)

    def _put(self, name: str, *, overwrite: bool) -> int:
        value = secrets.token_urlsafe(32)
        put = self._ssm.put_parameter(Name=self._path(name), Value=value, Type="SecureString", Overwrite=overwrite)
        version: int = put["Version"]
        return version

    def _path(self, name: str) -> str:
        return f"/referrals/{self._stage}/{name}"
