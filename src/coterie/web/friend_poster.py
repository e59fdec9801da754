"""A member's poster for her friends: what a friend gets, large; the member's own code; the rule.

Every look keeps a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3) between what is written and what
is under it. Nothing of the member is on it but her code.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno
from PIL import Image, ImageDraw

from coterie.web.lettering import Font, even, fitted, font

WIDTH, HEIGHT = 1_080, 1_620
SMALL = 540
"""How wide a poster is on a page; it is half of the whole."""
_MARGIN, _CARD, _CODE, _TICKET = 84, 560, 500, 240
_HEADLINE = (112, 100, 88, 76, 64, 52)
_LEADING = 1.32
_COLOURS = 46
_BLACK, _WHITE = _COLOURS, _COLOURS + 1
"""Their places in the palette, behind the colours that a picture needs."""


@dataclass(frozen=True)
class Look:
    """One set of colours: of the ground and what stands on it, of the ticket, of the card."""

    ground: str
    shade: str
    ink: str
    quiet: str
    ticket: str
    on_ticket: str
    card: str = "#ffffff"
    on_card: str = "#2b2522"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What is written in which colour upon which."""
        return (
            (self.ink, self.ground), (self.ink, self.shade), (self.quiet, self.ground),
            (self.quiet, self.shade), (self.on_ticket, self.ticket), (self.on_card, self.card),
        )  # fmt: skip


LOOKS: Mapping[str, Look] = {
    "wine": Look("#7d2733", "#8a3340", "#fdf7ee", "#f3dcc9", "#fbf3e4", "#7d2733"),
    "paper": Look("#fbf5ea", "#f5e8d6", "#2b2522", "#5d524a", "#8a2f3b", "#fdf7ee"),
    "sea": Look("#14503f", "#1b5c4a", "#fdf7ee", "#d8e9df", "#fbf3e4", "#14503f"),
}


@dataclass(frozen=True)
class Words:
    """What a poster says: the benefit, what goes with it, and on the ticket a figure if any."""

    brand: str
    headline: str
    line: str
    hint: str
    foot: str
    figure: str = ""
    figure_line: str = ""


@lru_cache(maxsize=256)
def draw(words: Words, address: str, look: str = "wine", width: int = WIDTH) -> bytes:
    """Draw the poster whose code leads to an address; a PNG. Unknown looks are drawn in wine."""
    page = _ground(words, look if look in LOOKS else "wine", width).copy()
    side, scale = round(_CODE * width / WIDTH), width / WIDTH
    code = _code(address, side)
    left = round((_MARGIN + (_CARD - _CODE) / 2) * scale) + (side - code.width) // 2
    top = round((HEIGHT - _MARGIN - 60 - (_CARD + _CODE) / 2) * scale) + (side - code.height) // 2
    page.paste(code.point([_BLACK] + [_WHITE] * 255), (left, top))
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def contrast(one: str, other: str) -> float:
    """Return how much two colours differ in light, from 1 to 21 (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff")), round(contrast("#777777", "#ffffff"), 2)
    (21, 4.48)
    """
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=32)
def _ground(words: Words, name: str, width: int) -> Image.Image:
    """Draw all of a poster but the code: the same for everybody, so it is drawn once."""
    look = LOOKS[name]
    page = Image.new("RGB", (WIDTH, HEIGHT), look.ground)
    pen = ImageDraw.Draw(page)
    for x, y, reach in ((960, 90, 300), (1_130, 420, 210), (760, -60, 170)):
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=look.shade)
    card = HEIGHT - _MARGIN - 60 - _CARD
    low = card - 48 - (_TICKET + 36 if words.figure else 0)
    _top(pen, words, look, low)
    if words.figure:
        _ticket(pen, words, look, card - 48 - _TICKET)
    _card(pen, words, look, card)
    foot, found = fitted(words.foot, 30, WIDTH - 2 * _MARGIN, 1, 20)
    pen.text((_MARGIN, HEIGHT - _MARGIN - 28), found[0], fill=look.quiet, font=foot, anchor="la")
    if width != WIDTH:
        size = (width, round(HEIGHT * width / WIDTH))
        page = page.resize(size, Image.Resampling.LANCZOS)
    plain = page.quantize(_COLOURS, dither=Image.Dither.NONE)
    colours = (plain.getpalette() or [])[: 3 * _COLOURS]
    plain.putpalette([*colours, *[0] * (3 * _COLOURS - len(colours)), 0, 0, 0, 255, 255, 255])
    return plain


