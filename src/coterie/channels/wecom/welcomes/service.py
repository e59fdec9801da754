"""The face of welcomes: note who came, tell her in time, say what became of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from coterie.channels.wecom.client.limits import WELCOME_SECONDS
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.ways.service import Ways
from coterie.channels.wecom.welcomes import store
from coterie.channels.wecom.welcomes.choosing import BRAND, Chosen, choose, guide_key
from coterie.channels.wecom.welcomes.model import Came, Due, Figures, Outcome, Status, Told
from coterie.channels.wecom.welcomes.ports import First, Page, Pictures
from coterie.channels.wecom.welcomes.sending import FILE_GONE, Package, assets_of, send
from coterie.codes.channel.service import ChannelCodes
from coterie.codes.channel.welcome import Welcome, parse_welcome
from coterie.codes.groups.service import GroupCodes
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, SECOND
from coterie.core.errors import ChannelError, Invalid, NotFound
from coterie.storage import audit
from coterie.storage.database import Database
from coterie.storage.work import Work

PORTION = 32
_AT_ONCE = 8
_UPLOADS = 4
_UNUSED = 30 * DAY
"""A picture that no welcome used for so long is not uploaded again."""
_GROUP = "code:"
"""The name of a live group code's picture among the uploaded ones."""
_NO_CODE = (
    "WeCom gave no welcome code: one is set up for this member in WeCom's admin, "
    "or they had talked before, or she is a member of another corporation"
)
_CAME_LATE = "the callback came later than its 20 seconds"


