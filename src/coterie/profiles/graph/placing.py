"""Whose event is it? One batch's identities, profiles and links, as plain objects.

It is loaded with the identities that the batch names, places one event after the other, and is
then asked what is new. Which people the links make is settled afterwards, for the batch at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.profiles.graph.kinds import ACCOUNTS, Name, former
from coterie.profiles.graph.model import Link, LinkKey, Node


def bucket_key(kind: str, value: str) -> str:
    """Hash a profile's first identity: the same in every process and for ever."""
    return derived_id("bucket", kind, value)


class Placing:
    """Identities and profiles while one batch is placed.

    ``digests`` holds the blind index of every name in the batch; ``next_identity`` and
    ``next_profile`` are the first numbers free.
    """

    def __init__(
        self,
        known: Iterable[Node],
        digests: Mapping[Name, str],
        next_identity: int,
        next_profile: int,
    ) -> None:
        self.nodes: dict[Name, Node] = {(one.kind, one.value): one for one in known}
        self.created: dict[int, Node] = {}
        self.links: dict[LinkKey, Link] = {}
        self._digests = digests
        self._next_identity = next_identity
        self._next_profile = next_profile

    def place(self, event: Event, names: Sequence[Name]) -> Node:
        """Return the identity that carries an event, creating what is new.

        ``names`` are the identities that it names, the carrier first (``kinds.names_in``). An
        identity that has carried before has a profile of its own; one that has only ridden along
        gets its own now.
        """
        if not names:
            raise Invalid(
                f"event {event.id!r} names nobody", hint="send a userId or an anonymousId"
            )
        carrier = self._carrier(names[0], event)
        for name in names[1:]:
            self._ride(name, carrier, "seen", event)
        for name in former(event):
            self._ride(name, carrier, "alias", event)
        if is_active(event):
            for name in names:
                self.nodes[name].see(event.time)
        return carrier

    def _carrier(self, name: Name, event: Event) -> Node:
        node = self.nodes.get(name)
        if node is None:
            node = self._new(name, self._next_profile, event)
        elif not node.owns:
            node.is_promoted = not node.is_new
            node.profile = self._next_profile
        else:
            return node
        node.owns = True
        self.created[self._next_profile] = node
        self._next_profile += 1
        return node

    def _ride(self, name: Name, carrier: Node, how: str, event: Event) -> None:
        node = self.nodes.get(name)
        if node is None:
            node = self._new(name, carrier.profile, event)
        link = Link(carrier.id, node.id, how, event.time, event.id, event.source)
        before = self.links.get(link.key)
        if before is None or (link.time, link.message_id) < (before.time, before.message_id):
            self.links[link.key] = link

    def _new(self, name: Name, profile: int, event: Event) -> Node:
        node = Node(
            id=self._next_identity,
            kind=name[0],
            value=name[1],
            digest=self._digests[name],
            profile=profile,
            owns=False,
            person=None,
            shared=None,
            source=event.source,
            first_seen=event.time,
            last_seen=event.time,
            is_new=True,
        )
        self._next_identity += 1
        self.nodes[name] = node
        return node


def is_active(event: Event) -> bool:
    """Say whether somebody was there when it happened: a server may tell of her as well."""
    return event.context.get("active") is not False


def settled_at_once(placing: Placing, fresh: Iterable[Link]) -> set[int]:
    """Give new identities their people where the links leave no doubt; return the others' numbers.

    A new identity that rides along with one carrier, and carries nothing, leads to the carrier's
    person. Whatever may change who is one person is named, to be settled with all around it.
    """
    nodes = {one.id: one for one in placing.nodes.values()}
    for profile, node in placing.created.items():
        if node.person is None:
            node.person = profile
    links = list(fresh)
    times = Counter(link.other for link in links)
    doubtful: set[int] = set()
    for link in links:
        carrier, other = nodes[link.identity], nodes[link.other]
        is_leaf = other.is_new and not other.owns and times[other.id] == 1
        if link.how == "seen" and other.shared == "limit" and carrier.shared is None:
            continue  # one more beside those that share it
        if link.how == "seen" and carrier.shared == "limit" and is_leaf:
            continue  # whom a shared identity was seen with leads to nobody
        if carrier.shared is None and is_leaf and (carrier.is_new or other.kind not in ACCOUNTS):
            other.person = carrier.person
        else:
            doubtful |= {carrier.id, other.id}
    return doubtful
