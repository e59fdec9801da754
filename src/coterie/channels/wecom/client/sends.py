"""Mass sends: made here, sent only when the member confirms each in WeCom."""

from typing import Any

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, at_most, given
from coterie.channels.wecom.client.parts import MOST_ATTACHMENTS, Attachment, Text, told

CUSTOMERS, CHATS = 10_000, 2_000
"""What one send names at most."""


class TagFilter(msgspec.Struct, frozen=True):
    """Which customers by tags: one of each group of tags, and that of all groups."""

    group_list: tuple["TagsOf", ...]


class TagsOf(msgspec.Struct, frozen=True):
    """Tags of which one is enough; up to 100."""

    tag_list: tuple[str, ...]


class MassSend(msgspec.Struct, frozen=True, kw_only=True):
    """What to send to whom. ``chat_type``: ``single`` or ``group``.

    ``sender`` alone means all her customers. ``allow_select`` lets her leave somebody out.
    """

    chat_type: str = "single"
    external_userid: tuple[str, ...] = ()
    chat_id_list: tuple[str, ...] = ()
    tag_filter: TagFilter | None = None
    sender: str = ""
    allow_select: bool = False
    text: Text | None = None
    attachments: tuple[Attachment, ...] = ()


class Created(msgspec.Struct, frozen=True):
    """The send that was made, and whom it cannot reach at all."""

    msgid: str
    fail_list: tuple[str, ...] = ()


class SendRow(msgspec.Struct, frozen=True):
    """A send in a list; ``create_type``: 0 the corporation's, 1 a member's own."""

    msgid: str
    creator: str = ""
    create_time: int = 0
    create_type: int = 0
    text: Text | None = None


class SendTask(msgspec.Struct, frozen=True):
    """A member's part of a send. ``status``: 0 not yet sent, 2 sent; ``send_time`` in s."""

    userid: str
    status: int = 0
    send_time: int = 0


class SendResult(msgspec.Struct, frozen=True):
    """What became of it for one: 0 not sent, 1 sent, 2 no contact any more, 3 her quota is full."""

    status: int
    external_userid: str = ""
    chat_id: str = ""
    userid: str = ""
    send_time: int = 0


class _List(msgspec.Struct, frozen=True):
    group_msg_list: tuple[SendRow, ...] = ()
    next_cursor: str = ""


class _Tasks(msgspec.Struct, frozen=True):
    task_list: tuple[SendTask, ...] = ()
    next_cursor: str = ""


class _Results(msgspec.Struct, frozen=True):
    send_list: tuple[SendResult, ...] = ()
    next_cursor: str = ""


class Sends:
    """Mass sends to customers and groups."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, send: MassSend) -> Created:
        """Make a send that waits for its members."""
        at_most(send.external_userid, CUSTOMERS, "customers")
        at_most(send.chat_id_list, CHATS, "groups")
        at_most(send.attachments, MOST_ATTACHMENTS, "attachments")
        body: dict[str, Any] = given(
            chat_type=send.chat_type,
            external_userid=send.external_userid,
            chat_id_list=send.chat_id_list,
            tag_filter=send.tag_filter,
            sender=send.sender,
            allow_select=send.allow_select,
            text=send.text,
            attachments=tuple(told(one) for one in send.attachments),
        )
        return self._api.post("externalcontact/add_msg_template", Created, body, writes=True)

    def list(
        self,
        chat_type: str,
        start_time: int,
        end_time: int,
        *,
        creator: str = "",
        filter_type: int = 2,
        cursor: str = "",
        limit: int = 100,
    ) -> Page[SendRow]:
        """Return a page of the sends of a month at most (s). ``filter_type``: 0 the corporation's.

        1 are members' own, 2 are all.
        """
        body = given(
            chat_type=chat_type,
            start_time=start_time,
            end_time=end_time,
            creator=creator,
            filter_type=filter_type,
            cursor=cursor,
            limit=limit,
        )
        said = self._api.post("externalcontact/get_groupmsg_list_v2", _List, body)
        return Page(said.group_msg_list, said.next_cursor)

    def task(self, msgid: str, cursor: str = "", limit: int = 1000) -> Page[SendTask]:
        """Return a page of a send's members, and whether each has sent it."""
        body = given(msgid=msgid, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/get_groupmsg_task", _Tasks, body)
        return Page(said.task_list, said.next_cursor)

    def result(
        self, msgid: str, userid: str, cursor: str = "", limit: int = 1000
    ) -> Page[SendResult]:
        """Return a page of what became of a member's part."""
        body = given(msgid=msgid, userid=userid, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/get_groupmsg_send_result", _Results, body)
        return Page(said.send_list, said.next_cursor)

    def remind(self, msgid: str) -> None:
        """Remind those who have not confirmed; three times a day at most."""
        body = {"msgid": msgid}
        self._api.post("externalcontact/remind_groupmsg_send", Nothing, body, writes=True)

    def cancel(self, msgid: str) -> None:
        """Stop what is not sent yet."""
        self._api.post("externalcontact/cancel_groupmsg_send", Nothing, {"msgid": msgid})
