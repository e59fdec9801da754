"""One person's runs over what happened to her: the stepper's law, moment by moment. No writing.

A run is looked at when something happens to her, when it is due and, where passing time alone may
change what it asks, every ``GRAIN``. What a run does itself (a tag, a trait, an event) is true for
it at its next step; other rooms' answers to actions and tasks are only what history holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from zoneinfo import ZoneInfo

from coterie.core.clock import HOUR
from coterie.events.model import Logged
from coterie.journeys.entering import History, Trigger, may_start
from coterie.journeys.holding import draw_holdout, may_enter
from coterie.journeys.model import (
    Act,
    Defined,
    Emit,
    Message,
    Perform,
    Run,
    SegmentEntry,
    SetTrait,
    Tag,
    Task,
    WaitRule,
)
from coterie.journeys.rehearsal.model import Said
from coterie.journeys.stepper import LEARNED, Seen, step
from coterie.journeys.times import zone_of
from coterie.messaging.caps import Slot
from coterie.messaging.gate import Asked, Decision, GateSettings, Standing, decide, is_held_out
from coterie.profiles.model import Known
from coterie.segments.model import InSegment, Rule
from coterie.segments.past.replay import Replay

GRAIN = 6 * HOUR
"""How often a run is looked at that asks what passing time alone may change."""
_MOST_STEPS = 1_000


@dataclass(frozen=True)
class Stage:
    """What all walks share: the journey, the reading of history, the gate's settings."""

    defined: Defined
    replay: Replay
    settings: GateSettings
    channels: dict[str, str | None]
    """By channel, the trait that holds its address; None: the profile is enough."""
    zone: ZoneInfo
    stores: Mapping[str, ZoneInfo]
    purpose: str
    until: int
    ticking: bool
    """Whether passing time alone may change what the journey asks."""


@dataclass
class Told:
    """What came of walks."""

    said: list[Said] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    shadows: int = 0


