"""How many segments a text message takes, as operators count and bill them (3GPP TS 23.038). Pure.

The GSM alphabet packs seven bits a character, 160 to a segment or 153 where there are several; a
few characters take two. One character outside it, and the whole is UCS-2: 70, or 67. No character
is cut in two at a seam.
"""

from dataclasses import dataclass
from typing import Literal

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Size:
    """What a text takes: its alphabet, and how many segments."""

    alphabet: Literal["gsm7", "ucs2"]
    segments: int


def measure(text: str) -> Size:
    """Count the segments of a text.

    >>> measure("a" * 160).segments, measure("a" * 161).segments, measure("€" * 80).segments
    (1, 2, 1)
    >>> measure("你" * 70), measure("你" * 71).segments
    (Size(alphabet='ucs2', segments=1), 2)
    """
    if _GSM.union(_TWICE).issuperset(text):
        return Size("gsm7", _count([1 + (mark in _TWICE) for mark in text], 160, 153))
    return Size("ucs2", _count([1 + (ord(mark) > 0xFFFF) for mark in text], 70, 67))


def _count(units: list[int], alone: int, together: int) -> int:
    if sum(units) <= alone:
        return 1
    segments, left = 1, together
    for unit in units:
        if unit > left:
            segments, left = segments + 1, together
        left -= unit
    return segments
