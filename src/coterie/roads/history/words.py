"""What a map makes of one column's values: each distinct value is read once. Pure.

Everything is read by the functions that read single rows; what they would refuse, or treat in a
way that columns do not know, is *careful*: its row is read by itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import parse_time
from coterie.core.errors import CoterieError
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, Event
from coterie.events.calls import read_id, read_item
from coterie.events.door import Suppressed
from coterie.events.layout import mark
from coterie.events.model import Envelope
from coterie.events.resolve import AMOUNT_KEYS, ITEM_KEYS, PRODUCTS, STORE_KEYS, resolve
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


@dataclass
class Lexicon:
    """The words of one part of a map (``event``, ``user_id``, ``properties.total``)."""

    column: str | None
    read: Callable[[Any], Word]
    known: dict[Any, Word] = field(default_factory=dict)

    def words(self, values: Iterable[Any]) -> list[Word]:
        """Return what values become, each distinct one read once."""
        if len(self.known) > MOST_KEPT:
            self.known.clear()
        known, found = self.known, []
        for value in values:
            key = (type(value), value)  # 1, 1.0 and True are different words
            word = known.get(key)
            if word is None:
                word = known[key] = self._word(value)
            found.append(word)
        return found

    def _word(self, value: Any) -> Word:
        try:
            return self.read(value)
        except CoterieError:
            return CAREFUL


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
