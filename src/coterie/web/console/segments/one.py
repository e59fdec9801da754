"""One segment: who is in it and why, how its population went, who uses it, what it was before."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pyroaring import BitMap

from coterie.core.clock import DAY, local_date, midnight
from coterie.core.errors import Invalid
from coterie.segments.definition import Change, DaySize, Definition
from coterie.segments.service import Segments
from coterie.segments.words.phrases import Naming
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.segments import words as said
from coterie.web.console.segments.differing import between
from coterie.web.console.segments.sheet import SAMPLE, written
from coterie.web.console.segments.uses import uses
from coterie.web.console.segments.who import Somebody, people
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import LANGUAGES, Speech

router = APIRouter(prefix="/segments")

WEEK = 8
"""Days of a week's change: today, and the seven before."""

SPANS = (30, 90, 365)

_VERSIONS = 30
"""So many of the latest versions are shown."""

_HITS = 6
"""So many people are found by what was typed."""


@router.get("/{slug}")
def one(
    request: Request, here: Here, account: Operator, slug: str,
    days: int = 90, who: str = "", on: str = "",
) -> Response:  # fmt: skip
    """Show one segment; ``who`` looks somebody up, ``on`` asks about a day that is past."""
    house, speech = here.house, here.pages.speech(request, account)
    days = days if days in SPANS else 90
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = house.segments
        segment = segments.get(work, slug)
        naming = said.naming(speech, segments.vocabulary(work))
        members = segments.members(work, slug)
        growth = segments.growth(work, [slug], days)[slug]
        entered = segments.latest(work, slug, entered=True)
        left = segments.latest(work, slug, entered=False)
        sample = list(members[:SAMPLE])
        found = people(work, house.profiles, {*sample, *(c.profile for c in [*entered, *left])})
        came, went = segments.turnover(work, work.now - DAY)[slug]
        return here.pages.render(
            request,
            "console/segments/one.html",
            account=account,
            segment=segment,
            everyone=house.profiles.count(work),
            sentences=_both(here, work, slug),
            week=segment.size - growth[-WEEK:][0].size,
            came=came,
            went=went,
            charts=_charts(speech, segment, growth),
            moving=_moving(growth),
            spans=[(span, span == days) for span in SPANS],
            days=days,
            entered=_told(entered, found),
            left=_told(left, found),
            sample=[found[profile] for profile in sample if profile in found],
            who=who,
            hits=_looked_up(house, work, who, members) if who.strip() else None,
            then=_back_then(house, work, slug, on, members, speech) if on else None,
            on=on,
            today=local_date(work.now, here.pages.zone).isoformat(),
            uses=uses(house, work, slug),
            lists=[
                (one.name, speech.title({"en": one.title_en, "zh": one.title_zh}))
                for one in segments.lists(work)
            ],
            versions=_versions(segments, work, slug, speech, naming),
            rule=written(segment.rule),
            sql=segments.sql(work, slug),
        )


def _told(changes: list[Change], found: dict[int, Somebody]) -> list[tuple[Somebody, int]]:
    return [(found[one.profile], one.at) for one in changes if one.profile in found]


def _looked_up(
    house: Served, work: Work, who: str, members: BitMap
) -> list[tuple[Somebody, bool]]:  # fmt: skip
    """Find the people whom an operator means, and say of each whether she is in it."""
    hits = [hit.profile for hit in house.profiles.directory.search(work, who[:200], _HITS)]
    found = people(work, house.profiles, hits)
    return [(found[one], one in members) for one in hits if one in found]


