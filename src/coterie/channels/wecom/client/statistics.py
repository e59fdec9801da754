"""What WeCom counts itself: members' talks by day, groups by owner or by day."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, at_most, given

USERS = 100


class Behaviour(msgspec.Struct, frozen=True):
    """A day (``stat_time``, s) of some members together; times of reply in minutes."""

    stat_time: int
    chat_cnt: int = 0
    message_cnt: int = 0
    reply_percentage: float = 0
    avg_reply_time: int = 0
    negative_feedback_cnt: int = 0
    new_apply_cnt: int = 0
    new_contact_cnt: int = 0


class GroupCounts(msgspec.Struct, frozen=True):
    """Groups of one owner, or of all on one day."""

    new_chat_cnt: int = 0
    chat_total: int = 0
    chat_has_msg: int = 0
    new_member_cnt: int = 0
    member_total: int = 0
    member_has_msg: int = 0
    msg_total: int = 0


class OfOwner(msgspec.Struct, frozen=True):
    """The groups of one owner."""

    owner: str
    data: GroupCounts


class OwnersPage(msgspec.Struct, frozen=True):
    """A page by owner; ``next_offset`` equals ``total`` at the end."""

    total: int = 0
    next_offset: int = 0
    items: tuple[OfOwner, ...] = ()


class _Behaviours(msgspec.Struct, frozen=True):
    behavior_data: tuple[Behaviour, ...] = ()


class Statistics:
    """What WeCom counts; from yesterday back 180 days."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def behaviour(
        self, userids: Sequence[str], start_time: int, end_time: int
    ) -> tuple[Behaviour, ...]:
        """Return the days of up to 100 members together; 30 days at most."""
        at_most(userids, USERS, "members")
        body = {"userid": tuple(userids), "start_time": start_time, "end_time": end_time}
        api = "externalcontact/get_user_behavior_data"
        return self._api.post(api, _Behaviours, body).behavior_data

    def groups(
        self, day_begin_time: int, owners: Sequence[str], day_end_time: int = 0, offset: int = 0
    ) -> OwnersPage:
        """Return a page of what the groups of these owners did."""
        at_most(owners, USERS, "owners")
        body = given(
            day_begin_time=day_begin_time,
            day_end_time=day_end_time or None,
            owner_filter={"userid_list": tuple(owners)},
            offset=offset,
            limit=1000,
        )
        return self._api.post("externalcontact/groupchat/statistic", OwnersPage, body)
