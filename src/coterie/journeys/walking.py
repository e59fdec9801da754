"""Many runs at once: load what they ask in bulk, step them in memory, write all of it back.

Called by the service. A round steps every run that can go on and hands all its messages to
messaging in one call; rounds end when nobody moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.journeys import saying, store, together
from coterie.journeys.acting import Asked, asked, perform
from coterie.journeys.draws import store as draws
from coterie.journeys.model import Defined, Journey, Message, Perform, Run, rules_of
from coterie.journeys.ports import Action, Asker, Messaging, People, Segments
from coterie.journeys.stepper import Ask, Drawn, Seen, Stride, step
from coterie.journeys.together import Strides
from coterie.profiles.model import Known
from coterie.segments.language.parse import matchings
from coterie.segments.model import Rule
from coterie.storage.work import Work

GONE = "gone"
"""Why a run ends whose person is not known any more."""


@dataclass(frozen=True)
class Look:
    """A run to be looked at: the time of what gave cause to, and the news for it.

    ``moved`` when it stands elsewhere than is written: it is written whatever comes.
    """

    run: Run
    told: int
    news: str | None = None
    moved: bool = False


@dataclass
class Walked:
    """What came of a walk: the facts, and the runs as they stand now, by id."""

    facts: list[Event] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    drawn: list[tuple[Run, Drawn]] = field(default_factory=list)


def journey_rules(journey: Journey) -> list[Rule]:
    """Return every rule that a journey's steps ask."""
    rules = [rule for node in journey.nodes.values() for rule in rules_of(node)]
    return rules if journey.exit_when is None else [journey.exit_when, *rules]


class Walkers:
    """Steps runs over the rooms below."""

    def __init__(
        self, segments: Segments, messaging: Messaging, profiles: People, zone: ZoneInfo
    ) -> None:
        self.segments = segments
        self.messaging = messaging
        self.profiles = profiles
        self.zone = zone
        self.actions: dict[str, Action] = {}
        """What other rooms have registered, by name."""

    def walk(
        self,
        work: Work,
        book: Mapping[str, Defined],
        looks: Sequence[Look],
        known: Mapping[int, Known] | None = None,
    ) -> Walked:
        """Take runs as far as they can go now, and write down where they stand."""
        walked = Walked()
        if not looks:
            return walked
        before = {look.run.id: look.run for look in looks}
        people = {look.run.profile for look in looks}
        known = self.profiles.known(work, people, fading=()) if known is None else known
        asker = self._asker(work, book, [look.run for look in looks])
        slugs = {look.run.journey for look in looks}
        moments = moments_of(rule for slug in slugs for rule in journey_rules(book[slug].journey))
        strides = Strides(work.now, self.zone, moments)
        pending = list(looks)
        while pending:
            asking: list[tuple[Run, Message]] = []
            for look in pending:
                run, defined = look.run, book[look.run.journey]
                person = known.get(run.profile)
                if person is None:
                    walked.runs[run.id] = run.turned(
                        ended=work.now, reason=GONE, due=None, awaiting=None
                    )
                    continue
                stride = strides.of(defined, run, look.told, look.news)
                if stride is None:
                    ask = _asking(defined.journey, asker, moments)
                    stride = self._step(work, defined, look, person, ask)
                self._keep(work, defined.journey, stride, walked, asking)
            pending = self._send(work, asking, walked)
        walked.facts += perform(work, self.actions, walked.asked)
        draws.keep(work, walked.drawn)
        walked.facts += [saying.drawn(run, one, work.now) for run, one in walked.drawn]
        moved = {look.run.id for look in looks if look.moved}
        changed = [run for run in walked.runs.values() if run.id in moved or run != before[run.id]]
        store.save_runs(work, changed)
        walked.facts += [
            saying.exited(run, work.now)
            for run in changed
            if run.ended is not None and run.reason != GONE
        ]
        return walked

    def _step(self, work: Work, defined: Defined, look: Look, person: Known, ask: Ask) -> Stride:
        acting = defined.state == "active"
        stores = self.messaging.store_zones(work)
        seen = Seen(work.now, look.told, person, self.zone, ask, acting, stores)
        return step(defined.journey, look.run, seen, look.news)

    def _keep(
        self,
        work: Work,
        journey: Journey,
        stride: Stride,
        walked: Walked,
        asking: list[tuple[Run, Message]],
    ) -> None:
        run, last = stride.run, None
        for done in stride.done:
            if isinstance(done.what, Message):
                asking.append((run, done.what))
            elif isinstance(done.what, Perform):
                walked.asked.append(asked(run, done.node, done.what, work.now))
                last = walked.asked[-1].fact
            else:
                last = saying.acted(run, done.node, done.what, work.now, journey.key)
                walked.facts.append(last)
        walked.drawn += [(run, one) for one in stride.drawn]
        if stride.learning and last is not None:
            run = run.turned(awaiting=last.id)
        walked.runs[run.id] = run

    def _send(
        self,
        work: Work,
        asking: Sequence[tuple[Run, Message]],
        walked: Walked,
    ) -> list[Look]:
        """Ask for the messages of a round; return the runs to go on with, each with its news."""
        if not asking:
            return []
        several, alone = together.gather(asking)
        askings = [together.asking_of(node, runs, work.now) for node, runs in several]
        said, facts = self.messaging.send_all(work, askings)
        walked.facts += facts
        looks = []
        for (node, runs), answer in zip(several, said, strict=True):
            for run in runs.values():
                waits = node.wait_receipt
                standing = (
                    run.turned(awaiting=saying.asked_message(run, run.node)) if waits else run
                )
                looks.append(Look(standing, work.now, together.status_of(run, node, answer)))
        requests = [saying.request(run, message, work.now) for run, message in alone]
        sent = self.messaging.send(work, requests)
        walked.facts += sent.facts
        for (run, node), message in zip(alone, sent.messages, strict=True):
            standing = run.turned(awaiting=message.id) if node.wait_receipt else run
            looks.append(Look(standing, work.now, message.status))
        return looks

    def _asker(self, work: Work, book: Mapping[str, Defined], runs: Iterable[Run]) -> Asker | None:
        people = {run.profile for run in runs if book[run.journey].journey.asks}
        return self.segments.ask(work, people) if people else None


Moments = Mapping[int, frozenset[str]]
"""By a rule's identity (hashing a tree is slow): which of a run's moments it names."""


def moments_of(rules: Iterable[Rule]) -> Moments:
    """Say which of a run's moments each rule names."""
    return {
        id(rule): frozenset(
            each.window.since for each in matchings(rule) if each.window.since is not None
        )
        for rule in rules
    }


def _asking(journey: Journey, asker: Asker | None, moments: Moments) -> Ask:
    """Ask rules about one run, each once: nothing that it asks about changes while it walks.

    A run's moments and key are given where a rule names them; others are asked faster. A rule
    about a segment that was deleted meanwhile does not hold.
    """
    answers: dict[tuple[int, int | None], bool] = {}

    def ask(rule: Rule, run: Run, arrived: int) -> bool:
        if asker is None:
            return False
        named = moments[id(rule)]
        of = (id(rule), arrived if "node" in named else None)
        if of not in answers:
            since = {"entry": run.entered, "node": arrived} if named else None
            key = None if journey.key is None or run.key is None else (journey.key, run.key)
            try:
                answers[of] = asker.holds(rule, run.profile, since=since, key=key)
            except NotFound:
                answers[of] = False
        return answers[of]

    return ask
