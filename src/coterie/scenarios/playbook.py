"""Apply a playbook: a YAML file with topics, scores, templates, segments, communities, journeys.

A playbook is data. Applying it again changes nothing that it says the same of.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from coterie.catalog.model import Topic
from coterie.core import document
from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid, NotFound
from coterie.events.model import EventSpec
from coterie.messaging.model import Template
from coterie.scenarios.ports import Rooms
from coterie.scores.model import Kinds, Weights
from coterie.storage.work import Work


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a playbook; a key that it does not have is refused."""


class EventPart(_Part):
    """Where an event keeps its item, amount and store."""

    name: str
    item: str | None = None
    amount: str | None = None
    store: str | None = None


class TopicPart(_Part):
    """A topic with its titles."""

    path: str
    en: str = ""
    zh: str = ""


class ScorePart(_Part):
    """What events are worth, and the half-lives."""

    activity: dict[str, float] = {}
    interest: dict[str, float] = {}
    activity_half_life: str | None = None
    interest_half_life: str | None = None


class TemplatePart(_Part):
    """A text, and the channel that it is for."""

    name: str
    text: str
    subject: str = ""
    channel: str | None = None


class SegmentPart(_Part):
    """A rule with its titles."""

    rule: dict[str, Any]
    title: dict[Literal["en", "zh"], str] = {}


class Playbook(_Part):
    """What a playbook says, section by section; communities and journeys as their rooms read."""

    version: Literal[1]
    name: str = ""
    title: dict[Literal["en", "zh"], str] = {}
    events: list[EventPart] = []
    topics: list[TopicPart] = []
    scores: ScorePart | None = None
    templates: list[TemplatePart] = []
    segments: dict[str, SegmentPart] = {}
    communities: dict[str, dict[str, Any]] = {}
    journeys: dict[str, dict[Any, Any]] = {}


def shipped(name: str) -> Playbook:
    """Read a playbook that comes with the package, by its name."""
    file = files("coterie.scenarios") / "playbooks" / f"{name}.yaml"
    if not file.is_file():
        raise NotFound(f"no playbook {name!r} comes with Coterie")
    return read(file.read_text(encoding="utf-8"))


def from_file(file: Path) -> Playbook:
    """Read a playbook of one's own; raises NotFound, or Invalid with the place of the fault."""
    if not file.is_file():
        raise NotFound(f"there is no playbook {file}")
    try:
        return read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8 text: {error}") from error


def read(text: str) -> Playbook:
    """Read a playbook's YAML; raises Invalid with the path of what is wrong in it."""
    try:
        return msgspec.convert(document.read(text), Playbook)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        path = place.rstrip("`").lstrip(".")
        raise Invalid(
            f"not a playbook of version 1: {reason}",
            path=path,
            hint="docs/reference/playbooks.md shows each section",
        ) from error


def furnish(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Lay out what must be there before events come: specs, topics, weights, templates."""
    rooms.log.define_specs(
        work, [EventSpec(one.name, one.item, one.amount, one.store) for one in playbook.events]
    )
    rooms.catalog.define_topics(work, [Topic(one.path, one.en, one.zh) for one in playbook.topics])
    if playbook.scores is not None:
        _weigh(work, rooms, playbook.scores)
    for one in playbook.templates:
        template = Template(one.name, one.text, one.subject, one.channel)
        rooms.messaging.define_template(work, template)


def _weigh(work: Work, rooms: Rooms, scores: ScorePart) -> None:
    present, base = rooms.scores.weights(work), Weights()
    wanted = msgspec.structs.replace(
        base,
        activity=_kinds(base.activity, scores.activity, scores.activity_half_life, "activity"),
        interest=_kinds(base.interest, scores.interest, scores.interest_half_life, "interest"),
        version=present.version,
    )
    if wanted != present:
        rooms.scores.configure(work, wanted)


def _kinds(base: Kinds, weights: dict[str, float], half_life: str | None, name: str) -> Kinds:
    kinds = msgspec.structs.replace(base, weights={**base.weights, **weights})
    if half_life is None:
        return kinds
    given = parse_duration(half_life, f"scores.{name}_half_life")
    return msgspec.structs.replace(kinds, half_life=given)


def open_doors(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Define segments, communities and journeys; they pick up who is there already."""
    segments = {one.slug: one for one in rooms.segments.all(work)}
    for slug, part in playbook.segments.items():
        title_en, title_zh = part.title.get("en", ""), part.title.get("zh", "")
        present = segments.get(slug)
        if present is None or present.rule != part.rule:
            moves = rooms.segments.define(
                work, slug, part.rule, title_en=title_en, title_zh=title_zh
            )
            rooms.inbound.stir(work, moves)
    for slug, community in playbook.communities.items():
        rooms.inbound.tell(work, rooms.communities.define(work, {"slug": slug, **community}))
    journeys = {one.slug: one for one in rooms.journeys.all(work)}
    for slug, journey in playbook.journeys.items():
        if slug not in journeys:
            rooms.inbound.tell(work, rooms.journeys.define(work, slug, journey))
        elif dict(journeys[slug].source) != journey:
            rooms.inbound.tell(work, rooms.journeys.redefine(work, slug, journey))
