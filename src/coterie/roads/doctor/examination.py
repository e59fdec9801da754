"""Examine a house: every judge is asked, and the worst is said first. Pure."""

from collections.abc import Sequence
from typing import Any

from coterie.roads.doctor import guarding, keeping, running
from coterie.roads.doctor.model import GROUPS, LEVELS, Finding, Level, Measured, Quantity

JUDGES = (*running.JUDGES, *keeping.JUDGES, *guarding.JUDGES)


def examine(measured: Measured, others: Sequence[Finding] = ()) -> list[Finding]:
    """Judge what was measured, beside what ``others`` found; the worst first, then by part."""
    found = [*(finding for judge in JUDGES for finding in judge(measured)), *others]
    return sorted(found, key=lambda one: (LEVELS.index(one.level), GROUPS.index(one.group)))


def worst(findings: Sequence[Finding]) -> Level:
    """Return the worst level among findings."""
    return min((one.level for one in findings), key=LEVELS.index, default="ok")


def in_english(finding: Finding, text: str) -> str:
    """Put a finding's values into one of its sentences."""
    values = {name: value if isinstance(value, str) else plain(value)
              for name, value in finding.values.items()}  # fmt: skip
    return text % values


def plain(quantity: Quantity) -> str:
    """Write a quantity with its unit, in English.

    >>> [plain(Quantity(n, "ms")) for n in (3.21, 1_500, 300_000, 26 * 3_600_000)]
    ['3.2 ms', '1.5 s', '5 min', '1.1 days']
    >>> plain(Quantity(56_983_552, "bytes")), plain(Quantity(1_154))
    ('57.0 MB', '1,154')
    """
    steps: tuple[tuple[float, str], ...]
    if quantity.unit == "bytes":
        steps = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "bytes"))
    elif quantity.unit == "ms":
        steps = ((864e5, "days"), (36e5, "h"), (6e4, "min"), (1e3, "s"), (1, "ms"))
    else:
        return f"{quantity.value:,}"
    size, unit = next((step for step in steps if quantity.value >= step[0]), steps[-1])
    number = quantity.value / size
    whole = number == int(number) and size != 1e6
    return f"{number:,.0f} {unit}" if whole or unit == "bytes" else f"{number:,.1f} {unit}"


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return findings as ``coterie doctor --json`` prints them."""
    return {
        "level": worst(findings),
        "findings": [
            {
                "code": one.code,
                "level": one.level,
                "measured": in_english(one, one.says),
                "do": in_english(one, one.do),
                "values": {
                    name: value
                    if isinstance(value, str)
                    else {"value": value.value, "unit": value.unit}
                    for name, value in one.values.items()
                },
            }
            for one in findings
        ],
    }
