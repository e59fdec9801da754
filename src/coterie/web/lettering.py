"""Letters on pictures: the house's font at any size, and lines that break where they are full.

The font is cut out of Noto Sans SC (OFL), with what GB 2312 can spell; other characters show as
boxes.
"""

import io
import re
from functools import cache
from importlib.resources import as_file, files

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

_PARTS = re.compile(r"[\d.,%]+\s*[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+|[\u2e80-\uffff]")
"""What is not parted: a number and its unit, a Latin word, a Chinese sign."""
_CLOSING = "，。、；：！？）》」』”’…％%"
"""What never begins a line: it hangs on the one before."""


@cache
def font(size: int) -> Font:
    """Return the font at so many pixels."""
    with as_file(files("coterie.web") / "fonts" / "noto-sans-sc.ttf") as path:
        return ImageFont.truetype(io.BytesIO(path.read_bytes()), size)


def rows(text: str, letters: Font, width: float, most: int) -> list[str]:
    """Break a text at its line breaks, and where a line is full.

    Latin breaks after a space, Chinese anywhere. One line more than ``most`` tells that it does
    not fit.
    """
    found: list[str] = []
    for line in text.splitlines():
        row = ""
        for part in _PARTS.findall(line):
            if row and part not in _CLOSING and letters.getlength(row + part.rstrip()) > width:
                found.append(row.rstrip())
                row = ""
            row += part
        found.append(row.rstrip())
    return [one for one in found if one][: most + 1]


def fitted(text: str, size: int, width: float, most: int, least: int) -> tuple[Font, list[str]]:
    """Return a text in lines that fit, smaller where it is long, never below ``least``."""
    letters = font(size)
    found = rows(text, letters, width, most)
    while (len(found) > most or _widest(found, letters) > width) and size - 4 >= least:
        size -= 4
        letters = font(size)
        found = rows(text, letters, width, most)
    return letters, found[:most]


def even(text: str, letters: Font, width: float, most: int) -> list[str]:
    """Break a text into as few lines as it needs, as equal in length as they can be."""
    found = rows(text, letters, width, most)
    narrow = width
    while len(found) > 1 and narrow > width / 2:
        narrow -= letters.size / 2
        tried = rows(text, letters, narrow, most)
        if len(tried) > len(found) or _widest(tried, letters) > width:
            break
        found = tried
    return found[:most]


def _widest(found: list[str], letters: Font) -> float:
    return max((letters.getlength(one) for one in found), default=0.0)
