"""Read the XML of a callback. Pure, and safe: no entity, no document type, a bound on its size."""

from collections.abc import Callable, Iterator
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from coterie.channels.wecom.inbox import model
from coterie.channels.wecom.inbox.model import Happening, Read
from coterie.core.clock import SECOND
from coterie.core.errors import Invalid

MOST_BYTES = 400_000
"""Bytes of XML that are read; the largest real ones have some thousands."""
_LATEST = 10**11
Fields = dict[str, str]


def parse(xml: bytes) -> Element:
    """Read XML whose root is ``xml``; raises Invalid when it is none, or dangerous."""
    if len(xml) > MOST_BYTES:
        raise Invalid("this XML is too long for a callback")
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid("this is no XML of a callback") from error
    if root.tag != "xml":
        raise Invalid("this is no XML of a callback")
    return root


def sealed_in(xml: bytes) -> str:
    """Return what is sealed in the envelope of a callback; raises Invalid."""
    sealed = parse(xml).findtext("Encrypt")
    if not sealed:
        raise Invalid("this callback seals nothing")
    return sealed.strip()


def read(xml: bytes) -> Read:
    """Read a callback, opened; what is not known comes back as ``Unknown``. Raises Invalid."""
    root = parse(xml)
    fields = {child.tag: (child.text or "").strip() for child in root}
    event, change = fields.get("Event", ""), fields.get("ChangeType", "")
    make = _READERS.get((event, change)) or _READERS.get((event, "*"))
    happening: Happening
    if fields.get("MsgType") != "event" or make is None:
        happening = model.Unknown(event or fields.get("MsgType", ""), change)
    else:
        happening = make(fields, root)
    moment = _number(fields.get("CreateTime", "")) or 0
    at = moment * SECOND if 0 <= moment < _LATEST else 0
    return Read(at, happening, event or fields.get("MsgType", ""), change, of(happening))


def of(happening: Happening) -> str:
    """Return whose callbacks are applied in order with this one."""
    match happening:
        case (
            model.ContactAdded(external_userid=key)
            | model.ContactEdited(external_userid=key)
            | model.ContactDeleted(external_userid=key)
            | model.TransferFailed(external_userid=key)
            | model.AuditApproved(external_userid=key)
        ):
            return f"customer:{key}"
        case (
            model.GroupCreated(chat_id=key)
            | model.GroupDismissed(chat_id=key)
            | model.GroupChanged(chat_id=key)
        ):
            return f"group:{key}"
        case model.TagChanged():
            return "tags"
        case model.MemberChanged() | model.PartyChanged():
            return "staff"
        case model.LinkChanged(link_id=key):
            return f"link:{key}"
    return "other"


# --- one reader for each kind


def _added(half: bool) -> Callable[[Fields, Element], Happening]:
    def made(fields: Fields, _root: Element) -> Happening:
        return model.ContactAdded(
            *_edge(fields), fields.get("State", ""), fields.get("WelcomeCode", ""), half
        )

    return made


def _edited(fields: Fields, _root: Element) -> Happening:
    return model.ContactEdited(*_edge(fields))


def _deleted_by_guide(fields: Fields, _root: Element) -> Happening:
    moved = fields.get("Source") == "DELETE_BY_TRANSFER"
    return model.ContactDeleted(*_edge(fields), "transfer" if moved else "guide")


def _deleted_by_customer(fields: Fields, _root: Element) -> Happening:
    return model.ContactDeleted(*_edge(fields), "customer")


def _transfer_failed(fields: Fields, _root: Element) -> Happening:
    return model.TransferFailed(*_edge(fields), fields.get("FailReason", ""))


def _approved(fields: Fields, _root: Element) -> Happening:
    return model.AuditApproved(*_edge(fields), fields.get("WelcomeCode", ""))


def _group_made(fields: Fields, _root: Element) -> Happening:
    return model.GroupCreated(fields.get("ChatId", ""))


