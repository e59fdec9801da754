"""The errand of mass sends: asks the platform, between transactions, and keeps what it tells.

A task is noted before the platform is called. When the house dies in between, or the answer never
comes, the platform's own list is looked at before the task is made again: so no customer gets it
twice. Every other call may be repeated.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.parts import Text
from coterie.channels.wecom.client.sends import MassSend, SendResult
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends import pacing, store
from coterie.channels.wecom.sends.attaching import Attaching
from coterie.channels.wecom.sends.model import Item, Send, Task
from coterie.channels.wecom.sends.planning import plan, whole_senders
from coterie.channels.wecom.sends.ports import OfOrigin, Tell
from coterie.channels.wecom.sends.service import Sends
from coterie.channels.wecom.sends.settling import Settling
from coterie.channels.wecom.sends.watching import Watching
from coterie.core.actor import CLOCK
from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import ChannelError, Invalid, NotFound
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Reason
from coterie.storage.database import Database
from coterie.storage.work import Work

PORTION = 20
"""Tasks that one turn looks at; then the other errands have theirs."""
_ITEMS = 10_000
_STILL_DISPATCHING, _NOTHING_TO_STOP, _REMINDED_ENOUGH = 41063, 41093, 41094
_CONFIRMED = 2
_EARLIER = 2 * MINUTE
"""The platform's clock may differ so much from ours."""


