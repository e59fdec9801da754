"""The numbers of Today, each from the face of the room that knows it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.analytics.model import ANY, Compared
from coterie.analytics.series import compared, running
from coterie.analytics.service import Days
from coterie.campaigns.model import Broadcast
from coterie.communities.coming.service import expiring
from coterie.core.clock import HOUR, MINUTE, WEEK, local_date
from coterie.journeys.coming.service import dues
from coterie.messaging.gate import is_held_out
from coterie.messaging.looking.model import Wanted
from coterie.messaging.model import Reason
from coterie.profiles.reach.service import reachable
from coterie.storage.work import Work
from coterie.web.ports import Served

MONTH = 28
"""Days that growth is drawn over: four whole weeks."""

MENDABLE = (
    Reason.NO_CHANNEL, Reason.NO_TEMPLATE, Reason.TEMPLATE_FAILED, Reason.STOPPED,
    Reason.NO_ADDRESS, Reason.EXPIRED,
)  # fmt: skip
"""Reasons for which somebody can do something; no consent or a full day is as it should be."""

_TROUBLES = ("warning", "error")
_TOLD_ALREADY = ("road.quarantine", "messages.failed")
"""What the doctor finds too, and Today says by itself."""


@dataclass(frozen=True)
class Reached:
    """How many can be written to now, by channel and by at least one; ``people`` is everybody."""

    people: int
    any: int
    channels: dict[str, int]
    stopped: bool


@dataclass(frozen=True)
class Mend:
    """Something that somebody should look at; ``what`` names it, ``address`` leads there."""

    what: str
    address: str
    count: int = 0
    name: Any = ""
    detail: str = ""
    tone: str = "amber"


@dataclass(frozen=True)
class Growing:
    """A community: who takes part, who came lately, and how many took part day by day."""

    slug: str
    title: Any
    promise: Any
    members: int
    week: int
    month: int
    eligible: int
    days: list[int]


@dataclass
class Ahead:
    """What comes on one day: waits by journey, offers that run out, broadcasts."""

    day: date
    waits: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    broadcasts: list[Broadcast] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing comes on this day by itself."""
        return not (self.waits or self.offers or self.broadcasts)


def reached(house: Served, work: Work) -> Reached:
    """Count who has an address, agrees to marketing and is in no control group of the house."""
    ways = {name: channel.address_trait for name, channel in house.messaging.channels.items()}
    found = reachable(work, house.profiles.directory, ways)
    whole = BitMap.union(*found.values()) if found else BitMap()
    settings = house.messaging.settings
    if settings.holdout:
        known = house.profiles.known(work, list(whole), fading=())
        out = BitMap(
            profile for profile, one in known.items() if is_held_out(one.bucket_key, settings)
        )
        whole -= out
        found = {name: people - out for name, people in found.items()}
    return Reached(
        people=house.profiles.count(work),
        any=len(whole),
        channels={name: len(people) for name, people in sorted(found.items())},
        stopped=house.messaging.is_stopped(work),
    )


def yesterday(days: Days) -> list[Compared]:
    """Hold the last of the days against the same weekday a week before."""
    return [
        compared("active", days.of(ANY, people=True)),
        compared("events", days.of(ANY)),
        compared("joined", days.of("coterie.community.joined")),
        compared("entered", days.of("coterie.journey.entered")),
        compared("sent", days.of("coterie.message.sent")),
        compared("held", days.of("coterie.message.held")),
        compared("withdrawn", days.of("Consent Withdrawn")),
    ]


def growing(house: Served, work: Work, days: Days) -> list[Growing]:
    """Return the communities as they grew, the largest first."""
    funnels = house.communities.funnels(work)
    found = []
    for one in house.communities.communities(work):
        funnel = funnels[one.slug]
        joined = days.of("coterie.community.joined", one.slug)
        left = days.of("coterie.community.left", one.slug)
        changes = [came - went for came, went in zip(joined, left, strict=True)]
        found.append(
            Growing(
                slug=one.slug,
                title=one.titles,
                promise=one.promises,
                members=funnel.members,
                week=sum(changes[-7:]),
                month=sum(changes),
                eligible=funnel.eligible,
                days=running(funnel.members - sum(changes), changes),
            )
        )
    return sorted(found, key=lambda one: (-one.members, one.slug))


