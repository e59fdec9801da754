"""How far sends are, by guide and by customer, and what waits for whom; a part of ``Sends``."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from coterie.channels.wecom.sends import store
from coterie.channels.wecom.sends.model import (
    Answers,
    Item,
    OfGuide,
    Progress,
    Send,
    Task,
    ToConfirm,
    Unconfirmed,
)
from coterie.channels.wecom.sends.moments.service import Moments
from coterie.channels.wecom.sends.ports import Contacts, Said, Staff
from coterie.channels.wecom.sends.quota.service import Quotas
from coterie.core.clock import DAY
from coterie.core.errors import NotFound
from coterie.storage.work import Work


@dataclass(frozen=True)
class Looking:
    """What a house's mass sends stand on; ``said`` opens what messages say: it is kept nowhere."""

    contacts: Contacts
    staff: Staff
    said: Said
    quotas: Quotas = field(default_factory=Quotas)
    moments: Moments = field(default_factory=Moments)

    def page(self, work: Work, limit: int = 50, offset: int = 0) -> list[tuple[Send, Progress]]:
        """Return a part of the sends with how far they are, the newest first."""
        found = store.page(work, limit, offset)
        progress = store.progress(work, [send.id for send in found])
        return [(send, progress.get(send.id, Progress())) for send in found]

    def one(self, work: Work, send: str) -> tuple[Send, Progress]:
        """Return one send with how far it is; raises NotFound."""
        found = store.sends(work, [send]).get(send)
        if found is None:
            raise NotFound(f"there is no send {send!r}")
        return found, store.progress(work, [send]).get(send, Progress())

    def guides(self, work: Work, send: str) -> list[OfGuide]:
        """Return how far each guide is with a send, who has not confirmed first."""
        counted = store.by_task(work, send)
        found = [
            _of_guide(task, counted.get(task.id, {}), work.now)
            for task in store.tasks_of(work, send)
        ]
        order = ("late", "waiting", "never", "confirmed")
        return sorted(found, key=lambda each: (order.index(each.state), -each.number, each.guide))

    def results(
        self, work: Work, send: str, limit: int = 50, offset: int = 0, *, state: str | None = None
    ) -> list[Item]:
        """Return what became of a send's customers or groups, the latest first."""
        return store.results(work, send, limit, offset, state)

    def into_groups(
        self, work: Work, asked: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Item]:
        """Return what became of sends in their groups, by (send, chat id)."""
        found = store.items(work, [f"{send}/{chat}" for send, chat in asked])
        return {(each.send, each.target): each for each in found}

    def to_confirm(self, work: Work, guide: str) -> list[ToConfirm]:
        """Return what waits for one guide, the oldest first: only she can send it, in WeCom."""
        tasks = store.open_tasks(work, guide)
        sends = store.sends(work, {task.send for task in tasks})
        found = [
            ToConfirm(
                id=task.id,
                kind=task.kind,
                title=sends[task.send].title,
                text=self.text_of(work, task),
                number=task.number,
                since=task.asked or task.made,
                expires=task.expires,
                reminders=task.reminders,
                msgid=task.msgid or "",
            )
            for task in tasks
            if task.send in sends
        ]
        found += self.moments.to_confirm(work, guide)
        return sorted(found, key=lambda each: (each.since, each.id))

    def text_of(self, work: Work, task: Task) -> str:
        """Return what a task says; empty where it was forgotten with its person."""
        if task.kind == "groups":
            return store.sends(work, [task.send])[task.send].text
        said = self.said(work, store.first_of(work, task.id))
        return next((message.text for message in said.values()), "")

    def unconfirmed(self, work: Work) -> list[Unconfirmed]:
        """Return the guides who were asked and have not sent, the one asked first first."""
        mine: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for task in store.open_tasks(work):
            mine[task.sender].append((task.asked or task.made, task.number))
        for guide, since in self.moments.waiting(work):
            mine[guide].append((since, 0))
        found = [
            Unconfirmed(
                guide, len(asked), sum(number for _, number in asked),
                min(since for since, _ in asked),
            )
            for guide, asked in mine.items()
        ]  # fmt: skip
        return sorted(found, key=lambda each: (each.since, each.guide))

    def answers(self, work: Work, since: int, until: int) -> dict[str, Answers]:
        """Return how guides met what they were asked in [since, until)."""
        mine: defaultdict[str, list[int | None]] = defaultdict(list)
        for guide, asked, confirmed in store.asked_between(work, since, until):
            mine[guide].append(None if confirmed is None else confirmed - asked)
        return {guide: _answers(took) for guide, took in mine.items()}


def _answers(took: Sequence[int | None]) -> Answers:
    done = [each for each in took if each is not None]
    return Answers(len(took), len(done), median_low(done) if done else None)


def _of_guide(task: Task, counted: Mapping[str, int], now: int) -> OfGuide:
    if task.confirmed is not None:
        state = "confirmed"
    elif task.state in ("closed", "done"):
        state = "never"
    else:
        state = "late" if task.reminders or now - task.made > DAY else "waiting"
    return OfGuide(
        guide=task.sender,
        state=state,
        number=task.number,
        sent=counted.get("sent", 0),
        unsent=counted.get("unsent", 0),
        asked=task.asked,
        confirmed=task.confirmed,
        reminders=task.reminders,
        round=task.round,
    )