def _back_then(
    house: Served, work: Work, slug: str, on: str, members: BitMap, speech: Speech
) -> dict[str, Any]:
    """Tell who met the rule at the end of a past day, with all that is known today.

    Beside it stands what was published then: late events and corrections make the difference.
    """
    try:
        day = date.fromisoformat(on)
        at = midnight(day + timedelta(days=1), speech.zone) - 1
        then = house.segments.population_at(work, slug, min(at, work.now))
    except (Invalid, ValueError, OverflowError):
        return {"wrong": True}
    stood = [told.size for told in house.segments.history(work, slug) if told.at <= at]
    sample = list(then[:SAMPLE])
    found = people(work, house.profiles, sample)
    return {
        "wrong": False,
        "at": min(at, work.now),
        "size": len(then),
        "still": len(then & members),
        "published": stood[-1] if stood else None,
        "sample": [found[one] for one in sample if one in found],
    }


def _both(here: Here, work: Work, slug: str) -> dict[str, str]:
    """Say the rule in each language, with that language's words for events and topics."""
    segments = here.house.segments
    words = segments.vocabulary(work)
    spoken = [Speech(language, here.pages.zone, work.now) for language in LANGUAGES]
    return {
        one.language: segments.explain(work, slug, one.language, said.naming(one, words))
        for one in spoken
    }


def _versions(
    segments: Segments, work: Work, slug: str, speech: Speech, naming: Naming
) -> list[dict[str, Any]]:
    """Tell each version in words, and what it changed of the one before it."""
    told = segments.versions(work, slug)[: _VERSIONS + 1]
    before = {new.version: old for new, old in pairwise(told)}
    shown = []
    for version in told[:_VERSIONS]:
        old = before.get(version.version)
        changed = between(old, version) if old is not None else None
        shown.append(
            {
                "number": version.version,
                "at": version.defined_at,
                "by": version.defined_by,
                "sentence": _meant(segments, work, version.rule, speech.language, naming),
                "changed": changed,
                **{
                    name: [
                        _meant(segments, work, dict(part), speech.language, naming)
                        for part in (getattr(changed, name) if changed else ())
                    ]
                    for name in ("added", "removed")
                },
            }
        )
    return shown


def _meant(
    segments: Segments, work: Work, rule: dict[str, Any], language: str, naming: Naming
) -> str:  # fmt: skip
    """Say an old rule, or show it as it is when it speaks of what is no more."""
    try:
        return segments.say(work, rule, language, naming)
    except Invalid:
        return written(rule)


def _moving(growth: list[DaySize]) -> list[DaySize]:
    """Pick the days on which anybody moved, the latest first."""
    return [day for day in reversed(growth) if day.entered or day.left]


def _charts(speech: Speech, segment: Definition, growth: list[DaySize]) -> list[Chart]:
    """Draw how many there were, and how many came and went."""
    labels = [speech.day(day.at) for day in growth]
    came, went = sum(day.entered for day in growth), sum(day.left for day in growth)
    sizes = Chart(
        name=segment.slug,
        title=_trend(speech, segment, growth),
        kind="line",
        labels=labels,
        series=[Series(speech.gettext("People"), [day.size for day in growth])],
    )
    moves = Chart(
        name=f"{segment.slug}-moves",
        title=speech.gettext(
            "%(came)s entered and %(went)s left", came=speech.number(came), went=speech.number(went)
        ),
        kind="bar",
        labels=labels,
        series=[
            Series(speech.gettext("Entered"), [day.entered for day in growth]),
            Series(speech.gettext("Left"), [-day.left for day in growth]),
        ],
        stacked=True,
    )
    return [sizes, moves]


def _trend(speech: Speech, segment: Definition, growth: list[DaySize]) -> str:
    net = growth[-1].size - growth[0].size
    name = speech.title({"en": segment.title_en, "zh": segment.title_zh})
    if net > 0:
        return speech.ngettext(
            "%(name)s has grown by %(n)s person", "%(name)s has grown by %(n)s people", net,
            name=name,
        )  # fmt: skip
    if net < 0:
        return speech.ngettext(
            "%(name)s has shrunk by %(n)s person", "%(name)s has shrunk by %(n)s people", -net,
            name=name,
        )  # fmt: skip
    return speech.gettext("%(name)s is as large as it was", name=name)
