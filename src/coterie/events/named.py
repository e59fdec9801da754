"""Find what names a person: in events, in JSON that was refused, in bytes. Pure.

Her events go. In other people's, a text that is one of her values, or holds a long one, is blanked:
a short value that merely stands within a word is nobody's name.
"""

import re
from collections.abc import Collection
from typing import Any

import msgspec

from coterie.core.event import Event

BLANK = "[erased]"
LONG = 6
"""Characters from which a value is looked for within other text, not only alone."""
_GROUPED = 8
"""Digits from which a number is found however its digits are grouped."""
_PHONE_DIGITS = 11
"""Of a Chinese mobile number; shorter JSON numbers are amounts, and nobody's name."""
_PUNCTUATION = rb"[\s().+-]*"

Identity = tuple[str, str]
"""A kind and a value."""


def identities_of(event: Event) -> set[Identity]:
    """Return every identity that an event names, as it was said."""
    found = set(event.identities.items())
    if event.user_id:
        found.add(("user_id", event.user_id))
    if event.anonymous_id:
        found.add(("anonymous_id", event.anonymous_id))
    if event.previous_id:  # the wire format does not say of which kind it is
        found |= {("user_id", event.previous_id), ("anonymous_id", event.previous_id)}
    external = event.context.get("externalIds")
    if isinstance(external, list):
        found |= {
            (one["type"], str(one["id"]))
            for one in external
            if isinstance(one, dict) and isinstance(one.get("type"), str) and one.get("id")
        }
    for kind in ("email", "phone"):
        value = event.traits.get(kind)
        if value:
            found.add((kind, str(value)))
    return found


class Names:
    """The identities of one person, ready to be looked for."""

    def __init__(self, identities: Collection[Identity]) -> None:
        self._plain = {_plain(kind, value) for kind, value in identities}
        values = {value.strip() for _, value in identities if value.strip()}
        self._short = {value.casefold() for value in values if len(value) < LONG}
        self._long = _pattern({value for value in values if len(value) >= LONG})
        every = [re.escape(_encoded(value)) for value in self._short]
        every += [_loose(value) for value in values if len(value) >= LONG]
        self._bytes = re.compile(b"|".join(every) or b"(?!)", re.IGNORECASE)

    def carried(self, event: Event) -> bool:
        """Say whether an event is this person's."""
        return any(_plain(kind, value) in self._plain for kind, value in identities_of(event))

    def may_be_in(self, raw: bytes) -> bool:
        """Say whether bytes of JSON may name her; never wrongly no, where nothing is escaped."""
        return self._bytes.search(raw) is not None

    def in_text(self, text: str) -> bool:
        """Say whether a text names her."""
        return text.strip().casefold() in self._short or self._long.search(text) is not None

    def in_value(self, value: Any) -> bool:
        """Say whether any text within a JSON value names her."""
        return _any_text(value, self.in_text)

    def blanked(self, value: Any) -> Any:
        """Return a JSON value with every text blanked that names her."""
        if isinstance(value, str):
            return BLANK if self.in_text(value) else value
        if isinstance(value, int) and len(str(value)) >= _PHONE_DIGITS:
            return BLANK if self.in_text(str(value)) else value
        if isinstance(value, list):
            return [self.blanked(one) for one in value]
        if isinstance(value, dict):
            return {
                BLANK if self.in_text(key) else key: self.blanked(one) for key, one in value.items()
            }
        return value

    def blanked_event(self, event: Event) -> Event:
        """Return somebody else's event without what names her."""
        return msgspec.structs.replace(
            event,
            properties=self.blanked(event.properties),
            traits=self.blanked(event.traits),
            context=self.blanked(event.context),
        )


def _any_text(value: Any, test: Any) -> bool:
    if isinstance(value, str):
        return bool(test(value))
    if isinstance(value, int) and len(str(value)) >= _PHONE_DIGITS:
        return bool(test(str(value)))
    if isinstance(value, list):
        return any(_any_text(one, test) for one in value)
    if isinstance(value, dict):
        return any(test(key) or _any_text(one, test) for key, one in value.items())
    return False


def _plain(kind: str, value: str) -> Identity:
    """Write an identity so that two ways to say it are equal.

    >>> _plain("phone", "+86 138-0013-8000") == _plain("phone", "13800138000")
    True
    """
    value = value.strip()
    if kind == "email":
        return kind, value.casefold()
    if kind == "phone":
        return kind, re.sub(r"\D", "", value)[-_PHONE_DIGITS:]
    return kind, value


def _pattern(values: Collection[str]) -> re.Pattern[str]:
    every = [_loose(value).decode() for value in values]
    # a text that was decoded holds the value as it is, not as JSON writes it
    every += [rf"(?<!\w){re.escape(value)}(?!\w)" for value in values if _is_escaped(value)]
    return re.compile("|".join(every) or "(?!)", re.IGNORECASE)


def _loose(value: str) -> bytes:
    """Match a value in JSON; of a number's digits, however they are grouped.

    >>> bool(re.search(_loose("+8613800138000"), b"call 138 0013 8000"))
    True
    """
    digits = re.sub(r"[\s().+-]", "", value)
    if digits.isascii() and digits.isdigit() and len(digits) >= _GROUPED:
        if value.startswith("+86"):
            digits = digits[-_PHONE_DIGITS:]
            return _PUNCTUATION.join(bytes([digit]) for digit in digits.encode()) + rb"(?!\d)"
        return rb"(?<!\d)%b(?!\d)" % _PUNCTUATION.join(bytes([one]) for one in digits.encode())
    return rb"(?<!\w)%b(?!\w)" % re.escape(_encoded(value)[1:-1])


def _is_escaped(value: str) -> bool:
    return _encoded(value)[1:-1] != value.encode()


def _encoded(value: str) -> bytes:
    return msgspec.json.encode(value)
