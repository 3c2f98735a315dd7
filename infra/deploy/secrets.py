"""The secrets of a stage, kept in SSM: the pepper for ever, the keys of cursors and links until they are rotated.

The stack names the version of each, so nothing changes under running functions, and a pepper that was overwritten by
mistake is not taken: the functions go on with its first version.
"""

import secrets
from typing import Any

from infra.deploy.problem import DeployError

PEPPER, CURSOR_KEY, LINK_KEY = "pepper", "cursor-key", "link-key"
ALL = (PEPPER, CURSOR_KEY, LINK_KEY)
_LATER = (LINK_KEY,)
"""Secrets that stages of an earlier version have not had: whoever lacks one has lost nothing."""

_KEPT = 20
"""So many keys of links are kept: what SSM takes, and more than anybody rotates while a mail is read."""


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
        for name in ALL:
            if name not in _LATER and self.version(name) is None:
                raise DeployError(
                    f"The secret {self._path(name)} of this stage is gone. Put it back from your backup:\n"
                    f"  aws ssm put-parameter --type SecureString --name {self._path(name)} --value …"
                )

    def make_missing(self) -> list[str]:
        """Make up what is not there, touch nothing that is, and return the paths that were made."""
        missing = [name for name in ALL if self.version(name) is None]
        for name in missing:
            self._put(name, secrets.token_urlsafe(32), overwrite=False)
        return [self._path(name) for name in missing]

    def paths(self) -> list[str]:
        """The paths of those that are there."""
        return [self._path(name) for name in ALL if self.version(name) is not None]

    def delete(self) -> None:
        """Delete them all: nobody of the stage can be recognised any more."""
        for path in self.paths():
            self._ssm.delete_parameter(Name=path)

    def rotate_cursor_key(self) -> int:
        """Make a new version of the cursor key and return it; the next deployment hands it to the functions.

        Raises:
            DeployError: the stage has none yet.
        """
        self._check_there(CURSOR_KEY)
        return self._put(CURSOR_KEY, secrets.token_urlsafe(32), overwrite=True)

    def rotate_link_key(self, *, keep: bool) -> int:
        """Put a new key before those that sign the links in mails, and return the parameter's version.

        The former ones are kept behind it, so that one can unsubscribe from an old mail; unless they were stolen.

        Raises:
            DeployError: the stage has none yet.
        """
        self._check_there(LINK_KEY)
        found = self._ssm.get_parameter(Name=self._path(LINK_KEY), WithDecryption=True)
        former = str(found["Parameter"]["Value"]).split(",") if keep else []
        return self._put(LINK_KEY, ",".join([secrets.token_urlsafe(32), *former][:_KEPT]), overwrite=True)

    def _check_there(self, name: str) -> None:
        if self.version(name) is None:
            raise DeployError(f"The stage {self._stage} has no secrets yet; its first deployment makes them.")

    def _put(self, name: str, value: str, *, overwrite: bool) -> int:
        put = self._ssm.put_parameter(Name=self._path(name), Value=value, Type="SecureString", Overwrite=overwrite)
        version: int = put["Version"]
        return version

    def _path(self, name: str) -> str:
        return f"/referrals/{self._stage}/{name}"