def to_mend(house: Served, work: Work, harming: Iterable[tuple[str, Any]]) -> list[Mend]:
    """Return what somebody should look at, the gravest first.

    ``harming`` are the address and title of what does harm beyond chance.
    """
    found = [Mend("harms", address, name=title, tone="wine") for address, title in harming]
    refused = house.inbox.count_refused()
    if refused:
        found.append(Mend("quarantine", "/events/quarantine", refused))
    lately = house.messaging.tally(work, Wanted(since=work.now - WEEK))
    failed = sum(one.number for one in lately if one.status == "failed")
    if failed:
        found.append(Mend("failed", "/messages?status=failed", failed, tone="wine"))
    late = house.mass_sends.unconfirmed(work)
    if late:
        found.append(Mend("unconfirmed", "/sends", len(late)))
    for one in lately:
        if one.status == "held" and one.reason in MENDABLE:
            address = f"/messages?status=held&reason={one.reason}"
            found.append(Mend("held", address, one.number, detail=str(one.reason)))
    troubles = [one for one in house.examine() if one.level in _TROUBLES]
    troubles = [one for one in troubles if one.code not in _TOLD_ALREADY]
    if troubles:
        found.append(Mend("doctor", "/doctor", len(troubles)))
    for journey in house.journeys.all(work):
        if journey.state == "paused":
            title = journey.journey.title or journey.slug
            found.append(Mend("paused", f"/journeys/{journey.slug}", name=title))
    for draft in house.journeys.drafts.all(work):
        title = draft.definition.get("title") or draft.slug
        found.append(Mend("draft", f"/journeys/{draft.slug}/edit", name=title))
    found += _of_campaigns(house, work)
    return sorted(found, key=lambda one: one.tone != "wine")


def _of_campaigns(house: Served, work: Work) -> list[Mend]:
    """Return what keeps running campaigns: red gates, and tasks whose day has passed."""
    plans, found = house.growing.plans, []
    today = local_date(work.now, plans.zone)
    for one in plans.all(work):
        if one.state != "running":
            continue
        address, titles = f"/campaigns/{one.slug}", dict(one.campaign.titles)
        if one.standing.blocked is not None:
            found.append(Mend("gate", address, name=titles, tone="wine"))
        tasks = plans.tasks(work, one.slug)
        late = sum(task.state == "open" and task.day < today for task in tasks)
        if late:
            found.append(Mend("tasks", f"{address}#tasks", late, name=titles))
    return found


def held(house: Served, work: Work) -> list[tuple[str, int]]:
    """Return why messages were held in the last seven days, the commonest reason first."""
    lately = house.messaging.tally(work, Wanted(status="held", since=work.now - WEEK))
    return [(one.reason or "", one.number) for one in lately]


@dataclass(frozen=True)
class Edge:
    """A segment whose population time alone will change: how many come in, how many fall out."""

    slug: str
    title: Any
    entering: int
    leaving: int


def edges(house: Served, work: Work) -> tuple[int, list[Edge]]:
    """Say as of when, and which segments will have changed in seven days by time alone.

    Exact for what is known then: each person near an edge is asked again as of a week later.
    """
    segments = house.segments.all(work)
    question = "edges", tuple((one.slug, one.version) for one in segments), work.now // HOUR
    return house.analytics.kept(work, question, lambda: (work.now, _edges(house, work)), 5 * MINUTE)


def _edges(house: Served, work: Work) -> list[Edge]:
    until = work.now + WEEK
    rules = {one.slug: house.segments.rule(work, one.rule) for one in house.segments.all(work)}
    near = {
        slug: BitMap(house.segments.stirred(work, rule, work.now, until))
        for slug, rule in rules.items()
    }
    then = replace(work, now=until, callbacks=[], memo={})
    asker = house.segments.ask(then, list(BitMap.union(BitMap(), *near.values())))
    found = []
    for one in house.segments.all(work):
        inside = house.segments.members(work, one.slug) & near[one.slug]
        staying = asker.meeting(rules[one.slug], near[one.slug])
        entering, leaving = len(staying - inside), len(inside - staying)
        if entering or leaving:
            title = {"en": one.title_en, "zh": one.title_zh}
            found.append(Edge(one.slug, title, entering, leaving))
    return sorted(found, key=lambda edge: (-edge.entering - edge.leaving, edge.slug))


def ahead(house: Served, work: Work, zone: ZoneInfo) -> list[Ahead]:
    """Return what comes by itself in the next seven times 24 hours, by calendar day."""
    until = work.now + WEEK
    today = local_date(work.now, zone)
    days = [Ahead(today + timedelta(days=number)) for number in range(8)]

    def on(moment: int) -> Ahead:
        return days[max(0, min(7, (local_date(moment, zone) - today).days))]

    for due in dues(work, work.now, until):
        on(due.at).waits[due.journey] += due.people
    for offer in expiring(work, work.now, until):
        on(offer.at).offers[offer.community] += offer.people
    for broadcast in house.campaigns.all(work, ("scheduled",)):
        moment = broadcast.plan.send_at
        if moment is not None and work.now < moment <= until:
            on(moment).broadcasts.append(broadcast)
    return days if not days[-1].is_empty else days[:-1]
