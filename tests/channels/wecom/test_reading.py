"""Every event of WeCom, read from XML as it comes; and what nobody should be able to send."""

import pytest

from coterie.channels.wecom.inbox import model
from coterie.channels.wecom.inbox.reading import MOST_BYTES, read, sealed_in
from coterie.core.errors import Invalid

CAPTURED = (
    "<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType>"
    "<Event><![CDATA[change_external_chat]]></Event><ChatId><![CDATA[wr1]]></ChatId>"
    "<ChangeType><![CDATA[update]]></ChangeType>"
    "<UpdateDetail><![CDATA[add_member]]></UpdateDetail><JoinScene>3</JoinScene>"
    "<MemChangeCnt>1</MemChangeCnt>"
    "<MemChangeList><Item><![CDATA[wmABC]]></Item></MemChangeList>"
    "<LastMemVer><![CDATA[9c3f]]></LastMemVer><CurMemVer><![CDATA[8d2e]]></CurMemVer></xml>"
)
"""Captured from a real corporation (WxJava, issue 3877), ids replaced."""


def xml(event: str, change: str, at: int = 1_767_225_600, **fields: str) -> bytes:
    inner = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in fields.items())
    head = "<ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><MsgType>event</MsgType>"
    named = f"<CreateTime>{at}</CreateTime><Event>{event}</Event>"
    kind = f"<ChangeType>{change}</ChangeType>" if change else ""
    return f"<xml>{head}{named}{kind}{inner}</xml>".encode()


EDGE = {"UserID": "anna", "ExternalUserID": "wm1"}
CONTACT, CHAT = "change_external_contact", "change_external_chat"
TAG, STAFF = "change_external_tag", "change_contact"
EVENTS = [
    (xml(CONTACT, "add_external_contact", **EDGE, State="c1", WelcomeCode="w"),
     model.ContactAdded("anna", "wm1", "c1", "w"), "customer:wm1"),
    (xml(CONTACT, "add_external_contact", **EDGE), model.ContactAdded("anna", "wm1"),
     "customer:wm1"),
    (xml(CONTACT, "add_half_external_contact", **EDGE, State="c1"),
     model.ContactAdded("anna", "wm1", "c1", half=True), "customer:wm1"),
    (xml(CONTACT, "edit_external_contact", **EDGE), model.ContactEdited("anna", "wm1"),
     "customer:wm1"),
    (xml(CONTACT, "del_external_contact", **EDGE), model.ContactDeleted("anna", "wm1", "guide"),
     "customer:wm1"),
    (xml(CONTACT, "del_external_contact", **EDGE, Source="DELETE_BY_TRANSFER"),
     model.ContactDeleted("anna", "wm1", "transfer"), "customer:wm1"),
    (xml(CONTACT, "del_follow_user", **EDGE), model.ContactDeleted("anna", "wm1", "customer"),
     "customer:wm1"),
    (xml(CONTACT, "transfer_fail", **EDGE, FailReason="customer_refused"),
     model.TransferFailed("anna", "wm1", "customer_refused"), "customer:wm1"),
    (xml(CONTACT, "msg_audit_approved", **EDGE), model.AuditApproved("anna", "wm1"),
     "customer:wm1"),
    (xml(CHAT, "create", ChatId="wr1"), model.GroupCreated("wr1"), "group:wr1"),
    (xml(CHAT, "dismiss", ChatId="wr1"), model.GroupDismissed("wr1"), "group:wr1"),
    (CAPTURED.encode(), model.GroupChanged(
        "wr1", "add_member", 3, None, 1, ("wmABC",), "9c3f", "8d2e"), "group:wr1"),
    (xml(CHAT, "update", ChatId="wr1", UpdateDetail="del_member", QuitScene="1",
         MemChangeCnt="2", MemChangeList="wm1,wm2"),
     model.GroupChanged("wr1", "del_member", None, 1, 2, ("wm1", "wm2")), "group:wr1"),
    (xml(CHAT, "update", ChatId="wr1", UpdateDetail="change_owner"),
     model.GroupChanged("wr1", "change_owner"), "group:wr1"),
    (xml(TAG, "create", Id="et1", TagType="tag"), model.TagChanged("create", "et1", "tag"),
     "tags"),
    (xml(TAG, "update", Id="et1", TagType="tag_group", StrategyId="7"),
     model.TagChanged("update", "et1", "tag_group", "7"), "tags"),
    (xml(TAG, "delete", Id="et1", TagType="tag"), model.TagChanged("delete", "et1", "tag"),
     "tags"),
    (xml(TAG, "shuffle", Id="et1"), model.TagChanged("shuffle", "et1"), "tags"),
    (xml(STAFF, "create_user", UserID="bo", Department="1,7"),
     model.MemberChanged("created", "bo", departments=(1, 7)), "staff"),
    (xml(STAFF, "update_user", UserID="bo", NewUserID="bob"),
     model.MemberChanged("updated", "bo", "bob"), "staff"),
    (xml(STAFF, "delete_user", UserID="bo"), model.MemberChanged("deleted", "bo"), "staff"),
    (xml(STAFF, "create_party", Id="7", ParentId="1"), model.PartyChanged("created", 7, 1),
     "staff"),
    (xml(STAFF, "update_party", Id="7"), model.PartyChanged("updated", 7), "staff"),
    (xml(STAFF, "delete_party", Id="7"), model.PartyChanged("deleted", 7), "staff"),
    (xml("customer_acquisition", "friend_request", LinkId="ca1"),
     model.LinkChanged("friend_request", "ca1"), "link:ca1"),
    (xml("sys_approval_change", ""), model.Unknown("sys_approval_change"), "other"),
    (xml(CONTACT, "something_new", **EDGE), model.Unknown(CONTACT, "something_new"), "other"),
    (b"<xml><MsgType>text</MsgType><Content>hello</Content></xml>", model.Unknown("text"),
     "other"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "happening", "of"), EVENTS)
def test_every_event_is_read(told: bytes, happening: model.Happening, of: str) -> None:
    found = read(told)
    assert found.happening == happening
    assert found.of == of
    assert found.at in (1_767_225_600_000, 0)


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "１"])
def test_a_number_that_is_none_is_left_out(number: str) -> None:
    told = xml(CHAT, "update", ChatId="wr1", JoinScene=number, MemChangeCnt=number)
    changed = read(told).happening
    assert isinstance(changed, model.GroupChanged)
    assert changed.join_scene is None
    assert changed.count == 0


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"hello",
        b"<xml>",
        b"<json/>",
        b"\xff\xfe<xml/>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        b'<?xml version="1.0" encoding="klingon"?><xml/>',
        b"<xml>" + b"<a>" * MOST_BYTES + b"</xml>",
    ],
)
def test_what_is_no_callback_is_refused(hostile: bytes) -> None:
    with pytest.raises(Invalid):
        read(hostile)
    with pytest.raises(Invalid):
        sealed_in(hostile)


def test_an_envelope_without_anything_sealed_is_refused() -> None:
    with pytest.raises(Invalid):
        sealed_in(b"<xml><ToUserName>ww1</ToUserName></xml>")
    assert sealed_in(b"<xml><Encrypt><![CDATA[ab+/=]]></Encrypt></xml>") == "ab+/="
