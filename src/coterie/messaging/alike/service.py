"""The verb of asking one thing for many people; a part of ``Messaging``."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.messaging import naming, store
from coterie.messaging.alike import gather
from coterie.messaging.alike import store as written
from coterie.messaging.alike.model import Alike, Alikes
from coterie.messaging.audience import STORE_TRAIT
from coterie.messaging.drafting import told
from coterie.messaging.judging import Judging
from coterie.messaging.letters import encode_shared
from coterie.messaging.mix import COMMERCIAL
from coterie.messaging.model import Request, Sent
from coterie.messaging.people import Numbers
from coterie.messaging.rules import since
from coterie.profiles.age import BIRTHDAY, CONFIRMED
from coterie.storage.work import Work

_SAME = ("run_key", "status", "reason", "at", "created", "due", "expires", "detail")
_TOO_MANY = 2
"""Where groups are smaller than this on average, nothing is won by them."""


class AlikeSending(Judging):
    """Asks for one thing for many people, as if each had been a request."""

    @abstractmethod
    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        """Ask the gate for every request, and queue or hold it."""

    def send_alike(
        self,
        work: Work,
        alike: Alike,
        people: NDArray[np.int32] | Sequence[int],
        born_to: NDArray[np.int32] | Sequence[int] | None = None,
        shadow: BitMap | None = None,
    ) -> Alikes:
        """Ask for one thing for many people: what ``send`` does with a request of each, by columns.

        ``born_to`` are the profiles that name the messages, where others lead them by now; who is
        in ``shadow`` gets a shadow. People in order are fastest.
        """
        asked = np.asarray(people, np.int32)
        named = asked if born_to is None else np.asarray(born_to, np.int32)
        if not len(asked):
            return Alikes(BitMap(), [])
        stopped = store.lock_gate(work)
        order = np.argsort(asked, kind="stable")
        asked, named, out = asked[order], named[order], shadow or BitMap()
        names = np.frombuffer(naming.block(alike.cause, named, alike.run_key), "V16")
        alone = self._once(work, asked, names)
        singly, by_rows = self._by_columns(
            work, alike, asked[alone], named[alone], names[alone], out, stopped=stopped
        )
        exceptions = np.concatenate([np.flatnonzero(~alone), np.flatnonzero(alone)[by_rows]])
        if not len(exceptions):
            return singly
        requests = [
            alike.request(one, born, shadow=one in out)
            for one, born in zip(
                asked[exceptions].tolist(), named[exceptions].tolist(), strict=True
            )
        ]
        sent = self.send(work, requests)
        held = BitMap(one.profile for one in sent.messages if one.status == "held")
        return Alikes(singly.held | held, [*singly.facts, *sent.facts])

    def _once(self, work: Work, asked: Numbers, names: NDArray[Any]) -> NDArray[np.bool_]:
        """Say of each whether she is there once, and has no such message yet."""
        once = np.ones(len(asked), np.bool_)
        same = asked[1:] == asked[:-1]
        once[1:] &= ~same
        once[:-1] &= ~same
        listed = names.tolist()
        there = written.there(work, min(listed), max(listed))
        if there:
            once &= ~np.fromiter((name in there for name in listed), np.bool_, len(listed))
        return once

    def _by_columns(
        self,
        work: Work,
        alike: Alike,
        asked: Numbers,
        named: Numbers,
        names: NDArray[Any],
        shadow: BitMap,
        *,
        stopped: bool,
    ) -> tuple[Alikes, NDArray[np.intp]]:
        """Write messages of those who stand alike; return the places of the exceptions, too."""
        nobody, everybody = Alikes(BitMap(), []), np.arange(len(asked))
        if not len(asked) or self._asks_each(alike):
            return nobody, everybody
        crowd = gather.Crowd(asked)
        refused = self._mark(work, crowd, alike, shadow)
        groups = list(crowd.groups())
        if len(groups) * _TOO_MANY > len(asked) > _TOO_MANY:
            return nobody, everybody
        requests = [
            alike.request(int(asked[at]), int(named[at]), shadow=int(asked[at]) in shadow)
            for at in (group[0] for group in groups)
        ]
        judged = self._judge(work, requests, stopped)
        held, facts = BitMap(), list[Event]()
        by_rows, kinds = np.zeros(len(asked), np.bool_), np.zeros(len(asked), np.int64)
        rows: dict[tuple[Any, ...], int] = {}
        for group, request in zip(groups, requests, strict=True):
            message = judged.messages[naming.message_id(request.key)]
            if message.profile in refused or message.id in judged.winners:
                by_rows[group] = True
                continue
            row = tuple(getattr(message, name) for name in _SAME)
            kinds[group] = rows.setdefault(row, len(rows))
            fact = told(request, message, work.now)
            if fact is not None:
                facts += _told(fact, names[group].tolist(), asked[group].tolist())
            if message.status == "held":
                held |= BitMap(asked[group])
        if rows:
            ask = store.ask_of(message, alike.value, encode_shared(alike.variables))
            store.write_asks(work, [ask])
            of = [{"ask": ask["id"], **dict(zip(_SAME, row, strict=True))} for row in rows]
            written.insert(work, names[~by_rows], asked[~by_rows], kinds[~by_rows], of)
        facts.sort(key=lambda fact: fact.profile)
        return Alikes(held, facts), np.flatnonzero(by_rows)

    def _asks_each(self, alike: Alike) -> bool:
        """Say whether something is asked of each that leaves no mark: how much she cares."""
        floor = self.settings.interest > 0 and alike.touch == COMMERCIAL and bool(alike.items)
        return floor or alike.relevance is not None

    def _mark(self, work: Work, crowd: gather.Crowd, alike: Alike, shadow: BitMap) -> BitMap:
        """Mark whatever tells people apart; return who has to be asked by herself."""
        channel, asks = self.channels.get(alike.channel), alike.touch != "service"
        others = [STORE_TRAIT] if self.rules.stores(work) else []
        others += [BIRTHDAY, CONFIRMED] if asks and self._ages(work, alike.items) else []
        refused = gather.mark_traits(work, crowd, self.profiles, channel, others)
        if not asks:
            return refused
        crowd.mark(shadow & crowd.all)
        settings, tags = self.rules.now(work), self.rules.mixing.tags(work)
        gather.mark_unasked(work, crowd, self.profiles, settings, alike.purpose, alike.channel)
        gather.mark_tags(work, crowd, self.profiles, tags)
        earliest = since(settings, self.rules.mixing.of_all(work) or tags, work.now)
        gather.mark_planned(crowd, written.planned(work, crowd.people, earliest))
        return refused


def _told(fact: Event, names: Sequence[bytes], people: Sequence[int]) -> list[Event]:
    """State for many people what was stated of the message of one."""
    found = []
    for name, profile in zip(map(bytes.hex, names), people, strict=True):
        properties = {**fact.properties, "message": name}
        number = derived_id(fact.source, fact.name, profile, name)
        found.append(replace(fact, id=number, profile=profile, properties=properties))
    return found
