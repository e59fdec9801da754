"""The verb of asking one thing for many people; a part of ``Messaging``."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.core.facts import alike as facts_alike
from coterie.messaging import store
from coterie.messaging.alike import gather
from coterie.messaging.alike import store as written
from coterie.messaging.alike.lot import Lot, lay
from coterie.messaging.alike.model import Alike, Alikes, Asking, Said
from coterie.messaging.audience import STORE_TRAIT
from coterie.messaging.drafting import told
from coterie.messaging.judging import Judged, Judging
from coterie.messaging.letters import encode_given, encode_shared
from coterie.messaging.mix import COMMERCIAL
from coterie.messaging.model import Message, Request, Sent
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
        people: Numbers | Sequence[int],
        born_to: Numbers | Sequence[int] | None = None,
        shadow: BitMap | None = None,
    ) -> Alikes:
        """Ask for one thing for many people: what ``send`` does with a request of each, by columns.

        ``born_to`` are the profiles that name the messages, where others lead them by now; who is
        in ``shadow`` gets a shadow. People in order are fastest.
        """
        asked = np.asarray(people, np.int32)
        named = asked if born_to is None else np.asarray(born_to, np.int32)
        (said,), facts = self.send_all(work, [Asking(alike, asked, named, shadow or BitMap())])
        return Alikes(said.held, facts)

    def send_all(self, work: Work, askings: Sequence[Asking]) -> tuple[list[Said], list[Event]]:
        """Ask for several things at once, each for many people, as one ``send`` of all would do.

        Return what came of each; and the facts of the held and of the shadows.
        """
        said, facts = [Said() for _ in askings], list[Event]()
        if not any(len(one.people) for one in askings):
            return said, facts
        stopped = store.lock_gate(work)
        lot = lay(askings)
        odd = lot.twice() | self._each(lot) | written.there(work, lot)
        singly = np.isin(lot.people, lot.people[odd])
        alike = np.flatnonzero(~singly)
        if len(alike):
            singly[alike[self._by_columns(work, lot.at(alike), said, facts, stopped)]] = True
        if singly.any():
            some = lot.at(singly)
            sent = self.send(work, [some.request(place) for place in range(len(some))])
            facts += sent.facts
            for number, message in zip(some.of.tolist(), sent.messages, strict=True):
                said[number].singly[message.profile] = message
                if message.status == "held":
                    said[number].held.add(message.profile)
        return said, facts

    def _each(self, lot: Lot) -> NDArray[np.bool_]:
        """Say whether something is asked of each that leaves no mark: how much she cares."""
        floor = self.settings.interest > 0
        asks = [
            one.alike.relevance is not None
            or (floor and one.alike.touch == COMMERCIAL and bool(one.alike.items or one.items))
            for one in lot.askings
        ]
        return np.array(asks, np.bool_)[lot.of]

    def _by_columns(
        self, work: Work, lot: Lot, said: Sequence[Said], facts: list[Event], stopped: bool
    ) -> NDArray[np.intp]:
        """Write messages of those who stand alike; return the places of the exceptions.

        Of each group one person is judged, with all that is asked for her.
        """
        crowd = gather.Crowd(np.unique(lot.people))
        places = lot.by_person(crowd.people)
        for there in places.values():
            crowd.sort((there >= 0).astype(np.int64))
        refused = self._mark(work, crowd, lot)
        groups = [_of_group(places, group) for group in crowd.groups()]
        if len(groups) * _TOO_MANY > len(crowd.people) > _TOO_MANY:
            return np.arange(len(lot))
        requests = [lot.request(int(its[0])) for group in groups for its in group.values()]
        judged = self._judge(work, requests, stopped)
        by_rows, kinds = np.zeros(len(lot), np.bool_), np.zeros(len(lot), np.int64)
        rows: dict[tuple[Any, ...], int] = {}
        asks: dict[tuple[int, int | None], dict[str, Any]] = {}
        born: list[Event] = []
        asked = iter(requests)
        for group in groups:
            hers = [(request, judged.of(request)) for request in islice(asked, len(group))]
            if any(_is_hers_alone(judged, refused, message) for _, message in hers):
                by_rows[np.concatenate(list(group.values()))] = True
                continue
            for (number, its), (request, message) in zip(group.items(), hers, strict=True):
                which = number, message.min_age  # all else of it is the asking's
                if which not in asks:
                    asks[which] = _ask_of(lot.askings[number].alike, message)
                ask = asks[which]
                row = (ask["id"], *(getattr(message, name) for name in _SAME))
                kinds[its] = rows.setdefault(row, len(rows))
                fact = told(request, message, work.now)
                if fact is not None:
                    names = [name.hex() for name in lot.names[its].tolist()]
                    born += facts_alike(fact, lot.people[its].tolist(), "message", names)
                if message.status == "held":
                    said[number].held.update(BitMap(lot.people[its]))
        store.write_asks(work, asks.values())
        of = [dict(zip(("ask", *_SAME), row, strict=True)) for row in rows]
        self._insert(work, lot.at(~by_rows), kinds[~by_rows], of)
        facts += sorted(born, key=lambda fact: fact.profile)
        return np.flatnonzero(by_rows)

    def _insert(
        self, work: Work, lot: Lot, kinds: NDArray[np.int64], of: Sequence[Mapping[str, Any]]
    ) -> None:
        """Write the messages; what is queued for one alone waits with it, sealed."""
        queued = np.array([row["status"] == "queued" for row in of], np.bool_)[kinds]
        told_alone = np.array([one.own is not None for one in lot.askings], np.bool_)[lot.of]
        alone = queued & told_alone
        if not alone.all():
            some = ~alone
            written.insert(work, lot.names[some], lot.people[some], kinds[some], of)
        if alone.any():
            theirs, their_kinds = lot.at(alone), kinds[alone].tolist()
            sealer = self.profiles.sealer(work, set(theirs.people.tolist()))
            given = []
            for place, profile in enumerate(theirs.people.tolist()):
                clear = encode_given(theirs.own(place))
                given.append(None if clear is None else sealer.seal(profile, clear))
            rows = [of[kind] for kind in their_kinds]
            written.insert_given(work, theirs.names, theirs.people, rows, given)

    def _mark(self, work: Work, crowd: gather.Crowd, lot: Lot) -> BitMap:
        """Mark whatever tells people apart; return who has to be asked by herself."""
        alikes = [one.alike for one in lot.askings]
        asking = [alike for alike in alikes if alike.touch != "service"]
        items = _items(lot)
        ages = self._ages(work, items) if items else {}
        others = [STORE_TRAIT] if self.rules.stores(work) else []
        others += [BIRTHDAY, CONFIRMED] if ages and asking else []
        channels = [self.channels.get(name) for name in sorted({one.channel for one in alikes})]
        refused = gather.mark_traits(work, crowd, self.profiles, channels, others)
        gather.mark_asked(crowd, lot, ages)
        if not asking:
            return refused
        settings, tags = self.rules.now(work), self.rules.mixing.tags(work)
        allowed = sorted({(alike.purpose, alike.channel) for alike in asking})
        gather.mark_unasked(work, crowd, self.profiles, settings, allowed)
        gather.mark_tags(work, crowd, self.profiles, tags)
        earliest = since(settings, self.rules.mixing.of_all(work) or tags, work.now)
        gather.mark_planned(crowd, written.planned(work, crowd.people, earliest))
        return refused


def _of_group(
    places: Mapping[int, NDArray[np.int64]], group: NDArray[np.intp]
) -> dict[int, NDArray[np.int64]]:
    """Return where a group's messages are, by what is asked; each of it is asked the same."""
    return {number: at[group] for number, at in places.items() if at[group[0]] >= 0}


def _is_hers_alone(judged: Judged, refused: BitMap, message: Message) -> bool:
    """Say whether what was found of one of a group may be otherwise for the others."""
    return message.profile in refused or message.id in judged.winners


def _ask_of(alike: Alike, message: Message) -> dict[str, Any]:
    return store.ask_of(message, alike.value, encode_shared(alike.variables))


def _items(lot: Lot) -> set[str]:
    shared = {item for one in lot.askings for item in one.alike.items}
    return shared.union(*(items for one in lot.askings for items in one.items.values()))
