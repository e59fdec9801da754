"""Materials as WeCom takes them: uploaded once in three days, and put beside the words."""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.channels.wecom.client.media import Kind, Uploaded
from coterie.channels.wecom.client.parts import Attachment, File, Image, Link, Video
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends import store
from coterie.channels.wecom.sends.ports import Piece, Pieces
from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR
from coterie.core.errors import Invalid
from coterie.storage.database import Database

_SPARE = HOUR
"""An upload that the platform forgets sooner than this is made anew."""
_KINDS: dict[str, Kind] = {"image": "image", "video": "video", "file": "file"}


@dataclass(frozen=True)
class Attaching:
    """Uploads what materials are made of; call it outside any transaction."""

    database: Database
    client: Wecom
    pieces: Pieces

    def attach(
        self, materials: Sequence[str], now: int, *, moment: bool = False
    ) -> tuple[Attachment, ...]:
        """Return materials as attachments, for a ``moment`` as those are uploaded."""
        if not materials:
            return ()
        with self.database.read(CLOCK, now) as work:
            found = self.pieces(work, materials)
        return tuple(self._part(piece, now, moment=moment) for piece in found)

    def _part(self, piece: Piece, now: int, *, moment: bool) -> Attachment:
        if piece.kind == "link":
            return Link(title=piece.title, url=piece.url, picurl=piece.picture, desc=piece.text)
        kind = _KINDS.get(piece.kind)
        if kind is None or piece.path is None:
            raise Invalid(f"a {piece.kind} cannot be attached", path="materials")
        media = self._media(piece, kind, now, moment=moment)
        if kind == "image":
            return Image(media_id=media)
        return Video(media_id=media) if kind == "video" else File(media_id=media)

    def _media(self, piece: Piece, kind: Kind, now: int, *, moment: bool) -> str:
        digest = f"{'moment' if moment else 'message'}/{piece.digest}"
        with self.database.read(CLOCK, now) as work:
            kept = store.media(work, digest, now + _SPARE)
        if kept is not None:
            return kept
        uploaded = self._upload(piece, kind, moment=moment)
        with self.database.begin(CLOCK, now) as work:
            store.keep_media(work, digest, uploaded.media_id, uploaded.until)
        return uploaded.media_id

    def _upload(self, piece: Piece, kind: Kind, *, moment: bool) -> Uploaded:
        if piece.path is None:
            raise Invalid("there are no bytes to upload", path="materials")
        data, name = piece.path.read_bytes(), piece.name or piece.path.name
        if moment:
            return self.client.media.upload_attachment(kind, name, data)
        return self.client.media.upload(kind, name, data)
