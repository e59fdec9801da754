"""Whom a list asks for: each filter is one set of people, and the list is what all have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from coterie.core.clock import DAY, MINUTE, to_datetime
from coterie.profiles.directory.model import Card, Words
from coterie.storage.work import Work
from coterie.web.console.people.query import ACTIVITY, Query
from coterie.web.exports import Cell
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

RECENT = 30 * DAY
"""How long ago somebody may have been seen to count as here, in ms."""

LARGE = 200_000
"""People from whom on the counts over everybody may be a minute old: they take a second."""

_PORTION = 2_000


@dataclass(frozen=True)
class Found:
    """Who was found: ``among`` is None for everybody; how many, and what they have in common.

    ``silent`` of them stand in the address book only: no behaviour was ever told of them.

    ``consents`` counts everybody by her newest word, as the filter offers it.
    """

    among: BitMap | None
    count: int
    everybody: int
    agreed: int
    recent: int
    silent: int
    consents: Mapping[str, int]


def find(work: Work, house: Served, query: Query) -> Found:
    """Find whom a list asks for, and count what the page says of them."""
    everybody = house.profiles.count(work)
    among = narrowed(work, house, query)
    words, recent = _standing(work, house, patience=MINUTE if everybody > LARGE else 0)
    agreed = words.given
    if among is not None:
        agreed, recent = agreed & among, recent & among
    people = house.profiles.everyone(work) if among is None else among
    said = {"given": len(words.given), "withdrawn": len(words.withdrawn)}
    return Found(
        among=among,
        count=everybody if among is None else len(among),
        everybody=everybody,
        agreed=len(agreed),
        recent=len(recent),
        silent=len(people - house.analytics.doers(work)),
        consents={**said, "silent": everybody - sum(said.values())},
    )


def _standing(work: Work, house: Served, *, patience: int) -> tuple[Words, BitMap]:
    """Return who agreed or not, and who was here lately; in a large house as of a minute ago."""
    directory = house.profiles.directory

    def read() -> tuple[Words, BitMap]:
        return directory.words(work), directory.seen_since(work, work.now - RECENT)

    return house.analytics.kept(work, ("people", work.now // MINUTE), read, patience)


def narrowed(work: Work, house: Served, query: Query) -> BitMap | None:
    """Return whom all filters leave; None when there is no filter."""
    if not query.is_filtered:
        return None
    sets = list(_sets(work, house, query))
    return sets[0].intersection(*sets[1:])


def _sets(work: Work, house: Served, query: Query) -> Iterator[BitMap]:
    directory = house.profiles.directory
    if query.q:
        yield directory.matching(work, query.q)
    for slug in query.segments:
        members = house.segments.members(work, slug.removeprefix("-"))
        yield house.profiles.everyone(work) - members if slug.startswith("-") else members
    for tag in query.tags:
        yield directory.tagged(work, tag)
    if query.topic:
        yield directory.scoring(work, query.interest, query.least)
    if query.seen_since is not None:
        seen = directory.seen_since(work, work.now - query.seen_since)
        yield house.profiles.everyone(work) - seen if query.seen.startswith("-") else seen
    if query.consent:
        words = directory.words(work)
        if query.consent == "silent":
            yield house.profiles.everyone(work) - words.given - words.withdrawn
        else:
            yield words.given if query.consent == "given" else words.withdrawn
    if query.book:
        did = house.analytics.doers(work)
        yield did if query.book == "not" else house.profiles.everyone(work) - did
    if query.rule:
        yield house.segments.population(work, query.rule_json)


# The list as a table to take away

_HEADS = {
    "name": N_("Person"),
    "user_id": N_("User id"),
    "uid": N_("Profile id"),
    "tags": N_("Tags"),
    "activity": N_("Activity"),
    "seen": N_("Last seen"),
    "first": N_("First seen"),
    "created": N_("Known since"),
}


def heads(query: Query) -> list[str]:
    """Name the columns of the list as a table, as they are called in the code."""
    columns = ["name", "user_id", "uid", *query.columns]
    return [*columns, "interest"] if query.topic else columns


def header(query: Query, speech: Speech) -> list[Cell]:
    """Name the columns of the list as a table."""
    said: dict[str, str] = {name: speech.gettext(text) for name, text in _HEADS.items()}
    said["interest"] = speech.gettext("Interest in %(topic)s", topic=query.topic)
    return [said.get(name, name.removeprefix("trait:")) for name in heads(query)]


def rows(
    work: Work, house: Served, query: Query, among: BitMap | None, speech: Speech
) -> Iterator[list[Cell]]:
    """Yield the whole list as a table, in its order, holding one portion at a time."""
    directory = house.profiles.directory
    for profiles in directory.walk(work, query.order, among, _PORTION):
        for card in directory.cards(work, profiles, query.scores):
            yield [_cell(card, name, query, speech) for name in heads(query)]


def _cell(card: Card, column: str, query: Query, speech: Speech) -> Cell:
    if column.startswith("trait:"):
        return _as_cell(card.traits.get(column.removeprefix("trait:")))
    if column in ("seen", "first", "created"):
        moments = {"seen": card.last_seen, "first": card.first_seen, "created": card.created}
        moment = moments[column]
        return None if moment is None else to_datetime(moment).astimezone(speech.zone)
    values: dict[str, Cell] = {
        "name": card.name,
        "user_id": card.user_id,
        "uid": card.uid,
        "tags": ", ".join(card.tags),
        "activity": round(card.scores.get(ACTIVITY, 0.0), 2),
        "interest": round(card.scores.get(query.interest, 0.0), 2),
    }
    return values[column]


def _as_cell(value: Any) -> Cell:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
