"""Exact numbers: amounts and event properties are integers scaled by 10,000.

Sums of them are the same in any order, which sums of floats are not.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

SCALE = 10_000
_LIMIT = 2**62
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def is_number(value: object) -> bool:
    """Say whether a JSON value is a number (true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_decimal(value: object) -> Decimal | None:
    """Read a JSON number or a decimal string; anything else is None.

    >>> as_decimal("1.50"), as_decimal("x"), as_decimal(True)
    (Decimal('1.50'), None, None)
    """
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            return None
    elif not is_number(value):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def scaled(value: object) -> int | None:
    """Scale a number or decimal string by 10,000, halves away from zero; None for the rest.

    >>> scaled(29.99), scaled("0.00005"), scaled("many")
    (299900, 1, None)
    """
    number = as_decimal(value)
    if number is None:
        return None
    whole = int((number * SCALE).to_integral_value(rounding=ROUND_HALF_UP))
    return whole if -_LIMIT < whole < _LIMIT else None


def unscaled(value: int) -> float:
    """Turn a scaled integer back into a number."""
    return value / SCALE
