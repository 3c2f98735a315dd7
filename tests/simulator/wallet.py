"""Those who come for what was earned, all at once: customers with coupons, the shop's desk, admins, claimants."""

from dataclasses import replace
from random import Random
from typing import Any

from chalicelib.domain.model.access import ApiKey, IdempotencyKey
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.money import Money
from chalicelib.operations.accounts import adjustments, suspensions, withdrawals
from chalicelib.operations.accounts.gifts import mark_sent, mark_unsent
from chalicelib.operations.orders import claims
from chalicelib.operations.people import codes
from chalicelib.store.items import entity_of
from tests.simulator.actors import PATIENCE, Town, quietly
from tests.simulator.world import START

ADJUSTMENT_LIMIT = 300
"""In all rules that a history has: above it nobody may adjust alone."""

GIFT = "gift:Tea mug"

ANA = ApiKey("1", "key_ana", "desk", ("admin:write",), START, owner="Ana")
HER_OWN = ApiKey("2", "key_ana2", "desk", ("admin:write",), START, owner="Cy", made_by="key_ana", makers=("Ana",))
BO = ApiKey("3", "key_bo", "desk", ("admin:write",), START, owner="Bo")


class Wallet:
    """What is done with rewards.

    `told` is what a caller was told that a request has made, `ended` how it ended, `returned` what a request has
    returned of it. `adjusted` are the adjustments, and `gifts` the gifts, that an admin has had before them.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.world = town.world
        self.chance: Random = town.chance
        self.told: dict[str, str] = {}
        self.ended: dict[str, str] = {}
        self.returned: dict[str, tuple[str, int | None]] = {}
        self.adjusted: list[str] = []
        self.gifts: list[str] = []

    # --- customers ----------------------------------------------------------------------------------------------------

    def customer(self) -> None:
        """Ask for coupons, hurriedly: the same tap from two phones, more than there is; use some, perhaps late."""
        for _ in range(self.chance.randint(1, 3)):
            owner = self.chance.choice(self.town.ambassadors)
            self._wait_for_money(owner)
            self._withdraw("spend", owner, f"tap{self.chance.randint(1, 3)}-{owner}")
            if self.chance.random() < 0.3:
                self.world.pass_time(hours=30)
            quietly(self._close_one)
            quietly(self._return_some)

    def claimant(self) -> None:
        """Claim orders, one's own and others', also twice."""
        for _ in range(self.chance.randint(1, 3)):
            owner, order_id = self.chance.choice(self.town.ambassadors), self.town.some_order()
            key = self._key(f"claim-{owner}-{self.chance.randint(1, 4)}", order_id)
            quietly(
                lambda owner=owner, order_id=order_id, key=key: claims.claim(  # type: ignore[misc]
                    self.world.table, self.town.kin(owner), order_id, None, idempotency_key=key, now=self.world.now
                )
            )

    # --- the shop and its admins --------------------------------------------------------------------------------------

    def desk(self) -> None:
        """Pay out and say how it went, send gifts, decide on claims."""
        for _ in range(self.chance.randint(1, 3)):
            owner = self.chance.choice(self.town.ambassadors)
            self._withdraw("payout", owner, f"pay{self.chance.randint(1, 3)}")
            quietly(self._close_one)
            quietly(self._return_some)
            quietly(self._send_gifts)
            quietly(self._decide_claims)

    def treasurer(self) -> None:
        """Adjust balances, up and down, in money, points and gifts; and be the second admin where one may be."""
        for _ in range(self.chance.randint(1, 3)):
            quietly(self._adjust)
            quietly(self._second)

    def mender(self) -> None:
        """Take back what was done by mistake: adjustments, also such as take one back, and gifts that nobody sent."""
        for _ in range(self.chance.randint(1, 3)):
            quietly(self._adjust)
            quietly(self._undo)
            quietly(self._send_gifts)
            quietly(self._take_gift_back)

    def inspector(self) -> None:
        """Suspend and reinstate, in the same words more than once, with all codes or without."""
        for _ in range(self.chance.randint(1, 3)):
            owner, stops = self.chance.choice(self.town.ambassadors), self.chance.random() < 0.6
            for _ in range(self.chance.randint(1, 2)):
                quietly(lambda owner=owner, stops=stops: self._decide_on(owner, stops=stops))  # type: ignore[misc]

    def sharer(self) -> None:
        """Ask for further codes."""
        for _ in range(self.chance.randint(1, 3)):
            owner = self.chance.choice(self.town.ambassadors)
            key = self._key(f"code-{owner}-{self.chance.randint(1, 4)}", owner)
            quietly(lambda owner=owner, key=key: self._add_code(owner, key))  # type: ignore[misc]

    # --- inside -------------------------------------------------------------------------------------------------------

    def _decide_on(self, owner: str, *, stops: bool) -> None:
        table, now = self.world.table, self.world.now
        if stops:
            pause_codes = self.chance.random() < 0.1
            suspensions.suspend(table, owner, pause_codes=pause_codes, by="key", note="hm", now=now)
        else:
            suspensions.reinstate(table, owner, self.town.program(), by="key", note="fine", now=now)

    def _add_code(self, owner: str, key: IdempotencyKey) -> None:
        profile = self.world.table.read_profile(owner)
        assert profile is not None
        codes.add_code(self.world.table, profile, idempotency_key=key, now=self.world.now, chance=self.chance)

    def _withdraw(self, kind: Any, owner: str, number: str) -> None:
        amount = self.chance.choice([100, 100, 250, 400])
        wanted = withdrawals.Wanted(kind, owner, Money(amount, "EUR"))
        key = self._key(f"{kind}-{number}", f"{owner}-{amount}")
        for _ in range(self.chance.randint(1, 2)):
            quietly(lambda: self._withdraw_once(wanted, key))

    def _wait_for_money(self, owner: str) -> None:
        """Come when there is something, or not at all."""
        for _ in range(PATIENCE):
            account = entity_of(self.world.engine.items[f"AMB#{owner}", "ACCOUNT"])
            if isinstance(account, Account) and account.balance("EUR", "available") > 0:
                return
            self.world.switch()

    def _withdraw_once(self, wanted: withdrawals.Wanted, key: IdempotencyKey) -> None:
        program, now = self.town.program(), self.world.now
        answer = withdrawals.withdraw(
            self.world.table, wanted, program, idempotency_key=key, now=now, chance=self.chance
        )
        if isinstance(answer, withdrawals.Withdrawn):
            made = answer.withdrawal.id
            assert self.told.setdefault(key.digest, made) == made, f"{key.digest} has made two withdrawals"

    def _close_one(self) -> None:
        """Say how a withdrawal ended, more than once and not always alike."""
        if not self.told:
            return
        named, step = self.chance.choice(sorted(self.told.values())), self.chance.choice(["confirmed", "cancelled"])
        closing = f"because{self.chance.randint(1, 2)}"
        for _ in range(self.chance.randint(1, 2)):
            answer = withdrawals.finish(
                self.world.table,
                named,
                step,  # type: ignore[arg-type]
                self.town.program(),
                by="key",
                closing=closing,
                now=self.world.now,
            )
            if isinstance(answer, withdrawals.Withdrawn):
                state = answer.withdrawal.state
                assert self.ended.setdefault(named, state) == state, f"{named} has ended twice"

    def _return_some(self) -> None:
        """Return a part of a withdrawal, or all of it, in the same words more than once."""
        if not self.told:
            return
        named, part = self.chance.choice(sorted(self.told.values())), self.chance.choice([None, 30, 100])
        key = self._key(f"return-{named}-{self.chance.randint(1, 3)}", str(part))
        amount, program = None if part is None else Money(part, "EUR"), self.town.program()
        for _ in range(self.chance.randint(1, 2)):
            answer = withdrawals.return_money(
                self.world.table,
                named,
                amount,
                program,
                by="key",
                note="sent back",
                idempotency_key=key,
                now=self.world.now,
            )
            if isinstance(answer, withdrawals.Withdrawn) and not answer.replayed:
                assert key.digest not in self.returned, f"{key.digest} has returned something twice"
                self.returned[key.digest] = named, part

    def _adjust(self) -> None:
        owner, unit = self.chance.choice(self.town.ambassadors), self.chance.choice(["EUR", "EUR", "points", GIFT])
        amount = self.chance.choice([1, 2, -1, -2] if unit == GIFT else [200, 200, -150, 500, -400, 1])
        key = self._key(f"adjust-{self.chance.randint(1, 4)}", f"{owner}-{amount}-{unit}")
        answer = adjustments.ask_to_adjust(
            self.world.table,
            adjustments.Wanted(owner, amount, unit, "a parcel was lost"),
            self.town.program(),
            by=ANA,
            idempotency_key=key,
            now=self.world.now,
            chance=self.chance,
        )
        if isinstance(answer, adjustments.Adjusted):
            self.adjusted.append(answer.adjustment.id)

    def _undo(self) -> None:
        if not self.adjusted:
            return
        answer = adjustments.undo_adjustment(
            self.world.table,
            self.chance.choice(self.adjusted),
            self.town.program(),
            by=self.chance.choice([ANA, BO]),
            note="it was found",
            now=self.world.now,
            chance=self.chance,
        )
        if isinstance(answer, adjustments.Adjusted):
            self.adjusted.append(answer.adjustment.id)

    def _second(self) -> None:
        for _, waiting in self.world.table.list_adjustments(None, 5):
            adjustments.decide_adjustment(
                self.world.table,
                waiting.id,
                self.chance.choice(["approve", "approve", "deny"]),
                self.town.program(),
                by=self.chance.choice([ANA, HER_OWN, BO]),
                note="seen",
                now=self.world.now,
            )

    def _send_gifts(self) -> None:
        for _, gift in self.world.table.list_gifts(None, 5):
            self.gifts.append(gift.id)
            for _ in range(self.chance.randint(1, 2)):
                mark_sent(self.world.table, gift.id, self.town.program(), author="key", note=None, now=self.world.now)

    def _take_gift_back(self) -> None:
        if self.gifts:
            gift_id, program = self.chance.choice(self.gifts), self.town.program()
            mark_unsent(self.world.table, gift_id, program, author="key", note="it lies here", now=self.world.now)

    def _decide_claims(self) -> None:
        waiting, _ = claims.queue(self.world.table, None, 5)
        for asked, _ in waiting:
            found = claims.find(self.world.table, asked.id)
            assert found is not None
            if self.chance.random() < 0.3:
                claims.deny(self.world.table, asked, self._decided(asked, "denied"))
            else:
                self.town.asked[asked.order_id] += 1
                ask, contact = self.town.ask(asked.order_id, self.town.some_friend(), found[1])
                decision = self._decided(asked, "approved")
                answer = claims.approve(self.world.table, asked, ask, contact, self.town.program(), decision)
                if isinstance(answer, claims.Decided) and answer.redemption and answer.claim.state == "approved":
                    self.town.take(answer.redemption)

    def _decided(self, asked: Claim, state: Any) -> Claim:
        version = asked.version + 1
        return replace(asked, state=state, decided_at=self.world.now, author="key", answer="seen", version=version)

    def _key(self, header: str, asked: str) -> IdempotencyKey:
        return IdempotencyKey(header, asked, self.world.now)
