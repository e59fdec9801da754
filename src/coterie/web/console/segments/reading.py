"""Segments to look at: the list with what changed lately, and everything about one."""

from collections import Counter
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid
from coterie.journeys.model import segments_named
from coterie.segments.definition import DaySize, Definition
from coterie.segments.service import Segments
from coterie.segments.words.phrases import Naming
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.segments import words as said
from coterie.web.console.segments.sheet import SAMPLE, written
from coterie.web.console.segments.who import people
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import LANGUAGES, Speech

router = APIRouter(prefix="/segments")

_WEEK = 8
"""Days of a sparkline: today, and the seven before."""

_SPANS = (30, 90, 365)

_VERSIONS = 30
"""So many of the latest versions are shown."""

_COMING = ("draft", "waiting", "scheduled")
"""Broadcasts in these states still look for their people."""


@router.get("")
def everything(request: Request, here: Here, account: Operator, q: str = "") -> Response:
    """List the segments: how many are in each, and how that changed in a week."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = house.segments
        words = segments.vocabulary(work)
        naming = said.naming(speech, words)
        defined = list(words.segments)
        growth = segments.growth(work, [one.slug for one in defined], _WEEK)
        sentences = segments.sentences(work, speech.language, naming)
        uses = _times_used(house, work)
        rows = [
            {
                **_row(one, growth[one.slug]),
                "sentence": sentences[one.slug],
                "uses": uses[one.slug],
            }
            for one in defined
        ]
        everyone = house.profiles.count(work)
    wanted = q.strip().casefold()
    shown = [row for row in rows if wanted in f"{_searched(row)}".casefold()]
    return here.pages.render(
        request,
        "console/segments/list.html",
        account=account,
        rows=shown,
        total=len(rows),
        everyone=everyone,
        q=q,
        starts=[(key, name, said.START_HINTS[key]) for key, name in said.STARTS],
    )


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str, days: int = 90) -> Response:
    """Show one segment."""
    house, speech = here.house, here.pages.speech(request, account)
    days = days if days in _SPANS else 90
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
        uses = _uses(house, work, slug)
        return here.pages.render(
            request,
            "console/segments/one.html",
            account=account,
            segment=segment,
            everyone=house.profiles.count(work),
            sentence=segments.explain(work, slug, speech.language, naming),
            sentences=_both(here, work, slug),
            week=_row(segment, growth[-_WEEK:]),
            line=_chart(speech, segment, growth),
            spans=[(span, span == days) for span in _SPANS],
            entered=[(found[c.profile], c.at) for c in entered if c.profile in found],
            left=[(found[c.profile], c.at) for c in left if c.profile in found],
            sample=[found[profile] for profile in sample if profile in found],
            uses=uses,
            versions=_versions(segments, work, slug, speech, naming),
            rule=written(segment.rule),
            sql=segments.sql(work, slug),
        )


@router.post("/{slug}/restore/{version}", dependencies=[Depends(desk_form)])
def restore(request: Request, here: Here, account: Operator, slug: str, version: int) -> Response:
    """Make an earlier version the current one again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        moves = house.segments.restore(work, slug, version)
        house.inbound.stir(work, moves)
    house.poke()
    said_so = speech.gettext("Version %(n)s is back, as a new version.", n=version)
    return here.pages.redirect(f"/segments/{slug}", said_so)


