"""May we reach her now, and why was she not messaged? Asked of the gate itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coterie.core.ids import derived_id
from coterie.messaging.model import Message, Reason, Request, Template
from coterie.storage.work import Work
from coterie.web.ports import Served

_ENDED = ("held", "failed")


@dataclass(frozen=True)
class Way:
    """One channel to a person: would a message go out now, and if not, why not?

    ``status`` is empty where there is no template to ask the gate with.
    """

    channel: str
    status: str
    reason: str


@dataclass(frozen=True)
class Reach:
    """Whether a person can be reached, by which channels, and her newest message held back."""

    ways: tuple[Way, ...]
    stopped: bool
    last_held: Message | None
    last_sent: Message | None

    @property
    def is_open(self) -> bool:
        """Whether some channel would take a message now."""
        return any(way.status == "queued" for way in self.ways)

    @property
    def reason(self) -> str:
        """Name what keeps every channel shut: the first reason there is."""
        return next((way.reason for way in self.ways if way.reason), "")


def reach(work: Work, house: Served, profile: int, messages: Sequence[Message]) -> Reach:
    """Ask the gate what it would say to an informational message on each channel, now.

    Nothing is kept of the question.
    """
    templates = house.messaging.templates(work)
    asked = {
        channel: _request(profile, channel, template)
        for channel in sorted(house.messaging.channels)
        if (template := _for_channel(templates, channel)) is not None
    }
    said = _said(work, house, asked)
    ways = [_way(channel, said.get(channel)) for channel in sorted(house.messaging.channels)]
    newest = sorted(messages, key=lambda one: one.at, reverse=True)
    return Reach(
        ways=tuple(ways),
        stopped=house.messaging.is_stopped(work),
        last_held=next((one for one in newest if one.status in _ENDED), None),
        last_sent=next((one for one in newest if one.status == "sent"), None),
    )


def _said(work: Work, house: Served, asked: Mapping[str, Request]) -> dict[str, Message]:
    answers = house.messaging.preview(work, list(asked.values()))
    return dict(zip(asked, answers, strict=True))


def _way(channel: str, answer: Message | None) -> Way:
    if answer is None:
        return Way(channel, "", "")
    if answer.reason == Reason.TEMPLATE_FAILED:  # the gate let her pass; only our text has a fault
        return Way(channel, "queued", "")
    return Way(channel, answer.status, answer.reason or "")


def _for_channel(templates: Sequence[Template], channel: str) -> Template | None:
    return next((one for one in templates if one.channel in (None, channel)), None)


def _request(profile: int, channel: str, template: Template) -> Request:
    return Request(
        profile=profile,
        channel=channel,
        template=template.name,
        touch="informational",
        key=derived_id("console", "reach", profile, channel),
        origin="console",
    )
