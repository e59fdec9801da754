"""What a definition names outside itself: segments, lists, templates, actions, traits it sets."""

from collections.abc import Iterator, Mapping

from coterie.core.errors import Invalid, NotFound
from coterie.journeys.model import (
    Journey,
    ListEntry,
    Message,
    Perform,
    SegmentEntry,
    SetTrait,
)
from coterie.journeys.nodes import INVITE
from coterie.journeys.ports import Action, Messaging, Segments
from coterie.messaging.plays import CODE, refusals
from coterie.profiles.pii import IDENTIFYING
from coterie.segments.language.conditions_parse import nearest
from coterie.storage.work import Work


def check(
    work: Work,
    journey: Journey,
    segments: Segments,
    messaging: Messaging,
    actions: Mapping[str, Action],
) -> None:
    """Refuse a journey that names what is not there, or would write names into the log."""
    for fault in faults(work, journey, segments, messaging, actions):
        raise fault


def faults(
    work: Work,
    journey: Journey,
    segments: Segments,
    messaging: Messaging,
    actions: Mapping[str, Action],
) -> Iterator[Invalid]:
    """Find all that ``check`` refuses."""
    if isinstance(journey.entry, SegmentEntry):
        try:
            segments.members(work, journey.entry.segment)
        except NotFound:
            yield Invalid(f"there is no segment {journey.entry.segment!r}", path="entry.segment",
                          hint="define it first")  # fmt: skip
    if isinstance(journey.entry, ListEntry):
        try:
            segments.list_versions(work, journey.entry.name)
        except NotFound:
            yield Invalid(f"there is no list {journey.entry.name!r}", path="entry.list",
                          hint="upload it first")  # fmt: skip
    yield from _money_faults(journey, actions)
    for name, node in journey.nodes.items():
        if isinstance(node, Perform):
            yield from _action_faults(work, node, f"nodes.{name}", actions)
        if isinstance(node, Message):
            yield from _template_faults(work, node, f"nodes.{name}.template", messaging)
        if isinstance(node, SetTrait) and node.trait in IDENTIFYING:
            yield Invalid(f"{node.trait!r} identifies people: no journey sets it",
                          path=f"nodes.{name}.trait",
                          hint="send it with an identify call")  # fmt: skip


def _money_faults(journey: Journey, actions: Mapping[str, Action]) -> Iterator[Invalid]:
    """Find what gives money off right before or after a word that calls itself emotional."""
    gives = {
        name: node
        for name, node in journey.nodes.items()
        if isinstance(node, Perform) and getattr(actions.get(node.action), "discount", False)
    }
    cares = {
        name: node
        for name, node in journey.nodes.items()
        if isinstance(node, Message) and node.touch == "emotional"
    }
    for name, gift in sorted(gives.items()):
        for word, care in sorted(cares.items()):
            if care.then == name or gift.then == word:
                yield Invalid(
                    f"{word!r} is an emotional touch, and {name!r} right beside it gives money "
                    "off: together they are an advertisement", path=f"nodes.{name}",
                    hint="give it another day, or call the touch commercial", code=CODE,
                )  # fmt: skip


def _action_faults(
    work: Work, node: Perform, path: str, actions: Mapping[str, Action]
) -> Iterator[Invalid]:
    action = actions.get(node.action)
    if action is None:
        known = sorted({*actions} - {INVITE})
        yield Invalid(f"no room of this house offers the action {node.action!r}",
                      path=path if node.action == INVITE else f"{path}.action",
                      hint=nearest(node.action, known))  # fmt: skip
        return
    try:
        action.check(work, node.arguments, path if node.action == INVITE else f"{path}.arguments")
    except Invalid as fault:
        yield fault


def _template_faults(
    work: Work, node: Message, path: str, messaging: Messaging
) -> Iterator[Invalid]:
    try:
        template = messaging.template(work, node.template)
    except NotFound:
        yield Invalid(f"there is no template {node.template!r}", path=path, hint="define it first")
        return
    if template.channel not in (None, node.channel):
        yield Invalid(f"the template {template.name!r} is for {template.channel}, not "
                      f"{node.channel}", path=path,
                      hint="choose another template, or make one for every channel")  # fmt: skip
    if node.touch == "emotional":
        yield from refusals(template, path)
