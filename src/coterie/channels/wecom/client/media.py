"""Files at WeCom: most live three days, pictures of messages for ever."""

from typing import Literal

import msgspec

from coterie.channels.wecom.client.asking import Api
from coterie.channels.wecom.client.limits import MEDIA_DAYS
from coterie.core.clock import DAY, SECOND
from coterie.core.errors import Invalid

Kind = Literal["image", "voice", "video", "file"]
MB = 1024 * 1024
MOST_BYTES: dict[Kind, int] = {"image": 2 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
LEAST_BYTES = 5
"""WeCom takes nothing that is not larger."""
_MIMES: dict[Kind, str] = {
    "image": "image/png", "voice": "audio/amr", "video": "video/mp4",
    "file": "application/octet-stream",
}  # fmt: skip


class Uploaded(msgspec.Struct, frozen=True):
    """A file at WeCom; ``created_at`` in s. Any app of the corporation may use it."""

    media_id: str
    created_at: int = 0
    type: str = ""

    @property
    def until(self) -> int:
        """The moment (ms) from which WeCom no longer knows it."""
        return self.created_at * SECOND + MEDIA_DAYS * DAY


class _Url(msgspec.Struct, frozen=True):
    url: str


class Media:
    """Uploads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def upload(self, kind: Kind, name: str, data: bytes) -> Uploaded:
        """Upload a file for messages; it lives three days."""
        _check(kind, data)
        return self._api.upload("media/upload", Uploaded, name, data, _MIMES[kind], type=kind)

    def upload_attachment(
        self, kind: Kind, name: str, data: bytes, attachment_type: int = 1
    ) -> Uploaded:
        """Upload an attachment: 1 of moments, 2 of products; it lives three days."""
        _check(kind, data)
        query: dict[str, str | int] = {"media_type": kind, "attachment_type": attachment_type}
        return self._api.upload(
            "media/upload_attachment", Uploaded, name, data, _MIMES[kind], **query
        )

    def upload_picture(self, name: str, data: bytes) -> str:
        """Upload a picture and return its address, which lasts; some hundreds a day."""
        _check("image", data)
        return self._api.upload("media/uploadimg", _Url, name, data, _MIMES["image"]).url


def _check(kind: Kind, data: bytes) -> None:
    if not LEAST_BYTES < len(data) <= MOST_BYTES[kind]:
        raise Invalid(
            f"a {kind} of {len(data)} bytes",
            hint=f"WeCom takes more than {LEAST_BYTES} and up to {MOST_BYTES[kind]} bytes",
        )
