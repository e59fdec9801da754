"""What the builder's fields offer: names that this house uses, and values that are common."""

from collections.abc import Iterable
from typing import Any

from coterie.profiles.names.service import common_values
from coterie.segments.language.vocabulary import OPERATORS, SEALED_OPERATORS, Vocabulary
from coterie.segments.language.vocabulary import operators_for as operators
from coterie.storage.work import Work
from coterie.web.console.segments.conditions import Fields
from coterie.web.console.segments.doings import DOINGS
from coterie.web.console.segments.draft import SCORE_OPERATORS, walk
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.sheet import Topics
from coterie.web.console.segments.values import write
from coterie.web.ports import Served
from coterie.web.speech import Speech
from coterie.web.vocabulary import CHANNEL, PURPOSE


def offered(
    house: Served, work: Work, words: Vocabulary, draft: Draft | None, speech: Speech
) -> dict[str, Any]:
    """Collect what the fields of a draft offer."""
    properties = _properties(house, work, draft)
    return {
        "events": list(words.events),
        "topics": Topics(words, speech),
        "tags": words.tags,
        "traits": [*words.traits, *words.scores],
        "sealed": words.sealed,
        "sealed_operators": SEALED_OPERATORS,
        "segments_of": lambda slug, chosen: [
            (one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}))
            for one in words.segments
            if one.slug in (chosen,) or one.slug != slug
        ],
        "communities": _communities(house, work, words, speech),
        "groups": words.groups,
        "lists": [
            (one.name, speech.title({"en": one.title_en, "zh": one.title_zh}) or one.name)
            for one in words.lists
        ],
        "purposes": [
            (code, speech.word("purpose", code))
            for code in dict.fromkeys((*PURPOSE, *words.purposes))
        ],
        "channels": [("*", speech.gettext("any channel")), *(
            (code, speech.word("channel", code)) for code in CHANNEL
        )],
        "properties": properties,
        "values": _values(house, work, words, draft, properties),
        "takes": {operator.op: operator.takes for operator in OPERATORS},
        "folds": {operator.op for operator in OPERATORS if operator.folds},
        "of_properties": {one.op for one in operators("any", of_trait=False)},
        "scores": SCORE_OPERATORS,
    }  # fmt: skip


def _communities(
    house: Served, work: Work, words: Vocabulary, speech: Speech
) -> list[tuple[str, str]]:
    """Name the communities, and those that only a tag still tells of."""
    named = {one.slug: speech.title(one.titles) for one in house.communities.communities(work)}
    for slug in words.communities:
        named.setdefault(slug, slug)
    return list(named.items())


def _asked(draft: Draft | None) -> list[tuple[str, Fields]]:
    """List the tests on properties, each with the event that has them."""
    nodes = [node for _, node in walk(draft)] if draft is not None else []
    return [
        *((node.get("event"), test) for node in nodes for test in node.tests),
        *((_second(node), test) for node in nodes for test in node.more),
    ]


def _second(node: Draft) -> str:
    """Name the event that a node's second tests are about."""
    return node.get("next") if node.kind == "then" else node.get("event")


def _properties(house: Served, work: Work, draft: Draft | None) -> dict[str, tuple[str, ...]]:
    """Collect the properties of every event of which one is asked or measured."""
    nodes = [node for _, node in walk(draft)] if draft is not None else []
    names = {name for name, _ in _asked(draft)}
    names |= {
        node.get("event")
        for node in nodes
        if node.kind in DOINGS
        and (node.get("measure") or node.get("by")) in ("sum", "avg", "min", "max", "distinct")
    }
    return {name: house.segments.properties(work, name) for name in sorted(names) if name}


def _values(
    house: Served, work: Work, words: Vocabulary, draft: Draft | None,
    properties: dict[str, tuple[str, ...]],
) -> dict[str, list[str]]:  # fmt: skip
    """Collect common values of what is asked, by the id of the list that offers them."""
    found: dict[str, list[str]] = {}
    for event, test in _asked(draft):
        path = test.get("path", "")
        if path in properties.get(event, ()):
            held = house.segments.values(work, event, path)
            found[list_of(event, path)] = _written(held)
    for _, node in walk(draft) if draft is not None else ():
        path = node.get("path")
        if node.kind == "trait" and path in words.traits and path not in words.sealed:
            found[list_of("", path)] = _written(common_values(work, path))
    return found


def _written(values: Iterable[Any]) -> list[str]:
    whole = (int(one) if isinstance(one, float) and one.is_integer() else one for one in values)
    return [write(one) for one in whole]


def list_of(event: str, path: str) -> str:
    """Name the list that offers the values of a property, or with no event of a trait.

    >>> list_of("Order Completed", "total"), list_of("", "city")
    ('values-Order_Completed-total', 'values--city')
    """
    return f"values-{event}-{path}".replace(" ", "_")
