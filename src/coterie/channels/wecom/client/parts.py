"""What a message is made of, in WeCom's words: a text, and up to nine attachments."""

from typing import Any

import msgspec

MOST_ATTACHMENTS = 9
TEXT_BYTES = 4_000


class Text(msgspec.Struct, frozen=True):
    """The words of a message, at most 4,000 bytes."""

    content: str


class Image(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A picture: an uploaded file, or a permanent address of WeCom's."""

    media_id: str = ""
    pic_url: str = ""


class Link(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A card that opens a page."""

    title: str
    url: str
    picurl: str = ""
    desc: str = ""


class Miniprogram(msgspec.Struct, frozen=True, kw_only=True):
    """A card that opens a mini-program."""

    title: str
    pic_media_id: str
    appid: str
    page: str


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded video."""

    media_id: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file."""

    media_id: str


Attachment = Image | Link | Miniprogram | Video | File
_NAMES: dict[type, str] = {
    Image: "image", Link: "link", Miniprogram: "miniprogram", Video: "video", File: "file",
}  # fmt: skip


def told(part: Attachment) -> dict[str, Any]:
    """Write an attachment as WeCom reads it.

    >>> told(Video(media_id="m"))
    {'msgtype': 'video', 'video': {'media_id': 'm'}}
    """
    name = _NAMES[type(part)]
    return {"msgtype": name, name: msgspec.to_builtins(part)}
