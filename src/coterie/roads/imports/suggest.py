"""Guess what a file's columns mean, from their names and their first values. Pure.

Every guess says how sure it is and why, so that a page can ask a person to look where it matters.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from coterie.core.clock import parse_time
from coterie.core.errors import Invalid
from coterie.core.numbers import as_decimal
from coterie.roads.imports.headers import concept_of, plain
from coterie.roads.imports.plan import NUMBER, Choice, Plan, Role
from coterie.roads.mapping import Kind
from coterie.roads.values import STYLES, UNIX, UNIX_MS, read_number, read_time

Ground = Literal["both", "name", "values", "none"]

_DAYS = ("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y.%m.%d")
_CLOCKS = (" %H:%M:%S", " %H:%M", "")
TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    *(f"{day}{clock}" for day in _DAYS for clock in _CLOCKS),
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日",
    "%Y%m%d%H%M%S", "%Y%m%d %H:%M", "%Y%m%d", UNIX, UNIX_MS,
)  # fmt: skip
"""The ways of writing a time that are looked for; ISO 8601 needs none of them."""

_ENOUGH = 0.6
"""The share of values that must fit: a few bad rows must not hide what a column is."""
_FEW = 0.1

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\+[1-9][\d -]{7,16}\d")
_URL = re.compile(r"https?://\S+")
_UTC = ZoneInfo("UTC")
_PERSONAL = ("phone", "email", "wechat", "name")
"""Whose customer a row is, when nothing better says so; a name is a last resort."""

_TRAITS_ONLY = frozenset({"name", "firstName", "lastName", "address", "phone", "email"})
"""Of a row that tells what happened, these belong to the customer, not to the event."""


@dataclass(frozen=True)
class Column:
    """A column and its first values, as text."""

    name: str
    values: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The values that are there."""
        return tuple(value.strip() for value in self.values if value.strip())


@dataclass(frozen=True)
class Guess:
    """What a column is taken for, between 0 and 1 how surely, and on what ground."""

    choice: Choice
    confidence: float
    ground: Ground


@dataclass(frozen=True)
class Suggestion:
    """A plan for a file, and what is thought of each column."""

    plan: Plan
    guesses: tuple[Guess, ...]


@dataclass(frozen=True)
class _Reading:
    """What one column is about: its concept, the form of its values, how sure, on what ground."""

    concept: str
    form: str
    confidence: float
    ground: Ground


def suggest(columns: Sequence[Column], kind: Kind | None = None) -> Suggestion:
    """Suggest a plan; ``kind`` is what the rows are, when somebody has said so."""
    readings = {column.name: _read(column) for column in columns}
    kind = kind or _kind_of(columns, readings)
    readings = _with_key(readings) if kind == "items" else _with_identity(columns, readings)
    taken: set[Role] = set()
    guesses = []
    for column in columns:
        guess = _guess(kind, column, readings[column.name], taken)
        taken.add(guess.choice.role)
        guesses.append(guess)
    concepts = {one.concept for one in readings.values()}
    choices = tuple(guess.choice for guess in guesses)
    event = _event_of(concepts) if kind == "events" and "event" not in taken else ""
    return Suggestion(Plan(kind, choices, event), tuple(guesses))


def _kind_of(columns: Sequence[Column], readings: Mapping[str, _Reading]) -> Kind:
    concepts = {one.concept for one in readings.values()}
    happened = concepts & {"order", "amount", "event", "item"}
    if not concepts & {"user_id", "phone", "email", "wechat"}:
        return "items" if concepts & {"item", "title"} and "time" not in concepts else "profiles"
    whose = next((c for c in columns if readings[c.name].concept == "user_id"), None)
    repeats = whose is not None and len(set(whose.filled)) < len(whose.filled)
    return "events" if happened or (repeats and "time" in concepts) else "profiles"


def _event_of(concepts: set[str]) -> str:
    if concepts & {"order", "amount"}:
        return "Order Completed"
    return "Item Viewed" if "item" in concepts else "Visited"


