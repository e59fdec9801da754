"""What a definition names outside itself: its entry segment, its templates, the traits it sets."""

from collections.abc import Iterator

from coterie.core.errors import Invalid, NotFound
from coterie.journeys.model import Journey, Message, SegmentEntry, SetTrait
from coterie.journeys.ports import Messaging, Segments
from coterie.profiles.pii import IDENTIFYING
from coterie.storage.work import Work


def check(work: Work, journey: Journey, segments: Segments, messaging: Messaging) -> None:
    """Refuse a journey that names what is not there, or would write names into the log."""
    for fault in faults(work, journey, segments, messaging):
        raise fault


def faults(
    work: Work, journey: Journey, segments: Segments, messaging: Messaging
) -> Iterator[Invalid]:
    """Find all that ``check`` refuses."""
    if isinstance(journey.entry, SegmentEntry):
        try:
            segments.members(work, journey.entry.segment)
        except NotFound:
            yield Invalid(f"there is no segment {journey.entry.segment!r}", path="entry.segment",
                          hint="define it first")  # fmt: skip
    for name, node in journey.nodes.items():
        if isinstance(node, Message):
            yield from _template_faults(work, node, f"nodes.{name}.template", messaging)
        if isinstance(node, SetTrait) and node.trait in IDENTIFYING:
            yield Invalid(f"{node.trait!r} identifies people: no journey sets it",
                          path=f"nodes.{name}.trait",
                          hint="send it with an identify call")  # fmt: skip


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
