"""Apply a playbook: a YAML file with topics, templates, segments, communities, journeys, scripts.

A playbook is data. Applying it again changes nothing that it says the same of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from coterie.catalog.model import Topic
from coterie.core import document
from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.events.model import EventSpec
from coterie.guides.scripts.model import Draft
from coterie.guides.scripts.service import Scripts
from coterie.messaging.languages import wordings
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
    """A text, and the channel that it is for; ``variants`` are other languages of it."""

    name: str
    text: str
    subject: str = ""
    channel: str | None = None
    language: str = ""
    variants: dict[str, Any] = {}


class SegmentPart(_Part):
    """A rule with its titles."""

    rule: dict[str, Any]
    title: dict[Literal["en", "zh"], str] = {}


class ScriptPart(_Part):
    """Words for guides, by language."""

    stage: str
    texts: dict[str, str]
    title: dict[Literal["en", "zh"], str]
    objection: str | None = None
    campaign: str | None = None
    carrier: str = "chat"
    banned: list[str] = []


Title = dict[Literal["en", "zh"], str]


@dataclass(frozen=True)
class Playbook:
    """What a playbook says, section by section; communities and journeys as their rooms read."""

    name: str = ""
    events: Sequence[EventPart] = ()
    topics: Sequence[TopicPart] = ()
    scores: ScorePart | None = None
    templates: Sequence[TemplatePart] = ()
    segments: Mapping[str, SegmentPart] = field(default_factory=dict)
    communities: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    journeys: Mapping[str, dict[Any, Any]] = field(default_factory=dict)
    scripts: Mapping[str, ScriptPart] = field(default_factory=dict)
    plans: Mapping[str, dict[Any, Any]] = field(default_factory=dict)


_SECTIONS = ("version", "name", "title", *Playbook.__dataclass_fields__)
_HINT = "docs/reference/playbooks.md shows each section"


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


def found(name: str) -> Playbook:
    """Read a file, or a playbook that comes with the package where no file has that name."""
    if not Path(name).is_file() and name.isidentifier():
        return shipped(name)
    return from_file(Path(name))


def read(text: str) -> Playbook:
    """Read a playbook's YAML; raises Invalid with the path of what is wrong in it."""
    given = document.read(text)
    if not isinstance(given, dict) or given.get("version") != 1:
        raise Invalid("not a playbook of version 1", path="version", hint="begin with version: 1")
    for name in given:
        if name not in _SECTIONS:
            known = ", ".join(sorted(set(_SECTIONS)))
            raise Invalid("unknown section", path=str(name), hint=f"a playbook has {known}")
    _convert(given.get("title", {}), Title, "title")
    return Playbook(
        name=_convert(given.get("name", ""), str, "name"),
        events=_parts(given, "events", EventPart),
        topics=_parts(given, "topics", TopicPart),
        scores=_convert(given.get("scores"), ScorePart | None, "scores"),
        templates=_parts(given, "templates", TemplatePart),
        segments=_by_slug(given, "segments", SegmentPart),
        communities=_by_slug(given, "communities", dict[str, Any]),
        journeys=_by_slug(given, "journeys", dict[Any, Any]),
        scripts=_by_slug(given, "scripts", ScriptPart),
        plans=_by_slug(given, "plans", dict[Any, Any]),
    )


def _parts(given: Mapping[str, Any], section: str, kind: Any) -> list[Any]:
    parts = _convert(given.get(section, []), list[Any], section)
    return [_convert(part, kind, f"{section}[{place}]") for place, part in enumerate(parts)]


def _by_slug(given: Mapping[str, Any], section: str, kind: Any) -> dict[str, Any]:
    parts = _convert(given.get(section, {}), dict[Any, Any], section)
    return {
        check_slug(slug, f"{section}.{slug}"): _convert(part, kind, f"{section}.{slug}")
        for slug, part in parts.items()
    }


def _convert(value: Any, kind: Any, path: str) -> Any:
    """Return a part in its shape; raises Invalid with the place of what does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, inner = str(error).partition(" - at `$")
        raise Invalid(reason, path=path + inner.rstrip("`"), hint=_HINT) from error


def furnish(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Lay out what must be there before events come: specs, topics, weights, templates."""
    rooms.log.define_specs(
        work, [EventSpec(one.name, one.item, one.amount, one.store) for one in playbook.events]
    )
    rooms.catalog.define_topics(work, [Topic(one.path, one.en, one.zh) for one in playbook.topics])
    if playbook.scores is not None:
        _weigh(work, rooms, playbook.scores)
    for one in playbook.templates:
        variants = wordings(one.variants)
        template = Template(one.name, one.text, one.subject, one.channel, one.language, variants)
        rooms.messaging.define_template(work, template)
    for slug, script in playbook.scripts.items():
        _write(work, rooms.scripts, slug, script)


def _write(work: Work, scripts: Scripts, slug: str, part: ScriptPart) -> None:
    """Publish a script unless guides have these words already."""
    version = scripts.write(
        work,
        Draft(
            slug, dict(part.title.items()), part.stage, part.texts, part.objection, part.campaign,
            part.carrier, part.banned,
        ),
    )  # fmt: skip
    if scripts.get(work, slug).current != version.number:
        scripts.publish(work, slug, version.number)


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
        everyone = set(rooms.profiles.everyone(work))
        rooms.inbound.stir(work, rooms.segments.recheck(work, everyone))


def _kinds(base: Kinds, weights: dict[str, float], half_life: str | None, name: str) -> Kinds:
    kinds = msgspec.structs.replace(base, weights={**base.weights, **weights})
    if half_life is None:
        return kinds
    given = parse_duration(half_life, f"scores.{name}_half_life")
    return msgspec.structs.replace(kinds, half_life=given)


def open_doors(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Define segments, communities, journeys and plans; they pick up who is there already."""
    segments = {one.slug: one for one in rooms.segments.all(work)}
    for slug, part in playbook.segments.items():
        title_en, title_zh = part.title.get("en", ""), part.title.get("zh", "")
        present = segments.get(slug)
        titles = title_en or slug, title_zh or title_en or slug
        if present is None or (present.rule, present.title_en, present.title_zh) != (
            part.rule,
            *titles,
        ):
            moves = rooms.segments.define(
                work, slug, part.rule, title_en=title_en, title_zh=title_zh
            )
            rooms.inbound.stir(work, moves)
    for slug, community in playbook.communities.items():
        definition = {"slug": slug, **community}
        if rooms.communities.source(work, slug) != definition:
            rooms.inbound.tell(work, rooms.communities.define(work, definition))
    journeys = {one.slug: one for one in rooms.journeys.all(work)}
    for slug, journey in playbook.journeys.items():
        if slug not in journeys:
            rooms.inbound.tell(work, rooms.journeys.define(work, slug, journey))
        elif dict(journeys[slug].source) != journey:
            rooms.inbound.tell(work, rooms.journeys.redefine(work, slug, journey))
    plans = {one.slug: one for one in rooms.tasks.plans.all(work)}
    for slug, plan in playbook.plans.items():
        if slug not in plans or plans[slug].source != plan:
            rooms.tasks.plans.define(work, slug, plan)
        if slug not in plans:
            rooms.tasks.plans.switch(work, slug, on=True)
