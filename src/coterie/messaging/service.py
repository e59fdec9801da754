"""The face of messaging: say something to people, lease what is due, settle what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import MINUTE
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.messaging import store, templates
from coterie.messaging.asking import Ages, Unsubscribing, asked_of, no_ages, no_link
from coterie.messaging.audience import Audience, look_up, look_up_named, look_up_planned
from coterie.messaging.channel import Channel
from coterie.messaging.drafting import draft, encode, tell
from coterie.messaging.gate import Asked, Decision, GateSettings, after_quiet, decide
from coterie.messaging.keeping.service import Keeping
from coterie.messaging.looking import store as looking
from coterie.messaging.looking.model import EVERYTHING, DayCount, Tally, Wanted
from coterie.messaging.model import (
    Content,
    Count,
    Leased,
    Message,
    Outcome,
    Reason,
    Request,
    Sent,
    Template,
    rank_of,
)
from coterie.messaging.outbox import Outbox, changes_of, read_content
from coterie.messaging.people import People, Sealer
from coterie.messaging.store import Stored
from coterie.messaging.writing import fill
from coterie.storage import audit
from coterie.storage.work import Work

_NOTHING = Content("", "")
_CAPS = (Reason.CAP_DAY, Reason.CAP_WEEK)


class Messaging(Keeping):
    """Templates, the gate and the outbox of one house.

    ``zone`` is the brand's, for people whose own is unknown; ``brand`` is what templates see
    under that name. ``unsubscribing`` makes the address where a person withdraws from a purpose
    on a channel; ``ages`` tells which items ask for an age.
    """

    def __init__(
        self,
        profiles: People,
        settings: GateSettings,
        channels: Mapping[str, Channel],
        zone: ZoneInfo,
        brand: Mapping[str, Any] | None = None,
        *,
        unsubscribing: Unsubscribing = no_link,
        ages: Ages = no_ages,
    ) -> None:
        self.profiles = profiles
        self.settings = settings
        self.channels = channels
        self.zone = zone
        self.brand = brand or {}
        self._unsubscribing = unsubscribing
        self._ages = ages
        self._outbox = Outbox(profiles, settings, channels, zone)

    # --- templates

    def define_template(self, work: Work, template: Template) -> None:
        """Keep a template under its name; raises Invalid with the place and the cure.

        What is queued already says what it said when it was queued.
        """
        store.save_template(work, templates.check(template))
        audit.record(work, "define_template", template.name)

    def template(self, work: Work, name: str) -> Template:
        """Return a template; raises NotFound."""
        found = store.templates(work, [name]).get(name)
        if found is None:
            raise NotFound(f"there is no template {name!r}: define it first")
        return found

    def try_out(
        self, work: Work, template: Template, profile: int, variables: Mapping[str, Any]
    ) -> Content:
        """Fill a template in for a real person without keeping it; raises Invalid with the place.

        Says what ``send`` would write now, where the request gave these ``variables``.
        """
        templates.check(template)
        request = Request(profile, "", template.name, "service", "try", "try", variables=variables)
        named = templates.traits_named(template)
        audience = look_up(work, self.profiles, self.channels, self.zone, [request], named)
        if profile not in audience.known:
            raise NotFound("nobody is known by that number: choose another person")
        look_up_named(work, self.profiles, audience, [(profile, named)])
        return fill(audience, request, template, self.brand, work.now)

    def templates(self, work: Work) -> list[Template]:
        """Return all templates in the order of their names."""
        return list(store.templates(work).values())

    # --- saying something

    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        """Ask the gate for every request, and queue or hold it; the same key is sent once.

        When slots are short, requests of one call get them by touch kind, then value, then key.
        """
        if not requests:
            return Sent([], [])
        stopped = store.lock_gate(work)
        first = _first_of_each_key(requests)
        stored = store.by_keys(work, list(first))
        fresh = [request for key, request in first.items() if key not in stored]
        drafted, outdone = self._draft(work, fresh, stopped)
        touched = {request.profile for request in fresh}
        sealer = self.profiles.sealer(work, touched | {each.came_with for each in stored.values()})
        new = [
            Stored(message, _seal(sealer, message, content), message.profile)
            for message, content in drafted.values()
        ]
        store.insert(work, new, [first[each.message.key].value for each in new])
        messages = {key: message for key, (message, _) in drafted.items()}
        messages |= {key: _opened(sealer, each) for key, each in stored.items()}
        return Sent(
            messages=[messages[request.key] for request in requests],
            facts=[tell(each.message, work.now) for each in new] + self._yield(work, outdone),
        )

    def _yield(self, work: Work, outdone: Mapping[str, Reason]) -> list[Event]:
        """Hold the queued messages whose slots went to better ones; return the facts."""
        held = [
            replace(message, status="held", reason=outdone[message.id], at=work.now)
            for message in store.take(work, outdone).values()
        ]
        store.change(work, [changes_of(message) for message in held])
        return [tell(message, work.now) for message in held]

    def preview(self, work: Work, requests: Sequence[Request]) -> list[Message]:
        """Say what ``send`` would decide and write now, as if no key were used yet; do nothing."""
        if not requests:
            return []
        first = _first_of_each_key(requests)
        drafted, _ = self._draft(work, list(first.values()), store.is_stopped(work))
        return [drafted[request.key][0] for request in requests]

    def _draft(
        self, work: Work, requests: Sequence[Request], stopped: bool
    ) -> tuple[dict[str, tuple[Message, Content]], dict[str, Reason]]:
        """Decide on requests and write them; also name whose slots they took, and by which cap."""
        known = store.templates(work, {request.template for request in requests})
        named = {name: templates.traits_named(template) for name, template in known.items()}
        traits = {trait for traits in named.values() for trait in traits}
        audience = look_up(work, self.profiles, self.channels, self.zone, requests, traits)
        look_up_planned(work, audience, {request.profile for request in requests})
        about = ((request.profile, named.get(request.template, ())) for request in requests)
        look_up_named(work, self.profiles, audience, about)
        ages = self._ages(work, {item for request in requests for item in request.items})
        drafted: dict[str, tuple[Message, Content]] = {}
        outdone: dict[str, Reason] = {}
        for request in sorted(requests, key=_slot_order):
            template = known.get(request.template)
            if template is not None and template.channel not in (None, request.channel):
                template = None
            asked = asked_of(request, named.get(request.template, frozenset()), ages)
            there = template is not None
            decision = self._ask(audience, request, asked, there, stopped, work.now)
            if decision.reason in _CAPS:
                decision = self._outdo(audience, request, asked, decision, outdone, work.now)
            content = _NOTHING
            if template is not None and decision.reason is None:
                decision, content = self._write(audience, request, template, decision, work.now)
            message = draft(request, asked, decision, content, work.now)
            drafted[request.key] = (message, content)
            if message.status == "queued" and not message.is_service:
                audience.planned[message.profile][message.id] = message.due
        return drafted, outdone

    def _outdo(
        self,
        audience: Audience,
        request: Request,
        asked: Asked,
        refused: Decision,
        outdone: dict[str, Reason],
        now: int,
    ) -> Decision:
        """Take the slot of the worst touch that still waits for the same minute, if one is worse.

        Across minutes it is first come, so nothing planned for another time gives way.
        """
        due = after_quiet(now, self.settings, audience.zone(request.profile))
        slots, rank = audience.planned[request.profile], rank_of(request.touch, request.value)
        worse = [
            (audience.ranks[message], message)
            for message, planned in slots.items()
            if planned // MINUTE == due // MINUTE and audience.ranks.get(message, rank) > rank
        ]
        if not worse or refused.reason is None:
            return refused
        _, message = max(worse)
        given_up = slots.pop(message)
        decision = self._ask(audience, request, asked, True, False, now)
        if decision.reason is not None:
            slots[message] = given_up
            return refused
        if decision.status == "queued":
            outdone[message] = refused.reason
        else:
            slots[message] = given_up
        return decision

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
        standing = audience.standing(request, self.settings, planned)
        standing = replace(standing, has_template=has_template, stopped=stopped)
        return decide(asked, standing, self.settings, now)

    def _write(
        self,
        audience: Audience,
        request: Request,
        template: Template,
        decision: Decision,
        now: int,
    ) -> tuple[Decision, Content]:
        """Fill the template in; a shadow's too, so that like is compared with like."""
        try:
            link = self._unsubscribe(request)
            content = fill(audience, request, template, self.brand, now, link)
        except Invalid:
            return Decision("held", now, Reason.TEMPLATE_FAILED), _NOTHING
        return decision, content if decision.status == "queued" else _NOTHING

    def _unsubscribe(self, request: Request) -> str:
        """Return where she withdraws from what this is; a service touch needs no such place."""
        if request.is_service:
            return ""
        return self._unsubscribing(request.profile, request.purpose, request.channel)

    # --- the outbox

    def lease(self, work: Work, limit: int) -> Leased:
        """Take up to ``limit`` due messages to deliver now, asking the gate again for each.

        No deliveries means that none is due. A message whose lease ran out is taken again, or
        fails as ambiguous where it must arrive once at the most.
        """
        return self._outbox.lease(work, limit)

    def settle(self, work: Work, outcomes: Sequence[Outcome]) -> list[Event]:
        """Keep what became of attempts; an outcome of an older attempt changes nothing.

        A receipt that comes after its lease ran out still counts while nobody has tried again.
        """
        return self._outbox.settle(work, outcomes)

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which ``lease`` has work, or None."""
        return store.next_due(work)

    def stop_all(self, work: Work, on: bool) -> None:
        """Stop everything, service too, or let it go on.

        What is asked for meanwhile is held; what waits already goes on waiting, or expires.
        """
        store.set_stopped(work, on)
        audit.record(work, "stop_all" if on else "go_on", "messaging")

    def is_stopped(self, work: Work) -> bool:
        """Say whether everything is stopped."""
        return store.is_stopped(work)

    def pause(self, work: Work, origin: str) -> None:
        """Keep an origin's messages in the outbox; they may expire there."""
        store.set_paused(work, origin, True)
        audit.record(work, "pause_messages", origin)

    def resume(self, work: Work, origin: str) -> None:
        """Let an origin's messages go out again."""
        store.set_paused(work, origin, False)
        audit.record(work, "resume_messages", origin)

    def paused(self, work: Work) -> set[str]:
        """Return the origins that are paused."""
        return store.paused(work)

    def withdraw(self, work: Work, origin: str, limit: int) -> list[Event]:
        """Hold up to ``limit`` queued messages of an origin; return the facts.

        What is leased is on its way and stays so.
        """
        held = [
            replace(message, status="held", reason=Reason.CANCELLED, at=work.now)
            for message in store.take_queued(work, origin, limit)
        ]
        store.change(work, [changes_of(message) for message in held])
        return [tell(message, work.now) for message in held]

    def open_of(self, work: Work, origin: str) -> int:
        """Count an origin's messages that are still to go out, or on their way."""
        return store.open_of(work, origin)

    # --- looking

    def of_person(self, work: Work, profile: int) -> list[Message]:
        """Return a person's messages in the order in which they happened."""
        return self._open_all(work, store.of_person(work, profile))

    def find(self, work: Work, message: str) -> Message:
        """Return one message; raises NotFound."""
        stored = looking.find(work, message)
        if stored is None:
            raise NotFound(f"there is no message {message!r}")
        return self._open_all(work, [stored])[0]

    def page(
        self, work: Work, wanted: Wanted = EVERYTHING, limit: int = 50, offset: int = 0
    ) -> list[Message]:
        """Return a part of the wanted messages, the newest first."""
        return self._open_all(work, looking.page(work, wanted, limit, offset))

    def tally(self, work: Work, wanted: Wanted) -> list[Tally]:
        """Count the wanted messages by status and reason, the most first."""
        return looking.tally(work, wanted)

    def tallies(self, work: Work, origins: Collection[str]) -> dict[str, list[Tally]]:
        """Count the messages of each of these origins by status and reason."""
        return looking.tallies(work, origins)

    def by_day(self, work: Work, wanted: Wanted) -> list[DayCount]:
        """Count the wanted messages by status and the day on which they came to stand so."""
        return looking.by_day(work, wanted, self.zone)

    def origins(self, work: Work) -> list[str]:
        """Return everybody who asked for some message, such as ``journey:win-back``."""
        return looking.origins(work)

    def counts(self, work: Work) -> list[Count]:
        """Count messages by origin, status and reason."""
        return store.counts(work)

    def _open_all(self, work: Work, stored: Sequence[Stored]) -> list[Message]:
        sealer = self.profiles.sealer(work, {each.came_with for each in stored})
        return [_opened(sealer, each) for each in stored]


def _first_of_each_key(requests: Sequence[Request]) -> dict[str, Request]:
    first: dict[str, Request] = {}
    for request in requests:
        first.setdefault(request.key, request)
    return first


def _slot_order(request: Request) -> tuple[int, float, str]:
    return *rank_of(request.touch, request.value), request.key


def _seal(sealer: Sealer, message: Message, content: Content) -> bytes | None:
    return sealer.seal(message.profile, encode(content)) if message.status == "queued" else None


def _opened(sealer: Sealer, stored: Stored) -> Message:
    content = read_content(sealer, stored)
    if content is None:
        return stored.message
    return replace(stored.message, subject=content.subject, text=content.text)
