"""Moments: made here, posted when the member confirms each; likes and comments come later."""

from typing import Any

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, at_most, given
from coterie.channels.wecom.client.parts import Attachment, Text, told

PICTURES = 9
MADE, MAKING, OVER = 1, 2, 3
"""What a job's status says: begun, under way, over. (WeCom's numbers.)"""


class MomentTask(msgspec.Struct, frozen=True, kw_only=True):
    """What to post, by whom, for whom: 9 pictures, or one video, or one link.

    ``visible_tags`` narrows it to customers who have one of them.
    """

    text: Text | None = None
    attachments: tuple[Attachment, ...] = ()
    users: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    visible_tags: tuple[str, ...] = ()


class InvalidSenders(msgspec.Struct, frozen=True):
    """Members and departments that cannot post it."""

    user_list: tuple[str, ...] = ()
    department_list: tuple[int, ...] = ()


class JobResult(msgspec.Struct, frozen=True):
    """What a job made, or why not."""

    errcode: int = 0
    errmsg: str = ""
    moment_id: str = ""
    invalid_sender_list: InvalidSenders = InvalidSenders()


class MomentJob(msgspec.Struct, frozen=True):
    """How the making of a moment stands; a job is kept for 24 hours."""

    status: int
    type: str = ""
    result: JobResult = JobResult()


class MomentRow(msgspec.Struct, frozen=True):
    """A moment in a list; ``create_type``: 0 the corporation's, 1 a member's own."""

    moment_id: str
    creator: str = ""
    create_time: int = 0
    create_type: int = 0
    visible_type: int = 0


class MomentTaskRow(msgspec.Struct, frozen=True):
    """A member's part. ``publish_status``: 0 not yet, 1 posted."""

    userid: str
    publish_status: int = 0


class MomentSeen(msgspec.Struct, frozen=True):
    """A customer who can see a member's post."""

    external_userid: str
    userid: str = ""
    create_time: int = 0


class Reaction(msgspec.Struct, frozen=True):
    """A like or a comment, of a customer or a member."""

    external_userid: str = ""
    userid: str = ""
    create_time: int = 0


class Reactions(msgspec.Struct, frozen=True):
    """What a member's post brought."""

    comment_list: tuple[Reaction, ...] = ()
    like_list: tuple[Reaction, ...] = ()


class _Job(msgspec.Struct, frozen=True):
    jobid: str


class _List(msgspec.Struct, frozen=True):
    moment_list: tuple[MomentRow, ...] = ()
    next_cursor: str = ""


class _Tasks(msgspec.Struct, frozen=True):
    task_list: tuple[MomentTaskRow, ...] = ()
    next_cursor: str = ""


class _Customers(msgspec.Struct, frozen=True):
    customer_list: tuple[MomentSeen, ...] = ()
    next_cursor: str = ""


class Moments:
    """Moments of the corporation."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, task: MomentTask) -> str:
        """Begin to make a moment; return the job's id."""
        at_most(task.attachments, PICTURES, "attachments")
        sender = given(user_list=task.users, department_list=task.departments)
        body: dict[str, Any] = given(
            text=task.text,
            attachments=tuple(told(one) for one in task.attachments),
            visible_range=given(
                sender_list=sender or None,
                external_contact_list={"tag_list": task.visible_tags}
                if task.visible_tags
                else None,
            )
            or None,
        )
        return self._api.post("externalcontact/add_moment_task", _Job, body, writes=True).jobid

    def job(self, jobid: str) -> MomentJob:
        """Return how a job stands."""
        return self._api.get("externalcontact/get_moment_task_result", MomentJob, jobid=jobid)

    def list(
        self, start_time: int, end_time: int, cursor: str = "", limit: int = 100
    ) -> Page[MomentRow]:
        """Return a page of the moments of 30 days at most (s)."""
        body = given(start_time=start_time, end_time=end_time, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/get_moment_list", _List, body)
        return Page(said.moment_list, said.next_cursor)

    def tasks(self, moment_id: str, cursor: str = "", limit: int = 1000) -> Page[MomentTaskRow]:
        """Return a page of a moment's members, and whether each has posted it."""
        body = given(moment_id=moment_id, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/get_moment_task", _Tasks, body)
        return Page(said.task_list, said.next_cursor)

    def customers(
        self, moment_id: str, userid: str, cursor: str = "", limit: int = 1000
    ) -> Page[MomentSeen]:
        """Return a page of whom a member's post is meant for."""
        return self._seen("get_moment_customer_list", moment_id, userid, cursor, limit)

    def results(
        self, moment_id: str, userid: str, cursor: str = "", limit: int = 1000
    ) -> Page[MomentSeen]:
        """Return a page of who can see a member's post."""
        return self._seen("get_moment_send_result", moment_id, userid, cursor, limit)

    def reactions(self, moment_id: str, userid: str) -> Reactions:
        """Return the likes and comments of a member's post."""
        body = {"moment_id": moment_id, "userid": userid}
        return self._api.post("externalcontact/get_moment_comments", Reactions, body)

    def cancel(self, moment_id: str) -> None:
        """Stop what is not posted yet."""
        self._api.post("externalcontact/cancel_moment_task", Nothing, {"moment_id": moment_id})

    def _seen(
        self, verb: str, moment_id: str, userid: str, cursor: str, limit: int
    ) -> Page[MomentSeen]:
        body = given(moment_id=moment_id, userid=userid, cursor=cursor, limit=limit)
        said = self._api.post(f"externalcontact/{verb}", _Customers, body)
        return Page(said.customer_list, said.next_cursor)
