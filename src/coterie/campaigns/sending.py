"""Sends a broadcast's audience in portions, and takes back what waits once it is cancelled."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.campaigns import life, store
from coterie.campaigns.asking import alike, is_left_out
from coterie.campaigns.model import Broadcast, DryRun, Plan
from coterie.core.clock import HOUR, MINUTE
from coterie.core.event import Event
from coterie.messaging.alike.model import Alike
from coterie.messaging.model import Request
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

PORTION = 5_000
"""People handed to messaging at a time: it bounds memory and transactions."""

SAMPLE = 5_000
"""A dry run asks the gate of so many people at most."""

_LOOK_AGAIN = HOUR
"""What is erased leaves no fact behind, so the end is looked for from time to time too."""


class Sender:
    """Hands portions to messaging, and says what would become of a plan's audience.

    ``for_all`` says whether a segment chooses nobody by what is known of her.
    """

    def __init__(
        self,
        messaging: Messaging,
        profiles: Profiles,
        default_holdout: int,
        for_all: Callable[[Work, str], bool] = lambda _work, _segment: False,
    ) -> None:
        self._messaging = messaging
        self._profiles = profiles
        self._default_holdout = default_holdout
        self._for_all = for_all

    def holdout_of(self, plan: Plan) -> int:
        """Return the percentage that is left out of a plan; service touches leave out nobody."""
        if plan.touch == "service":
            return 0
        return self._default_holdout if plan.holdout is None else plan.holdout

    def send(self, work: Work, broadcast: Broadcast) -> list[Event]:
        """Hand the next portion to messaging; return the facts.

        A portion that is carried again asks with the same keys, and changes nothing. Once all are
        handed over it is only looked at, until the last message has gone out. Who turned out to
        be one with somebody gets it once.
        """
        people = store.audience(work, broadcast.id)
        gone = broadcast.total - len(people)  # erased after they had been handed over
        portion = people[broadcast.handed - gone : broadcast.handed - gone + PORTION]
        facts: list[Event] = []
        if portion:
            heads = set(self._profiles.heads(work, list(portion)).values())
            heads -= self._messaging.reached(work, broadcast.origin, heads)
            facts = self._ask(work, broadcast.id, broadcast.plan, np.array(sorted(heads), np.int32))
        handed = broadcast.handed + len(portion)
        due = work.now if handed < broadcast.total else work.now + _LOOK_AGAIN
        store.save(work, self.look(work, replace(broadcast, handed=handed, due=due)))
        return facts

    def withdraw(self, work: Work, broadcast: Broadcast) -> list[Event]:
        """Take back a portion of what a cancelled broadcast has queued; return the facts.

        What was leased may fail and be queued again, so it is looked at until none is left.
        """
        facts = self._messaging.withdraw(work, broadcast.origin, PORTION)
        due: int | None = work.now
        if len(facts) < PORTION:
            leased = self._messaging.open_of(work, broadcast.origin)
            due = work.now + MINUTE if leased else None
        store.save(work, replace(broadcast, due=due))
        return facts

    def look(self, work: Work, broadcast: Broadcast) -> Broadcast:
        """Return a broadcast as done when all of it was handed over and none is open."""
        if broadcast.state != "sending" or broadcast.handed < broadcast.total:
            return broadcast
        if self._messaging.open_of(work, broadcast.origin):
            return broadcast
        return life.finish(broadcast, work.now)

    def dry_run(self, work: Work, broadcast: str, plan: Plan, people: BitMap) -> DryRun:
        """Ask the gate what would become of an audience at the plan's time; send nothing.

        Of a larger audience every so-many-th person is asked, ``SAMPLE`` in all.
        """
        step = max(1, -(-len(people) // SAMPLE))
        chosen = list(people[::step])
        at = work.now if plan.send_at is None else max(plan.send_at, work.now)
        then = replace(work, now=at, memo={})
        messages = self._messaging.preview(then, self._requests(then, broadcast, plan, chosen))
        held: dict[str, int] = {}
        for message in messages:
            if message.status == "held" and message.reason is not None:
                held[message.reason] = held.get(message.reason, 0) + 1
        return DryRun(
            audience=len(people),
            asked=len(messages),
            queued=sum(message.status == "queued" for message in messages),
            shadow=sum(message.status == "shadow" for message in messages),
            held=dict(sorted(held.items(), key=lambda each: (-each[1], each[0]))),
            gone=len(chosen) - len(messages),
        )

    def _ask(
        self, work: Work, broadcast: str, plan: Plan, people: NDArray[np.int32]
    ) -> list[Event]:
        """Ask for the message of some people; who is not known any more is left out."""
        known = self._profiles.people_among(work, people)
        people = people[np.isin(people, np.fromiter(known, np.int32, len(known)))]
        holdout, thing = self.holdout_of(plan), self._alike(work, broadcast, plan)
        out = BitMap()
        if holdout:
            keys = self._profiles.buckets_among(work, people)
            out = BitMap(
                one for one, key in keys.items() if is_left_out(broadcast, plan, holdout, key)
            )
        return self._messaging.send_alike(work, thing, people, shadow=out).facts

    def _requests(
        self, work: Work, broadcast: str, plan: Plan, people: Sequence[int]
    ) -> list[Request]:
        known = self._profiles.known(work, people, fading=())
        holdout, thing = self.holdout_of(plan), self._alike(work, broadcast, plan)
        return [
            thing.request(
                profile, profile, shadow=is_left_out(broadcast, plan, holdout, each.bucket_key)
            )
            for profile, each in sorted(known.items())
        ]

    def _alike(self, work: Work, broadcast: str, plan: Plan) -> Alike:
        return alike(broadcast, plan, personalised=not self._for_all(work, plan.segment))


def without(broadcast: Broadcast, people: BitMap, gone: BitMap) -> Broadcast:
    """Reckon without some of an audience: who was handed over counts on, the others never will."""
    handed = people[: broadcast.handed - (broadcast.total - len(people))]
    return replace(broadcast, total=broadcast.total - len((people & gone) - handed))
