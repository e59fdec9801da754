"""The face of claims: take one, undo one, and say how many marketplace buyers are known people."""

from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from coterie.codes.service import Codes
from coterie.core.clock import HOUR, local_date
from coterie.core.errors import Conflict, NotFound, Unavailable
from coterie.core.people import Shift
from coterie.orders import store as orders
from coterie.orders.claims import store
from coterie.orders.claims.model import REFUSED_AN_HOUR, Claim, Matched, State, Way
from coterie.orders.claims.ports import People
from coterie.orders.model import Order
from coterie.storage.audit import record
from coterie.storage.work import Work

PAGE = "claim"
CODE = "item-code"
_LONGEST = 64
_SHOWN = 100


class Claims:
    """Claims of one house over its people; ``zone`` is the brand's, for months."""

    name = "claims"

    def __init__(self, people: People, codes: Codes, zone: ZoneInfo) -> None:
        self._people = people
        self._codes = codes
        self._zone = zone

    # --- a member

    def page(self, profile: int) -> str:
        """Return the address (without the host) of a member's own claim page."""
        return f"/claim/{self._codes.sign(PAGE, {'p': profile})}"

    def whose(self, work: Work, token: str) -> int:
        """Return whose page a token opens; raises NotFound."""
        said = self._codes.unsign(PAGE, token, now=work.now)
        return int(said["p"])

    def item_code(self, shop: str, number: str) -> str:
        """Return the code to print into a parcel: whoever enters it claims the order."""
        return self._codes.sign(CODE, {"s": shop, "n": number})

    def claim(self, work: Work, profile: int, text: str) -> Claim:
        """Let a member claim an order by its number, or by the code that lay in the parcel.

        Whatever does not lead to one order that may be claimed is refused with the same words, so
        that nobody learns which numbers there are. Raises Unavailable after too many of those.
        """
        wrong = store.refused_since(work, profile, work.now - HOUR)
        if wrong >= REFUSED_AN_HOUR:
            raise Unavailable(
                "too many numbers that led nowhere: try again in an hour",
                retry_after=HOUR / 1_000,
                code="too_many_claims",
            )
        order, way = self._found(work, text.strip()[:2_000])
        state: State = "claimed"
        if order is None:
            state = "refused"
        elif self._is_others(work, order, profile):
            state = "contested"
        return self._take(work, profile, order, way, state)

    # --- an operator

    def decide(self, work: Work, profile: int, shop: str, number: str) -> Claim:
        """Say that an order is a person's; raises NotFound without the order, Conflict if taken."""
        order = orders.find(work, shop, number)
        if order is None:
            raise NotFound(f"there is no order {number} of {shop}")
        if order.profile == profile:
            raise Conflict(f"the order {number} is hers already")
        return self._take(work, profile, order, "operator", "claimed")

    def undo(self, work: Work, claim_id: int) -> Claim:
        """Take a claim back: the buyer and the member are two people again."""
        claim = store.get(work, claim_id)
        if claim is None:
            raise NotFound("there is no such claim")
        if claim.state != "claimed":
            raise Conflict("this claim does not stand")
        if claim.merge is not None:
            self._people.undo(work, claim.merge)
        store.undo(work, claim_id)
        record(work, "claim.undo", claim.number or str(claim_id), profile=claim.profile)
        return claim

    def all(self, work: Work, states: Sequence[State]) -> list[Claim]:
        """Return the newest claims of some states."""
        return store.newest(work, states, _SHOWN)

    def of_profile(self, work: Work, profile: int) -> list[Claim]:
        """Return what a person has claimed, the newest first."""
        return store.of_profile(work, profile)

    def match_rate(self, work: Work) -> list[Matched]:
        """Return by marketplace and month how many orders and buyers are known people.

        One is known when the order itself said who she is, or when she is one with somebody.
        """
        rows = orders.of_market(work)
        led = self._people.led(work)
        joined = set(np.concatenate([led.profiles, led.heads]).tolist())
        counts: dict[tuple[str, str], tuple[list[bool], dict[int, bool]]] = {}
        for row in rows:
            month = f"{local_date(row.at, self._zone):%Y-%m}"
            known = row.bound or row.came_with in joined
            found, buyers = counts.setdefault((row.market, month), ([], {}))
            found.append(known)
            buyers[row.came_with] = known or buyers.get(row.came_with, False)
        return [
            Matched(market, month, len(found), sum(found), len(buyers), sum(buyers.values()))
            for (market, month), (found, buyers) in sorted(
                counts.items(), key=lambda pair: (pair[0][1], pair[0][0]), reverse=True
            )
        ]

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let claims follow the people who made them."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what a person claimed, as plain JSON, for her."""
        return {
            "claims": [
                {"at": one.at, "shop": one.shop, "number": one.number, "state": one.state}
                for one in self.of_profile(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Delete what people claimed."""
        return store.erase(work, profiles)

    # --- inside

    def _found(self, work: Work, text: str) -> tuple[Order | None, Way]:
        if len(text) > _LONGEST:
            try:
                said = self._codes.unsign(CODE, text, now=work.now)
            except NotFound:
                return None, "item_code"
            return orders.find(work, str(said.get("s")), str(said.get("n"))), "item_code"
        some = [one for one in orders.numbered(work, text) if one.market or not one.bound]
        return (some[0] if len(some) == 1 else None), "number"

    def _is_others(self, work: Work, order: Order, profile: int) -> bool:
        """Say whether an order is somebody else's: claimed by her, or known to be hers."""
        if order.profile == profile:
            return False
        return order.bound or bool(store.of_order(work, order.id))

    def _take(self, work: Work, profile: int, order: Order | None, way: Way, state: State) -> Claim:
        merge = None
        if order is not None and state == "claimed" and order.profile != profile:
            merge = self._join(work, profile, order)
        claim = Claim(
            0, work.now, profile, way, state, str(work.actor),
            None if order is None else order.id, None if order is None else order.came_with, merge,
            "" if order is None else order.shop, "" if order is None else order.number,
        )  # fmt: skip
        store.add(work, claim)
        if state == "claimed":
            record(work, "claim.take", claim.number, profile=profile, way=way)
        return claim

    def _join(self, work: Work, profile: int, order: Order) -> int | None:
        """Join the buyer to the member; return the merge, to be undone."""
        evidence = f"order {order.number} of {order.shop}"
        before = self._merges(work, (profile, order.came_with))
        self._people.join(work, profile, order.came_with, "claim", evidence)
        return max(self._merges(work, (profile,)) - before, default=None)

    def _merges(self, work: Work, profiles: Collection[int]) -> set[int]:
        heads = set(self._people.heads(work, profiles).values())
        return {one.id for head in heads for one in self._people.merges_of(work, head)}
