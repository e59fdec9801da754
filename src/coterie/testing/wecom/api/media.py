"""Files: uploaded for three days, or as pictures with an address that stays."""

from coterie.testing.wecom.call import Api, Call, Upload
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Media

_LEAST = 6
_MEGABYTE = 2**20
_MOST = {
    "image": 2 * _MEGABYTE,
    "voice": 2 * _MEGABYTE,
    "video": 10 * _MEGABYTE,
    "file": 20 * _MEGABYTE,
}


def upload(corp: Corp, call: Call) -> Json:
    """Keep a file for three days."""
    return _keep(corp, call, "type")


def upload_attachment(corp: Corp, call: Call) -> Json:
    """Keep a file for moments (1) or products (2) for three days."""
    if call.number("attachment_type") not in (1, 2):
        raise Refused(40058, "attachment_type")
    return _keep(corp, call, "media_type")


def upload_picture(corp: Corp, call: Call) -> Json:
    """Keep a picture for good; return its address."""
    file = _file(call)
    if len(file.content) > _MOST["image"]:
        raise Refused(40006)
    return {"url": f"https://wework.qpic.example/wwpic/{corp.new_id('img')}/0"}


def _keep(corp: Corp, call: Call, name: str) -> Json:
    kind, file = call.text(name, wanted=True), _file(call)
    if kind not in _MOST:
        raise Refused(40004)
    if len(file.content) > _MOST[kind]:
        raise Refused(40006)
    media_id = corp.new_id("media", 60)
    corp.media[media_id] = Media(media_id, kind, file.name, file.content, corp.seconds())
    return {"type": kind, "media_id": media_id, "created_at": str(corp.seconds())}


def _file(call: Call) -> Upload:
    if call.upload is None:
        raise Refused(44001)
    if len(call.upload.content) < _LEAST:
        raise Refused(40006)
    return call.upload


API: Api = {
    "media/upload": ("POST", upload),
    "media/upload_attachment": ("POST", upload_attachment),
    "media/uploadimg": ("POST", upload_picture),
}
