"""The tables of mixing, and its counts over the messages that went out."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Integer, Select, String, Table, func, select

from coterie.core.clock import MINUTE, local_date
from coterie.messaging.mix import Mix
from coterie.messaging.mixing.model import Campaign, Reach
from coterie.messaging.store import MESSAGES, M
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

ceiling_rows = Table(
    "mix_ceilings",
    metadata,
    Column("scope", String, primary_key=True),
    Column("percent", Integer, nullable=False),
)

campaign_rows = Table(
    "mix_campaigns",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("scope", String, nullable=False),
    Column("title", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

_SPAN = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour; so quarters are folded into days."""


def ceilings(work: Work) -> dict[str, int]:
    """Return every ceiling in percent by its scope."""
    query = select(ceiling_rows).order_by(ceiling_rows.c.scope)
    return {row.scope: row.percent for row in work.connection.execute(query)}


def set_ceiling(work: Work, scope: str, percent: int | None) -> None:
    """Set a scope's ceiling, or take it away."""
    if percent is None:
        work.connection.execute(ceiling_rows.delete().where(ceiling_rows.c.scope == scope))
    else:
        row = {"scope": scope, "percent": percent}
        work.upsert(ceiling_rows, [row], key=["scope"], change=["percent"])


def campaigns(work: Work) -> list[Campaign]:
    """Return every campaign, the newest first."""
    query = select(campaign_rows).order_by(campaign_rows.c.since.desc(), campaign_rows.c.id)
    return [
        Campaign(row.id, row.scope, row.title, row.since, row.until)
        for row in work.connection.execute(query)
    ]


def add_campaign(work: Work, scope: str, title: str, since: int, until: int) -> None:
    """Write down a campaign."""
    row = {"scope": scope, "title": title, "since": since, "until": until}
    work.insert(campaign_rows, [row])


def end_campaign(work: Work, campaign: int, at: int) -> None:
    """Let a campaign end at a moment; one that has not begun by then is forgotten."""
    table = campaign_rows.c
    work.connection.execute(campaign_rows.delete().where(table.id == campaign, table.since >= at))
    work.connection.execute(
        campaign_rows.update().where(table.id == campaign, table.until > at).values(until=at)
    )


# --- what went out


def mix(
    work: Work, since: int, until: int, profiles: Collection[int] | None, origin: str | None
) -> Mix:
    """Count what was sent in [since, until) by kind of touch."""
    query = _sent(select(M.touch, func.count().label("number")), since, until)
    if profiles is not None:
        query = query.where(work.among(M.profile, profiles))
    if origin is not None:
        query = query.where(M.origin == origin)
    rows = work.connection.execute(query.group_by(M.touch))
    return Mix(**{row.touch: row.number for row in rows})


def by_origin(work: Work, since: int, until: int) -> dict[str, Mix]:
    """Count what was sent in [since, until) by kind of touch, for each who asked for it."""
    query = _sent(select(M.origin, M.touch, func.count().label("number")), since, until)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in work.connection.execute(query.group_by(M.origin, M.touch)):
        found[row.origin][row.touch] = row.number
    return {origin: Mix(**kinds) for origin, kinds in sorted(found.items())}


def reach(work: Work, since: int, until: int, zone: ZoneInfo) -> list[Reach]:
    """Count by channel whom it reached in [since, until), and on how many days of a zone."""
    span = (M.at // _SPAN).label("span")
    columns = (M.channel, M.profile, span, func.count().label("number"))
    query = _sent(select(*columns), since, until).group_by(M.channel, M.profile, span)
    people: defaultdict[str, set[int]] = defaultdict(set)
    days: defaultdict[str, set[tuple[int, Any]]] = defaultdict(set)
    touches: defaultdict[str, int] = defaultdict(int)
    day_of: dict[int, Any] = {}
    for row in work.connection.execute(query):
        day = day_of.get(row.span)
        if day is None:
            day = day_of[row.span] = local_date(row.span * _SPAN, zone)
        people[row.channel].add(row.profile)
        days[row.channel].add((row.profile, day))
        touches[row.channel] += row.number
    return [
        Reach(channel, len(people[channel]), len(days[channel]), touches[channel])
        for channel in sorted(people, key=lambda each: -len(people[each]))
    ]


def _sent(query: Select[Any], since: int, until: int) -> Select[Any]:
    wanted: Sequence[Any] = (M.status == "sent", M.at >= since, M.at < until)
    return query.select_from(MESSAGES).where(*wanted)