def _top(pen: ImageDraw.ImageDraw, words: Words, look: Look, low: int) -> None:
    """Write the brand, the benefit as large as there is room, and what goes with it."""
    wide = WIDTH - 2 * _MARGIN
    brand, names = fitted(words.brand, 42, wide, 1, 28)
    line, lines = fitted(words.line, 44, wide, 2, 30)
    under = round(len(lines) * line.size * _LEADING) + (24 if lines else 0)
    top = _MARGIN + round(brand.size * _LEADING) + 36
    for size in _HEADLINE:
        large = font(size)
        headline = even(words.headline, large, wide, 4)
        high = round(len(headline) * size * _LEADING)
        if len(headline) <= 3 and top + high + under <= low:
            break
    pen.text((_MARGIN, _MARGIN), names[0], fill=look.quiet, font=brand, anchor="la")
    at = _rows(pen, headline[:3], (_MARGIN, top), large, look.ink, bold=2)
    _rows(pen, lines, (_MARGIN, at + 24), line, look.quiet)


def _rows(
    pen: ImageDraw.ImageDraw, found: Sequence[str], place: tuple[int, int], letters: Font,
    ink: str, *, bold: int = 0,
) -> int:  # fmt: skip
    """Write lines from the left, one under the other; return where they end."""
    left, top = place
    for row in found:
        pen.text(
            (left, top), row, fill=ink, font=letters, anchor="la",
            stroke_width=bold, stroke_fill=ink,
        )  # fmt: skip
        top += round(letters.size * _LEADING)
    return top


def _ticket(pen: ImageDraw.ImageDraw, words: Words, look: Look, top: int) -> None:
    """Draw a ticket with a figure: two notches, a torn line."""
    left, right, low = _MARGIN, WIDTH - _MARGIN, top + _TICKET
    pen.rounded_rectangle((left, top, right, low), 28, fill=look.ticket)
    middle, notch = (top + low) // 2, 26
    for x in (left, right):
        pen.ellipse((x - notch, middle - notch, x + notch, middle + notch), fill=look.ground)
    tear = left + 520
    for y in range(top + 24, low - 16, 26):
        pen.ellipse((tear - 3, y - 3, tear + 3, y + 3), fill=look.ground)
    letters, found = fitted(words.figure, 148, 440, 1, 60)
    pen.text(
        ((left + 40 + tear) / 2, middle), found[0], fill=look.on_ticket, font=letters, anchor="mm",
        stroke_width=2, stroke_fill=look.on_ticket,
    )  # fmt: skip
    letters, found = fitted(words.figure_line, 46, right - tear - 96, 3, 28)
    high = round(letters.size * 1.4)
    for number, row in enumerate(found):
        place = middle + (number - (len(found) - 1) / 2) * high
        pen.text((tear + 44, place), row, fill=look.on_ticket, font=letters, anchor="lm")


def _card(pen: ImageDraw.ImageDraw, words: Words, look: Look, top: int) -> None:
    """Draw the card that the code lies on, and beside it what to do."""
    pen.rounded_rectangle((_MARGIN, top, WIDTH - _MARGIN, top + _CARD), 36, fill=look.card)
    left = _MARGIN + _CARD - 8
    wide = WIDTH - 2 * _MARGIN - _CARD - 40
    letters, found = fitted(words.hint, 52, wide, 5, 28)
    high = round(letters.size * 1.45)
    for number, row in enumerate(found):
        y = top + _CARD / 2 + (number - (len(found) - 1) / 2) * high
        pen.text((left, y), row, fill=look.on_card, font=letters, anchor="lm")


def _code(address: str, most: int) -> Image.Image:
    """Draw the code with whole pixels for its squares, as large as fits."""
    code = segno.make(address, error="m", micro=False)
    scale = max(most // code.symbol_size(border=2)[0], 1)
    out = io.BytesIO()
    code.save(out, kind="png", border=2, dark="#000", light="#fff", scale=scale)
    return Image.open(out).convert("L")
