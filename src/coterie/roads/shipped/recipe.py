"""A recipe: a map, and what a file has to go through before it. Pure.

Beside a map's own keys it may say ``titles``, ``about``, ``columns`` (by which a file is known),
``only`` (which rows are read) and ``orders`` (how rows become orders). ``kind: calls`` is for files
whose rows are calls of the wire format already. ``docs/reference/import-maps.md`` shows each key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coterie.core.errors import Invalid
from coterie.roads.mapping import FileMap, parse_map

CALLS = "calls"
EVENT, AT, AMOUNT, LINES, CUMULATIVE = (
    "order_event", "order_at", "order_amount", "order_lines", "order_cumulative",
)  # fmt: skip
WRITTEN = (EVENT, AT, AMOUNT, LINES, CUMULATIVE)
"""The columns that gathering writes beside those of the file, for the map to read."""

_OWN = frozenset({"titles", "about", "columns", "only", "orders"})
_ORDERS = frozenset({"by", "lines", "total", "events"})
_EVENT = frozenset({"event", "at", "amount", "when", "cumulative"})

Test = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One event that an order's rows give: its name, and the columns of its time and amount.

    ``at`` are tried in their order. ``when`` tells of which orders it is; ``cumulative`` that the
    amount is all that was refunded so far.
    """

    event: str
    at: tuple[str, ...]
    amount: str | None
    when: Test = field(default_factory=dict)
    cumulative: bool = False


@dataclass(frozen=True)
class Gathering:
    """How rows become orders: those with the same ``by`` are one.

    ``lines`` names what each row tells of a line: a column, or ``{number: column}``. ``total`` are
    columns whose product is summed over the rows where the file has no total.
    """

    by: str
    lines: Mapping[str, Any]
    total: tuple[str, ...]
    events: tuple[Step, ...]


@dataclass(frozen=True)
class Recipe:
    """A parsed recipe; ``file_map`` is None for files of calls."""

    name: str
    titles: Mapping[str, str]
    about: Mapping[str, str]
    columns: tuple[str, ...]
    only: Test
    gathering: Gathering | None
    file_map: FileMap | None
    document: Mapping[str, Any]

    def fits(self, columns: Sequence[str]) -> bool:
        """Say whether a file with these columns is of the kind that this is for."""
        return bool(self.columns) and set(self.columns) <= set(columns)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every column of the file that it may read."""
        names = list(self.columns)
        if self.file_map is not None:
            names += [name for part in self.file_map.reads.values() for name in part]
        if self.gathering is not None:
            names += [name for step in self.gathering.events for name in step.at]
            names += [step.amount for step in self.gathering.events if step.amount]
            names += [name for step in self.gathering.events for name in step.when]
            names += [_column(one) for one in self.gathering.lines.values()]
            names += self.gathering.total
        return tuple(dict.fromkeys(name for name in names if name not in WRITTEN))

    @property
    def is_plain(self) -> bool:
        """Whether a file needs nothing done before its map."""
        return self.gathering is None and not self.only and self.file_map is not None


def read_recipe(name: str, document: object) -> Recipe:
    """Read a recipe, or a plain map, which is one too; raises Invalid with the place."""
    if not isinstance(document, Mapping):
        raise Invalid("a map is a mapping of names to columns", hint="begin with kind: events")
    inner = {key: value for key, value in document.items() if key not in _OWN}
    is_calls = inner.get("kind") == CALLS
    if is_calls and len(inner) > 1:
        raise Invalid("a map of calls says nothing else: its rows say all", path="kind")
    return Recipe(
        name=name,
        titles=_texts(document.get("titles", name)),
        about=_texts(document.get("about", "")),
        columns=tuple(str(one) for one in document.get("columns", ())),
        only=_test(document.get("only", {}), "only"),
        gathering=_gathering(document["orders"]) if "orders" in document else None,
        file_map=None if is_calls else parse_map(inner),
        document=document,
    )


def _gathering(value: object) -> Gathering:
    if not isinstance(value, Mapping) or not {"by", "events"} <= set(value) <= _ORDERS:
        raise Invalid("expected by and events", path="orders", hint="and perhaps lines, total")
    lines = value.get("lines", {})
    if not isinstance(lines, Mapping):
        raise Invalid("expected names and columns", path="orders.lines")
    for name, one in lines.items():
        if not isinstance(one, str) and not (isinstance(one, Mapping) and set(one) == {"number"}):
            raise Invalid("expected a column or {number: column}", path=f"orders.lines.{name}")
    steps = value["events"]
    if not isinstance(steps, list) or not steps:
        raise Invalid("expected a list", path="orders.events")
    return Gathering(
        by=str(value["by"]),
        lines=lines,
        total=tuple(str(one) for one in value.get("total", ())),
        events=tuple(_step(one, f"orders.events[{place}]") for place, one in enumerate(steps)),
    )


def _step(value: object, path: str) -> Step:
    if not isinstance(value, Mapping) or not {"event", "at"} <= set(value) <= _EVENT:
        raise Invalid("expected event and at", path=path, hint="and perhaps amount, when")
    at = value["at"]
    return Step(
        event=str(value["event"]),
        at=tuple(at) if isinstance(at, list) else (str(at),),
        amount=str(value["amount"]) if value.get("amount") else None,
        when=_test(value.get("when", {}), f"{path}.when"),
        cumulative=value.get("cumulative") is True,
    )


def _test(value: object, path: str) -> Test:
    """Read a test: a column and its value, a list of values, or ``{not: [...]}``, ``{above: 0}``,
    ``{begins: C}``, ``{filled: true}``.
    """
    if not isinstance(value, Mapping):
        raise Invalid("expected columns and values", path=path, hint="such as {event: order}")
    for name, one in value.items():
        if isinstance(one, Mapping) and (
            len(one) != 1 or not set(one) <= {"not", "above", "begins", "begins_not", "filled"}
        ):
            raise Invalid(
                "no such test", path=f"{path}.{name}", hint="not, above, begins, begins_not, filled"
            )
    return {str(name): one for name, one in value.items()}


def _texts(value: object) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {str(language): str(text) for language, text in value.items()}
    return {"en": str(value), "zh": str(value)}


def _column(value: Any) -> str:
    return str(value["number"]) if isinstance(value, Mapping) else str(value)
