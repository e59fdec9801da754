"""Apply a playbook: a YAML file with topics, scores, templates, segments, communities, journeys.

A playbook is data. Applying it again changes nothing that it says the same of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

from coterie.catalog.model import Topic
from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid, NotFound
from coterie.events.model import EventSpec
from coterie.messaging.model import Template
from coterie.scenarios.ports import Rooms
from coterie.scores.model import Kinds, Weights
from coterie.storage.work import Work

_SECTIONS = frozenset(
    {"version", "name", "title", "events", "topics", "scores", "templates", "segments",
     "communities", "journeys"}
)  # fmt: skip
_SHIPPED = "playbooks"


@dataclass(frozen=True)
class Playbook:
    """What a playbook says, section by section."""

    name: str
    events: list[EventSpec] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    weights: Weights | None = None
    templates: list[Template] = field(default_factory=list)
    segments: Mapping[str, Any] = field(default_factory=dict)
    communities: Mapping[str, Any] = field(default_factory=dict)
    journeys: Mapping[str, Any] = field(default_factory=dict)


def shipped(name: str) -> Playbook:
    """Read a playbook that comes with the package, by its name."""
    file = files("coterie.scenarios") / _SHIPPED / f"{name}.yaml"
    if not file.is_file():
        raise NotFound(f"no playbook {name!r} comes with Coterie")
    return read(file.read_text(encoding="utf-8"))


def from_file(file: Path) -> Playbook:
    """Read a playbook of one's own."""
    if not file.is_file():
        raise NotFound(f"there is no playbook {file}")
    return read(file.read_text(encoding="utf-8"))


def read(text: str) -> Playbook:
    """Read a playbook's YAML; raises Invalid with the path of what is wrong in it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid(f"the playbook is not valid YAML: {error}") from error
    if not isinstance(document, dict) or document.get("version") != 1:
        raise Invalid("not a playbook of version 1", path="version", hint="begin with version: 1")
    for name in document:
        if name not in _SECTIONS:
            known = ", ".join(sorted(_SECTIONS))
            raise Invalid("unknown section", path=str(name), hint=f"a playbook has {known}")
    return Playbook(
        name=str(document.get("name", "")),
        events=[_spec(part) for part in document.get("events", [])],
        topics=[_topic(part) for part in document.get("topics", [])],
        weights=_weights(document["scores"]) if "scores" in document else None,
        templates=[_template(part) for part in document.get("templates", [])],
        segments=document.get("segments", {}),
        communities=document.get("communities", {}),
        journeys=document.get("journeys", {}),
    )


def _spec(part: Mapping[str, Any]) -> EventSpec:
    return EventSpec(part["name"], part.get("item"), part.get("amount"), part.get("store"))


def _topic(part: Mapping[str, Any]) -> Topic:
    return Topic(part["path"], part.get("en", ""), part.get("zh", ""))


def _template(part: Mapping[str, Any]) -> Template:
    return Template(part["name"], part["text"], part.get("subject", ""), part.get("channel"))


def _weights(part: Mapping[str, Any]) -> Weights:
    base = Weights()
    return msgspec.structs.replace(
        base,
        activity=_kinds(base.activity, part, "activity"),
        interest=_kinds(base.interest, part, "interest"),
    )


def _kinds(base: Kinds, part: Mapping[str, Any], name: str) -> Kinds:
    half_life = part.get(f"{name}_half_life")
    return msgspec.structs.replace(
        base,
        weights={**base.weights, **part.get(name, {})},
        half_life=parse_duration(half_life, f"scores.{name}_half_life")
        if half_life
        else base.half_life,
    )


def furnish(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Lay out what must be there before events come: specs, topics, weights, templates."""
    rooms.log.define_specs(work, playbook.events)
    rooms.catalog.define_topics(work, playbook.topics)
    if playbook.weights is not None:
        rooms.scores.configure(work, playbook.weights)
    for template in playbook.templates:
        rooms.messaging.define_template(work, template)


def open_doors(work: Work, rooms: Rooms, playbook: Playbook) -> None:
    """Define segments, communities and journeys; they pick up who is there already."""
    for slug, part in playbook.segments.items():
        title = part.get("title", {})
        moves = rooms.segments.define(
            work, slug, part["rule"], title_en=title.get("en", ""), title_zh=title.get("zh", "")
        )
        rooms.inbound.stir(work, moves)
    for slug, part in playbook.communities.items():
        rooms.inbound.tell(work, rooms.communities.define(work, {"slug": slug, **part}))
    for slug, part in playbook.journeys.items():
        rooms.inbound.tell(work, rooms.journeys.define(work, slug, part))
