"""Put every journey, broadcast and community beside what it brought."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.analytics.lift import judge
from coterie.analytics.model import ANY, WINDOW_DAYS, Arm, Lift
from coterie.analytics.store import Drawn, Tally
from coterie.analytics.trial.model import UNIVERSAL, Trial
from coterie.communities.coming.service import left_out
from coterie.storage.work import Work
from coterie.web.ports import Served

Kind = Literal["journey", "broadcast", "community", "programme", "universal"]
SHARED: tuple[Kind, ...] = ("programme", "universal")
"""Draws that several share: they leave the same people out of everything."""


@dataclass(frozen=True)
class Asker:
    """One who asks for messages: ``share`` is the holdout that was meant, None: not known.

    ``members`` are the origins of a programme, which has none of its own; ``programme`` is the one
    that a journey shares its draw with.
    """

    kind: Kind
    slug: str
    title: Any
    share: float | None
    paused: bool = False
    members: tuple[str, ...] = ()
    programme: str | None = None

    @property
    def origin(self) -> str:
        """How the log names it."""
        return UNIVERSAL if self.kind == "universal" else f"{self.kind}:{self.slug}"

    @property
    def address(self) -> str:
        """Where its own page is."""
        rooms = {"journey": "journeys", "broadcast": "broadcasts", "community": "communities"}
        return f"/{rooms[self.kind]}/{self.slug}" if self.kind in rooms else "/results"


@dataclass(frozen=True)
class Result:
    """One asker, what it brought, and what it did, counted (people who joined, runs, messages)."""

    asker: Asker
    lift: Lift
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether more can be said than that nobody can tell yet."""
        return self.lift.doubt is None


def askers(house: Served, work: Work) -> list[Asker]:
    """Return everything that asks for messages: journeys, broadcasts, communities that invite."""
    found = [
        Asker("journey", one.slug, one.journey.title or one.slug, one.holdout / 10_000,
              one.state == "paused", programme=one.journey.programme)
        for one in house.journeys.all(work)
    ]  # fmt: skip
    found += [
        Asker(
            "broadcast",
            one.id,
            one.plan.title,
            house.campaigns.holdout_of(one.plan) / 100,
            programme=one.plan.programme,
        )
        for one in house.campaigns.all(work, ("sending", "done", "cancelled"))
        if one.started is not None
    ]
    found += [
        Asker("community", one.slug, one.titles, house.communities.holdout(one) / 100)
        for one in house.communities.communities(work)
        if one.terms is not None
    ]
    return found


def shared(house: Served, known: list[Asker]) -> list[Asker]:
    """Return the draws that several share: programmes, and the holdout of everything."""
    members: dict[str, list[Asker]] = {}
    for one in known:
        if one.programme is not None:
            members.setdefault(one.programme, []).append(one)
    found = [
        Asker(
            "programme", slug, slug, _one_share(each),
            members=tuple(one.origin for one in each),
        )
        for slug, each in sorted(members.items())
    ]  # fmt: skip
    out = house.messaging.settings.holdout
    return [*found, Asker("universal", "everything", None, out / 100)] if out else found


def _one_share(each: list[Asker]) -> float | None:
    """Return the share that all have; None where they differ, so that none can be checked."""
    shares = {one.share for one in each}
    return shares.pop() if len(shares) == 1 else None


def find(house: Served, work: Work, kind: str, slug: str) -> Asker | None:
    """Return one asker, or one draw that several share; None when there is none."""
    known = askers(house, work)
    every = [*known, *shared(house, known)]
    return next((one for one in every if (one.kind, one.slug) == (kind, slug)), None)


def trial(
    house: Served, work: Work, asker: Asker, event: str = ANY, window_days: int = WINDOW_DAYS
) -> Trial:
    """Read one experiment in full."""
    origins = asker.members or (asker.origin,)
    drawn = []
    if asker.kind == "community":
        drawn = [
            Drawn(asker.origin, one.profile, one.at)
            for one in left_out(work)
            if one.community == asker.slug
        ]
    return house.analytics.trial(
        work,
        origins,
        stood_at(house, work),
        left_out=drawn,
        mixed=mixed(house, work),
        share=asker.share,
        event=event,
        window_days=window_days,
    )


def stood_at(house: Served, work: Work) -> int:
    """Return up to when everything that happened is in the log."""
    reached = house.inbound.stood_at(work)
    return work.now if reached is None else min(work.now, reached)


def mixed(house: Served, work: Work) -> set[tuple[str, int]]:
    """Return (origin, profile) of all who turned out to have been in both arms of an origin."""
    found = set(house.messaging.contaminated(work))
    found |= {(f"journey:{slug}", who) for slug, who in house.journeys.contaminated(work)}
    return found | {
        (f"community:{slug}", who) for slug, who in house.communities.contaminated(work)
    }


def lifts(
    house: Served, work: Work, event: str = ANY, window_days: int = WINDOW_DAYS
) -> dict[str, Lift]:
    """Hold the treated against the held-out, by origin."""
    known = askers(house, work)
    drawn = [Drawn(f"community:{one.community}", one.profile, one.at) for one in left_out(work)]
    return house.analytics.lifts(
        work,
        stood_at(house, work),
        left_out=drawn,
        mixed=mixed(house, work),
        shares={one.origin: one.share for one in known if one.share is not None},
        event=event,
        window_days=window_days,
    )


def results(
    house: Served,
    work: Work,
    event: str = ANY,
    window_days: int = WINDOW_DAYS,
    *,
    counted: bool = True,
) -> list[Result]:
    """Return a result for everything that asks for messages: what is settled first.

    ``counted`` says whether what happened besides is wanted too.
    """
    found = lifts(house, work, event, window_days)
    counts = _counted(house.analytics.facts(work)) if counted else {}
    nobody = Arm(first_day=(0,) * window_days)
    rows = [
        Result(
            one,
            found.get(one.origin) or judge(one.origin, nobody, nobody, one.share),
            counts.get(one.origin, {}),
        )
        for one in askers(house, work)
    ]
    return sorted(rows, key=_order)


def _order(row: Result) -> tuple[int, int, str]:
    settled = {"works": 0, "harms": 1, "blocked": 2, "unknown": 3}[row.lift.verdict]
    return settled, -row.lift.treated.drawn - row.lift.held_out.drawn, row.asker.origin


def _counted(facts: list[Tally]) -> dict[str, Counter[str]]:
    """Sum facts by origin and by what happened (``sent``, ``entered``, ``joined``)."""
    found: dict[str, Counter[str]] = {}
    for origin, what, fact in _named(facts):
        # people, where one person counts once; messages may be several to one person
        by_people = not fact.name.startswith("coterie.message.")
        found.setdefault(origin, Counter())[what] += fact.people if by_people else fact.count
    return found


def _named(facts: list[Tally]) -> Iterator[tuple[str, str, Tally]]:
    for fact in facts:
        room, _, what = fact.name.removeprefix("coterie.").partition(".")
        if room == "message":
            yield fact.origin, what, fact
        elif room in {"journey", "community"}:
            yield f"{room}:{fact.origin}", what, fact
