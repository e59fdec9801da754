"""The catalog's tables: items, topics, and which item has which topic.

``item_topics`` also holds the ancestors of each topic, marked as not direct, so that "the topic or
a descendant" is one indexed look-up on every database.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
)

from coterie.catalog.model import Found, Item, Topic
from coterie.catalog.topics import with_ancestors
from coterie.storage.schema import metadata
from coterie.storage.work import Work, in_chunks

item_rows = Table(
    "items",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("price", BigInteger),
    Column("properties", Text, nullable=False),
    Column("body", Text, nullable=False),
)

topic_rows = Table(
    "topics",
    metadata,
    Column("path", String, primary_key=True),
    Column("parent", String, ForeignKey("topics.path"), index=True),
    Column("title_en", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
)

item_topic_rows = Table(
    "item_topics",
    metadata,
    Column("item", String, ForeignKey("items.key"), primary_key=True),
    Column("topic", String, ForeignKey("topics.path"), primary_key=True),
    Column("direct", Boolean, nullable=False),
    Index("ix_item_topics_topic", "topic", "item"),
)


def write_items(work: Work, items: Collection[Item]) -> None:
    """Write items, replacing those of the same key; their topics are written apart."""
    rows = [
        {
            "key": item.key,
            "kind": item.kind,
            "title": item.title,
            "url": item.url,
            "price": item.price,
            "properties": msgspec.json.encode(dict(item.properties)).decode(),
            "body": item.body,
        }
        for item in items
    ]
    columns = ["kind", "title", "url", "price", "properties", "body"]
    work.upsert(item_rows, rows, key=["key"], change=columns)


def write_item_topics(work: Work, topics: dict[str, Sequence[str]]) -> None:
    """Give items exactly these direct topics, and what is above them."""
    for keys in in_chunks(topics):
        work.connection.execute(delete(item_topic_rows).where(item_topic_rows.c.item.in_(keys)))
    work.insert(
        item_topic_rows,
        [
            {"item": key, "topic": topic, "direct": topic in direct}
            for key, direct in topics.items()
            for topic in sorted(with_ancestors(direct))
        ],
    )


def write_topics(work: Work, topics: Collection[Topic], *, retitle: bool) -> None:
    """Write topics, parents before children; those there already are changed only to retitle."""
    rows = [
        {
            "path": topic.path,
            "parent": topic.parent,
            "title_en": topic.title_en,
            "title_zh": topic.title_zh,
        }
        for topic in sorted(topics, key=lambda topic: topic.path.count("/"))
    ]
    if retitle:
        work.upsert(topic_rows, rows, key=["path"], change=["title_en", "title_zh"])
    else:
        work.insert_new(topic_rows, rows)


def direct_topics(work: Work, keys: Collection[str]) -> dict[str, list[str]]:
    """Return the direct topics of items, in order of path; items without any are left out."""
    found: dict[str, list[str]] = {}
    items = work.among(item_topic_rows.c.item, keys)
    query = select(item_topic_rows.c.item, item_topic_rows.c.topic).where(
        items, item_topic_rows.c.direct
    )
    for item, topic in work.connection.execute(query):
        found.setdefault(item, []).append(topic)
    return {item: sorted(topics) for item, topics in found.items()}


def items_with(work: Work, topic: str) -> frozenset[str]:
    """Return the keys of the items that have a topic or a descendant of it."""
    query = select(item_topic_rows.c.item).where(item_topic_rows.c.topic == topic)
    return frozenset(work.connection.execute(query).scalars())


def all_pairs(work: Work) -> list[tuple[str, str]]:
    """Return every (item, topic), ancestors included."""
    query = select(item_topic_rows.c.item, item_topic_rows.c.topic)
    return sorted((item, topic) for item, topic in work.connection.execute(query))


def read_items(work: Work, keys: Collection[str]) -> list[Item]:
    """Read the items of these keys that exist, in order of key."""
    topics = direct_topics(work, keys)
    found: list[Item] = []
    for chunk in in_chunks(keys):
        for row in work.connection.execute(select(item_rows).where(item_rows.c.key.in_(chunk))):
            found.append(
                Item(
                    key=row.key,
                    kind=row.kind,
                    topics=tuple(topics.get(row.key, ())),
                    title=row.title,
                    url=row.url,
                    price=row.price,
                    properties=msgspec.json.decode(row.properties),
                    body=row.body,
                )
            )
    return sorted(found, key=lambda item: item.key)


def naming(work: Work, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Read key and properties of the items in whose properties a name occurs."""
    query = select(item_rows.c.key, item_rows.c.properties).where(
        item_rows.c.properties.contains(f'"{name}"', autoescape=True)
    )
    rows = work.connection.execute(query.order_by(item_rows.c.key))
    return [(row.key, msgspec.json.decode(row.properties)) for row in rows]


def keys_of(work: Work, kind: str | None, topic: str | None) -> list[str]:
    """Return the keys of all items, or of those of a kind or under a topic."""
    query: Select[str] = select(item_rows.c.key)
    if kind is not None:
        query = query.where(item_rows.c.kind == kind)
    if topic is not None:
        under = select(item_topic_rows.c.item).where(item_topic_rows.c.topic == topic)
        query = query.where(item_rows.c.key.in_(under))
    return list(work.connection.execute(query).scalars())


def search(work: Work, text: str, kind: str | None, topic: str | None) -> list[Found]:
    """Read the items whose key or title holds a text, or that have a topic titled so."""
    columns = (item_rows.c.key, item_rows.c.kind, item_rows.c.title, item_rows.c.price)
    query = select(*columns).order_by(item_rows.c.key)
    if kind is not None:
        query = query.where(item_rows.c.kind == kind)
    if topic is not None:
        query = query.where(item_rows.c.key.in_(_under(topic_rows.c.path == topic)))
    if text:
        holds = [
            column.icontains(text, autoescape=True)
            for column in (item_rows.c.key, item_rows.c.title)
        ]
        titled = [
            topic_rows.c[name].icontains(text, autoescape=True)
            for name in ("path", "title_en", "title_zh")
        ]
        query = query.where(or_(*holds, item_rows.c.key.in_(_under(or_(*titled)))))
    return [Found(*row) for row in work.connection.execute(query)]


def _under(topics: ColumnElement[bool]) -> Select[str]:
    return (
        select(item_topic_rows.c.item)
        .join(topic_rows, topic_rows.c.path == item_topic_rows.c.topic)
        .where(topics)
    )


def count_kinds(work: Work) -> dict[str, int]:
    """Count the items of each kind, in order of kind."""
    items = func.count().label("items")
    query = select(item_rows.c.kind, items).group_by(item_rows.c.kind).order_by(item_rows.c.kind)
    return {row.kind: row.items for row in work.connection.execute(query)}


def count_items(work: Work) -> dict[str, int]:
    """Count the items under each topic, those of its descendants too."""
    items = func.count().label("items")
    query = select(item_topic_rows.c.topic, items).group_by(item_topic_rows.c.topic)
    return {row.topic: row.items for row in work.connection.execute(query)}


def read_topics(work: Work, path: str | None = None) -> list[Topic]:
    """Read every topic in order of path, or the one of a path."""
    query = select(topic_rows)
    if path is not None:
        query = query.where(topic_rows.c.path == path)
    found = [Topic(row.path, row.title_en, row.title_zh) for row in work.connection.execute(query)]
    return sorted(found, key=lambda topic: topic.path)
