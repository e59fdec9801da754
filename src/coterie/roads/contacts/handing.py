"""The errand of handovers: asks the platform, and asks it again what became of them.

Crash-safe without a mark of its own: what was asked for stands in rows. Asked a second time, the
platform answers that the handover of a customer is under way, which is as good as a yes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import structlog

from coterie.channels.wecom.client.asking import every
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.transfers import DONE, FULL, NEVER, REFUSED, Transfers
from coterie.channels.wecom.mirror.service import Mirror
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, SECOND
from coterie.core.event import Event
from coterie.guides.handover.model import (
    CHATS_A_DAY,
    PER_CALL,
    REFUSABLE,
    Chat,
    Handover,
    Row,
    State,
)
from coterie.guides.handover.service import Handovers
from coterie.storage.database import Database
from coterie.storage.work import Work

LOOK_AGAIN = 6 * HOUR
"""How long a handover rests between two looks; callbacks tell most of it at once."""
FORGOTTEN = 3 * DAY
"""After so long without a word of the platform's, nothing will come of a customer's handover."""
_TWICE, _UNDER_WAY = 40128, 40129
_SAID: Mapping[int, tuple[State, str]] = {
    REFUSED: ("refused", "customer_refused"),
    FULL: ("limit", "customer_limit_exceed"),
    NEVER: ("failed", "none"),
}

log = structlog.get_logger(__name__)


class Circling:
    """The customers and groups that the mirror knows of a member."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def customers_of(self, work: Work, userid: str) -> Mapping[str, int]:
        """Return a member's customers: the platform's name of each, and our profile."""
        return self._mirror.customers_of(work, userid)

    def chats_of(self, work: Work, userid: str) -> Sequence[tuple[str, str]]:
        """Return the groups that a member owns: the platform's name of each, and its title."""
        return [(one.chat_id, one.name) for one in self._mirror.groups_of(work, userid)]

    def externals_of(self, work: Work, profiles: Collection[int]) -> Mapping[int, Sequence[str]]:
        """Return the platform's names of people."""
        return self._mirror.externals_of(work, profiles)


class Handing:
    """Carries handovers to the platform; ``tell`` gives facts to the road, ``poke`` wakes it."""

    name = "handover"

    def __init__(
        self, database: Database, handovers: Handovers, transfers: Transfers,
        tell: Callable[[Work, Sequence[Event]], None], poke: Callable[[], None],
    ) -> None:  # fmt: skip
        self._database = database
        self._handovers = handovers
        self._transfers = transfers
        self._tell = tell
        self._poke = poke

    def next_due(self, work: Work) -> int | None:
        """Return when the next handover has something to do, or None."""
        return self._handovers.next_step(work)

    def run(self, now: int) -> bool:
        """Do one step of one handover; say whether there was one."""
        with self._database.read(CLOCK, now) as work:
            due = [one for one in self._handovers.unfinished(work) if one.rest_until <= now]
            if not due:
                return False
            one = due[0]
            asked = self._handovers.of(work, one.id, ("asked",), PER_CALL)
            groups = [] if asked else self._handovers.groups(work, one.id, ("asked",))
            room = CHATS_A_DAY - self._handovers.chats_done_since(work, one.taker_userid, now - DAY)
            waiting = [] if asked else self._handovers.of(work, one.id, ("waiting",))
        try:
            if asked:
                self._ask(now, one, asked)
            elif groups and room > 0:
                self._give(now, one, groups[: min(PER_CALL, room)])
            else:
                self._look(now, one, waiting)
        except WecomError as error:
            self._stumble(now, one, asked, error)
        return True

    def _ask(self, now: int, one: Handover, asked: Sequence[Row]) -> None:
        said = self._transfers.customers(
            one.giver_userid, one.taker_userid, [row.external for row in asked],
            message=one.message, resigned=one.kind == "resigned",
        )  # fmt: skip
        told = {each.external_userid: each.errcode for each in said}
        self._note(now, one, [_begun(row, told.get(row.external), now) for row in asked])

    def _look(self, now: int, one: Handover, waiting: Sequence[Row]) -> None:
        told: dict[str, int] = {}
        if waiting:
            pages = every(
                lambda cursor: self._transfers.result(
                    one.giver_userid, one.taker_userid, cursor, resigned=one.kind == "resigned"
                )
            )
            told = {each.external_userid: each.status for each in pages}
        settled = [
            found for row in waiting if (found := _settled(row, told, now)) is not None
        ]  # fmt: skip
        self._note(now, one, settled, rest=now + LOOK_AGAIN)

    def _give(self, now: int, one: Handover, groups: Sequence[Chat]) -> None:
        failed = self._transfers.groups(
            [each.chat for each in groups], one.taker_userid, resigned=one.kind == "resigned"
        )
        codes = {each.chat_id: each.errcode for each in failed}
        with self._database.begin(CLOCK, now) as work:
            self._handovers.note_groups(work, one, [
                replace(each, state="failed", reason=str(codes[each.chat]), settled=now)
                if each.chat in codes
                else replace(each, state="done", settled=now)
                for each in groups
            ])  # fmt: skip

    def _note(self, now: int, one: Handover, rows: Sequence[Row], rest: int | None = None) -> None:
        with self._database.begin(CLOCK, now) as work:
            facts = self._handovers.note(work, one, rows)
            if rest is not None:
                self._handovers.rest(work, one, rest)
            self._tell(work, facts)
        if facts:
            self._poke()

    def _stumble(self, now: int, one: Handover, asked: Sequence[Row], error: WecomError) -> None:
        """Rest where the platform asks for it; what it will never do has failed."""
        log.warning("handover refused", handover=one.id, errcode=error.errcode)
        if error.permanent and asked:
            reason = str(error.errcode)
            failed = [replace(row, state="failed", reason=reason, settled=now) for row in asked]
            self._note(now, one, failed)
            return
        pause = int((error.retry_after or 60) * SECOND)
        with self._database.begin(CLOCK, now) as work:
            self._handovers.rest(work, one, now + (LOOK_AGAIN if error.permanent else pause))


def _begun(row: Row, errcode: int | None, now: int) -> Row:
    """Say what the platform's answer makes of a customer who was asked for."""
    if errcode in (0, _UNDER_WAY):
        return replace(row, state="waiting", sent=now)
    if errcode == _TWICE:
        return replace(row, state="limit", reason="twice", settled=now)
    reason = "unanswered" if errcode is None else str(errcode)
    return replace(row, state="failed", reason=reason, settled=now)


def _settled(row: Row, told: Mapping[str, int], now: int) -> Row | None:
    """Say what became of a customer who waited, None while she still does."""
    status = told.get(row.external, 0)
    if status == DONE:
        return replace(row, state="done", settled=now)
    if status in _SAID:
        state, reason = _SAID[status]
        return replace(row, state=state, reason=reason, settled=now)
    if now - (row.sent or now) > FORGOTTEN + REFUSABLE:
        return replace(row, state="failed", reason="unanswered", settled=now)
    return None
