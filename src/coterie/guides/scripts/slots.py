"""The places of a script that a guide fills: ``{name}``, ``{price}``. Pure.

What she sent may differ from the script there and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping

SLOTS = ("name", "product", "price", "store", "coupon", "guide", "date")
"""Whom it is said to, what is offered, at what price, where, by which coupon, by whom, when."""

_SLOT = re.compile(r"\{([^{}\s]{1,32})\}")
_SPACE = re.compile(r"\s+")
_LONGEST_FILLING = 80


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each slot of a text starts and ends, and its name."""
    for match in _SLOT.finditer(text):
        yield match.start(), match.end(), match[1]


def names(text: str) -> tuple[str, ...]:
    """Name the slots of a text, each once, in order.

    >>> names("{name}，您好！{product} {price}，{name}")
    ('name', 'product', 'price')
    """
    return tuple(dict.fromkeys(name for _, _, name in places(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the slots that there are words for; the others stay as they are.

    >>> fill("{name}，您好！{price}", {"name": "Ada"})
    'Ada，您好！{price}'
    """
    return _SLOT.sub(lambda match: values.get(match[1]) or match[0], text)


def gaps(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Name the slots that there are no words for."""
    return tuple(name for name in names(text) if not values.get(name))


def is_edited(text: str, said: str) -> bool:
    """Say whether what was said differs from a script beyond its slots; spaces do not count.

    >>> is_edited("{name}，您好！", "李女士，您好！")
    False
    >>> is_edited("{name}，您好！", "李女士，全网最低！")
    True
    """
    pattern = "".join(
        f".{{0,{_LONGEST_FILLING}}}?" if index % 2 else re.escape(_bare(part))
        for index, part in enumerate(_SLOT.split(text))
    )
    return re.fullmatch(pattern, _bare(said), re.DOTALL) is None


def _bare(text: str) -> str:
    return _SPACE.sub("", text)
