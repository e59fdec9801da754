"""Welcomes: one for a code, within 20 seconds; and the templates of groups' welcomes."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.content import check_attachment, read_message
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json

_KINDS = ("image", "link", "miniprogram", "file", "video")


def send(corp: Corp, call: Call) -> Json:
    """Send the welcome that a code stands for."""
    code = corp.codes.get(call.text("welcome_code", wanted=True))
    message = read_message(corp, call)
    if code is None or corp.now() - code.issued > corp.limits.welcome_life * 1_000:
        corp.note("welcome_refused", code=call.text("welcome_code"), errcode=41050)
        raise Refused(41050)
    pair = (code.userid, code.external_userid)
    edge = corp.edges.get(pair)
    if edge is None or edge.chatted or pair in corp.welcomed:
        corp.note("welcome_refused", userid=pair[0], external_userid=pair[1], code=code.code,
                  errcode=41051)  # fmt: skip
        raise Refused(41051)
    if corp.busy_welcomes:
        corp.busy_welcomes -= 1
        raise Refused(41096)
    corp.welcomed[pair] = corp.now()
    corp.talk(*pair, "guide", message)
    corp.note("welcome", userid=pair[0], external_userid=pair[1], code=code.code,
              after=corp.now() - code.issued, message=message)  # fmt: skip
    return {}


def add_template(corp: Corp, call: Call) -> Json:
    """Keep a welcome for groups."""
    if len(corp.group_templates) >= corp.limits.welcome_templates:
        raise Refused(41055)
    template = _template(corp, call)
    made = corp.new_id("msg")
    corp.group_templates[made] = template
    return {"template_id": made}


def edit_template(corp: Corp, call: Call) -> Json:
    """Put another in its place."""
    corp.group_templates[_known(corp, call)] = _template(corp, call)
    return {}


def get_template(corp: Corp, call: Call) -> Json:
    """Tell one."""
    return dict(corp.group_templates[_known(corp, call)])


def delete_template(corp: Corp, call: Call) -> Json:
    """Take one away."""
    del corp.group_templates[_known(corp, call)]
    return {}


def _known(corp: Corp, call: Call) -> str:
    template_id = call.text("template_id", wanted=True)
    if template_id not in corp.group_templates:
        raise Refused(40058, "template_id")
    return template_id


def _template(corp: Corp, call: Call) -> Json:
    text = call.inner("text").text("content")
    kind = next((each for each in _KINDS if call.given.get(each)), "")
    if not text and not kind:
        raise Refused(40063, "text")
    if len(text.encode()) > 3_000:
        raise Refused(40058, "text.content")
    told: Json = {"text": {"content": text}}
    if kind:
        check_attachment(corp, {"msgtype": kind, kind: call.given[kind]})
        told[kind] = call.given[kind]
    return told


API: Api = {
    "externalcontact/send_welcome_msg": ("POST", send),
    "externalcontact/group_welcome_template/add": ("POST", add_template),
    "externalcontact/group_welcome_template/edit": ("POST", edit_template),
    "externalcontact/group_welcome_template/get": ("POST", get_template),
    "externalcontact/group_welcome_template/del": ("POST", delete_template),
}
