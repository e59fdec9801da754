"""One attempt to send one welcome, and what its answer means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.parts import (
    MOST_ATTACHMENTS,
    Attachment,
    Image,
    Link,
    Miniprogram,
    Text,
)
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.welcomes.choosing import Chosen
from coterie.channels.wecom.welcomes.model import Outcome
from coterie.codes.channel.welcome import Attached, asks_for, fill, is_blocked
from coterie.core.clock import SECOND
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain

OVER, TAKEN, BUSY, FILE_GONE = 41050, 41051, 41096, 40007
IN_DOUBT = "an attempt broke off, and nobody knows whether it arrived"
_BUSY_PAUSE = 500
_PAUSE = SECOND
_MARKS = " ,，、;；:：.。!！~～"


@dataclass(frozen=True)
class Package:
    """What a welcome is made of besides its text: the files it names, the group's page."""

    media: Mapping[str, str]
    group_address: str = ""
    group_picture: str = ""


def send(client: Wecom, chosen: Chosen, package: Package, clock: Callable[[], int]) -> Outcome:
    """Send it; a refusal is an outcome, never an error."""
    due, welcome = chosen.due, chosen.welcome
    if clock() >= due.deadline:
        return _late(chosen)
    try:
        name = _name(client, chosen)
        if is_blocked(welcome, name):
            return Outcome(due.id, "blocked", chosen.origin)
        text = _tidy(fill(welcome.text, {**chosen.values, "name": name}))
        client.welcomes.send(
            due.code, Text(content=text) if text else None, attachments(chosen, package)
        )
    except WecomError as error:
        return _refused(chosen, error, clock())
    except ChannelError as error:
        return _again(chosen, clock(), _PAUSE, error)
    return Outcome(due.id, "sent", chosen.origin, sent=clock())


def attachments(chosen: Chosen, package: Package) -> list[Attachment]:
    """Return what hangs on a welcome, the group offered last; pictures not there are left out."""
    parts = [_part(one, package.media) for one in chosen.welcome.attached]
    found = [one for one in parts if one is not None][: MOST_ATTACHMENTS - 1]
    if chosen.offer is not None:
        if package.group_picture:
            found.append(Image(media_id=package.group_picture))
        elif package.group_address:
            found.append(Link(title=chosen.offer.title[:64], url=package.group_address))
    return found


def assets_of(chosen: Sequence[Chosen]) -> set[str]:
    """Return the pictures that welcomes name."""
    return {
        one.fields["asset"]
        for each in chosen
        for one in each.welcome.attached
        if "asset" in one.fields
    }


def _name(client: Wecom, chosen: Chosen) -> str:
    """Ask for her nickname where it matters; it is kept nowhere."""
    if not chosen.welcome.blocked and not asks_for(chosen.welcome, "name"):
        return ""
    try:
        return client.contacts.get(chosen.due.external_userid).external_contact.name
    except ChannelError:
        if chosen.due.tries < 1:
            raise
        return ""  # the second time it is said without her name rather than not at all


def _part(one: Attached, media: Mapping[str, str]) -> Attachment | None:
    said = one.fields
    if one.kind == "link":
        return Link(title=said["title"], url=said["url"], picurl=said.get("picture", ""),
                    desc=said.get("description", ""))  # fmt: skip
    file = media.get(said["asset"])
    if file is None:
        return None
    if one.kind == "image":
        return Image(media_id=file)
    return Miniprogram(title=said["title"], pic_media_id=file, appid=said["appid"],
                       page=said["page"])  # fmt: skip


def _refused(chosen: Chosen, error: WecomError, now: int) -> Outcome:
    due = chosen.due
    match error.errcode:
        case code if code == OVER:
            return Outcome(due.id, "expired", chosen.origin, code, error.message)
        case code if code == TAKEN:
            # an attempt of ours that broke off may be the one that took it
            ours = due.tries > due.busy
            status = "sent" if ours else "taken"
            return Outcome(due.id, "sent" if status == "sent" else "taken", chosen.origin, code,
                           error.message, sent=now if ours else None)  # fmt: skip
        case code if code == BUSY:
            return _again(chosen, now, _BUSY_PAUSE, error, busy=1)
        case code if code == FILE_GONE or not error.permanent:
            return _again(chosen, now, _PAUSE, error, busy=1)
        case _:
            if error.api.endswith("/get"):
                return _again(chosen, now, _PAUSE, error, busy=1)
            return Outcome(due.id, "failed", chosen.origin, error.errcode, error.message)


def _again(chosen: Chosen, now: int, pause: int, error: ChannelError, busy: int = 0) -> Outcome:
    code = error.errcode if isinstance(error, WecomError) else None
    sure = busy or not isinstance(error, Uncertain)
    if now + pause >= chosen.due.deadline:
        return _late(chosen, error)
    return Outcome(chosen.due.id, "waiting", chosen.origin, code, error.message,
                   busy=1 if sure else 0, retry=now + pause)  # fmt: skip


def _late(chosen: Chosen, error: ChannelError | None = None) -> Outcome:
    code = error.errcode if isinstance(error, WecomError) else None
    if chosen.due.tries > chosen.due.busy:
        reason = IN_DOUBT
    else:
        reason = "its 20 seconds had passed" if error is None else error.message
    return Outcome(chosen.due.id, "expired", chosen.origin, code, reason)


def _tidy(text: str) -> str:
    """Take away what stands before an empty name.

    >>> _tidy("，welcome")
    'welcome'
    """
    return text.lstrip(_MARKS).rstrip()
