"""The errand of moments: makes them at the platform, looks who posted and who liked.

A moment is noted before the platform is called, and looked up in the platform's list where nobody
knows how that ended. The platform sends no callback of likes: they are asked for, ever more seldom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.moments import MomentTask, MomentTaskRow
from coterie.channels.wecom.client.parts import Text
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends.attaching import Attaching
from coterie.channels.wecom.sends.moments import store
from coterie.channels.wecom.sends.moments.model import (
    Mark,
    Moment,
    Poster,
    event_of,
)
from coterie.channels.wecom.sends.pacing import step
from coterie.channels.wecom.sends.ports import Emit
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, MINUTE, SECOND
from coterie.core.errors import ChannelError, Invalid, NotFound
from coterie.messaging.channel import Uncertain
from coterie.storage.database import Database
from coterie.storage.work import Work

PORTION = 5
WATCHED = 7 * DAY
"""So long likes and comments are asked for."""
ALLOWED = 30 * DAY
"""So long guides may take to post, where nothing else was said."""
_LOOKUP = 2 * MINUTE
_MAKING, _OVER = 5 * SECOND, 3
_POSTED = 1
_EARLIER = 2 * MINUTE
_TOLD = 500


@dataclass(frozen=True)
class MomentErrand:
    """Runs the moments of one house on its connection to WeCom."""

    database: Database
    client: Wecom
    attaching: Attaching
    emit: Emit
    name = "moments"

    def run(self, now: int) -> bool:
        """Do what is due for some moments, and tell the road what customers did."""
        with self.database.read(CLOCK, now) as work:
            moment_due = store.next_due(work)
            if moment_due is None or moment_due > now:
                return False
            due = store.due(work, PORTION)
        for moment in due:
            try:
                self._tend(moment, now)
            except (ChannelError, Invalid, NotFound) as error:
                self._stumble(moment, now, error)
        return self._tell(now) or bool(due)

    def next_due(self, work: Work) -> int | None:
        """Return when time alone makes it work again."""
        return store.next_due(work)

    def _tend(self, moment: Moment, now: int) -> None:
        over = moment.cancelled is not None
        over = over or (moment.expires is not None and moment.expires <= now)
        if moment.state == "planned":
            if over:
                self._close(moment, now)
            else:
                self._make(moment, now)
        elif moment.state == "noted":
            self._look_up(moment, now)
        elif moment.state == "making":
            self._ask_job(moment, now)
        else:
            self._look(moment, now, over=over)

    def _stumble(self, moment: Moment, now: int, error: Exception) -> None:
        """Try later what may go by then; give up what was refused for good before it was made."""
        lasting = isinstance(error, Invalid | NotFound) or (
            isinstance(error, ChannelError) and error.permanent
        )
        wait = getattr(error, "retry_after", None)
        with self.database.begin(CLOCK, now) as work:
            if lasting and moment.state in ("planned", "making"):
                store.change(work, moment.id, state="failed", error=str(error))
            else:
                due = now + (int(wait * SECOND) if wait else 5 * MINUTE)
                store.change(work, moment.id, due=due, error=str(error))

    # --- making one

    def _make(self, moment: Moment, now: int) -> None:
        attachments = self.attaching.attach(moment.materials, now, moment=True)
        with self.database.begin(CLOCK, now, durable=True) as work:
            store.change(work, moment.id, state="noted", noted=now, due=now + _LOOKUP, error=None)
        task = MomentTask(
            text=Text(moment.text) if moment.text else None,
            attachments=attachments,
            users=moment.guides,
            visible_tags=moment.tags,
        )
        try:
            job = self.client.moments.create(task)
        except Uncertain:
            return  # it stays noted: the platform's list will tell
        except ChannelError:
            with self.database.begin(CLOCK, now) as work:
                store.change(work, moment.id, state="planned")
            raise
        with self.database.begin(CLOCK, now) as work:
            store.change(work, moment.id, state="making", job=job, due=now + _MAKING)

    def _look_up(self, moment: Moment, now: int) -> None:
        since, cursor = ((moment.noted or now) - _EARLIER) // SECOND, ""
        while True:
            page = self.client.moments.list(since, now // SECOND + 1, cursor)
            with self.database.read(CLOCK, now) as work:
                known = store.known(work, [row.moment_id for row in page.items])
            for row in page.items:
                if row.moment_id in known or row.create_type != 0:
                    continue
                asked = {part.userid for part in self._parts(row.moment_id)}
                if asked == set(moment.guides) or not moment.guides:
                    self._opened(moment, row.moment_id, (), now)
                    return
            cursor = page.next_cursor
            if not cursor:
                break
        with self.database.begin(CLOCK, now) as work:
            store.change(work, moment.id, state="planned", due=now)

    def _ask_job(self, moment: Moment, now: int) -> None:
        job = self.client.moments.job(moment.job or "")
        if job.status != _OVER:
            with self.database.begin(CLOCK, now) as work:
                store.change(work, moment.id, due=now + _MAKING)
        elif job.result.errcode:
            raise WecomError("externalcontact/get_moment_task_result", job.result.errcode)
        else:
            refused = job.result.invalid_sender_list.user_list
            self._opened(moment, job.result.moment_id, refused, now)

    def _opened(self, moment: Moment, name: str, refused: Sequence[str], now: int) -> None:
        with self.database.begin(CLOCK, now) as work:
            store.keep_posters(
                work, [Poster(moment.id, guide, "refused", now) for guide in refused]
            )
            store.change(
                work, moment.id, state="open", moment=name, opened=now, due=now, error=None
            )

    # --- what came of it

    def _look(self, moment: Moment, now: int, *, over: bool) -> None:
        if over:
            self._stop(moment)
        name, opened = moment.moment or "", moment.opened or now
        with self.database.read(CLOCK, now) as work:
            before = {each.guide: each for each in store.posters(work, moment.id)}
        posters: list[Poster] = []
        marks: list[Mark] = []
        for part in self._parts(name):
            if part.publish_status == _POSTED:
                poster, new = self._brought(moment, part.userid, before.get(part.userid), now)
                marks += new
            else:
                poster = Poster(moment.id, part.userid, "never" if over else "asked", opened)
            posters.append(poster)
        waits = any(each.state == "asked" for each in posters)
        watched = now < max((each.at for each in posters), default=opened) + WATCHED
        watched = watched and moment.cancelled is None
        goes_on = watched or (waits and now < opened + ALLOWED)
        with self.database.begin(CLOCK, now) as work:
            store.keep_posters(work, posters)
            store.mark(work, marks)
            if goes_on:
                store.change(work, moment.id, due=self._next(moment, now))
            else:
                self._end(work, moment)

    def _next(self, moment: Moment, now: int) -> int:
        due = now + step(now - (moment.opened or now))
        expires = moment.expires
        return min(due, expires) if expires is not None and expires > now else due

    def _end(self, work: Work, moment: Moment) -> None:
        state = "done" if moment.cancelled is None else "cancelled"
        late = [each for each in store.posters(work, moment.id) if each.state == "asked"]
        store.keep_posters(work, [Poster(moment.id, each.guide, "never", each.at) for each in late])
        store.change(work, moment.id, state=state)

    def _close(self, moment: Moment, now: int) -> None:
        with self.database.begin(CLOCK, now) as work:
            self._end(work, moment)

    def _stop(self, moment: Moment) -> None:
        try:
            self.client.moments.cancel(moment.moment or "")
        except WecomError as error:
            if not error.permanent:
                raise

    def _brought(
        self, moment: Moment, guide: str, before: Poster | None, now: int
    ) -> tuple[Poster, list[Mark]]:
        """Return a guide's part and the likes and comments of customers under her post."""
        name = moment.moment or ""
        reactions = self.client.moments.reactions(name, guide)
        seen, cursor = 0, ""
        while True:
            page = self.client.moments.results(name, guide, cursor)
            seen += len(page.items)
            cursor = page.next_cursor
            if not cursor:
                break
        marks = [
            Mark(moment.id, guide, each.external_userid, kind, each.create_time * SECOND)
            for kind, told in (("like", reactions.like_list), ("comment", reactions.comment_list))
            for each in told
            if each.external_userid
        ]
        likes = sum(each.kind == "like" for each in marks)
        at = before.at if before is not None and before.state == "posted" else now
        return Poster(moment.id, guide, "posted", at, seen, likes, len(marks) - likes), marks

    def _parts(self, name: str) -> list[MomentTaskRow]:
        found: list[MomentTaskRow] = []
        cursor = ""
        while True:
            page = self.client.moments.tasks(name, cursor)
            found += page.items
            cursor = page.next_cursor
            if not cursor:
                return found

    def _tell(self, now: int) -> bool:
        """Let the road hear of likes and comments; told twice after a crash, they count once."""
        with self.database.read(CLOCK, now) as work:
            untold = store.untold(work, _TOLD)
        if not untold:
            return False
        self.emit([event_of(mark, title, now) for mark, title in untold], now)
        with self.database.begin(CLOCK, now) as work:
            store.told(work, [mark for mark, _ in untold])
        return True