def _group_gone(fields: Fields, _root: Element) -> Happening:
    return model.GroupDismissed(fields.get("ChatId", ""))


def _group_changed(fields: Fields, root: Element) -> Happening:
    members = tuple(_members(root.find("MemChangeList")))
    return model.GroupChanged(
        chat_id=fields.get("ChatId", ""),
        detail=fields.get("UpdateDetail", ""),
        join_scene=_number(fields.get("JoinScene", "")),
        quit_scene=_number(fields.get("QuitScene", "")),
        count=_number(fields.get("MemChangeCnt", "")) or len(members),
        members=members,
        last_version=fields.get("LastMemVer", ""),
        version=fields.get("CurMemVer", ""),
    )


def _members(listed: Element | None) -> Iterator[str]:
    """Yield the members of a change: as items, as newer callbacks have them, or with commas."""
    if listed is None:
        return
    told = [item.text or "" for item in listed] or (listed.text or "").split(",")
    yield from dict.fromkeys(one.strip() for one in told if one.strip())


def _tag_changed(
    verb: Literal["create", "update", "delete", "shuffle"],
) -> Callable[[Fields, Element], Happening]:
    def made(fields: Fields, _root: Element) -> Happening:
        told = (fields.get(name, "") for name in ("Id", "TagType", "StrategyId"))
        return model.TagChanged(verb, *told)

    return made


def _member_changed(
    verb: Literal["created", "updated", "deleted"],
) -> Callable[[Fields, Element], Happening]:
    def made(fields: Fields, _root: Element) -> Happening:
        numbers = (_number(one) for one in fields.get("Department", "").split(","))
        return model.MemberChanged(
            verb,
            fields.get("UserID", ""),
            fields.get("NewUserID", ""),
            tuple(one for one in numbers if one is not None),
        )

    return made


def _party_changed(
    verb: Literal["created", "updated", "deleted"],
) -> Callable[[Fields, Element], Happening]:
    def made(fields: Fields, _root: Element) -> Happening:
        return model.PartyChanged(
            verb, _number(fields.get("Id", "")) or 0, _number(fields.get("ParentId", ""))
        )

    return made


def _link_changed(fields: Fields, _root: Element) -> Happening:
    return model.LinkChanged(
        fields.get("ChangeType", ""), fields.get("LinkId", ""), fields.get("State", "")
    )


_CONTACT, _CHAT = "change_external_contact", "change_external_chat"
_TAG, _STAFF = "change_external_tag", "change_contact"
_READERS: dict[tuple[str, str], Callable[[Fields, Element], Happening]] = {
    (_CONTACT, "add_external_contact"): _added(False),
    (_CONTACT, "add_half_external_contact"): _added(True),
    (_CONTACT, "edit_external_contact"): _edited,
    (_CONTACT, "del_external_contact"): _deleted_by_guide,
    (_CONTACT, "del_follow_user"): _deleted_by_customer,
    (_CONTACT, "transfer_fail"): _transfer_failed,
    (_CONTACT, "msg_audit_approved"): _approved,
    (_CHAT, "create"): _group_made,
    (_CHAT, "update"): _group_changed,
    (_CHAT, "dismiss"): _group_gone,
    (_TAG, "create"): _tag_changed("create"),
    (_TAG, "update"): _tag_changed("update"),
    (_TAG, "delete"): _tag_changed("delete"),
    (_TAG, "shuffle"): _tag_changed("shuffle"),
    (_STAFF, "create_user"): _member_changed("created"),
    (_STAFF, "update_user"): _member_changed("updated"),
    (_STAFF, "delete_user"): _member_changed("deleted"),
    (_STAFF, "create_party"): _party_changed("created"),
    (_STAFF, "update_party"): _party_changed("updated"),
    (_STAFF, "delete_party"): _party_changed("deleted"),
    ("customer_acquisition", "*"): _link_changed,
}


def _edge(fields: Fields) -> tuple[str, str]:
    return fields.get("UserID", ""), fields.get("ExternalUserID", "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
