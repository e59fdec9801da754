"""Customers as members know them."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, at_most, given
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.limits import BATCH_USERS

_NO_CONTACT = 84061


class External(msgspec.Struct, frozen=True):
    """A customer. ``type``: 1 of WeChat, 2 of WeCom. ``gender``: 0 unknown, 1 male, 2 female.

    ``unionid`` comes only where the corporation is bound to an account of the open platform.
    """

    external_userid: str
    name: str = ""
    type: int = 1
    gender: int = 0
    avatar: str = ""
    unionid: str = ""
    corp_name: str = ""
    corp_full_name: str = ""
    position: str = ""


class FollowTag(msgspec.Struct, frozen=True):
    """A tag on an edge. ``type``: 1 the corporation's, 2 the member's own, 3 of a strategy."""

    tag_name: str = ""
    group_name: str = ""
    tag_id: str = ""
    type: int = 1


class Follow(msgspec.Struct, frozen=True):
    """The edge from a member to a customer; ``createtime`` in s, ``add_way`` as WeCom numbers it.

    A batch gives ``tag_id`` in place of ``tags``, and leaves out a member's own tags.
    """

    userid: str
    remark: str = ""
    description: str = ""
    createtime: int = 0
    tags: tuple[FollowTag, ...] = ()
    tag_id: tuple[str, ...] = ()
    remark_corp_name: str = ""
    remark_mobiles: tuple[str, ...] = ()
    oper_userid: str = ""
    add_way: int = 0
    state: str = ""


class Contact(msgspec.Struct, frozen=True):
    """A customer with every member who knows her."""

    external_contact: External
    follow_user: tuple[Follow, ...] = ()
    next_cursor: str = ""


class Followed(msgspec.Struct, frozen=True):
    """A customer as one member knows her."""

    external_contact: External
    follow_info: Follow


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What a member notes of a customer; what is None stays as it is.

    At most 20, 150 and 20 characters. The mobiles replace the former ones; ``("",)`` clears them.
    """

    userid: str
    external_userid: str
    remark: str | None = None
    description: str | None = None
    remark_company: str | None = None
    remark_mobiles: tuple[str, ...] | None = None


class _FollowUsers(msgspec.Struct, frozen=True):
    follow_user: tuple[str, ...] = ()


class _List(msgspec.Struct, frozen=True):
    external_userid: tuple[str, ...] = ()


class _Batch(msgspec.Struct, frozen=True):
    external_contact_list: tuple[Followed, ...] = ()
    next_cursor: str = ""


class Contacts:
    """Customers and the members who know them."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def follow_users(self) -> tuple[str, ...]:
        """Return the members in the app's range who may use customer contact."""
        return self._api.get("externalcontact/get_follow_user_list", _FollowUsers).follow_user

    def list(self, userid: str) -> tuple[str, ...]:
        """Return a member's customers; none is no error."""
        try:
            return self._api.get("externalcontact/list", _List, userid=userid).external_userid
        except WecomError as error:
            if error.errcode == _NO_CONTACT:
                return ()
            raise

    def get(self, external_userid: str) -> Contact:
        """Return a customer with all her members: above 500 of them, page by page."""
        query = {"external_userid": external_userid}
        first = page = self._api.get("externalcontact/get", Contact, **query)
        users = [*page.follow_user]
        while page.next_cursor:
            page = self._api.get("externalcontact/get", Contact, **query, cursor=page.next_cursor)
            users += page.follow_user
        return Contact(first.external_contact, tuple(users))

    def batch(self, userids: Sequence[str], cursor: str = "", limit: int = 100) -> Page[Followed]:
        """Return a page of the customers of up to 100 members."""
        at_most(userids, BATCH_USERS, "members")
        body = given(userid_list=tuple(userids), cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/batch/get_by_user", _Batch, body)
        return Page(said.external_contact_list, said.next_cursor)

    def remark(self, remark: Remark) -> None:
        """Write what a member notes of a customer; writing it again changes nothing."""
        body = {name: one for name, one in msgspec.to_builtins(remark).items() if one is not None}
        self._api.post("externalcontact/remark", Nothing, body)
