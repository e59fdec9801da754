"""The face of the mirror: what WeCom holds, asked by everybody who needs it.

A listener on the road (whose customer became whose person; which tags are to go to WeCom) and a
keeper of what it holds of people. What callbacks and reads change goes through ``people``,
``groups``, ``staff`` and ``tagging``; the errands of the road of contacts call those.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from coterie.channels.wecom.mirror.applying import Heard
from coterie.channels.wecom.mirror.chats import store as chat_store
from coterie.channels.wecom.mirror.chats.service import Chats
from coterie.channels.wecom.mirror.clearing.service import Clearings
from coterie.channels.wecom.mirror.edges import store as edge_store
from coterie.channels.wecom.mirror.edges.service import Edges
from coterie.channels.wecom.mirror.marks import Mark
from coterie.channels.wecom.mirror.model import (
    EXTERNAL,
    SOURCE,
    Chat,
    CorpTag,
    Counts,
    Department,
    Edge,
    Follow,
    Member,
    Participant,
    Size,
)
from coterie.channels.wecom.mirror.ports import Blank, nothing_kept
from coterie.channels.wecom.mirror.sealing import Safe
from coterie.channels.wecom.mirror.staff.service import Staff
from coterie.channels.wecom.mirror.syncs.service import Syncs
from coterie.channels.wecom.mirror.tags import store as tag_store
from coterie.channels.wecom.mirror.tags.service import Tags
from coterie.core.clock import format_time
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.profiles.service import Profiles
from coterie.storage import keeping
from coterie.storage.work import Work


class Mirror:
    """What WeCom holds, for one house; it stands, empty, where WeCom is not connected, too.

    ``blank`` writes customers out of the callbacks that were kept.
    """

    name = SOURCE

    def __init__(self, profiles: Profiles, master_key: bytes, blank: Blank = nothing_kept) -> None:
        self._profiles = profiles
        self._safe = Safe(master_key)
        self._blank = blank
        self.staff = Staff()
        self.people = Edges(self._safe, self._erased, lambda one: profiles.blind(EXTERNAL, one))
        self.groups = Chats(self._erased, self.staff.who_are_ours)
        self.tagging = Tags(profiles)
        self.clearings = Clearings(self._safe)
        self.syncs = Syncs()

    def _erased(self, work: Work, externals: Collection[str]) -> Collection[str]:
        """Tell which of these customers were erased: nothing of them is kept again."""
        erasures = self._profiles.erasures
        erasures.refresh(work)
        return {one for _, one in erasures.suppressed([(EXTERNAL, one) for one in externals])}

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Learn whose customers are, and have our tags put on their edges at the platform.

        Returns the tags that guides had put on those who have just become people of ours.
        """
        new = self._newcomers(work, {one.profile for one in events if one.source == SOURCE})
        edge_store.link(work, new)
        self.tagging.hear(work, events)
        return self.tagging.of_newcomers(work, {one: head for one, (head, _) in new.items()})

    def _newcomers(self, work: Work, heads: Collection[int]) -> dict[str, tuple[int, int]]:
        """Find the customers who are these people, and were nobody's until now."""
        names = self._profiles.names_of(work, heads) if heads else {}
        born = {digest: profile for (kind, digest), profile in names.items() if kind == EXTERNAL}
        found = edge_store.strangers(work, born)
        whose = self._profiles.heads(work, {born[key] for key in found})
        return {one: (whose[born[key]], born[key]) for key, one in found.items()}

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: time alone gives the mirror nothing to do on the road."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None."""
        return None

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let customers follow the people whom they turn out to be."""
        keeping.follow(work, edge_store.customer_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what the mirror holds of a person, as plain JSON."""
        externals = edge_store.externals_of(work, [profile]).get(profile, [])
        edges = edge_store.edges(work, externals)
        names = {one.id: one.name for one in tag_store.corp_tags(work, gone=True)}
        return {
            "wecom_contacts": [
                {
                    "guide": one.guide,
                    "status": one.status,
                    "since": _moment(one.since),
                    "ended": _moment(one.ended),
                    "state": one.state,
                    "tags": [names.get(tag, tag) for tag in one.tags],
                    "remark": self.people.remark(work, one.guide, one.external),
                }
                for external in externals
                for one in edges.get(external, ())
            ],
            "wecom_groups": [
                {"group": chat_id}
                for some in chat_store.chats_of(work, externals).values()
                for chat_id in some
            ],
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget these people, and have what WeCom itself says of them taken off there."""
        externals = sorted(edge_store.externals_of_born(work, profiles))
        if not externals:
            return {}
        self.clearings.ask(work, self._of_people(work, externals))
        return {
            "wecom_callbacks": self._blank(work, externals),
            **tag_store.forget(work, externals),
            **chat_store.forget(work, externals),
            **edge_store.forget(work, externals),
        }

    def _of_people(self, work: Work, externals: Sequence[str]) -> list[Edge]:
        """Return the edges that stand at the platform, one way ones too."""
        return [
            one
            for some in edge_store.edges(work, externals).values()
            for one in some
            if one.lasts or one.status == "by_customer"
        ]

    # --- callbacks

    def take_in(self, work: Work, heard: Heard) -> None:
        """Take in what callbacks said, in any order and as often as it comes."""
        for before, after in heard.renamed:
            self.staff.rename(work, before, after)
            edge_store.rename(work, before, after)
            chat_store.rename(work, before, after)
        self.people.hear_of(work, heard.edges)
        self.people.meet(work, self.groups.hear_of(work, heard.chats))

    # --- customers and edges

    def externals_of(self, work: Work, profiles: Collection[int]) -> dict[int, list[str]]:
        """Return the external_userids of people."""
        return edge_store.externals_of(work, profiles)

    def profiles_of(self, work: Work, externals: Collection[str]) -> dict[str, int]:
        """Return whose these external_userids are."""
        return edge_store.profiles_of(work, externals)

    def edges_of(self, work: Work, externals: Collection[str]) -> dict[str, list[Edge]]:
        """Return the edges of customers, those that stand first."""
        return edge_store.edges(work, externals)

    def edge(self, work: Work, userid: str, external: str) -> Edge | None:
        """Return one edge, or None."""
        found = edge_store.edges(work, [external]).get(external, ())
        return next((one for one in found if one.guide == userid), None)

    def history(self, work: Work, userid: str, external: str) -> list[Mark]:
        """Return the story of an edge, oldest first."""
        return edge_store.history(work, userid, external)

    def remark(self, work: Work, userid: str, external: str) -> str:
        """Return what a guide noted of a customer."""
        return self.people.remark(work, userid, external)

    def edges_of_guide(
        self, work: Work, userid: str, *, lasting: bool = True, limit: int | None = 100,
        after: str = "",
    ) -> list[Edge]:  # fmt: skip
        """Return a guide's edges in the order of external_userids, from after one on."""
        return edge_store.of_guide(work, userid, lasting=lasting, limit=limit, after=after)

    def customers_of(self, work: Work, userid: str) -> dict[str, int]:
        """Return a guide's customers and whose profile each is; who has none yet is left out."""
        some = self.edges_of_guide(work, userid, limit=None)
        return edge_store.profiles_of(work, {one.external for one in some})

    def followers(self, work: Work, externals: Collection[str]) -> dict[str, list[Follow]]:
        """Return who may write to these customers: guides who are there, with a standing edge."""
        may = {one.userid for one in self.staff.members(work).values() if one.left is None}
        found: dict[str, list[Follow]] = {}
        for row in edge_store.lasting_of(work, externals):
            if row.guide in may:
                follow = Follow(row.guide, row.since, row.state, row.add_way)
                found.setdefault(row.external, []).append(follow)
        return found

    # --- groups

    def chats(
        self, work: Work, *, living: bool = True, chat_ids: Collection[str] | None = None
    ) -> list[Chat]:
        """Return the groups, by name: all, or those of these that are known."""
        return chat_store.chats(work, chat_ids=chat_ids, living=living)

    def groups_of(self, work: Work, userid: str) -> list[Chat]:
        """Return the living groups that a guide owns."""
        return chat_store.chats(work, owner=userid)

    def chats_of(self, work: Work, userid: str) -> list[str]:
        """Return the ids of the living groups that a guide owns."""
        return [one.chat_id for one in self.groups_of(work, userid)]

    def sizes(self, work: Work, chat_ids: Collection[str]) -> dict[str, Size]:
        """Return how many are in these groups; of one that nobody knows, nothing."""
        return chat_store.sizes(work, chat_ids)

    def participants(self, work: Work, chat_id: str) -> list[Participant]:
        """Return who is in a group, then who was."""
        return chat_store.of_chat(work, chat_id)

    def in_chats(self, work: Work, externals: Collection[str]) -> dict[str, list[str]]:
        """Return in which living groups customers are now."""
        return chat_store.chats_of(work, externals)

    # --- members, tags, counts

    def members(self, work: Work) -> list[Member]:
        """Return the members of the corporation, those who left last."""
        return list(self.staff.members(work).values())

    def departments(self, work: Work) -> list[Department]:
        """Return the departments."""
        return self.staff.departments(work)

    def corp_tags(self, work: Work) -> list[CorpTag]:
        """Return the corporation's tags, group by group."""
        return tag_store.corp_tags(work)

    def carried(self, work: Work) -> dict[str, int]:
        """Count the edges on which each of the corporation's tags lies."""
        return tag_store.tag_counts(work)

    def map_tag(self, work: Work, corp_tag: str, tag: str | None) -> None:
        """Let a corporation's tag mean a tag of ours, or none."""
        self.tagging.map_tag(work, corp_tag, tag)

    def mark(
        self,
        work: Work,
        userid: str,
        external: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> int:
        """Have tags of ours put on one edge at the platform, or taken off; count what is to be.

        Tags that mean none of the corporation's are passed over.
        """
        wanted = {**dict.fromkeys(add, True), **dict.fromkeys(remove, False)}
        ids = self.tagging.ids_of(work, wanted)
        asked: Mapping[tuple[str, str, str], bool] = {
            (userid, external, tag): lies for name, lies in wanted.items() for tag in ids[name]
        }
        return self.tagging.ask(work, asked)

    def counts(self, work: Work) -> Counts:
        """Count what the mirror holds."""
        members, guides = self.staff.count(work)
        customers, edges, waiting = edge_store.count(work)
        tags, markings = tag_store.count(work)
        chats, participants, unread = chat_store.count(work)
        return Counts(
            members, guides, customers, edges, tags, chats, participants, waiting + unread,
            markings, self.clearings.waiting(work),
        )  # fmt: skip


def _moment(moment: int | None) -> str | None:
    return None if moment is None else format_time(moment)
