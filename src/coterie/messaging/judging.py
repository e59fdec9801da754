"""Deciding on what is asked for, request by request, each after what the one before took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from coterie.core.clock import MINUTE
from coterie.messaging import templates
from coterie.messaging.asking import Ages, asked_of
from coterie.messaging.audience import Audience, look_up, look_up_planned
from coterie.messaging.caps import Slot
from coterie.messaging.channel import Channel
from coterie.messaging.drafting import draft
from coterie.messaging.gate import CONTESTED, Asked, Decision, GateSettings, after_quiet, decide
from coterie.messaging.letters import traits_of
from coterie.messaging.model import Message, Request, Template, rank_of
from coterie.messaging.naming import message_id
from coterie.messaging.people import People
from coterie.messaging.rules import Rules
from coterie.messaging.stations import OUTDONE
from coterie.messaging.versions import store as versions
from coterie.storage.work import Work


@dataclass
class Judged:
    """What the gate said: the messages by id, and whose slots they took, why and for whom.

    ``winners`` are those that took a place, or found one taken: what was said names one person's
    messages, so it is said to nobody else.
    """

    audience: Audience
    templates: Mapping[str, Template]
    messages: dict[str, Message] = field(default_factory=dict)
    outdone: dict[str, Decision] = field(default_factory=dict)
    winners: set[str] = field(default_factory=set)

    def of(self, request: Request) -> Message:
        """Return the message of a request that was judged."""
        return self.messages[message_id(request.key)]


class Judging:
    """Asks the gate for many requests; a part of ``Messaging``."""

    profiles: People
    settings: GateSettings
    channels: Mapping[str, Channel]
    zone: ZoneInfo
    rules: Rules
    _ages: Ages

    def store_zones(self, work: Work) -> Mapping[str, ZoneInfo]:
        """Return in which zone stores lie, those that say it."""
        return self.rules.stores(work)

    def _judge(self, work: Work, requests: Sequence[Request], stopped: bool) -> Judged:
        """Decide on requests: when slots are short, the better ones get them."""
        known = versions.templates(work, {request.template for request in requests})
        audience = look_up(
            work, self.profiles, self.channels, self.zone, requests, traits_of(known.values()),
            rules=self.rules,
        )  # fmt: skip
        look_up_planned(work, audience, {request.profile for request in requests})
        items = {item for request in requests for item in request.items}
        ages = self._ages(work, items) if items else {}
        judged = Judged(audience, known)
        for request in sorted(requests, key=_slot_order):
            template = known.get(request.template)
            if template is not None and template.channel not in (None, request.channel):
                template = None
            named = frozenset() if template is None else templates.traits_named(template)
            asked = asked_of(request, named, ages)
            there = template is not None
            decision = self._ask(audience, request, asked, there, stopped, work.now)
            if decision.reason in CONTESTED:
                decision = self._outdo(audience, request, asked, decision, judged, work.now)
            version = 0 if template is None else template.version
            message = draft(request, asked, decision, version, work.now)
            judged.messages[message.id] = message
            if message.status == "queued" and not message.is_service:
                slot = Slot(message.due, message.channel, message.touch, "queued", work.now)
                audience.planned[message.profile][message.id] = slot
                audience.ranks[message.id] = rank_of(request.touch, request.value)
        return judged

    def _outdo(
        self,
        audience: Audience,
        request: Request,
        asked: Asked,
        refused: Decision,
        judged: Judged,
        now: int,
    ) -> Decision:
        """Take the slot of a worse touch that still waits for the same minute, if that helps.

        The worst is asked first; who keeps what is scarce is left alone. Across minutes it is
        first come, so nothing planned for another time gives way.
        """
        due = after_quiet(now, audience.settings, audience.zone(request.profile))
        slots, rank = audience.planned[request.profile], rank_of(request.touch, request.value)
        waiting = sorted(
            (audience.ranks[message], message)
            for message, slot in slots.items()
            if slot.due // MINUTE == due // MINUTE and message in audience.ranks
        )
        for other, message in reversed(waiting):
            if other <= rank:
                break
            given_up = slots.pop(message)
            decision = self._ask(audience, request, asked, True, False, now)
            if decision.status == "queued":
                winner = OUTDONE + message_id(request.key)
                judged.outdone[message] = replace(refused, detail=winner)
                judged.winners.add(message_id(request.key))
            else:  # it does not help, or a shadow takes nobody's place
                slots[message] = given_up
            if decision.reason is None:
                return decision
        better = [message for other, message in waiting if other < rank]
        return self._lose_to(audience, request, asked, refused, judged, better[-1:])

    def _lose_to(
        self,
        audience: Audience,
        request: Request,
        asked: Asked,
        refused: Decision,
        judged: Judged,
        better: Sequence[str],
    ) -> Decision:
        """Say which better touch of the same minute has the place that this one lacks, if one."""
        slots = audience.planned[request.profile]
        for message in better:
            kept = slots.pop(message)
            decision = self._ask(audience, request, asked, True, False, audience.now)
            slots[message] = kept
            if decision.reason is None:
                judged.winners.add(message_id(request.key))
                return replace(refused, detail=OUTDONE + message)
        return refused

    def _ask(
        self,
        audience: Audience,
        request: Request,
        asked: Asked,
        has_template: bool,
        stopped: bool,
        now: int,
    ) -> Decision:
        planned = list(audience.planned[request.profile].values())
        standing = audience.standing(request, audience.settings, planned)
        standing = replace(standing, has_template=has_template, stopped=stopped)
        return decide(asked, standing, audience.settings, now)


def _slot_order(request: Request) -> tuple[int, float, str]:
    return *rank_of(request.touch, request.value), request.key
