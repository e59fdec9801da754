"""Handing customers and groups over: from somebody at work, or from somebody who has left."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, Page, at_most, given
from coterie.channels.wecom.client.limits import TRANSFER_CUSTOMERS, TRANSFER_GROUPS

DONE, WAITING, REFUSED, FULL, NEVER = 1, 2, 3, 4, 5
"""What a handover's result says: done, she may still refuse, she refused, the new member has all
the customers a member may have, there was none."""


class Handed(msgspec.Struct, frozen=True):
    """Whether one handover began: errcode 0, then she has 24 hours to refuse."""

    external_userid: str
    errcode: int = 0


class TransferResult(msgspec.Struct, frozen=True):
    """How one handover stands; ``takeover_time`` in s."""

    external_userid: str
    status: int
    takeover_time: int = 0


class Unassigned(msgspec.Struct, frozen=True):
    """A customer whose member has left; ``dimission_time`` in s."""

    handover_userid: str
    external_userid: str
    dimission_time: int = 0


class FailedChat(msgspec.Struct, frozen=True):
    """A group that was not handed over, and why."""

    chat_id: str
    errcode: int
    errmsg: str = ""


class _Handed(msgspec.Struct, frozen=True):
    customer: tuple[Handed, ...] = ()


class _Results(msgspec.Struct, frozen=True):
    customer: tuple[TransferResult, ...] = ()
    next_cursor: str = ""


class _Unassigned(msgspec.Struct, frozen=True):
    info: tuple[Unassigned, ...] = ()
    next_cursor: str = ""
    is_last: bool = False


class _Chats(msgspec.Struct, frozen=True):
    failed_chat_list: tuple[FailedChat, ...] = ()


class Transfers:
    """Handovers. ``resigned``: the member has left; else both are at work."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def customers(
        self,
        handover_userid: str,
        takeover_userid: str,
        external_userids: Sequence[str],
        *,
        message: str = "",
        resigned: bool = False,
    ) -> tuple[Handed, ...]:
        """Begin to hand up to 100 customers over; ``message`` (200 characters) only at work."""
        at_most(external_userids, TRANSFER_CUSTOMERS, "customers")
        body = given(
            handover_userid=handover_userid,
            takeover_userid=takeover_userid,
            external_userid=tuple(external_userids),
            transfer_success_msg="" if resigned else message,
        )
        api = f"externalcontact/{_of(resigned)}transfer_customer"
        return self._api.post(api, _Handed, body, writes=True).customer

    def result(
        self,
        handover_userid: str,
        takeover_userid: str,
        cursor: str = "",
        *,
        resigned: bool = False,
    ) -> Page[TransferResult]:
        """Return a page of how the handovers between two members stand."""
        body = given(
            handover_userid=handover_userid, takeover_userid=takeover_userid, cursor=cursor
        )
        api = f"externalcontact/{_of(resigned)}transfer_result"
        said = self._api.post(api, _Results, body)
        return Page(said.customer, said.next_cursor)

    def unassigned(self, cursor: str = "", page_size: int = 1000) -> Page[Unassigned]:
        """Return a page of the customers whose member has left, within the last year."""
        body = given(cursor=cursor, page_size=page_size)
        said = self._api.post("externalcontact/get_unassigned_list", _Unassigned, body)
        return Page(said.info, "" if said.is_last else said.next_cursor)

    def groups(
        self, chat_ids: Sequence[str], new_owner: str, *, resigned: bool = False
    ) -> tuple[FailedChat, ...]:
        """Give up to 100 groups another owner; return those that were not. 300 an owner a day."""
        at_most(chat_ids, TRANSFER_GROUPS, "groups")
        body = {"chat_id_list": tuple(chat_ids), "new_owner": new_owner}
        verb = "transfer" if resigned else "onjob_transfer"
        api = f"externalcontact/groupchat/{verb}"
        return self._api.post(api, _Chats, body, writes=True).failed_chat_list


def _of(resigned: bool) -> str:
    return "resigned/" if resigned else ""