def _read(column: Column) -> _Reading:
    filled = column.filled
    if not filled:
        return _Reading("nothing", "", 0.9, "values")
    seen, form = _by_values(filled)
    named = concept_of(column.name)
    if named is None:
        sure = 0.85 if seen in ("email", "phone", "url", "time") else 0.4
        return _Reading(seen, form, sure, "values" if sure > 0.5 else "none")
    concept, sure = named
    fits = _FITS.get(concept)
    if fits is None:
        return _Reading(concept, form if concept not in _TEXTS else "", sure, "name")
    if seen in fits:
        return _Reading(concept, form, min(0.98, sure + 0.08), "both")
    if seen in ("email", "phone"):  # what stands there says more than the name above it
        return _Reading(seen, form, 0.7, "values")
    return _Reading(concept, form, sure - 0.4, "name")


_FITS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone",),
    "email": ("email",),
    "time": ("time",),
    "birthday": ("time",),
    "registered": ("time",),
    "amount": ("number",),
    "points": ("number",),
    "quantity": ("number",),
    "url": ("url",),
}
"""By what their values give themselves away."""

_TEXTS = frozenset({"user_id", "order", "item", "store", "tier", "name", "topic", "wechat"})
"""Digits in these are names, not numbers."""


def _by_values(filled: Sequence[str]) -> tuple[str, str]:
    """Say what values look like, and how they are written."""
    for concept, pattern in (("email", _EMAIL), ("phone", _PHONE), ("url", _URL)):
        if _share([value for value in filled if pattern.fullmatch(value)], filled) >= _ENOUGH:
            return concept, ""
    form = time_form(filled)
    if form is not None and (form not in (UNIX, UNIX_MS) or _look_recent(filled, form)):
        return "time", form
    written = number_form(filled)
    return ("text", "") if written is None else ("number", written)


def time_form(filled: Sequence[str]) -> str | None:
    """Return how times are written: empty for ISO 8601, a format, or None when they are none."""
    best, most = None, 0.0
    for form in ("", *TIME_FORMATS):
        share = _share([text for text in filled if _fits_format(text, form)], filled)
        if share >= _ENOUGH and share > most:
            best, most = form, share
    return best


def _fits_format(text: str, form: str) -> bool:
    if not form:
        return _is_iso(text)
    if form in (UNIX, UNIX_MS):
        return text.isdigit() and len(text) == (10 if form == UNIX else 13)
    if form.startswith("%Y%m%d") and not re.match(r"(?:19|20)\d{6}", text):
        return False  # strptime would find a date in any run of digits
    return read_time(text, form) is not None


def _look_recent(filled: Sequence[str], form: str) -> bool:
    """Say whether numbers are times since 2001: else they are rather numbers."""
    return all(text.isdigit() and int(text) >= _YEAR_2001[form] for text in filled)


_YEAR_2001 = {UNIX: 10**9, UNIX_MS: 10**12}


def is_doubtful(filled: Sequence[str], form: str) -> bool:
    """Say whether a date could as well be read the other way round: 03/04 in March or in April."""
    swapped = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    both = ("%d/%m/%Y", "%m/%d/%Y")
    return form[:8] in both and all(read_time(text, swapped) is not None for text in filled)


def _is_iso(text: str) -> bool:
    try:
        parse_time(text, _UTC)
    except Invalid:
        return False
    return True


def number_form(filled: Sequence[str]) -> str | None:
    """Return how numbers are written, or None when they are none (or rather names in digits)."""
    names = [text for text in filled if re.fullmatch(r"0\d+|\d{12,}", text)]
    if _share(names, filled) > _FEW:
        return None
    shares = {
        form: _share([text for text in filled if is_number_like(text, form)], filled)
        for form in (NUMBER, *STYLES)
    }
    best = max(shares, key=lambda form: shares[form])
    return best if shares[best] >= _ENOUGH else None


