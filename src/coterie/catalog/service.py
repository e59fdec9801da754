"""The catalog's verbs: define items and topics, and ask which belong together."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from coterie.catalog import store
from coterie.catalog.check import check_item, check_title
from coterie.catalog.model import Found, Item, Topic
from coterie.catalog.topics import ancestors, last_part, with_ancestors
from coterie.core.errors import NotFound
from coterie.core.ids import check_topic
from coterie.storage.audit import record
from coterie.storage.work import Work


class Catalog:
    """What people touch and what it is about."""

    def define_items(self, work: Work, items: Sequence[Item]) -> frozenset[str]:
        """Write items; return the keys of those whose topics changed, or that are elsewhere now.

        An item of a known key is replaced whole, its topics too; when a key comes twice, the last
        one counts. Topics are created with all that is above them. Raises Invalid
        (``items[3].price: ...``), and then writes nothing.
        """
        for number, item in enumerate(items):
            check_item(item, f"items[{number}]")
        defined = {item.key: item for item in items}
        if not defined:
            return frozenset()
        wanted: dict[str, Sequence[str]] = {
            key: sorted(set(item.topics)) for key, item in defined.items()
        }
        before = store.direct_topics(work, defined)
        changed = {key: topics for key, topics in wanted.items() if topics != before.get(key, [])}
        stood = {item.key: _place(item) for item in store.read_items(work, defined)}
        moved = {key for key, item in defined.items() if _place(item) != stood.get(key)}
        self._create(work, {topic for topics in changed.values() for topic in topics})
        store.write_items(work, defined.values())
        store.write_item_topics(work, changed)
        record(work, "catalog.define_items", "items", count=len(defined), retagged=len(changed))
        return frozenset(moved.union(changed))

    def define_topics(self, work: Work, topics: Sequence[Topic]) -> None:
        """Write topics with their titles, creating what is above them; raises Invalid."""
        for number, topic in enumerate(topics):
            check_title(topic, f"topics[{number}]")
        defined = {topic.path: _titled(topic) for topic in topics}
        self._create(work, defined)
        store.write_topics(work, defined.values(), retitle=True)
        if defined:
            record(work, "catalog.define_topics", "topics", count=len(defined))

    def _create(self, work: Work, paths: Collection[str]) -> None:
        needed = with_ancestors(paths)
        store.write_topics(work, [_titled(Topic(path)) for path in needed], retitle=False)

    def item(self, work: Work, key: str) -> Item | None:
        """Return one item, or None."""
        found = store.read_items(work, [key])
        return found[0] if found else None

    def items(
        self,
        work: Work,
        keys: Collection[str] | None = None,
        *,
        kind: str | None = None,
        topic: str | None = None,
    ) -> list[Item]:
        """Return items in order of key: all, or only these keys, a kind, those under a topic."""
        chosen = set(store.keys_of(work, kind, topic))
        return store.read_items(work, chosen if keys is None else chosen & set(keys))

    def ages(self, work: Work, keys: Collection[str]) -> dict[str, int]:
        """Return the age in years that items ask for by their property ``min_age``.

        Items that ask for none are left out.
        """
        asked = ((one.key, one.properties.get("min_age")) for one in store.read_items(work, keys))
        return {key: age for key, age in asked if type(age) is int}

    def store_zones(self, work: Work) -> dict[str, str]:
        """Return the time zone of every store that says one in its property ``timezone``."""
        named = ((key, each.get("timezone")) for key, each in store.naming(work, "timezone"))
        return {key: zone for key, zone in named if isinstance(zone, str) and zone}

    def search(
        self, work: Work, text: str = "", *, kind: str | None = None, topic: str | None = None
    ) -> list[Found]:
        """Return the items whose key or title holds a text, or a topic of theirs, by key.

        Small and capital letters are the same (beyond ASCII on PostgreSQL only); an empty text is
        held by all. ``kind`` and ``topic`` narrow it; a topic's descendants count.
        """
        return store.search(work, text.strip(), kind, topic)

    def kinds(self, work: Work) -> dict[str, int]:
        """Count the items of each kind, in order of kind."""
        return store.count_kinds(work)

    def item_counts(self, work: Work) -> dict[str, int]:
        """Count the items of each topic, its descendants' too; topics without any are left out."""
        return store.count_items(work)

    def recommending(self, work: Work) -> dict[str, tuple[str, ...]]:
        """Return the keys that items name in their property ``recommends``, by the naming item."""
        found: dict[str, tuple[str, ...]] = {}
        for key, properties in store.naming(work, "recommends"):
            named = properties.get("recommends")
            keys = [named] if isinstance(named, str) else named
            if isinstance(keys, list):
                found[key] = tuple(one for one in keys if isinstance(one, str))
        return found

    def retag(self, work: Work, key: str, topics: Sequence[str]) -> frozenset[str]:
        """Give one item exactly these topics; return its key if they are others than before.

        Raises NotFound for an unknown item, Invalid for what is no topic.
        """
        item = self.item(work, key)
        if item is None:
            raise NotFound(f"there is no item {key!r}")
        return self.define_items(work, [replace(item, topics=tuple(topics))])

    def topic(self, work: Work, path: str) -> Topic:
        """Return one topic; raises NotFound."""
        for topic in store.read_topics(work, path):
            return topic
        raise NotFound(f"there is no topic {path!r}")

    def items_of(self, work: Work, topic: str) -> frozenset[str]:
        """Return the keys of the items that have a topic or a descendant of it today."""
        return store.items_with(work, topic)

    def topics_of(self, work: Work, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the direct topics of items; every asked key has an entry."""
        found = store.direct_topics(work, set(keys))
        return {key: tuple(found.get(key, ())) for key in keys}

    def topics(self, work: Work) -> list[Topic]:
        """Return every topic in order of path, a parent before its children."""
        return store.read_topics(work)

    def roots(self, work: Work) -> list[Topic]:
        """Return the topics that have none above them."""
        return [topic for topic in self.topics(work) if topic.parent is None]

    def ancestors(self, topic: str) -> tuple[str, ...]:
        """Name every topic above one, the root first; raises Invalid for what is no topic."""
        return ancestors(check_topic(topic, "topic"))

    def pairs(self, work: Work) -> list[tuple[str, str]]:
        """Return every (item, topic), ancestors included, in order, for the SQL reader."""
        return store.all_pairs(work)


def _place(item: Item) -> tuple[Any, Any] | None:
    """Return what a store says of where it is; None for what is no store."""
    if item.kind != "store":
        return None
    said = item.properties.get("lat"), item.properties.get("lon")
    return None if said == (None, None) else said


def _titled(topic: Topic) -> Topic:
    name = last_part(topic.path)
    return replace(topic, title_en=topic.title_en or name, title_zh=topic.title_zh or name)
