"""What facts about tags come to under a dictionary: names, ends, and one of each exclusive group.

The law: what a person carries, and her history, are a function of the facts and the dictionary,
whatever the order in which facts arrive and entries are written. So a fact keeps the name it was
said with, and what follows from the dictionary is marked by its ``successor``.
"""

from collections.abc import Iterable, Mapping

import msgspec

from coterie.core.clock import DAY
from coterie.profiles.model import Fact
from coterie.profiles.tags.model import Dictionary, Line


def named(fact: Fact, book: Dictionary) -> Fact:
    """Call a fact's tag by what its name means today; the name it was said with is kept."""
    said = fact.said or fact.name
    name = book.canonical(said)
    return msgspec.structs.replace(fact, name=name, said=None if name == said else said)


def limited(fact: Fact, book: Dictionary) -> Fact:
    """End a tag after the days that its entry says, where the fact itself says no end."""
    entry = book.tags.get(fact.name)
    if fact.value is None or fact.until is not None or entry is None or entry.validity is None:
        return fact
    return msgspec.structs.replace(fact, until=fact.time + entry.validity * DAY)


def replaced(held: Mapping[str, Fact], said: Iterable[Fact]) -> list[Fact]:
    """Return what was said of one person in one exclusive group, and whom each word replaced.

    ``held`` is what stands before, by tag. Putting a tag on takes off what she carries of the
    group at the same moment, by the same hand.
    """
    standing = dict(held)
    told: list[Fact] = []
    for fact in sorted({fact.order: fact for fact in said}.values(), key=lambda fact: fact.order):
        if fact.value is not None:
            for name, other in standing.items():
                if name != fact.name and _is_on(other, fact.time):
                    gone = msgspec.structs.replace(
                        fact, name=name, value=None, until=None, said=None, successor=fact.name
                    )
                    standing[name] = gone
                    told.append(gone)
        standing[fact.name] = fact
        told.append(fact)
    return told


def history(facts: Iterable[Fact], now: int) -> list[Line]:
    """Tell the story of one person's tags, the newest line first; what has run out is said."""
    by_tag: dict[str, list[Fact]] = {}
    for fact in facts:
        by_tag.setdefault(fact.name, []).append(fact)
    lines: list[tuple[int, str, Line]] = []
    for story in by_tag.values():
        story.sort(key=lambda fact: fact.order)
        for number, fact in enumerate(story):
            following = story[number + 1] if number + 1 < len(story) else None
            lines += [(at, fact.message_id, line) for at, line in _lines(fact, following, now)]
    lines.sort(key=lambda one: (one[0], one[1], one[2].deed != "replaced"), reverse=True)
    return [line for _, _, line in lines]


def _lines(fact: Fact, following: Fact | None, now: int) -> Iterable[tuple[int, Line]]:
    end = fact.until
    is_last = following is None
    ran_out = end is not None and end <= now and (following is None or following.time >= end)
    line = Line(
        tag=fact.name,
        deed="put" if fact.value is not None else "replaced" if fact.successor else "taken",
        time=fact.time,
        source=fact.source or "",
        by=fact.by,
        until=end,
        said=fact.said,
        successor=fact.successor,
        stands=is_last and _is_on(fact, now),
    )
    yield fact.time, line
    if fact.value is not None and ran_out and end is not None:
        yield end, Line(fact.name, "ran_out", end, line.source, fact.by)


def _is_on(fact: Fact, at: int) -> bool:
    return fact.value is not None and (fact.until is None or at < fact.until)
