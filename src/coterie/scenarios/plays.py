"""Begin one journey of a shipped playbook: lay out the texts and segments it needs, if missing."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from coterie.core.errors import NotFound
from coterie.messaging.languages import wordings
from coterie.messaging.model import Template
from coterie.messaging.service import Messaging
from coterie.roads.inbound import Inbound
from coterie.scenarios.playbook import Playbook, shipped
from coterie.segments.service import Segments
from coterie.storage.work import Work


class Rooms(Protocol):
    """What a play is laid out in."""

    @property
    def segments(self) -> Segments:
        """Who enters."""
        ...

    @property
    def messaging(self) -> Messaging:
        """What is said."""
        ...

    @property
    def inbound(self) -> Inbound:
        """The road, which is told what a new segment moves."""
        ...


def lay_out(work: Work, rooms: Rooms, playbook: str, journey: str, channel: str) -> dict[str, Any]:
    """Define the templates and segments that a shipped journey names and the house lacks.

    What the house has stays as it is. Returns the journey's definition, its messages on
    ``channel``; nothing is started. Raises NotFound.
    """
    play = shipped(playbook)
    if journey not in play.journeys:
        raise NotFound(f"the playbook {playbook!r} has no journey {journey!r}")
    definition = {**play.journeys[journey], "nodes": dict(_nodes(play, journey, channel))}
    named = {node.get("template") for node in definition["nodes"].values()}
    present = {one.name for one in rooms.messaging.templates(work)}
    for one in play.templates:
        if one.name in named - present:
            said = wordings(one.variants)
            template = Template(one.name, one.text, one.subject, one.channel, one.language, said)
            rooms.messaging.define_template(work, template)
    segment = definition["entry"].get("segment")
    if segment in play.segments and segment not in {one.slug for one in rooms.segments.all(work)}:
        part = play.segments[segment]
        moves = rooms.segments.define(
            work, segment, part.rule, title_en=part.title["en"], title_zh=part.title["zh"]
        )
        rooms.inbound.stir(work, moves)
    return definition


def _nodes(play: Playbook, journey: str, channel: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, node in play.journeys[journey]["nodes"].items():
        yield name, {**node, "channel": channel} if "channel" in node else node
