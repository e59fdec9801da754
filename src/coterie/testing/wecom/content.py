"""What may stand in a message: text and attachments, checked as the platform checks them."""

from coterie.testing.wecom.call import Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Media

_TEXT = 4_000
_ATTACHMENTS = 9
_WANTED = {
    "link": ("title", "url"),
    "miniprogram": ("title", "pic_media_id", "appid", "page"),
    "video": ("media_id",),
    "file": ("media_id",),
    "image": (),
}
_BYTES = {"title": {"link": 128, "miniprogram": 64}, "desc": {"link": 512}, "url": {"link": 2048}}


def read_message(corp: Corp, call: Call) -> Json:
    """Return the text and attachments of a message; raises 40058, 40063 or 40007."""
    text = call.inner("text").text("content")
    if len(text.encode()) > _TEXT:
        raise Refused(40058, "text.content")
    attachments = call.given.get("attachments") or []
    if not isinstance(attachments, list) or len(attachments) > _ATTACHMENTS:
        raise Refused(40058, "attachments")
    if not text and not attachments:
        raise Refused(40063, "text or attachments")
    for each in attachments:
        check_attachment(corp, each)
    return {"text": {"content": text}, "attachments": attachments}


def check_attachment(corp: Corp, given: object) -> None:
    """Check one attachment."""
    if not isinstance(given, dict) or given.get("msgtype") not in _WANTED:
        raise Refused(40058, "attachments.msgtype")
    kind = given["msgtype"]
    inner = Call(given).inner(kind)
    for name in _WANTED[kind]:
        inner.text(name, wanted=True)
    if kind == "image" and not (inner.text("media_id") or inner.text("pic_url")):
        raise Refused(40063, "image.media_id")
    for name, most in _BYTES.items():
        if kind in most and len(inner.text(name).encode()) > most[kind]:
            raise Refused(40058, f"{kind}.{name}")
    for name in ("media_id", "pic_media_id"):
        if inner.text(name):
            media(corp, inner.text(name))


def media(corp: Corp, media_id: str) -> Media:
    """Return a file that is still kept; raises 40007."""
    found = corp.media.get(media_id)
    if found is None or corp.seconds() - found.created > corp.limits.media_life:
        raise Refused(40007)
    return found