@router.post("/{slug}/delete", dependencies=[Depends(desk_form)])
def delete(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Delete a segment that nothing uses."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        if _uses(house, work, slug):
            kept = speech.gettext("It is still in use, so it stays.")
            return here.pages.redirect(f"/segments/{slug}", kept)
        house.inbound.stir(work, house.segments.delete(work, slug))
    house.poke()
    name = speech.title({"en": segment.title_en, "zh": segment.title_zh})
    return here.pages.redirect("/segments", speech.gettext("%(name)s is deleted.", name=name))


def _row(one: Definition, growth: list[DaySize]) -> dict[str, Any]:
    sizes = [day.size for day in growth]
    return {
        "slug": one.slug,
        "titles": {"en": one.title_en, "zh": one.title_zh},
        "size": one.size,
        "change": one.size - sizes[0] if sizes else 0,
        "line": sparkline(sizes),
    }


def sparkline(sizes: list[int]) -> str:
    """Draw sizes as the points of a line in a box of 100 by 24.

    >>> sparkline([0, 5, 10])
    '0.0,22.0 50.0,12.0 100.0,2.0'
    """
    if len(sizes) < 2:
        return "0.0,12.0 100.0,12.0"
    low, spread = min(sizes), max(sizes) - min(sizes)
    step = 100 / (len(sizes) - 1)
    heights = [22 - 20 * (size - low) / spread if spread else 12.0 for size in sizes]
    return " ".join(f"{index * step:.1f},{height:.1f}" for index, height in enumerate(heights))


def _searched(row: dict[str, Any]) -> str:
    titles = row["titles"]
    return f"{titles['en']} {titles['zh']} {row['slug']} {row['sentence']}"


def _times_used(house: Served, work: Work) -> Counter[str]:
    """Count, for all segments at once, what would notice if they went."""
    used = Counter({slug: len(users) for slug, users in house.segments.uses(work).items()})
    for journey in house.journeys.all(work):
        used.update(segments_named(journey.journey))
    used.update(one.plan.segment for one in house.campaigns.all(work, _COMING))
    used.update(one.segment for one in house.communities.communities(work) if one.segment)
    return used


def _uses(house: Served, work: Work, slug: str) -> list[dict[str, Any]]:
    """Find what would notice if a segment went: segments, journeys, communities, broadcasts."""
    titles = {one.slug: one for one in house.segments.all(work)}
    found = [
        {"kind": "segment", "address": f"/segments/{other}",
         "title": {"en": titles[other].title_en, "zh": titles[other].title_zh}}
        for other in house.segments.using(work, slug)
    ]  # fmt: skip
    found += [
        {"kind": "journey", "address": f"/journeys/{journey.slug}", "title": journey.journey.title}
        for journey in house.journeys.using(work, slug)
    ]
    found += [
        {"kind": "community", "address": f"/communities/{community.slug}",
         "title": dict(community.titles)}
        for community in house.communities.using(work, slug)
    ]  # fmt: skip
    found += [
        {"kind": "broadcast", "address": f"/broadcasts/{one.id}", "title": one.plan.title}
        for one in house.campaigns.all(work, _COMING)
        if one.plan.segment == slug
    ]
    tags = house.profiles.tags.dictionary(work).tags
    found += [
        {"kind": "tag", "address": f"/tags/{quote(tag)}",
         "title": {"en": tags[tag].title_en or tag, "zh": tags[tag].title_zh or tag}}
        for tag, binding in house.tagging.bindings(work).items()
        if binding.segment == slug
    ]  # fmt: skip
    return found


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
    return [
        {
            "number": old.version,
            "at": old.defined_at,
            "by": old.defined_by,
            "sentence": _meant(segments, work, old, speech.language, naming),
        }
        for old in segments.versions(work, slug)[:_VERSIONS]
    ]


def _meant(segments: Segments, work: Work, old: Definition, language: str, naming: Naming) -> str:
    """Say an old rule, or show it as it is when it speaks of what is no more."""
    try:
        return segments.say(work, old.rule, language, naming)
    except Invalid:
        return written(old.rule)


def _chart(speech: Speech, segment: Definition, growth: list[DaySize]) -> Chart:
    net = growth[-1].size - growth[0].size
    name = speech.title({"en": segment.title_en, "zh": segment.title_zh})
    if net > 0:
        title = speech.ngettext(
            "%(name)s has grown by %(n)s person", "%(name)s has grown by %(n)s people", net,
            name=name,
        )  # fmt: skip
    elif net < 0:
        title = speech.ngettext(
            "%(name)s has shrunk by %(n)s person", "%(name)s has shrunk by %(n)s people", -net,
            name=name,
        )  # fmt: skip
    else:
        title = speech.gettext("%(name)s is as large as it was", name=name)
    return Chart(
        name=segment.slug,
        title=title,
        kind="line",
        labels=[speech.day(day.at) for day in growth],
        series=[Series(speech.gettext("People"), [day.size for day in growth])],
    )
