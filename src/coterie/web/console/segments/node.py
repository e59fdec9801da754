"""One node of a rule that is being built."""

from dataclasses import dataclass, field

from coterie.web.console.segments.conditions import Fields


@dataclass
class Draft:
    """One node: its kind, how often it is negated, its fields as text, and what is in it.

    ``bounds`` are comparisons of a number, ``tests`` are on properties, ``more`` on those of a
    second event, ``parts`` are a group's.
    """

    kind: str
    negated: int = 0
    fields: Fields = field(default_factory=dict)
    bounds: list[Fields] = field(default_factory=list)
    tests: list[Fields] = field(default_factory=list)
    more: list[Fields] = field(default_factory=list)
    parts: list["Draft"] = field(default_factory=list)

    def get(self, key: str) -> str:
        """Return a field's text, empty when there is none."""
        return self.fields.get(key, "")
