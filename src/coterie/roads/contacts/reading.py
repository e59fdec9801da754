"""Platform -> mirror: customers, groups and lists that callbacks said to look at again."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.channels.wecom.mirror import reading as answers
from coterie.channels.wecom.mirror.edges.service import TagChange
from coterie.channels.wecom.mirror.model import ChatRead, Person, Read
from coterie.core.actor import CLOCK
from coterie.core.errors import ChannelError
from coterie.roads.contacts.ground import Ground, again, ask_all, is_absent
from coterie.storage.work import Work

CUSTOMERS = 40
CHATS = 16


class Reading:
    """The errand that reads what has changed at the platform."""

    name = "reading"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def run(self, now: int) -> bool:
        """Read a portion of customers, one of groups, and the lists that are asked for."""
        mirror = self._ground.mirror
        with self._ground.database.read(CLOCK, now) as work:
            customers = dict(mirror.people.to_pull(work, CUSTOMERS))
            chats = mirror.groups.to_pull(work, CHATS)
            lists = {n: row for n, row in mirror.syncs.needs(work).items() if row.due <= now}
        if customers:
            self._customers(customers, now)
        if chats:
            self._chats(chats, now)
        if lists:
            self._lists(lists, now)
        return bool(customers or chats or lists)

    def next_due(self, work: Work) -> int | None:
        """Return when something is to be read."""
        mirror = self._ground.mirror
        dues = [mirror.people.next_pull(work), mirror.groups.next_pull(work)]
        dues += [row.due for row in self._ground.mirror.syncs.needs(work).values()]
        return min((due for due in dues if due is not None), default=None)

    # --- customers

    def _customers(self, due: Mapping[str, int], now: int) -> None:
        ground = self._ground
        found, refused = ask_all(ground.client.contacts.get, list(due))
        reads = [answers.contact(answer, now) for _, answer in found]
        reads += [answers.nobody(one, now) for one, error in refused if is_absent(error)]
        tries = {
            one: (due[one] + 1, again(error, due[one], now))
            for one, error in refused
            if not is_absent(error)
        }
        ground.introduce([one.person for one in reads], now)
        with ground.database.begin(CLOCK, now) as work:
            learn(work, ground, reads)
            ground.mirror.people.failed(work, tries)

    # --- groups

    def _chats(self, due: list[str], now: int) -> None:
        ground = self._ground
        reads, refused = read_chats(ground, due, now)
        with ground.database.begin(CLOCK, now) as work:
            tries = ground.mirror.groups.tries(work, refused)
            learn_chats(work, ground, reads)
            for one, error in refused.items():
                ground.mirror.groups.failed(work, [one], again(error, tries[one], now))

    # --- lists

    def _lists(self, due: Mapping[str, Any], now: int) -> None:
        syncs = self._ground.mirror.syncs
        for name, row in due.items():
            later = None
            try:
                (read_staff if name == "staff" else read_tags)(self._ground, now)
            except ChannelError as error:
                later = again(error, row.tries, now)
            with self._ground.database.begin(CLOCK, now) as work:
                if later is None:  # given up, the next reconcile reads it
                    syncs.met(work, name)
                else:
                    syncs.put_off(work, name, row.tries + 1, later)


def learn(work: Work, ground: Ground, reads: list[Read]) -> None:
    """Take in reads of customers, and hand the tags that guides moved to the road."""
    tell_tags(work, ground, ground.mirror.people.learn(work, reads).tags)


def tell_tags(work: Work, ground: Ground, moved: Sequence[TagChange]) -> None:
    """Hand the tags that guides moved to the road; one that nobody has read yet is asked for."""
    facts = ground.mirror.tagging.facts(work, moved)
    ground.tell(work, facts)
    if facts:
        work.after_commit(ground.poke)
    if ground.mirror.tagging.unknown(work, moved):
        ground.mirror.syncs.need(work, ["tags"], work.now)


def read_chats(
    ground: Ground, chat_ids: list[str], now: int
) -> tuple[list[ChatRead], Mapping[str, ChannelError]]:
    """Read groups, and tell who is in them that is nobody's customer; one that is gone, is told."""
    found, refused = ask_all(ground.client.groups.get, chat_ids)
    reads = [answers.chat(answer, now) for _, answer in found]
    reads += [answers.no_chat(one, now) for one, error in refused if is_absent(error)]
    with ground.database.read(CLOCK, now) as work:
        strangers = _strangers(work, ground, reads)
    ground.introduce(strangers, now)
    return reads, {one: error for one, error in refused if not is_absent(error)}


def _strangers(work: Work, ground: Ground, reads: list[ChatRead]) -> list[Person]:
    """Return who is in these groups without being a guide's customer: no other read names them."""
    people = {
        one: Person(one, name, unionid=read.unionids.get(one, ""))
        for read in reads
        for one, name in read.names.items()
    }
    followed = ground.mirror.edges_of(work, people)
    return [one for key, one in people.items() if key not in followed]


def learn_chats(work: Work, ground: Ground, reads: list[ChatRead], *, sync: int = 0) -> int:
    """Take in reads of groups; return how many comings and goings nobody had told."""
    healed, customers = ground.mirror.groups.learn(work, reads, sync=sync)
    ground.mirror.people.meet(work, customers)
    ground.mirror.people.introduced(work, _strangers(work, ground, reads))
    return healed


def read_staff(ground: Ground, now: int) -> int:
    """Read the address book; return how many members came, changed or left."""
    departments = answers.departments(ground.client.members.departments())
    known = {one.id for one in departments}
    tops = [one.id for one in departments if one.parent not in known]
    there = [one for top in tops for one in ground.client.members.list(top, children=True)]
    right = ground.client.contacts.follow_users()
    mirror = ground.mirror
    with ground.database.begin(CLOCK, now) as work:
        members = answers.staff(there, right, mirror.staff.members(work).values(), now)
        changed = mirror.staff.learn(work, members, departments)
        gone = [one.userid for one in changed if one.left is not None]
        here = [one for one in changed if one.left is None]
        if changed:
            ground.tell(work, ground.staff.changed(work, here, gone))
    return len(changed)


def read_tags(ground: Ground, now: int) -> int:
    """Read the corporation's tags; return how many are new or changed."""
    told = answers.corp_tags(ground.client.tags.list())
    with ground.database.begin(CLOCK, now) as work:
        changed, facts = ground.mirror.tagging.learn(work, told)
        ground.tell(work, facts)
    if facts:
        ground.poke()
    return changed
