"""What guides confirm, refuse and post; what customers answer; and the administrator's tags."""

from collections.abc import Collection, Sequence

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.testing.wecom import quota
from coterie.testing.wecom.acts.base import World, deed
from coterie.testing.wecom.api import tags
from coterie.testing.wecom.api.sends import NO_FRIEND, OVER_QUOTA, SENT
from coterie.testing.wecom.model import Json, Moment, Tag
from coterie.testing.wecom.passing import REFUSED, WAITING, fail_transfer


class Sending(World):
    """Everything that waits for somebody's tap."""

    @deed
    def sends_of(self, userid: str) -> list[Json]:
        """Tell what a guide is asked to send and has not."""
        return [
            {"msgid": one.msgid, "chat_type": one.chat_type, "text": one.given["text"],
             "receivers": list(one.tasks[userid].rows)}
            for one in self.corp.sends.values()
            if userid in one.tasks and not one.tasks[userid].confirmed and not one.cancelled
        ]  # fmt: skip

    @deed
    def confirm_send(
        self, msgid: str, userid: str, *, only: Collection[str] | None = None
    ) -> dict[str, int]:
        """Confirm as the guide what she was asked to send; return what became of each.

        1 sent, 2 no friend any more, 3 over the quota. ``only`` some of them: where the sender
        of the task may choose.
        """
        corp = self.corp
        send = corp.sends.get(msgid)
        if send is None or userid not in send.tasks:
            raise NotFound(f"{userid} is not asked to send {msgid}")
        task = send.tasks[userid]
        if send.cancelled or task.confirmed:
            raise Conflict("this was cancelled, or is confirmed already")
        if only is not None and not send.given["allow_select"]:
            raise Invalid("who gets this may not be changed", path="only")
        told = {}
        for receiver, row in task.rows.items():
            if only is not None and receiver not in only:
                continue
            row["status"] = told[receiver] = self._send(send.chat_type, userid, receiver)
            if row["status"] == SENT:
                row["send_time"] = corp.seconds()
                if send.chat_type == "single":
                    shown = {"text": send.given["text"], "attachments": send.given["attachments"]}
                    corp.talk(userid, receiver, "guide", shown)
                corp.note("send", msgid=msgid, userid=userid, receiver=receiver,
                          message=send.given["text"])  # fmt: skip
        task.confirmed = corp.seconds()
        return told

    @deed
    def personal_send(self, userid: str, receivers: Sequence[str]) -> int:
        """Send a mass message of the guide's own: it counts towards the same quota."""
        done = 0
        for each in receivers:
            if quota.left(self.corp, each, self.corp.now()) > 0:
                quota.spend(self.corp, each, self.corp.now())
                done += 1
        self.corp.note("personal_send", userid=userid, sent=done)
        return done

    @deed
    def refuse_transfer(self, takeover: str, external_userid: str) -> None:
        """Refuse as the customer to be handed over to another guide."""
        for one in self.corp.transfers:
            if (one.takeover, one.external_userid, one.status) == (
                takeover, external_userid, WAITING,
            ):  # fmt: skip
                fail_transfer(self.corp, one, REFUSED, "customer_refused")
                return
        raise NotFound(f"{external_userid} is not being handed over to {takeover}")

    @deed
    def publish_moment(self, moment_id: str, userid: str) -> int:
        """Publish as the guide what she was asked to; return how many may see it."""
        moment = self._moment(moment_id)
        if moment.cancelled or userid not in moment.senders:
            raise NotFound(f"{userid} is not asked to publish {moment_id}")
        if userid in moment.published:
            raise Conflict(f"{userid} has published this already")
        moment.published[userid] = self.corp.seconds()
        self.corp.note("published", moment_id=moment_id, userid=userid)
        return len(moment.senders[userid])

    @deed
    def like_moment(self, moment_id: str, userid: str, external_userid: str) -> None:
        """Like as a customer what a guide published."""
        self._answer_moment("likes", moment_id, userid, external_userid)

    @deed
    def comment_moment(self, moment_id: str, userid: str, external_userid: str) -> None:
        """Comment as a customer on what a guide published; the platform tells no words."""
        self._answer_moment("comments", moment_id, userid, external_userid)

    @deed
    def admin_tag(self, group: str, name: str) -> str:
        """Add a tag as the administrator; return its id."""
        corp = self.corp
        into = tags.group_for(corp, group)
        if into.id not in corp.tag_groups:
            corp.tag_groups[into.id] = into
            corp.tell("change_external_tag", "create", {"Id": into.id, "TagType": "tag_group"})
        if any(one.name == name for one in into.tags.values()):
            raise Conflict(f"there is a tag {name} already")
        made = Tag(corp.new_id("et"), name, corp.seconds(), 0)
        into.tags[made.id] = made
        corp.tell("change_external_tag", "create", {"Id": made.id, "TagType": "tag"})
        return made.id

    @deed
    def rename_tag(self, tag_id: str, name: str) -> None:
        """Give a tag another name as the administrator."""
        for group in self.corp.tag_groups.values():
            if tag_id in group.tags:
                group.tags[tag_id].name = name
                said = {"Id": tag_id, "TagType": "tag"}
                self.corp.tell("change_external_tag", "update", said)
                return
        raise NotFound(f"there is no tag {tag_id}")

    @deed
    def delete_tag(self, tag_id: str) -> None:
        """Take a tag away as the administrator."""
        gone = tags.remove(self.corp, {tag_id}, set())
        self.corp.tell("change_external_tag", "delete", {"Id": tag_id, "TagType": "tag"})
        for each in gone:
            self.corp.tell("change_external_tag", "delete", {"Id": each, "TagType": "tag_group"})

    # --- inside

    def _send(self, chat_type: str, userid: str, receiver: str) -> int:
        corp, now = self.corp, self.corp.now()
        if chat_type == "single":
            edge = corp.edges.get((userid, receiver))
            if edge is None or edge.deleted:
                return NO_FRIEND
        elif corp.chats[receiver].dismissed:
            return NO_FRIEND
        if quota.left(corp, receiver, now) <= 0:
            return OVER_QUOTA
        quota.spend(corp, receiver, now)
        return SENT

    def _moment(self, moment_id: str) -> Moment:
        for one in self.corp.moments.values():
            if one.moment_id == moment_id:
                return one
        raise NotFound(f"there is no moment {moment_id}")

    def _answer_moment(self, what: str, moment_id: str, userid: str, external_userid: str) -> None:
        moment = self._moment(moment_id)
        if userid not in moment.published or external_userid not in moment.senders[userid]:
            raise NotFound(f"{external_userid} does not see this of {userid}")
        rows: list[Json] = getattr(moment, what)
        if what == "likes" and any(
            (one["userid"], one["external_userid"]) == (userid, external_userid) for one in rows
        ):
            return
        rows.append({
            "userid": userid, "external_userid": external_userid,
            "create_time": self.corp.seconds(),
        })  # fmt: skip