@dataclass
class SendErrand:
    """Runs the mass sends of one house on its connection to WeCom.

    ``held_out`` says whether an origin leaves somebody out for comparison: then, and unless
    ``allow_select``, guides may not leave out anybody else. ``stopped`` says whether an origin is
    paused, or everything is stopped: then nobody is asked.
    """

    database: Database
    client: Wecom
    sends: Sends
    tell: Tell
    attaching: Attaching
    held_out: OfOrigin
    stopped: OfOrigin
    allow_select: bool = False
    name = "sends"
    watching: Watching = field(init=False)

    def __post_init__(self) -> None:
        self.watching = Watching(self.database, self.client, self.sends.quotas)
        self._settling = Settling(self.sends, self.tell)

    def run(self, now: int) -> bool:
        """Put together what waits, tend what is due, look at what others send."""
        with self.database.read(CLOCK, now) as work:
            due = self.next_due(work)
            if due is None or due > now:
                return False
        gathered = self._gather(now)
        with self.database.read(CLOCK, now) as work:
            tasks = store.due_tasks(work, PORTION)
        for task in tasks:
            self._tend(task, now)
        return self.watching.run(now) or gathered or bool(tasks)

    def next_due(self, work: Work) -> int | None:
        """Return when time alone makes it work again."""
        listing, earliest = self.watching.next_listing(work.now), store.earliest(work)
        return listing if earliest is None else min(listing, earliest)

    # --- from what waits to tasks

    def _gather(self, now: int) -> bool:
        """Put together what waits: words are opened first, so that nobody waits for that."""
        with self.database.read(CLOCK, now) as work:
            ready = [name for name, moment in store.gathered(work) if moment <= now]
            sends = store.sends(work, ready)
            waiting = [
                each.id
                for name, send in sends.items()
                if send.kind == "customers"
                for each in store.waiting(work, name, _ITEMS)
            ]
            texts = {one.id: one.text for one in self.sends.said(work, waiting).values()}
        if not ready:
            return False
        with self.database.begin(CLOCK, now) as work:
            for name, send in store.sends(work, ready).items():
                items = store.waiting(work, name, _ITEMS)
                if len(items) == _ITEMS:
                    items = whole_senders(items)
                if send.kind == "customers":  # what came in between waits for the next turn
                    items = [each for each in items if each.id in texts]
                self._plan(work, send, items, texts)
        return True

    def _plan(
        self, work: Work, send: Send, items: Sequence[Item], texts: Mapping[str, str]
    ) -> None:
        stopped: list[Item] = []
        gone: list[Item] = []
        left: list[Item] = []
        for each in items:
            if each.taken <= (send.cancelled or -1):
                stopped.append(each)
            elif each.expires is not None and each.expires <= work.now:
                gone.append(each)
            else:
                left.append(each)
        self._settling.unsent(work, send.kind, stopped, Reason.CANCELLED)
        self._settling.unsent(work, send.kind, gone, Reason.EXPIRED)
        changed = []
        for task, mine in plan(send, left, texts, work.now):
            store.add_tasks(work, [task])
            changed += [{"id": each.id, "task": task.id} for each in mine]
        store.change_items(work, changed)

    # --- one task

    def _tend(self, task: Task, now: int) -> None:
        try:
            if task.state == "noted":
                self._look_up(task, now)
            elif task.state == "planned" and task.closing is not None:
                self._close_unasked(task, now)
            elif task.state == "planned" and self._is_stopped(task, now):
                self._later(task, now, MINUTE, None)
            elif task.state == "planned":
                self._create(task, now)
            else:
                self._look(task, now)
        except ChannelError as error:
            if isinstance(error, WecomError) and error.errcode == _STILL_DISPATCHING:
                self._later(task, now, pacing.DISPATCHING, None)
            else:
                wait = int((error.retry_after or 0) * SECOND) or 5 * MINUTE
                self._later(task, now, wait, error.message)

    def _is_stopped(self, task: Task, now: int) -> bool:
        with self.database.read(CLOCK, now) as work:
            return self.stopped(work, store.sends(work, [task.send])[task.send].origin)

    def _later(self, task: Task, now: int, wait: int, error: str | None) -> None:
        with self.database.begin(CLOCK, now) as work:
            store.change_task(work, task.id, due=now + wait, error=error)

    def _close_unasked(self, task: Task, now: int) -> None:
        with self.database.begin(CLOCK, now) as work:
            items = store.items_of(work, task.id, "waiting")
            self._settling.unsent(work, task.kind, items, task.closing or Reason.CANCELLED)
            store.change_task(work, task.id, state="closed")

    def _create(self, task: Task, now: int) -> None:
        with self.database.read(CLOCK, now) as work:
            send = store.sends(work, [task.send])[task.send]
            held_out = self.held_out(work, send.origin)
        try:
            attachments = self.attaching.attach(send.materials, now)
        except (Invalid, NotFound) as error:
            self._refused(task, now, Reason.REJECTED, error.message)
            return
        with self.database.begin(CLOCK, now, durable=True) as work:
            items = [each for each in store.items_of(work, task.id, "waiting") if each.target]
            text = self.sends.text_of(work, task)
            # from here on the platform may have it: whoever comes after a crash looks first
            state, due = ("noted", now + pacing.LOOKUP) if items else ("closed", now)
            store.change_task(work, task.id, state=state, noted=now, due=due, error=None)
        if not items:
            return
        targets = tuple(each.target for each in items)
        order = MassSend(
            chat_type="group" if task.kind == "groups" else "single",
            external_userid=() if task.kind == "groups" else targets,
            chat_id_list=targets if task.kind == "groups" else (),
            sender=task.sender,
            allow_select=self.allow_select and not held_out,
            text=Text(text) if text else None,
            attachments=attachments,
        )
        try:
            made = self.client.sends.create(order)
        except Uncertain:
            return  # it stays noted: the platform's list will tell
        except WecomError as error:
            if not error.permanent:
                self._replan(task, now, error)
            elif error.kind in ("absent", "state"):
                self._pass_on(task, now, error.message)
            else:
                self._refused(task, now, Reason.REJECTED, error.message)
            return
        except ChannelError as error:
            self._replan(task, now, error)
            return
        self._asked(task, made.msgid, now, set(made.fail_list))

    def _replan(self, task: Task, now: int, error: ChannelError) -> None:
        """Let a task that was surely not taken be made later."""
        wait = int((error.retry_after or 0) * SECOND) or MINUTE
        with self.database.begin(CLOCK, now) as work:
            store.change_task(work, task.id, state="planned", due=now + wait, error=error.message)

    def _refused(self, task: Task, now: int, reason: Reason, said: str) -> None:
        with self.database.begin(CLOCK, now) as work:
            items = store.items_of(work, task.id, "waiting")
            self._settling.unsent(work, task.kind, items, reason, said)
            store.change_task(work, task.id, state="closed", error=said)

    def _pass_on(self, task: Task, now: int, said: str) -> None:
        """Let somebody else send what this guide cannot."""
        with self.database.begin(CLOCK, now) as work:
            items = store.items_of(work, task.id, "waiting")
            self._settling.pass_on(work, task, items, Reason.NOT_CONTACT)
            store.change_task(work, task.id, state="closed", error=said)

    def _asked(self, task: Task, msgid: str, now: int, refused: set[str]) -> None:
        with self.database.begin(CLOCK, now) as work:
            present = store.task(work, task.id)
            if present is None or present.state != "noted":
                return  # another process has looked it up meanwhile
            items = store.items_of(work, task.id, "waiting")
            failed = [each for each in items if each.target in refused]
            self._settling.unsent(work, task.kind, failed, Reason.NOT_CONTACT)
            asked = [each for each in items if each.target not in refused]
            store.change_items(
                work, [{"id": each.id, "state": "asked", "at": now} for each in asked]
            )
            store.change_task(
                work, task.id, state="open", msgid=msgid, asked=now, number=len(asked),
                due=now + pacing.step(0), error=None,
            )  # fmt: skip

    # --- after a call that nobody knows the end of

    def _look_up(self, task: Task, now: int) -> None:
        """Find a task that was noted in the platform's list, or let it be made again."""
        noted = task.noted or now
        with self.database.read(CLOCK, now) as work:
            wanted = {each.target for each in store.items_of(work, task.id, "waiting")}
        chat_type = "group" if task.kind == "groups" else "single"
        since, cursor = (noted - _EARLIER) // SECOND, ""
        while True:
            page = self.client.sends.list(
                chat_type, since, now // SECOND + 1, filter_type=0, cursor=cursor
            )
            with self.database.read(CLOCK, now) as work:
                known = store.known_msgids(work, [row.msgid for row in page.items])
            for row in page.items:
                if row.msgid not in known and self._is_it(row.msgid, task.sender, wanted):
                    self._asked(task, row.msgid, now, set())
                    return
            cursor = page.next_cursor
            if not cursor:
                break
        with self.database.begin(CLOCK, now) as work:
            store.change_task(work, task.id, state="planned", due=now)

    def _is_it(self, msgid: str, sender: str, wanted: set[str]) -> bool:
        if not any(part.userid == sender for part in self.client.sends.task(msgid).items):
            return False
        return {_target(each) for each in self._results(msgid, sender)} == wanted

    # --- what the guide did

    def _look(self, task: Task, now: int) -> None:
        closing = task.closing or self._over(task, now)
        if closing is not None and task.confirmed is None:
            self._stop(task.msgid or "")
        confirmed = self._confirmed(task)
        results = self._results(task.msgid or "", task.sender) if confirmed is not None else []
        if confirmed is None and closing is None:
            task = self._remind(task, now)
        task = replace(task, confirmed=confirmed)
        with self.database.begin(CLOCK, now) as work:
            left = self._settling.told(work, task, results)
            changes: dict[str, object] = {"confirmed": confirmed, "error": None}
            if not left:
                changes["state"] = "done"
            elif closing is not None:
                self._settling.closed(work, task, left, closing)
                changes["state"] = "closed"
            elif confirmed is not None and now >= confirmed + pacing.LEFT_OUT:
                self._settling.unsent(work, task.kind, left, Reason.UNCONFIRMED)
                changes["state"] = "done"
            else:
                changes["due"] = pacing.next_look(task, now)
            store.change_task(work, task.id, **changes)

    def _over(self, task: Task, now: int) -> Reason | None:
        if task.confirmed is not None:
            return None
        if task.expires is not None and task.expires <= now:
            return Reason.EXPIRED
        until = pacing.deadline(task)
        return Reason.UNCONFIRMED if until is not None and until <= now else None

    def _stop(self, msgid: str) -> None:
        try:
            self.client.sends.cancel(msgid)
        except WecomError as error:
            if error.errcode != _NOTHING_TO_STOP:
                raise

    def _confirmed(self, task: Task) -> int | None:
        cursor = ""
        while True:
            page = self.client.sends.task(task.msgid or "", cursor)
            for part in page.items:
                if part.userid == task.sender and part.status == _CONFIRMED:
                    return part.send_time * SECOND or task.made
            cursor = page.next_cursor
            if not cursor:
                return None

    def _results(self, msgid: str, sender: str) -> list[SendResult]:
        found: list[SendResult] = []
        cursor = ""
        while True:
            page = self.client.sends.result(msgid, sender, cursor)
            found += page.items
            cursor = page.next_cursor
            if not cursor:
                return found

    def _remind(self, task: Task, now: int) -> Task:
        due = pacing.next_reminder(task)
        if due is None or (due > now and task.nudged is None):
            return task
        with self.database.begin(CLOCK, now) as work:
            # counted first: one reminder less after a crash, never one more
            store.change_task(
                work, task.id, reminders=task.reminders + 1, reminded=now, nudged=None
            )
        with suppress(Uncertain):
            try:
                self.client.sends.remind(task.msgid or "")
            except WecomError as error:
                if error.errcode != _REMINDED_ENOUGH:
                    raise
        return replace(task, reminders=task.reminders + 1, reminded=now)


def _target(result: SendResult) -> str:
    return result.chat_id or result.external_userid
