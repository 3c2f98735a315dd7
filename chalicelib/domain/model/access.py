"""Who may call, and what was called before."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A server key: known by the SHA-256 of its secret, which is shown once and kept nowhere.

    `owner` is the person or team that answers for it; a key from before there were owners is owned by its name.
    `made_by` is the id of the key that made it, or "operator"; `makers` are the owners up that line, the nearest first.
    `last_used_at` is the first use of the last day on which it was used.
    """

    digest: str
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    owner: str = ""
    made_by: str = "operator"
    makers: tuple[str, ...] = ()
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.owner:
            object.__setattr__(self, "owner", self.name)


@dataclass(frozen=True, slots=True)
class Session:
    """An ambassador whom the shop has signed in: known by the SHA-256 of a token, until `expires_at` or `ended_at`."""

    id: str
    ambassador_id: str
    digest: str
    created_at: datetime
    expires_at: datetime
    made_by: str
    ended_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under an `Idempotency-Key`, stored in the transaction of what it made, and kept for good.

    `key` is a digest of route, caller and header, `fingerprint` one of what was asked, `result` names what was made.
    """

    key: str
    fingerprint: str
    recorded_at: datetime
    result: str = ""
