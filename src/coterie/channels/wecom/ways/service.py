"""The errand of codes: whom to show, told to the platform only where that changed."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.ways import store
from coterie.channels.wecom.ways.calling import attempt, find
from coterie.channels.wecom.ways.limits import limits_on
from coterie.channels.wecom.ways.model import OUT_OF_ROOM, Budget, Outcome, Way
from coterie.codes.channel.model import Wanted
from coterie.codes.channel.service import ChannelCodes
from coterie.codes.groups.model import WantedGroups
from coterie.codes.groups.service import GroupCodes
from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, local_date
from coterie.core.errors import ChannelError
from coterie.storage.database import Database
from coterie.storage.work import Work

PORTION = 40
"""Codes told in one run; eight at a time."""
WORKED_OUT = 500
_AT_ONCE = 8
_THERE = ZoneInfo("Asia/Shanghai")


class Ways:
    """Codes at the platform; an errand of the road of contacts.

    Law: what an attempt does is noted before it begins, so that one that broke off is found again
    at the platform and not made twice.
    """

    name = "ways"

    def __init__(
        self, db: Database, client: Wecom | None, channel: ChannelCodes, groups: GroupCodes
    ) -> None:
        """``client`` is None where no platform is connected: then there is nothing to run."""
        self._db, self._client = db, client
        self._channel, self._groups = channel, groups

    @property
    def connected(self) -> bool:
        """Whether there is a platform to tell."""
        return self._client is not None

    # --- the errand

    def run(self, now: int) -> bool:
        """Work out a portion of codes, tell the platform, keep what it answered."""
        client = self._client
        if client is None:
            return False
        with self._db.begin(CLOCK, now) as work:
            planned = self._plan(work)
            waiting = store.waiting(work, PORTION)
            store.begin(work, [one.state for one in waiting])
        if not waiting:
            return self._fetch(client, now) or planned
        known = self._known(client, waiting)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = list(pool.map(lambda one: attempt(client, one), known))
        with self._db.begin(CLOCK, now) as work:
            self._settle(work, outcomes)
        return True

    def next_due(self, work: Work) -> int | None:
        """Return when a code is to be worked out or told next."""
        if self._client is None:
            return None
        dues = (self._channel.next_work(work), self._groups.next_work(work), store.next_due(work))
        return min((due for due in dues if due is not None), default=None)

    def _plan(self, work: Work) -> bool:
        """Write down what codes are to show now, where that is another thing than before."""
        codes = self._channel.wanted(work, WORKED_OUT)
        groups = self._groups.wanted(work, WORKED_OUT)
        targets: dict[str, tuple[str, dict[str, Any] | None]] = {
            one.state: ("contact", _target(one)) for one in codes
        } | {one.state: ("join", _groups_target(one)) for one in groups}
        present = store.load(work, targets)
        rows: list[dict[str, Any]] = []
        room = self.budget(work)
        left = room.most - room.used
        for state, (kind, target) in targets.items():
            way = present.get(state)
            if way is None and target is None:
                continue
            if way is None:
                left -= 1
            is_told = way is not None and way.told == target and way.config_id is not None
            if way is not None and way.wanted == target and not way.failed:
                continue
            rows.append({
                "state": state, "kind": kind, "wanted": target, "tries": 0,
                "retry": None if is_told else work.now,
            })  # fmt: skip
            if way is None and left < 0:
                rows[-1]["retry"] = work.now + HOUR
        store.want(work, rows)
        refused = [row["state"] for row in rows if row["retry"] == work.now + HOUR]
        store.settle(work, [_no_room(state, room) for state in refused])
        self._channel.worked_out(work, codes)
        self._groups.worked_out(work, groups)
        return bool(codes or groups)

    def _known(self, client: Wecom, waiting: Sequence[Way]) -> list[Way]:
        """Look up the codes of attempts that broke off, so that they are not made twice."""
        lost = [
            one for one in waiting
            if one.kind == "contact" and one.config_id is None and one.begun is not None
        ]  # fmt: skip
        if not lost:
            return list(waiting)
        since = min(one.begun for one in lost if one.begun is not None)
        try:
            found = find(client, {one.state for one in lost}, since)
        except ChannelError:
            return [one for one in waiting if one not in lost]
        return [
            replace(one, config_id=found[one.state]) if one.state in found else one
            for one in waiting
        ]

    def _settle(self, work: Work, outcomes: Sequence[Outcome]) -> None:
        store.settle(work, outcomes)
        for one in outcomes:
            if one.errcode is None and one.config_id is None:
                store.drop(work, one.state)
            if one.chats:
                self._groups.adopt(work, one.state, one.chats)

    def _fetch(self, client: Wecom, now: int) -> bool:
        """Fetch pictures of codes that have none yet."""
        with self._db.read(CLOCK, now) as work:
            ways = store.pictureless(work, _AT_ONCE)
        pictures = {one.state: _picture(client, one) for one in ways}
        if pictures:
            with self._db.begin(CLOCK, now) as work:
                for state, picture in pictures.items():
                    store.keep_picture(work, state, picture, now + HOUR)
        return bool(pictures)

    # --- looking

    def of(self, work: Work, states: Collection[str]) -> dict[str, Way]:
        """Return what stands at the platform for these codes."""
        return store.load(work, states)

    def picture(self, work: Work, state: str) -> bytes | None:
        """Return the platform's own picture of a code, None while there is none."""
        return store.picture(work, state)

    def failed(self, work: Work, limit: int = 50) -> list[Way]:
        """Return codes whose last attempt failed."""
        return store.failed(work, limit)

    def budget(self, work: Work) -> Budget:
        """Say how many codes stand at the platform, of how many it allows."""
        return Budget(store.standing(work), limits_on(local_date(work.now, _THERE)).codes)

    def try_again(self, work: Work, state: str) -> None:
        """Tell a code to the platform again at once."""
        way = store.load(work, [state]).get(state)
        if way is not None:
            row = {"state": state, "kind": way.kind, "wanted": way.wanted, "tries": 0}
            store.want(work, [row | {"retry": work.now}])


def _target(one: Wanted) -> dict[str, Any] | None:
    if one.userids is None:
        return None
    return {
        "users": list(one.userids), "remark": one.title[:30],
        "skip_verify": one.skip_verify,
    }  # fmt: skip


def _groups_target(one: WantedGroups) -> dict[str, Any]:
    pool = one.pool
    return {
        "chats": list(one.chats), "remark": pool.title[:30], "auto_create": pool.auto_create,
        "base_name": pool.base_name, "base_id": pool.base_id,
    }  # fmt: skip


def _no_room(state: str, room: Budget) -> Outcome:
    reason = f"the corporation has {room.used:,} of the {room.most:,} codes that WeCom allows"
    return Outcome(state, None, errcode=OUT_OF_ROOM, reason=reason, retry_after=HOUR)


def _picture(client: Wecom, way: Way) -> bytes | None:
    try:
        return client.ways.picture(way.qr_code)
    except ChannelError:
        return None
