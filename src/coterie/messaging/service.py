"""The face of messaging: say something to people, lease what is due, settle what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.messaging import store, templates
from coterie.messaging.alike.service import AlikeSending
from coterie.messaging.asking import (
    Ages,
    Topics,
    Unsubscribing,
    Zones,
    no_ages,
    no_link,
    no_topics,
    no_zones,
)
from coterie.messaging.channel import Channel, Recalling
from coterie.messaging.drafting import changes_of, said, tell_later, told
from coterie.messaging.gate import Decision, GateSettings
from coterie.messaging.handing.service import Handing
from coterie.messaging.keeping.service import Keeping
from coterie.messaging.letters import Letter, Letters, encode_given
from coterie.messaging.limits.service import Limits
from coterie.messaging.looking import store as looking
from coterie.messaging.looking.model import EVERYTHING, DayCount, Hold, Tally, Wanted
from coterie.messaging.mixing.service import Mixing
from coterie.messaging.model import (
    Count,
    Leased,
    Message,
    Outcome,
    Reason,
    Request,
    Sent,
    Template,
)
from coterie.messaging.naming import message_id
from coterie.messaging.outbox import Outbox
from coterie.messaging.people import People
from coterie.messaging.rules import Rules
from coterie.messaging.store import Stored
from coterie.messaging.texts.service import Texts
from coterie.messaging.variables import Variable, by_name
from coterie.messaging.versions import store as versions
from coterie.messaging.versions.model import TemplateVersion
from coterie.storage import audit
from coterie.storage.work import Work


class Messaging(AlikeSending, Texts, Keeping, Handing):
    """Templates, the gate and the outbox of one house.

    ``zone`` is the brand's, for people whose own is unknown; ``brand`` is what templates see
    under that name. ``unsubscribing`` makes the address where a person withdraws from a purpose
    on a channel; ``ages`` tells which items ask for an age, ``topics`` what they are about,
    ``zones`` in which time zone stores lie; ``variables`` are what templates may ask of other
    rooms.
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
        topics: Topics = no_topics,
        zones: Zones = no_zones,
        variables: Sequence[Variable] = (),
    ) -> None:
        self.profiles = profiles
        self.settings = settings
        self.channels = channels
        self.zone = zone
        self.brand = brand or {}
        self._unsubscribing = unsubscribing
        self._ages = ages
        self.mixing, self.limits = Mixing(zone), Limits(zone)
        self.rules = Rules(settings, self.mixing, self.limits, topics, zones)
        self.variables = by_name(variables)
        self.letters = Letters(profiles, self.brand, unsubscribing, self.variables)
        self._outbox = Outbox(profiles, channels, zone, self.letters, self.rules)

    def knows(self, variables: Sequence[Variable]) -> None:
        """Let templates ask these rooms too; raises Invalid for a name that is taken."""
        self.variables.update(by_name([*self.variables.values(), *variables]))

    # --- templates

    def define_template(self, work: Work, template: Template) -> None:
        """Keep a template under its name; raises Invalid with the place and the cure.

        What is queued already is written by the version that stood when it was queued.
        """
        versions.save(work, templates.check(template))
        audit.record(work, "define_template", template.name)

    def template(self, work: Work, name: str) -> Template:
        """Return a template; raises NotFound."""
        found = versions.templates(work, [name]).get(name)
        if found is None:
            raise NotFound(f"there is no template {name!r}: define it first")
        return found

    def templates(self, work: Work) -> list[Template]:
        """Return all templates in the order of their names."""
        return list(versions.templates(work).values())

    def template_versions(self, work: Work, name: str) -> list[TemplateVersion]:
        """Return every version of a template, the newest first; it may be deleted meanwhile."""
        return versions.history(work, name)

    # --- saying something

    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        """Ask the gate for every request, and queue or hold it; the same key is sent once.

        When slots are short, requests of one call get them by touch kind, then value, then key.
        """
        if not requests:
            return Sent([], [])
        stopped = store.lock_gate(work)
        first = _first_of_each(requests)
        stored = store.by_ids(work, list(first))
        judged = self._judge(work, [r for name, r in first.items() if name not in stored], stopped)
        new = self._seal(work, [(first[one.id], one) for one in judged.messages.values()])
        store.insert(work, new, [first[each.message.id].value for each in new])
        messages = {each.message.id: each.message for each in new}
        messages |= {name: each.message for name, each in stored.items()}
        facts = [told(first[each.message.id], each.message, work.now) for each in new]
        return Sent(
            messages=[messages[message_id(request.key)] for request in requests],
            facts=[fact for fact in facts if fact is not None] + self._yield(work, judged.outdone),
        )

    def _seal(self, work: Work, drafted: Sequence[tuple[Request, Message]]) -> list[Stored]:
        """Put what is queued together with what its request gave, until that is written."""
        given = {
            message.id: clear
            for request, message in drafted
            if message.status == "queued"
            and (clear := encode_given(request.variables, request.post)) is not None
        }
        sealer = self.profiles.sealer(work, {one.profile for _, one in drafted if one.id in given})
        sealed = {
            one.id: sealer.seal(one.profile, given[one.id]) for _, one in drafted if one.id in given
        }
        return [Stored(one, None, one.profile, sealed.get(one.id)) for _, one in drafted]

    def _yield(self, work: Work, outdone: Mapping[str, Decision]) -> list[Event]:
        """Hold the queued messages whose slots went to better ones; return the facts."""
        held = [
            replace(
                each.message,
                status="held",
                reason=outdone[name].reason,
                detail=outdone[name].detail,
                at=work.now,
            )
            for name, each in store.take(work, outdone).items()
        ]
        store.change(work, [changes_of(message) for message in held])
        return [tell_later(message, work.now) for message in held]

    def preview(self, work: Work, requests: Sequence[Request]) -> list[Message]:
        """Say what ``send`` would decide and write now, as if no key were used yet; do nothing.

        What cannot be filled in is shown as it will be held once its turn has come.
        """
        if not requests:
            return []
        first = _first_of_each(requests)
        judged = self._judge(work, list(first.values()), store.is_stopped(work))
        queued = [one for one in judged.messages.values() if one.status == "queued"]
        letters = [
            Letter(one, judged.templates[one.template], first[one.id].variables) for one in queued
        ]
        written = self.letters.write(work, judged.audience, letters)
        messages = dict(judged.messages)
        for one, content in zip(queued, written, strict=True):
            messages[one.id] = said(one, content)
        return [messages[message_id(request.key)] for request in requests]

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

        What is leased is on its way and stays so; what waits for its sender is called off.
        """
        for channel in self.channels.values():
            if isinstance(channel, Recalling):
                channel.recall(work, origin)
        held = [
            replace(message, status="held", reason=Reason.CANCELLED, at=work.now)
            for message in store.take_queued(work, origin, limit)
        ]
        store.change(work, [changes_of(message) for message in held])
        return [tell_later(message, work.now) for message in held]

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

    def said(self, work: Work, messages: Collection[str]) -> dict[str, Message]:
        """Return messages by id with what they say; whom nobody knows is left out."""
        stored = store.by_ids(work, messages)
        return {each.id: each for each in self._open_all(work, list(stored.values()))}

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

    def holds(self, work: Work, since: int, until: int) -> list[Hold]:
        """Count what was held in [since, until) by sender, reason and day."""
        return looking.holds(work, since, until, self.zone)

    def origins(self, work: Work) -> list[str]:
        """Return everybody who asked for some message, such as ``journey:win-back``."""
        return looking.origins(work)

    def counts(self, work: Work) -> list[Count]:
        """Count messages by origin, status and reason."""
        return store.counts(work)

    def _open_all(self, work: Work, stored: Sequence[Stored]) -> list[Message]:
        return self._outbox.show(work, stored)


def _first_of_each(requests: Sequence[Request]) -> dict[str, Request]:
    first: dict[str, Request] = {}
    for request in requests:
        first.setdefault(message_id(request.key), request)
    return first
