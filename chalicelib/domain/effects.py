"""What a decision wants written. Each effect becomes exactly one conditional item of one transaction."""

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from chalicelib.domain.frozen import frozen

if TYPE_CHECKING:
    from chalicelib.domain.model.access import ApiKey
    from chalicelib.domain.model.accounts import Draw, Suspension
    from chalicelib.domain.model.facts import Freed, Kept, Later, Review
    from chalicelib.domain.model.people import Code

BUDGET_SHARDS = 8
"""A month's budget lies in this many items, so that settling for many ambassadors at once meets no single hot one."""


@runtime_checkable
class Entity(Protocol):
    """Whatever is stored: a dataclass of the model's. The store has a list of them all."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@runtime_checkable
class Versioned(Entity, Protocol):
    """An entity that changes: each change has the next version."""

    @property
    def version(self) -> int:
        """How often it was stored."""


@frozen
class Create:
    """Store an entity whose key must be free."""

    entity: Entity


@frozen
class Replace:
    """Store an entity over the one that was read: the stored version must still be one less than the new."""

    entity: Versioned


@frozen
class Owned:
    """A code belongs to this ambassador with these owners from now on; what else it says stays."""

    code: "Code"


@frozen
class Paused:
    """A code does not work any more; what else it says stays, whoever changes that meanwhile."""

    code: "Code"


@frozen
class Forgotten:
    """Some fields of an entity without versions say from now on what they say here; what else it says stays."""

    entity: "Review | Freed | Kept | Suspension"
    names: tuple[str, ...]


@frozen
class Unsuspended:
    """Write nothing, but only if nothing stops what leaves this ambassador's account."""

    ambassador_id: str


@frozen
class Unchanged:
    """Write nothing, but only if an entity is still at the version that was read."""

    entity: Versioned


@frozen
class Seen:
    """A fact no longer asks for attention, provided that nobody has touched its `due_at` since it was read."""

    fact: "Later"


@frozen
class Absent:
    """Write nothing, but only if this order has no redemption, or none of its later facts has this `name`.

    A query is no snapshot: it may have missed it, or have come before it.
    """

    order_id: str
    name: str | None = None


@frozen
class Revoked:
    """A server key opens nothing any more from its `revoked_at` on, provided that it did until now.

    An address that is known of it is forgotten.
    """

    key: "ApiKey"


@frozen
class Valid:
    """Write nothing, but only if this server key has not been revoked."""

    key: "ApiKey"


@frozen
class Take:
    """Take from a shard of a month's budget, or give back to it."""

    draw: "Draw"


Change = Owned | Paused | Forgotten | Unsuspended | Unchanged | Seen | Absent | Take | Revoked | Valid
"""What changes an item in part, or only asks what holds of it."""

Effect = Create | Replace | Change
