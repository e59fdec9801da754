"""Groups of customers, and the join ways that lead into them."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, at_most, given

OWNERS = 100
MOST_CHATS = 5
"""Groups behind one join way."""


class GroupRow(msgspec.Struct, frozen=True):
    """A group in a list. ``status``: 0 in order, 1 the owner left, 2 and 3 being handed over."""

    chat_id: str
    status: int = 0


class Invitor(msgspec.Struct, frozen=True):
    """Who invited somebody."""

    userid: str = ""


class GroupMember(msgspec.Struct, frozen=True):
    """Somebody in a group. ``type``: 1 a member of ours, 2 a customer; ``join_time`` in s.

    ``join_scene``: 1 invited, 2 by an invitation's link, 3 by a code; callbacks number otherwise.
    """

    userid: str
    type: int = 2
    unionid: str = ""
    join_time: int = 0
    join_scene: int = 0
    invitor: Invitor | None = None
    group_nickname: str = ""
    name: str = ""
    state: str = ""


class Admin(msgspec.Struct, frozen=True):
    """A member who helps to run a group."""

    userid: str


class Group(msgspec.Struct, frozen=True):
    """A group with everybody in it. What is told lags behind the callbacks.

    ``member_version`` is to be compared with a callback's.
    """

    chat_id: str
    name: str = ""
    owner: str = ""
    create_time: int = 0
    notice: str = ""
    member_list: tuple[GroupMember, ...] = ()
    admin_list: tuple[Admin, ...] = ()
    member_version: str = ""


class JoinWay(msgspec.Struct, frozen=True, kw_only=True):
    """A live group code's platform side, whole: an update overwrites everything.

    ``room_base_name`` (40 characters) and ``room_base_id`` name the groups that WeCom makes when
    all are full. ``scene``: 1 a button in a mini-program, 2 a QR code.
    """

    chat_id_list: tuple[str, ...]
    scene: int = 2
    remark: str = ""
    auto_create_room: int = 1
    room_base_name: str = ""
    room_base_id: int = 1
    state: str = ""
    mark_source: bool = True


class KeptJoinWay(JoinWay, frozen=True, kw_only=True):
    """A join way as WeCom holds it."""

    config_id: str
    qr_code: str = ""

    def whole(self) -> JoinWay:
        """Return what to change and write back."""
        told = msgspec.to_builtins(self)
        return msgspec.convert({name: told[name] for name in JoinWay.__struct_fields__}, JoinWay)


class _List(msgspec.Struct, frozen=True):
    group_chat_list: tuple[GroupRow, ...] = ()
    next_cursor: str = ""


class _One(msgspec.Struct, frozen=True):
    group_chat: Group


class _Id(msgspec.Struct, frozen=True):
    config_id: str


class _Kept(msgspec.Struct, frozen=True):
    join_way: KeptJoinWay


class Groups:
    """Groups and join ways. No API makes a group, or pulls a customer into one."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def list(
        self, cursor: str = "", limit: int = 1000, owners: Sequence[str] = (), status: int = 0
    ) -> Page[GroupRow]:
        """Return a page of groups. Above 1,000 members in range, ``owners`` must be named."""
        at_most(owners, OWNERS, "owners")
        narrowed = {"userid_list": tuple(owners)} if owners else None
        body = given(status_filter=status, owner_filter=narrowed, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/groupchat/list", _List, body)
        return Page(said.group_chat_list, said.next_cursor)

    def get(self, chat_id: str, *, need_name: bool = True) -> Group:
        """Return a group with everybody in it."""
        body = {"chat_id": chat_id, "need_name": int(need_name)}
        return self._api.post("externalcontact/groupchat/get", _One, body).group_chat

    def add_join_way(self, way: JoinWay) -> str:
        """Make a join way; return its id. The picture comes by ``get_join_way``."""
        return self._api.post(
            "externalcontact/groupchat/add_join_way", _Id, way, writes=True
        ).config_id

    def get_join_way(self, config_id: str) -> KeptJoinWay:
        """Return a join way as WeCom holds it."""
        body = {"config_id": config_id}
        return self._api.post("externalcontact/groupchat/get_join_way", _Kept, body).join_way

    def update_join_way(self, config_id: str, way: JoinWay) -> None:
        """Overwrite a join way: what is not in ``way`` is gone."""
        body = msgspec.to_builtins(way) | {"config_id": config_id}
        self._api.post("externalcontact/groupchat/update_join_way", Nothing, body)

    def delete_join_way(self, config_id: str) -> None:
        """Delete a join way."""
        self._api.post("externalcontact/groupchat/del_join_way", Nothing, {"config_id": config_id})