def is_number_like(text: str, form: str) -> bool:
    """Say whether a text is a number written in a form."""
    return (as_decimal(text) if form == NUMBER else read_number(text, form)) is not None


def _share(some: Sequence[str], everything: Sequence[str]) -> float:
    return len(some) / len(everything)


def _with_identity(
    columns: Sequence[Column], readings: Mapping[str, _Reading]
) -> dict[str, _Reading]:
    """Let one column say whose row it is: the surest id, else a phone, an e-mail, a name."""
    ids = [c for c in columns if readings[c.name].concept == "user_id"]
    ids.sort(key=lambda c: -readings[c.name].confidence)
    found = dict(readings)
    for other in ids[1:]:
        found[other.name] = replace(found[other.name], concept="text", confidence=0.4)
    if ids:
        return found
    for concept in _PERSONAL:
        for column in columns:
            if readings[column.name].concept == concept:
                found[column.name] = _Reading(f"user_id:{concept}", "", 0.6, "values")
                return found
    return found


def _with_key(readings: Mapping[str, _Reading]) -> dict[str, _Reading]:
    """Let a customer's id not pass for an item's number where there is one."""
    if all(one.concept != "item" for one in readings.values()):
        return dict(readings)
    return {
        name: replace(one, concept="text", confidence=0.4) if one.concept == "user_id" else one
        for name, one in readings.items()
    }


def _guess(kind: Kind, column: Column, reading: _Reading, taken: set[Role]) -> Guess:
    role, name = _role_of(kind, column, reading)
    form, sure = reading.form, reading.confidence
    if role in taken and role not in ("trait", "property", "topic", "ignore"):
        role, name, sure = _spare(kind), field_name(column.name, reading.concept), min(sure, 0.5)
    if role in ("user_id", "message_id", "item", "store", "key", "title", "url", "topic", "event"):
        form = ""
    if role == "ignore":
        form, name = "", ""
    if is_doubtful(column.filled, form):
        sure = 0.5
    return Guess(Choice(column.name, role, name, form), sure, reading.ground)


def _role_of(kind: Kind, column: Column, reading: _Reading) -> tuple[Role, str]:
    concept, name = reading.concept, field_name(column.name, reading.concept)
    if concept == "nothing":
        return "ignore", ""
    if kind == "items":
        return _ITEM_ROLES.get(concept, "property"), "" if concept in _ITEM_ROLES else name
    if concept.startswith("user_id"):
        also = concept.partition(":")[2]
        return "user_id", also if kind == "profiles" else ""
    if kind == "profiles":
        return "trait", name
    if concept in _TRAITS_ONLY:
        return "ignore", ""
    if concept == "order":
        distinct = len(set(column.filled)) == len(column.values)
        return ("message_id", "") if distinct else ("property", "order_id")
    if concept in _EVENT_ROLES:
        return _EVENT_ROLES[concept], ""
    return "property", name


_EVENT_ROLES: Mapping[str, Role] = {
    "time": "timestamp", "item": "item", "amount": "amount", "store": "store", "event": "event",
}  # fmt: skip
_ITEM_ROLES: Mapping[str, Role] = {
    "item": "key", "user_id": "key", "title": "title", "name": "title", "amount": "price",
    "url": "url", "topic": "topic", "kind": "item_kind",
}  # fmt: skip


def _spare(kind: Kind) -> Role:
    return "trait" if kind == "profiles" else "property"


_KNOWN_FIELDS = frozenset({
    "phone", "email", "name", "firstName", "lastName", "gender", "birthday", "city", "province",
    "country", "address", "tier", "points", "company", "wechat", "registered", "quantity", "note",
})  # fmt: skip


def field_name(header: str, concept: str = "") -> str:
    """Name a trait or property after a column.

    >>> field_name("Favourite Grape"), field_name("手机号", "phone"), field_name("口味.偏好")
    ('favourite_grape', 'phone', '口味_偏好')
    """
    if concept in _KNOWN_FIELDS:
        return concept
    return plain(header).replace(" ", "_")[:100] or "column"