class Walk:
    """One person's runs, from her first trigger to the end of the time."""

    def __init__(self, stage: Stage, profile: int, told: Told) -> None:
        self.stage = stage
        self.profile = profile
        self.told = told
        self.histories: dict[str | None, History] = {}
        self.live: dict[int, Run] = {}
        self.slots: list[Slot] = []
        self.tags: dict[str, bool] = {}
        self.traits: dict[str, object] = {}
        self.more: list[Logged] = []
        self._numbers = count(1)
        self.now = 0

    def go(self, triggers: Iterable[Trigger]) -> None:
        """Walk through the time."""
        waiting = sorted(triggers, key=lambda trigger: trigger.at)
        happened = [
            event.time
            for event in self.stage.replay.events.get(self.profile, ())
            if waiting and waiting[0].at < event.time <= self.stage.until
        ]
        place = 0
        while True:
            moments = [waiting[0].at] if waiting else []
            moments += [run.due for run in self.live.values() if run.due is not None]
            if any(self._asks(run) for run in self.live.values()):
                while place < len(happened) and happened[place] <= self.now:
                    place += 1
                moments += happened[place : place + 1]
                moments += [self.now + GRAIN] if self.stage.ticking else []
            moments = [max(moment, self.now) for moment in moments]
            if not moments or min(moments) > self.stage.until:
                break
            self.now = min(moments)
            for run in list(self.live.values()):
                if self._asks(run) or (run.due is not None and run.due <= self.now):
                    self._look(run)
            while waiting and waiting[0].at <= self.now:
                self._start(waiting.pop(0))
        for run in self.live.values():
            self._count(run)

    def _asks(self, run: Run) -> bool:
        journey = self.stage.defined.journey
        return journey.exit_when is not None or isinstance(journey.nodes.get(run.node), WaitRule)

    def _start(self, trigger: Trigger) -> None:
        known = self._known()
        journey = self.stage.defined.journey
        history = self.histories.setdefault(trigger.key, History())
        if known is None or not may_start(journey, history, self.now):
            return
        if not may_enter(journey, known):
            return
        number = next(self._numbers)
        shadow = draw_holdout(self.stage.defined, known).shadow
        run = Run(
            number, journey.slug, 0, self.profile, journey.start, self.now, trigger.key,
            shadow=shadow, cause=trigger.cause, came_with=self.profile,
        )  # fmt: skip
        self.told.runs += 1
        self.told.shadows += shadow
        history.count += 1
        history.live[number] = self.now
        self.live[number] = run
        self._look(run)

    def _look(self, run: Run) -> None:
        """Take a run as far as it can go now."""
        news: str | None = None
        for _ in range(_MOST_STEPS):
            known = self._known()
            if known is None:
                return
            seen = Seen(
                self.now,
                self.now,
                known,
                self.stage.zone,
                self._asker(known),
                stores=self.stage.stores,
            )
            stride = step(self.stage.defined.journey, run, seen, news)
            run, news = stride.run, None
            for done in stride.done:
                if isinstance(done.what, Message):
                    news = self._say(run, done.what, known)
                else:
                    self._act(done.what)
            if news is None and not stride.learning:
                break
            news = news or LEARNED
        self.live[run.id] = run
        if run.ended is not None:
            self._end(run)

    def _end(self, run: Run) -> None:
        del self.live[run.id]
        history = self.histories[run.key]
        history.live.pop(run.id, None)
        history.last_end = self.now
        self._count(run)
        entry, journey = self.stage.defined.journey.entry, self.stage.defined.journey
        if journey.reentry != "while_in_segment" or run.reason != "end" or self.now == run.entered:
            return
        known = self._known()
        assert isinstance(entry, SegmentEntry), "the parser lets no other entry through"
        rule = InSegment(entry.segment)
        if known is not None and self.stage.replay.holds(rule, known, self.now, more=self.more):
            self._start(Trigger(journey.slug, self.profile, self.now, "again"))

    def _count(self, run: Run) -> None:
        self.told.ended[run.reason or "waiting"] += 1
        for name, visit in run.visits.items():
            self.told.visits[name] += visit.count

    # --- what she is, what is asked

    def _known(self) -> Known | None:
        known = self.stage.replay.known(self.profile, self.now)
        if known is None or not (self.tags or self.traits):
            return known
        tags = {tag for tag in known.tags if self.tags.get(tag, True)}
        tags |= {tag for tag, on in self.tags.items() if on}
        return replace(known, tags=frozenset(tags), traits={**known.traits, **self.traits})

    def _asker(self, known: Known) -> Callable[[Rule, Run, int], bool]:
        key_name = self.stage.defined.journey.key

        def ask(rule: Rule, run: Run, arrived: int) -> bool:
            key = None if key_name is None or run.key is None else (key_name, run.key)
            since = {"entry": run.entered, "node": arrived}
            return self.stage.replay.holds(
                rule, known, self.now, since=since, key=key, more=self.more
            )

        return ask

    # --- what it does

    def _act(self, act: Act) -> None:
        match act:
            case Tag(tag=tag, on=on):
                self.told.acts["tag" if on else "untag"] += 1
                self.tags[tag] = on
            case SetTrait(trait=trait, value=value):
                self.told.acts["set"] += 1
                self.traits[trait] = value
            case Emit(event=event, properties=properties):
                self.told.acts["emit"] += 1
                self.more.append(_emitted(self.profile, event, properties, self.now))
            case Perform(action=action):
                self.told.acts[action] += 1
            case Task():
                self.told.acts["task"] += 1

    def _say(self, run: Run, message: Message, known: Known) -> str:
        decision = self._decide(run, message, known)
        if decision.status == "queued" and message.touch != "service":
            self.slots.append(
                Slot(decision.due, message.channel, message.touch, "sent", decision.due)
            )
        status = "sent" if decision.status == "queued" else decision.status
        self.told.said.append(
            Said(
                at=decision.due,
                asked=self.now,
                profile=self.profile,
                node=run.node,
                channel=message.channel,
                template=message.template,
                touch=message.touch,
                status=status,
                reason=None if decision.reason is None else str(decision.reason),
                key=run.key,
            )
        )
        return decision.status

    def _decide(self, run: Run, message: Message, known: Known) -> Decision:
        stage, service = self.stage, message.touch == "service"
        trait = stage.channels.get(message.channel)
        asked = Asked(
            service=service,
            expires=None if message.expires is None else self.now + message.expires,
            shadow=run.shadow,
            channel=message.channel,
            touch=message.touch,
        )
        standing = Standing(
            zone=zone_of(known.traits, stage.zone, stage.stores),
            has_channel=message.channel in stage.channels,
            has_address=trait is None or trait in known.traits or trait in known.digests,
            consents=service
            or stage.replay.consents(known, stage.purpose, message.channel, self.now),
            held_out=is_held_out(known.bucket_key, stage.settings),
            planned=self.slots,
        )
        return decide(asked, standing, stage.settings, self.now)


def _emitted(profile: int, name: str, properties: Mapping[str, object], now: int) -> Logged:
    return Logged(
        seq=2**53,
        time=now,
        received=now,
        profile=profile,
        name=name,
        type="fact",
        source="journeys",
        items=(),
        store=None,
        amount=None,
        properties=dict(properties),
    )