class Welcomes:
    """Welcomes of one house; an errand of the road of contacts, before every other.

    Law: a newcomer is told once. An attempt is noted before it begins; one that broke off is made
    again within its time, and the platform itself refuses a second (41051).
    """

    name = "welcomes"

    def __init__(
        self, db: Database, client: Wecom | None, channel: ChannelCodes, groups: GroupCodes,
        ways: Ways, pictures: Pictures, address: str, clock: Callable[[], int],
        first: Sequence[First] = (),
    ) -> None:  # fmt: skip
        """``address`` is how people reach this house, ``clock`` tells how long a send took."""
        self._db, self._client, self._clock = db, client, clock
        self._channel, self._groups, self._ways = channel, groups, ways
        self._pictures, self._address, self._first = pictures, address, tuple(first)
        self._page: Page = lambda _external, _now: ""

    def knows(self, page: Page) -> None:
        """Let welcomes lead newcomers to pages of their own."""
        self._page = page

    # --- who came

    def note(self, work: Work, came: Sequence[Came]) -> None:
        """Keep who was added, in the work that reads the callbacks; once for each callback."""
        known = store.present(work, [one.id for one in came])
        fresh = {one.id: one for one in came if one.id not in known}
        edges = {store.edge_of(one.userid, one.external_userid) for one in fresh.values()}
        told = store.welcomed(work, edges, work.now - store.SAME) if edges else set()
        rows = []
        for one in sorted(fresh.values(), key=lambda each: (each.at, not each.half)):
            edge = store.edge_of(one.userid, one.external_userid)
            status, reason = self._first_status(one, edge in told, work.now)
            if status == "waiting":
                told.add(edge)
            rows.append(_row(one, edge, status, reason, work.now))
        store.add(work, rows)

    def _first_status(self, one: Came, told: bool, now: int) -> tuple[Status, str]:
        if told:
            return "already", ""
        if not one.code:
            return "no_code", _NO_CODE
        if now >= one.at + WELCOME_SECONDS * SECOND:
            return "expired", _CAME_LATE
        return "waiting", ""

    # --- the errand

    def run(self, now: int) -> bool:
        """Send a portion of welcomes; without any, keep a picture fresh."""
        client = self._client
        if client is None:
            return False
        with self._db.begin(CLOCK, now) as work:
            dues = store.due(work, PORTION)
            chosen, packages = self._prepare(work, dues)
        if not dues:
            return self._upload(client, now)
        ready = [one for one in chosen.values() if one is not None]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = list(
                pool.map(lambda one: send(client, one, packages[one.due.id], self._clock), ready)
            )
        with self._db.begin(CLOCK, now) as work:
            store.settle(work, outcomes)
            lost = {one.id for one in outcomes if one.errcode == FILE_GONE}
            store.lose_media(work, assets_of([one for one in ready if one.due.id in lost]))
        return True

    def next_due(self, work: Work) -> int | None:
        """Return when a welcome or a picture is due."""
        if self._client is None:
            return None
        dues = (store.next_due(work), store.next_media(work, work.now - _UNUSED))
        return min((due for due in dues if due is not None), default=None)

    def _prepare(
        self, work: Work, dues: Sequence[Due]
    ) -> tuple[dict[str, Chosen | None], dict[str, Package]]:
        """Choose what is said, settle what is not to be said, note the rest as under way."""
        if not dues:
            return {}, {}
        chosen = choose(work, dues, self._channel, self._groups, self._first, self._page)
        over: list[Outcome] = []
        for id_, one in chosen.items():
            if one is None or one.welcome.silent:
                over.append(Outcome(id_, "none", None if one is None else one.origin))
        store.settle(work, over)
        for each in over:
            chosen[each.id] = None
        ready = [one for one in chosen.values() if one is not None]
        store.begin(work, [one.due.id for one in ready])
        return chosen, self._packages(work, ready)

    def _packages(self, work: Work, ready: Sequence[Chosen]) -> dict[str, Package]:
        offered = {one.offer.state for one in ready if one.offer is not None}
        assets = assets_of(ready) | {_GROUP + state for state in offered}
        media = store.media(work, assets)
        if assets:
            store.want_media(work, assets)
        return {
            one.due.id: Package(media)
            if one.offer is None
            else Package(
                media, f"{self._address}/c/{one.offer.state}",
                media.get(_GROUP + one.offer.state, ""),
            )
            for one in ready
        }  # fmt: skip

    def _upload(self, client: Wecom, now: int) -> bool:
        """Upload pictures before a welcome needs them, and again before they die."""
        with self._db.read(CLOCK, now) as work:
            due = store.media_due(work, _UPLOADS, now - _UNUSED)
            files = {asset: self._bytes(work, asset) for asset in due}
        for asset, found in files.items():
            media, reason = None, "there is no such picture"
            if found is not None:
                try:
                    media = client.media.upload("image", *found)
                except (ChannelError, Invalid) as error:
                    reason = error.message
            with self._db.begin(CLOCK, now) as work:
                if media is None:
                    store.media_failed(work, asset, reason, now + HOUR)
                else:
                    until = now + 3 * DAY
                    store.keep_media(work, asset, media.media_id, until, until - DAY)
        return bool(due)

    def _bytes(self, work: Work, asset: str) -> tuple[str, bytes] | None:
        if asset.startswith(_GROUP):
            picture = self._ways.picture(work, asset.removeprefix(_GROUP))
            return None if picture is None else ("group.png", picture)
        try:
            _, path = self._pictures.bytes_of(work, asset)
            return path.name, Path(path).read_bytes()
        except (NotFound, Invalid, OSError):
            return None

    # --- what guides and the brand say

    def text(self, work: Work, guide: str | None = None) -> Welcome | None:
        """Return the brand's welcome, or a guide's own; None when nobody wrote one."""
        key = BRAND if guide is None else guide_key(guide)
        return parse_welcome(store.texts(work, [key]).get(key), "welcome")

    def source(self, work: Work, guide: str | None = None) -> Mapping[str, Any]:
        """Return the brand's or a guide's welcome as it was written; empty when nobody did."""
        key = BRAND if guide is None else guide_key(guide)
        return store.texts(work, [key]).get(key, {})

    def keep_text(
        self, work: Work, given: Mapping[str, Any] | None, guide: str | None = None
    ) -> None:
        """Keep the brand's welcome or a guide's; None takes it away. Raises Invalid."""
        key = BRAND if guide is None else guide_key(guide)
        welcome = parse_welcome(given, "welcome")
        if given is None:
            store.drop_text(work, key)
        else:
            store.keep_text(work, key, given)
            self.prepare(work, welcome)
        audit.record(work, "welcome.kept", key)

    def prepare(self, work: Work, *welcomes: Welcome | None) -> None:
        """Let the pictures of welcomes be uploaded before anybody comes."""
        named = {
            each.fields["asset"]
            for one in welcomes
            if one is not None
            for each in one.attached
            if "asset" in each.fields
        }
        if named:
            store.want_media(work, named)

    # --- looking

    def figures(self, work: Work, states: Collection[str] | None = None, since: int = 0) -> Figures:
        """Say what became of welcomes since a moment, of some codes or of all."""
        counts = store.counts(work, states, since)
        return Figures(counts, store.took(work, states, since, 2_000))

    def page(
        self, work: Work, state: str | None = None, statuses: Collection[str] = (),
        limit: int = 50, offset: int = 0,
    ) -> list[Told]:  # fmt: skip
        """Return welcomes, newest first."""
        return store.page(work, state, statuses, limit, offset)

    def failures(self, work: Work) -> Sequence[Any]:
        """Return pictures that could not be uploaded, each with its reason."""
        return store.failures(work)

    def tidy(self, work: Work, before: int) -> int:
        """Forget welcomes of long ago."""
        return store.tidy(work, before)


def _row(one: Came, edge: str, status: Status, reason: str, now: int) -> dict[str, Any]:
    waits = status == "waiting"
    return {
        "id": one.id, "edge": edge, "userid": one.userid, "state": one.state[:30],
        "external_userid": one.external_userid if waits else None,
        "code": one.code if waits else None, "half": one.half, "at": one.at,
        "deadline": one.at + WELCOME_SECONDS * SECOND, "status": status, "reason": reason,
        "tries": 0, "busy": 0, "retry": now if waits else None,
    }  # fmt: skip
