"""What a decision wants written. Each effect becomes exactly one conditional item of one transaction."""

from dataclasses import dataclass

from chalicelib.domain import model
from chalicelib.domain.program import Program

Entity = (
    model.Later
    | Program
    | model.Account
    | model.Adjustment
    | model.ApiKey
    | model.Attempt
    | model.Case
    | model.Claim
    | model.Code
    | model.Coupon
    | model.Friend
    | model.FurtherCodes
    | model.Gift
    | model.Job
    | model.LedgerEntry
    | model.Membership
    | model.Message
    | model.OpenClaims
    | model.Profile
    | model.Redemption
    | model.Trait
    | model.Session
    | model.Suspension
    | model.Withdrawal
)


@dataclass(frozen=True, slots=True)
class Create:
    """Store an entity whose key must be free."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class Replace:
    """Store an entity over the one that was read: the stored version must still be one less than the new."""

    entity: (
        model.Account
        | model.Adjustment
        | model.Case
        | model.Claim
        | model.Friend
        | model.FurtherCodes
        | model.Gift
        | model.Job
        | model.Membership
        | model.OpenClaims
        | model.Profile
        | model.Redemption
        | model.Session
        | model.Trait
        | model.Withdrawal
    )


@dataclass(frozen=True, slots=True)
class Owned:
    """A code belongs to this ambassador with these owners from now on; what else it says stays."""

    code: model.Code


@dataclass(frozen=True, slots=True)
class Paused:
    """A code does not work any more; what else it says stays, whoever changes that meanwhile."""

    code: model.Code


@dataclass(frozen=True, slots=True)
class Unsuspended:
    """Write nothing, but only if nothing stops what leaves this ambassador's account."""

    ambassador_id: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Write nothing, but only if the redemption is still at the version that was read."""

    redemption: model.Redemption


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact no longer asks for attention, provided that nobody has touched its `due_at` since it was read."""

    fact: model.Later


@dataclass(frozen=True, slots=True)
class Absent:
    """Write nothing, but only if this order has no redemption, or none of its later facts has this `name`.

    A query is no snapshot: it may have missed it, or have come before it.
    """

    order_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Revoked:
    """A server key opens nothing any more from its `revoked_at` on, provided that it did until now."""

    key: model.ApiKey


@dataclass(frozen=True, slots=True)
class Valid:
    """Write nothing, but only if this server key has not been revoked."""

    key: model.ApiKey


@dataclass(frozen=True, slots=True)
class Take:
    """Take from a shard of a month's budget, or give back to it."""

    draw: model.Draw


Effect = Create | Replace | Owned | Paused | Unsuspended | Unchanged | Seen | Absent | Take | Revoked | Valid
