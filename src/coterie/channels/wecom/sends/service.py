"""The face of mass sends: take what messaging hands over, tell how far it is, call it off."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coterie.channels.wecom.sends import store
from coterie.channels.wecom.sends.choosing import Sender, choose
from coterie.channels.wecom.sends.looking import Looking
from coterie.channels.wecom.sends.model import (
    MOST_ATTACHMENTS,
    Answers,
    Item,
    Preflight,
    Send,
    Share,
)
from coterie.channels.wecom.sends.pacing import GATHER, next_reminder
from coterie.channels.wecom.sends.planning import refuse_text
from coterie.channels.wecom.sends.ports import Chat, Follow
from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.messaging.channel import Reach
from coterie.messaging.model import Answer, Asked, Delivery, Reason, Refusal
from coterie.storage import audit, keeping
from coterie.storage.work import Work

_LATELY = 30 * DAY
Followed = Mapping[int, Sequence[tuple[str, Follow]]]


@dataclass(frozen=True)
class Sends(Looking):
    """Mass sends of one house."""

    name = "wecom.sends"

    # --- what the channel asks

    def reach(self, work: Work, profiles: Collection[int]) -> dict[int, Reach]:
        """Return who of these cannot be written to by any guide, or not before a moment."""
        followed = self.followed(work, profiles)
        externals = {external for pairs in followed.values() for external, _ in pairs}
        rooms = self.quotas.rooms(work, "customer", externals)
        found: dict[int, Reach] = {}
        for profile in profiles:
            pairs = followed.get(profile)
            if not pairs:
                found[profile] = Reach(there=False)
                continue
            hers = [rooms[external] for external, _ in pairs if external in rooms]
            best = min(hers, key=lambda room: room.free, default=None)
            if best is not None and best.free:
                found[profile] = Reach(free=best.free, detail=best.rule)
        return found

    def ask(self, work: Work, deliveries: Sequence[Delivery]) -> dict[str, Answer]:
        """Take messages for their guides: one sender each, a place of the quota for each."""
        followed = self.followed(work, {each.profile for each in deliveries})
        owners = self.staff.owners(work, followed.keys())
        full_ones = self._full(work, followed)
        materials = store.attachments(work, {each.template for each in deliveries})
        answers: dict[str, Answer] = {}
        chosen: dict[str, Sender] = {}
        for each in deliveries:
            refusal = refuse_text(each.text, alone=not materials.get(each.template))
            hers = followed.get(each.profile, ())
            roomy = [pair for pair in hers if pair[0] not in full_ones]
            sender = choose(roomy or hers, owners.get(each.profile))
            if refusal is not None:
                answers[each.message] = refusal
            elif sender is None:
                answers[each.message] = Refusal(Reason.NO_ADDRESS)
            else:
                chosen[each.message] = sender
        full = self.quotas.reserve(
            work, "customer", {name: sender.external for name, sender in chosen.items()}
        )
        window = self.quotas.window(work, "customer", work.now)
        answers |= {name: Refusal(Reason.QUOTA, str(window)) for name in full}
        taken = [each for each in deliveries if each.message in chosen.keys() - full]
        self._take(work, taken, chosen, materials)
        return answers | {each.message: Asked(chosen[each.message].guide) for each in taken}

    def _full(self, work: Work, followed: Followed) -> set[str]:
        """Return the identities without room, of people who have several: another one may do."""
        several = {
            external
            for pairs in followed.values()
            if len({external for external, _ in pairs}) > 1
            for external, _ in pairs
        }
        rooms = self.quotas.rooms(work, "customer", several) if several else {}
        return {external for external, room in rooms.items() if not room.left}

    def _take(
        self,
        work: Work,
        deliveries: Sequence[Delivery],
        chosen: Mapping[str, Sender],
        materials: Mapping[str, tuple[str, ...]],
    ) -> None:
        items: list[Item] = []
        opened: dict[str, Send] = {}
        for each in deliveries:
            sender = chosen[each.message]
            name = derived_id("wecom.send", each.origin, each.template)
            opened[name] = Send(
                name, "customers", each.origin, each.template, "",
                materials.get(each.template, ()), work.now, str(work.actor), None, 0,
            )  # fmt: skip
            items.append(
                Item(
                    id=each.message, send=name, profile=each.profile, target=sender.external,
                    sender=sender.guide, why=sender.why, state="waiting", taken=work.now,
                    at=work.now, expires=each.expires,
                )
            )  # fmt: skip
        self._open(work, opened.values())
        store.add_items(work, items)

    def _open(self, work: Work, sends: Collection[Send]) -> None:
        """Open sends, or let those that were done gather again."""
        there = store.sends(work, {send.id for send in sends})
        for send in sends:
            before = there.get(send.id)
            gathers = before is not None and before.gather > work.now
            gather = before.gather if before is not None and gathers else work.now + GATHER
            store.open_send(work, replace(send, gather=gather))

    def followed(
        self, work: Work, profiles: Collection[int]
    ) -> dict[int, list[tuple[str, Follow]]]:
        """Return the guides who may write to people, each with the identity she follows."""
        externals = self.contacts.externals_of(work, profiles)
        everyone = {one for hers in externals.values() for one in hers}
        follows = self.contacts.followers(work, everyone)
        found: dict[int, list[tuple[str, Follow]]] = {}
        for profile, hers in externals.items():
            pairs = [(external, each) for external in hers for each in follows.get(external, ())]
            if pairs:
                found[profile] = pairs
        return found

    # --- before a launch

    def preflight(
        self, work: Work, profiles: Collection[int], text: str | None = None
    ) -> Preflight:
        """Say what a send to these people would do now; it asks nothing and takes nothing."""
        refused = None if text is None else refuse_text(text)
        reach = self.reach(work, profiles)
        skipped: defaultdict[str, int] = defaultdict(int)
        left: list[int] = []
        for profile in profiles:
            how = reach.get(profile)
            if refused is not None:
                skipped[refused.reason] += 1
            elif how is not None:
                skipped[Reason.QUOTA if how.there else Reason.NO_ADDRESS] += 1
            else:
                left.append(profile)
        followed = self.followed(work, left)
        owners = self.staff.owners(work, left)
        numbers: defaultdict[str, int] = defaultdict(int)
        for profile in left:
            sender = choose(followed.get(profile, ()), owners.get(profile))
            if sender is not None:
                numbers[sender.guide] += 1
        return self._shared(work, len(profiles), len(left), skipped, numbers)

    def _shared(
        self,
        work: Work,
        asked: int,
        reached: int,
        skipped: Mapping[str, int],
        numbers: Mapping[str, int],
    ) -> Preflight:
        answers = self.answers(work, work.now - _LATELY, work.now)
        shares = [
            Share(guide, number, _percent(answers.get(guide)))
            for guide, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
        ]
        known = [share for share in shares if share.confirms is not None]
        whole = sum(share.number for share in known)
        mean = sum(share.number * (share.confirms or 0) for share in known) / whole if whole else 0
        expected = sum(
            share.number * (mean if share.confirms is None else share.confirms) / 100
            for share in shares
        )
        return Preflight(
            asked=asked,
            reached=reached,
            skipped=dict(sorted(skipped.items(), key=lambda each: -each[1])),
            guides=tuple(shares),
            expected=round(expected) if known else None,
        )

    # --- what an operator does

    def chats(self, work: Work) -> list[Chat]:
        """Return the groups that can be written to."""
        return [chat for chat in self.contacts.chats(work) if chat.status == "alive"]

    def send_to_groups(
        self,
        work: Work,
        title: str,
        text: str,
        chats: Collection[str],
        *,
        materials: Sequence[str] = (),
        expires: int | None = None,
        key: str = "",
    ) -> Send:
        """Ask the owners of groups to send one content into them; raises Invalid.

        A group whose quota is used up is left out with that reason. The same ``key`` is one send.
        """
        title = " ".join(title.split())
        if not title:
            raise Invalid("a send needs a title", path="title", hint="such as: Saturday's tasting")
        refusal = refuse_text(text, alone=not materials)
        if refusal is not None:
            raise Invalid(refusal.detail, path="text", hint="write at most 4,000 bytes")
        if len(materials) > MOST_ATTACHMENTS:
            raise Invalid("there are too many materials", path="materials", hint="at most 9")
        if expires is not None and expires <= work.now:
            raise Invalid("it would be over already", path="expires", hint="choose a later moment")
        there = {chat.chat_id: chat for chat in self.chats(work)}
        wanted = sorted(there.keys() & set(chats))
        if not wanted:
            raise Invalid("no group is chosen", path="chats", hint="choose at least one")
        name = derived_id("wecom.send", "groups", key or (title, work.now))
        if store.sends(work, [name]):
            return store.sends(work, [name])[name]
        send = Send(
            name, "groups", "groups", title, text, tuple(materials), work.now, str(work.actor),
            expires, work.now,
        )  # fmt: skip
        full = self.quotas.reserve(work, "group", {f"{name}/{chat}": chat for chat in wanted})
        store.open_send(work, send)
        store.add_items(work, [self._to_chat(work, send, there[chat], full) for chat in wanted])
        audit.record(work, "wecom.send.groups", name, groups=len(wanted) - len(full))
        return send

    def _to_chat(self, work: Work, send: Send, chat: Chat, full: Collection[str]) -> Item:
        name = f"{send.id}/{chat.chat_id}"
        item = Item(
            id=name, send=send.id, profile=None, target=chat.chat_id, sender=chat.owner,
            why="owns", state="waiting", taken=work.now, at=work.now, expires=send.expires,
        )  # fmt: skip
        return replace(item, state="unsent", reason=Reason.QUOTA) if name in full else item

    def cancel(self, work: Work, send: str) -> None:
        """Call off what is not sent yet; raises NotFound. What guides confirmed has gone."""
        self.one(work, send)
        if store.cancel(work, send):
            store.call_off(work, send, Reason.CANCELLED)
            audit.record(work, "wecom.send.cancel", send)

    def recall(self, work: Work, origin: str) -> None:
        """Call off what an origin's messages wait for: it took them back."""
        for send in store.of_origin(work, origin):
            self.cancel(work, send)

    def remind(self, work: Work, send: str) -> int:
        """Let the guides who have not confirmed be reminded at once, within the three a day."""
        self.one(work, send)
        late = [
            task
            for task in store.tasks_of(work, send)
            if task.state == "open" and task.confirmed is None and next_reminder(task) is not None
        ]
        for task in late:
            store.change_task(work, task.id, due=work.now, nudged=work.now)
        if late:
            audit.record(work, "wecom.send.remind", send, guides=len(late))
        return len(late)

    def attach(self, work: Work, template: str, materials: Sequence[str]) -> None:
        """Say which materials go along with a template on WeCom; raises Invalid."""
        if len(materials) > MOST_ATTACHMENTS:
            raise Invalid("there are too many materials", path="materials", hint="at most 9")
        store.attach(work, template, materials)
        audit.record(work, "wecom.send.attach", template, materials=len(materials))

    def attached(self, work: Work, template: str) -> tuple[str, ...]:
        """Return the materials that go along with a template."""
        return store.attachments(work, [template]).get(template, ())

    # --- people

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let rows follow the profiles they were born to."""
        keeping.follow(work, store.item_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return by whom a person was written to, as plain JSON."""
        hers = store.of_person(work, [profile])
        return {
            "wecom_sends": [
                {"guide": each.sender, "state": each.state, "reason": each.reason, "at": each.at}
                for each in hers
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget whom it was that a guide wrote to; that she wrote to somebody stays."""
        hers = store.of_person(work, sorted(profiles))
        known = self.contacts.externals_of(work, profiles)
        externals = {external for mine in known.values() for external in mine}
        externals |= {each.target for each in hers if each.target}
        self.quotas.forget(work, externals)
        marks = self.moments.forget(work, externals)
        number = keeping.forget(
            work, store.item_rows, profiles, store.item_rows.c.target != "", target=""
        )
        return {"wecom_send_items": number, "wecom_moment_marks": marks}


def _percent(answers: Answers | None) -> int | None:
    return None if answers is None else round(100 * answers.confirmed / answers.asked)
