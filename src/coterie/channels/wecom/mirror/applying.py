"""What each callback says to the mirror. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coterie.channels.wecom.inbox.model import (
    Callback,
    ContactAdded,
    ContactDeleted,
    ContactEdited,
    GroupChanged,
    GroupCreated,
    GroupDismissed,
    MemberChanged,
    PartyChanged,
    TagChanged,
    TransferFailed,
)
from coterie.channels.wecom.mirror.chats.service import ToldOfChat
from coterie.channels.wecom.mirror.chats.versions import Link
from coterie.channels.wecom.mirror.edges.service import Told
from coterie.channels.wecom.mirror.marks import Kind, Mark
from coterie.channels.wecom.mirror.reading import CAME, WENT

_ENDED: dict[str, Kind] = {
    "guide": "by_guide",
    "customer": "by_customer",
    "transfer": "transferred",
}


@dataclass
class Heard:
    """A batch of callbacks by what it concerns.

    ``came`` are the adds, for the welcomes; ``left`` and ``renamed`` members of the corporation;
    ``staff`` and ``tags`` say that these lists are to be read anew.
    """

    edges: list[Told] = field(default_factory=list)
    chats: list[ToldOfChat] = field(default_factory=list)
    came: list[tuple[Callback, ContactAdded]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    staff: bool = False
    tags: bool = False


def hear(callbacks: Sequence[Callback]) -> Heard:
    """Sort callbacks by what they concern, each part in their order."""
    heard = Heard()
    for one in callbacks:
        match one.happening:
            case ContactAdded() as added:
                heard.came.append((one, added))
                kind: Kind = "half" if added.half else "begun"
                mark = Mark(one.at, kind, state=added.state)
                heard.edges.append(Told(added.userid, added.external_userid, mark))
            case ContactEdited(userid=guide, external_userid=external):
                heard.edges.append(Told(guide, external))
            case ContactDeleted(userid=guide, external_userid=external, by=by):
                heard.edges.append(Told(guide, external, Mark(one.at, _ENDED[by])))
            case TransferFailed(userid=guide, external_userid=external, reason=reason):
                mark = Mark(one.at, "refused", detail=reason)
                heard.edges.append(Told(guide, external, mark))
            case GroupCreated(chat_id=chat_id):
                heard.chats.append(ToldOfChat(chat_id, reread=True))
            case GroupDismissed(chat_id=chat_id):
                heard.chats.append(ToldOfChat(chat_id, dismissed=one.at))
            case GroupChanged() as changed:
                heard.chats.append(_changed(one.at, changed))
            case TagChanged():
                heard.tags = True
            case MemberChanged(verb="deleted", userid=userid):
                heard.left.append(userid)
            case MemberChanged(userid=userid, new_userid=new):
                heard.staff = True
                if new and new != userid:
                    heard.renamed.append((userid, new))
            case PartyChanged():
                heard.staff = True
            case _:
                pass
    return heard


def _changed(at: int, told: GroupChanged) -> ToldOfChat:
    """Say what changed in a group; what it does not tell is to be read."""
    if told.detail not in ("add_member", "del_member"):
        return ToldOfChat(told.chat_id, reread=True)
    kind: Kind = "begun" if told.detail == "add_member" else "left"
    scenes, number = (CAME, told.join_scene) if kind == "begun" else (WENT, told.quit_scene)
    scene = "" if number is None else scenes.get(number, "")
    marks = {one: Mark(at, kind, state=scene) for one in told.members}
    link = Link(told.last_version, told.version, at) if told.version else None
    return ToldOfChat(told.chat_id, marks, link, reread=len(marks) < told.count or link is None)
