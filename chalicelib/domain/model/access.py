"""Who may call, and what was called before."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen

Door = Literal["me", "console"]
"""Where somebody wants to sign in: to their own pages as an ambassador, or to the console as an admin."""


BY_MAIL = "mail"
"""By whom somebody was signed in who reads the mail of whom they say they are."""

KEY_PREFIX = "key"
"""How the id of a key begins: so it can be told from the mail and from the operator."""

EDITION = 2
"""The edition of the scopes that is in force."""


@frozen
class ApiKey:
    """A server key: known by the SHA-256 of its secret, which is shown once and kept nowhere.

    `owner` is the person or team that answers for it; a key from before there were owners is owned by its name.
    `made_by` is the id of the key that made it, or "operator"; `makers` are the owners up that line, the nearest first.
    `last_used_at` is the first use of the last day on which it was used.

    An admin is a key as well, one whose secret nobody knows: they sign in by a mail to `email`, and are found by the
    pseudonym of that `mailbox`. Once the key was revoked, the address is forgotten.

    `edition` is that of the scopes which it was made by. In the first one `enrol` was what `sessions` is now as well,
    so a key from then holds both: shops run with it.
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
    email: str | None = None
    mailbox: str | None = None
    edition: int = 1

    def __post_init__(self) -> None:
        if not self.owner:
            object.__setattr__(self, "owner", self.name)
        if self.edition == 1 and "enrol" in self.scopes and "sessions" not in self.scopes:
            object.__setattr__(self, "scopes", (*self.scopes, "sessions"))


@frozen
class AdminMailbox:
    """As which key whoever reads a mailbox signs in to the console; as none (None) since that was revoked.

    `mailbox` is the pseudonym of the address.
    """

    mailbox: str
    key_digest: str | None = None
    version: int = 1


@frozen
class Session:
    """An ambassador who is signed in: known by the SHA-256 of a token, until `expires_at` or `ended_at`.

    `made_by` is the id of the key that began it, or "mail" if whoever reads their mail did; `key_digest` leads to that
    key, without which it opens nothing. `browser` is the one that holds it, as `Firefox, Android`; empty if it is not
    known, or if it is no browser.
    """

    id: str
    ambassador_id: str
    digest: str
    created_at: datetime
    expires_at: datetime
    made_by: str
    ended_at: datetime | None = None
    version: int = 1
    browser: str = ""
    key_digest: str = ""


@frozen
class ConsoleSession:
    """An admin who is signed in to the console: what they may do there is what their key may do at that moment.

    It is known by the SHA-256 of a token, until `expires_at` or `ended_at`, and never longer than the key is valid.
    `key_digest` leads to the key. `browser` is as above.
    """

    id: str
    key_id: str
    key_digest: str
    digest: str
    created_at: datetime
    expires_at: datetime
    browser: str = ""
    ended_at: datetime | None = None
    version: int = 1


@frozen
class SignIn:
    """A request to sign in, which a link and a code open once: both are worked out from its id, and stored nowhere.

    It is written whatever the address is, and holds no address. Who reads the mailbox is found out afterwards, away
    from whoever asks (`due_at`); only then, and only if there is somebody, does it open anything.

    Attributes:
        mailbox: The pseudonym of the address that somebody has typed; empty if a shop hands over its customer.
        ambassador_id: Whom the shop hands over; None if it is by mail.
        made_by: The id of the key that hands over, or "mail"; `key_digest` leads to it.
        locale: The language that was asked in.
        mailed: Whether there is somebody, to whom link and code are owed.
        guesses: How often a wrong code was tried.
        used_at: When it was used, and for which session.
    """

    id: str
    door: Door
    asked_at: datetime
    expires_at: datetime
    mailbox: str = ""
    ambassador_id: str | None = None
    made_by: str = BY_MAIL
    locale: str = ""
    mailed: bool = False
    guesses: int = 0
    used_at: datetime | None = None
    session_id: str | None = None
    due_at: datetime | None = None
    version: int = 1
    key_digest: str = ""


@frozen
class IdempotencyKey:
    """The `Idempotency-Key` of a request, stored in the transaction of what that made.

    Attributes:
        digest: Of route, caller and header.
        fingerprint: A keyed hash of what was asked.
        recorded_at: When it was carried out.
        result: The id of what it made.
        expires_at: When it is forgotten, and the same request a new one; None if never.
    """

    digest: str
    fingerprint: str
    recorded_at: datetime
    result: str = ""
    expires_at: datetime | None = None
