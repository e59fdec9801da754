"""What journeys need of the rooms below; the services of segments, messaging, profiles have it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.messaging.alike.model import Asking, Said
from coterie.messaging.channel import Channel
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Request, Sent, Template
from coterie.profiles.model import Known
from coterie.segments.lists.model import ListVersion
from coterie.segments.model import Rule, World
from coterie.segments.past.replay import Replay
from coterie.storage.work import Work


@dataclass(frozen=True)
class Ask:
    """One time that a run asks for an action for its person.

    ``key`` is the same whenever the same asking is seen again: what the action hands on outside
    the house carries it. ``arguments`` are those of the node.
    """

    key: str
    profile: int
    arguments: Mapping[str, Any]
    journey: str
    run: int
    node: str


class Action(Protocol):
    """Something that a journey may have another room do: invite, give a seat, a coupon, a gift.

    A room registers its own with the journeys; a stranger's comes by the entry point
    ``coterie.actions``: a function that takes the settings and gives an action, or None where it
    is not configured. ``coterie.testing.contracts.ActionContract`` has the tests that each passes.
    """

    name: str
    benefit: bool
    """Whether it gives something; what merely speaks to people passes by who is held out."""

    def check(self, work: Work, arguments: Mapping[str, Any], path: str) -> None:
        """Refuse arguments that it cannot work with: raises Invalid with the path."""
        ...

    def perform(self, work: Work, asks: Sequence[Ask]) -> list[Event]:
        """Do it for all of them, in this unit of work; return the facts.

        Whom it cannot be done for is told by ``refused``; that is no error.
        """
        ...


REFUSED = "coterie.action.refused"


def refused(action: str, ask: Ask, reason: str, now: int) -> Event:
    """State that an action could not be done for a person, and why (a stable code)."""
    return fact(
        REFUSED,
        room="journeys",
        profile=ask.profile,
        at=now,
        cause=(ask.key, reason),
        action=action,
        journey=ask.journey,
        run=ask.run,
        node=ask.node,
        reason=reason,
    )


def check_action(name: str, action: object) -> Action:
    """Return what was registered as an action; raises Invalid when it is none."""
    called = getattr(action, "name", None)
    if called != name:
        raise Invalid(f"action {name!r} calls itself {called!r}", path=name,
                      hint="give it a name attribute equal to its entry point")  # fmt: skip
    if not isinstance(getattr(action, "benefit", None), bool):
        raise Invalid(f"action {name!r} does not say whether it is a benefit", path=name,
                      hint="set benefit to True or False")  # fmt: skip
    for verb in ("check", "perform"):
        if not callable(getattr(action, verb, None)):
            raise Invalid(f"action {name!r} has no {verb}", path=name,
                          hint="see coterie.journeys.ports.Action")  # fmt: skip
    return action  # type: ignore[return-value]  # just checked, attribute by attribute


class Asker(Protocol):
    """Some people, loaded at once, of whom rules can be asked."""

    @property
    def world(self) -> World:
        """What rules may look at besides a person."""
        ...

    def holds(
        self,
        rule: Rule,
        profile: int,
        *,
        since: Mapping[str, int] | None = None,
        key: tuple[str, str] | None = None,
    ) -> bool:
        """Say whether a rule holds for one of them now."""
        ...


class Segments(Protocol):
    """Rules about people, and who is in which segment."""

    def rule(self, work: Work, rule: object, /) -> Rule:
        """Read a rule, and check that what it names exists."""
        ...

    def ask(self, work: Work, profiles: Collection[int]) -> Asker:
        """Load these people, so that rules can be asked of them."""
        ...

    def watch(self, rules: Collection[Rule]) -> None:
        """Have it known at every moment for whom these rules hold, so that ``sift`` is quick."""
        ...

    def sift(self, work: Work, rule: Rule, people: BitMap) -> BitMap:
        """Return those of some people for whom a rule holds that names no moment of a run."""
        ...

    def members(self, work: Work, slug: str) -> BitMap:
        """Return who is in a segment now; raises NotFound."""
        ...

    def population(self, work: Work, rule: object) -> BitMap:
        """Return whom a rule has now; raises Invalid."""
        ...

    def listed(self, work: Work, name: str, version: int | None = None) -> BitMap:
        """Return who stands on a list, by a version or the current one; raises NotFound."""
        ...

    def list_versions(self, work: Work, name: str) -> Sequence[ListVersion]:
        """Return every version of a list, newest first; raises NotFound."""
        ...

    def population_at(self, work: Work, rule: object, at: int) -> BitMap:
        """Return whom a rule, or the segment of a slug, had at a moment of the past."""
        ...

    def doing(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return who did an event of a name with after < time <= until."""
        ...

    def is_moved_by_time(self, work: Work, rule: Rule) -> bool:
        """Say whether passing time alone can change a rule's answer."""
        ...

    def replay(self, work: Work, profiles: Collection[int], rules: Collection[Rule]) -> Replay:
        """Load people once, to ask these rules of them at any moment of the past."""
        ...

    def stirred(self, work: Work, rule: Rule, after: int, until: int) -> set[int]:
        """Return for whom passing time may have changed a rule's answer."""
        ...

    def next_stir(self, work: Work, rule: Rule, after: int) -> int | None:
        """Return when passing time may next change a rule's answer."""
        ...


class Messaging(Protocol):
    """Templates, the gate and the outbox."""

    settings: GateSettings
    channels: Mapping[str, Channel]

    def template(self, work: Work, name: str) -> Template:
        """Return a template; raises NotFound."""
        ...

    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        """Queue or hold each request; the same key is one message."""
        ...

    def send_all(self, work: Work, askings: Sequence[Asking]) -> tuple[list[Said], list[Event]]:
        """Queue or hold several things, each for many; return what came of each, and facts."""
        ...

    def store_zones(self, work: Work) -> Mapping[str, ZoneInfo]:
        """Return in which zone stores lie, those that say it."""
        ...

    def pause(self, work: Work, origin: str) -> None:
        """Keep what an origin has queued in the outbox."""
        ...

    def resume(self, work: Work, origin: str) -> None:
        """Let an origin's messages go out again."""
        ...


class People(Protocol):
    """What is known of people."""

    def stretch(self, work: Work, people: BitMap) -> AbstractContextManager[None]:
        """Ask about all of these people at once whenever somebody asks about a part of them."""
        ...

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what rules may ask of these people; who is not known is left out."""
        ...

    def found(self, work: Work, kind: str, values: Collection[str]) -> dict[str, int]:
        """Return whom identities of a kind lead to; the others are left out."""
        ...

    def plain_trait(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        """Return people's values of one trait, as ``known`` tells them."""
        ...

    def keys_of(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the bucket keys of people; who is not known is left out."""
        ...
