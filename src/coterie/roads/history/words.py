"""What a map makes of one column's values: each distinct value is read once. Pure.

Everything is read by the functions that read single rows; what they would refuse, or treat in a
way that columns do not know, is *careful*: its row is read by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import parse_time
from coterie.core.errors import CoterieError
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, Event
from coterie.events.calls import read_id, read_item
from coterie.events.coded import as_words
from coterie.events.door import Suppressed
from coterie.events.layout import mark
from coterie.events.model import Envelope
from coterie.events.resolve import AMOUNT_KEYS, ITEM_KEYS, PRODUCTS, STORE_KEYS, resolve
from coterie.events.rows import NO_AMOUNT
from coterie.profiles.cleanse import cleanse
from coterie.roads.mapping import FileMap

MOST_KEPT = 1_000_000
"""Values of a column that are remembered from one portion to the next."""

TOLD_OF_PEOPLE = frozenset({CONSENT_GIVEN, CONSENT_WITHDRAWN})
"""Events that say something of a person: they are learnt one by one."""


class Word(NamedTuple):
    """What a value becomes; ``careful`` says that its row has to be read by itself.

    A property gives ``text`` (its part of the properties' JSON, None when it is left out) and what
    it says of the item, the amount and the store; an event or a person gives its name as ``text``,
    a time its ``amount`` of milliseconds.
    """

    careful: bool = False
    text: str | None = None
    items: str | None = None
    amount: int | None = None
    store: str | None = None


CAREFUL = Word(careful=True)


@dataclass(frozen=True)
class Words:
    """What the values of a column become, by their places: the fields of ``Word`` in columns.

    ``size`` is how many bytes of text a value has. ``told`` is the place of each one's text among
    the ``texts``, of which no two are equal; ``silent`` is the place of None.
    """

    size: NDArray[np.int64]
    careful: NDArray[np.bool_]
    told: NDArray[np.int32]
    texts: NDArray[Any]
    items: NDArray[Any]
    amount: NDArray[np.int64]
    store: NDArray[Any]
    silent: int = -1

    def __len__(self) -> int:
        return len(self.careful)


NONE = Words(
    size=np.empty(0, np.int64), careful=np.empty(0, np.bool_), told=np.empty(0, np.int32),
    texts=as_words([]), items=as_words([]), amount=np.empty(0, np.int64), store=as_words([]),
)  # fmt: skip


@dataclass
class Lexicon:
    """The words of one part of a map (``event``, ``user_id``, ``properties.total``).

    They grow from portion to portion, and what was handed out never changes. The first is that of
    nothing, None; without a column it is the only one.
    """

    column: str | None
    read: Callable[[Any], Word]
    words: Words = NONE
    places: dict[str | None, int] = field(default_factory=dict)

    def learn(self, values: Sequence[Any]) -> None:
        """Add the words of values that were not met before."""
        found = [self._word(value) for value in values]
        places, held = self.places, self.words
        told = [places.setdefault(word.text, len(places)) for word in found]
        new = list(islice(places, len(held.texts), None))
        self.words = Words(
            size=_more(held.size, [_bytes(value) for value in values]),
            careful=_more(held.careful, [word.careful for word in found]),
            told=_more(held.told, told),
            texts=np.concatenate([held.texts, as_words(new)]),
            items=np.concatenate([held.items, as_words([word.items for word in found])]),
            amount=_more(
                held.amount, [NO_AMOUNT if word.amount is None else word.amount for word in found]
            ),
            store=np.concatenate([held.store, as_words([word.store for word in found])]),
            silent=places.get(None, -1),
        )

    def forget(self) -> None:
        """Begin anew, with no words."""
        self.words, self.places = NONE, {}

    def _word(self, value: Any) -> Word:
        try:
            return self.read(value)
        except CoterieError:
            return CAREFUL


def _bytes(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else 0


def _more(held: NDArray[Any], new: Sequence[Any]) -> NDArray[Any]:
    return np.concatenate([held, np.array(new, dtype=held.dtype)])


@dataclass(frozen=True)
class Reader:
    """Reads single values as ``roads/bulk.py`` reads rows: by way of the call they would be in."""

    file_map: FileMap
    envelope: Envelope
    zone: ZoneInfo
    suppressed: Suppressed

    def lexicons(self) -> dict[str, Lexicon] | None:
        """Return the words of each part; None when a part reads several columns at once."""
        reads = self.file_map.reads
        parts = {name: reads[name] for name in self.file_map.parts if name != "message_id"}
        fields = {name: reads[f"properties.{name}"] for name in self.file_map.fields}
        if any(len(columns) > 1 for columns in (*parts.values(), *fields.values())):
            return None
        made = {name: self._of_part(name, columns) for name, columns in parts.items()}
        for number, (name, columns) in enumerate(fields.items()):
            made[f"property{number}"] = self._of_field(name, columns)
        return made

    def tell(self) -> dict[str, list[str]]:
        """Return which properties tell of items, amount and store, in the order they are asked."""
        places = {name: f"property{number}" for number, name in enumerate(self.file_map.fields)}
        asked = {"items": ITEM_KEYS, "amount": AMOUNT_KEYS, "store": STORE_KEYS}
        return {
            about: [places[key] for key in keys if key in places] for about, keys in asked.items()
        }

    def _of_part(self, name: str, columns: tuple[str, ...]) -> Lexicon:
        column = columns[0] if columns else None
        reader = {"event": self._event, "timestamp": self._time}.get(name, self._person)
        expression = self.file_map.parts[name]
        return Lexicon(column, lambda value: reader(name, expression({column or "": value})))

    def _of_field(self, name: str, columns: tuple[str, ...]) -> Lexicon:
        column = columns[0] if columns else None
        expression = self.file_map.fields[name]
        return Lexicon(
            column, lambda value: self._property(name, expression({column or "": value}))
        )

    def _read(self, **said: Any) -> Event:
        call = {"userId": "somebody", "messageId": "m", "type": "track", "event": "e", **said}
        return read_item("track", msgspec.json.encode(call), self.envelope, self.envelope.received)

    def _event(self, _name: str, value: Any) -> Word:
        name = self._read(event=value).name
        return CAREFUL if name in TOLD_OF_PEOPLE else Word(text=name)

    def _person(self, part: str, value: Any) -> Word:
        if type(value) is str and value.isprintable():  # nearly always: the short way
            found = read_id(value, "userId")
        else:
            given = "userId" if part == "user_id" else "anonymousId"
            event = self._read(**{"anonymousId": "somebody", given: value})
            found = event.user_id if part == "user_id" else event.anonymous_id
        if found is not None and self.suppressed({(part, found)}):
            return CAREFUL
        return Word(text=found)

    def _time(self, _name: str, value: Any) -> Word:
        if value is None or value == "":
            return Word(amount=self.envelope.received)
        time = parse_time(str(value), self.file_map.zone or self.zone)
        # what lies in the future is heard when its time comes
        return Word(amount=time) if 0 <= time <= self.envelope.received else CAREFUL

    def _property(self, name: str, value: Any) -> Word:
        if self.file_map.skip_blanks and (value is None or value == ""):
            return Word()
        event = self._read(properties={name: value})
        cleansed = cleanse(event)
        if name == PRODUCTS or cleansed.properties or cleansed.traits:
            return CAREFUL
        [found] = resolve([event], {})
        # what several properties may tell of is told by the first: no mark can stand for it
        sole = {keys for keys in (ITEM_KEYS, AMOUNT_KEYS, STORE_KEYS) if self._tellers(keys) == 1}
        markable = msgspec.structs.replace(
            found,
            items=found.items if ITEM_KEYS in sole else (),
            amount=found.amount if AMOUNT_KEYS in sole else None,
            store=found.store if STORE_KEYS in sole else None,
        )
        return Word(
            text=mark(name, markable),
            items=_items(name, found),
            amount=found.amount if name in AMOUNT_KEYS else None,
            store=found.store if name in STORE_KEYS else None,
        )

    def _tellers(self, keys: tuple[str, ...]) -> int:
        return sum(key in self.file_map.fields for key in keys)


def _items(name: str, event: Event) -> str | None:
    if name not in ITEM_KEYS or not event.items:
        return None
    return msgspec.json.encode(event.items).decode()
