"""What a guide's answer means for each message: kept here, and told to messaging and the road."""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.channels.wecom.client.sends import SendResult
from coterie.channels.wecom.sends import store
from coterie.channels.wecom.sends.choosing import choose
from coterie.channels.wecom.sends.model import Item, Task
from coterie.channels.wecom.sends.pacing import MOST_ROUNDS
from coterie.channels.wecom.sends.ports import Tell
from coterie.channels.wecom.sends.service import Sends
from coterie.core.clock import SECOND
from coterie.messaging.channel import Told
from coterie.messaging.model import Reason
from coterie.storage.work import Work

_UNSENT, _SENT, _NO_CONTACT, _QUOTA = 0, 1, 2, 3
_WHY = {_NO_CONTACT: Reason.NOT_CONTACT, _QUOTA: Reason.QUOTA}


@dataclass(frozen=True)
class Settling:
    """Keeps items, quota and messages in step, in one transaction."""

    sends: Sends
    tell: Tell

    def told(self, work: Work, task: Task, results: Sequence[SendResult]) -> list[Item]:
        """Keep what the platform tells of a task's customers; return those it is open of."""
        by_target = {each.chat_id or each.external_userid: each for each in results}
        left: list[Item] = []
        sent: list[tuple[Item, int]] = []
        refused: dict[Reason, list[Item]] = {}
        for item in store.items_of(work, task.id, "asked"):
            result = by_target.get(item.target)
            if result is None or result.status == _UNSENT:
                left.append(item)
            elif result.status == _SENT:
                sent.append((item, result.send_time * SECOND or work.now))
            else:
                refused.setdefault(_WHY.get(result.status, Reason.REJECTED), []).append(item)
        self._sent(work, task, sent)
        for reason, items in refused.items():
            self.unsent(work, task.kind, items, reason)
        return left

    def _sent(self, work: Work, task: Task, sent: Sequence[tuple[Item, int]]) -> None:
        store.change_items(
            work, [{"id": item.id, "state": "sent", "at": at, "reason": None} for item, at in sent]
        )
        self.sends.quotas.settle(work, [(item.id, item.target, at) for item, at in sent])
        if task.kind == "customers":
            self._tell(
                work, [Told("sent", item.id, detail=task.msgid or "", at=at) for item, at in sent]
            )

    def unsent(
        self, work: Work, kind: str, items: Sequence[Item], reason: str, said: str = ""
    ) -> None:
        """Keep that some get nothing, and why; their places are free again."""
        rows = [
            {"id": item.id, "state": "unsent", "at": work.now, "reason": str(reason)}
            for item in items
        ]
        store.change_items(work, rows)
        self.sends.quotas.release(work, [item.id for item in items])
        if kind == "customers":
            told = [Told("unsent", item.id, code=str(reason), detail=said[:200]) for item in items]
            self._tell(work, told)

    def closed(self, work: Work, task: Task, items: Sequence[Item], why: str) -> None:
        """Settle what was called off: somebody else is asked where the guide never answered."""
        if why == Reason.UNCONFIRMED:
            self.pass_on(work, task, items, Reason.UNCONFIRMED)
        else:
            self.unsent(work, task.kind, items, why)

    def pass_on(self, work: Work, task: Task, items: Sequence[Item], why: Reason) -> None:
        """Ask another guide of each customer; into a group only its owner can send."""
        chosen: list[tuple[Item, str, str]] = []
        given_up: list[Item] = []
        people = {item.profile for item in items if item.profile is not None}
        may = task.kind == "customers" and task.round < MOST_ROUNDS
        followed = self.sends.followed(work, people) if may else {}
        owners = self.sends.staff.owners(work, people) if may else {}
        for item in items:
            profile = item.profile or 0
            hers = [each for each in followed.get(profile, ()) if each[0] == item.target]
            other = choose(hers, owners.get(profile), (*item.tried, task.sender))
            if other is None:
                given_up.append(item)
            else:
                chosen.append((item, other.guide, other.why))
        rows = [
            {
                "id": item.id, "state": "waiting", "task": None, "sender": guide, "why": why_she,
                "at": work.now, "tried": [*item.tried, task.sender],
            }
            for item, guide, why_she in chosen
        ]  # fmt: skip
        store.change_items(work, rows)
        self._tell(work, [Told("asked", item.id, detail=guide) for item, guide, _ in chosen])
        self.unsent(work, task.kind, given_up, why)

    def _tell(self, work: Work, told: Sequence[Told]) -> None:
        if told:
            self.tell(work, told)
