"""Codes as pictures: QR as SVG and PNG, a poster to print, many in one file."""

import io
import re
import zipfile
from collections.abc import Iterable

import segno
from PIL import Image, ImageDraw

from coterie.core.errors import Invalid
from coterie.web.lettering import fitted

_WIDTH, _HEIGHT = 1_240, 1_754
"""A5 at 150 points to the inch."""
_SIDE = 880
_PAPER, _INK, _QUIET, _WINE = "#fbf8f3", "#2b2522", "#6d625b", "#8a2f3b"
_MARGIN = 90
_MOST_PIXELS = 4_000_000
_UNSAFE = re.compile(r"[^\w.-]+")


def svg(text: str) -> bytes:
    """Draw a text as a QR code that keeps sharp at any size."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, dark="#000", light="#fff", scale=10
    )
    return out.getvalue()


def png(text: str) -> bytes:
    """Draw a text as a QR code of at least 600 pixels."""
    code = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    scale = -(-600 // (code.symbol_size(border=4)[0]))
    code.save(out, kind="png", border=4, dark="#000", light="#fff", scale=scale)
    return out.getvalue()


def poster(title: str, line: str, brand: str, code: bytes, hint: str) -> bytes:
    """Draw a poster: the brand, a title, the code's picture, what to do; a PNG."""
    page = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, _WIDTH, 24), fill=_WINE)
    at = 130
    at = _write(draw, brand, at, 40, _WINE)
    at = _write(draw, title, at + 24, 76, _INK, lines=2)
    at = _write(draw, line, at + 16, 40, _QUIET) if line else at
    left, top = (_WIDTH - _SIDE) // 2, max(at + 50, 480)
    draw.rounded_rectangle(
        (left - 40, top - 40, left + _SIDE + 40, top + _SIDE + 40), 36, fill="white"
    )
    page.paste(_picture(code), (left, top))
    _write(draw, hint, top + _SIDE + 90, 48, _INK)
    out = io.BytesIO()
    page.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def bundle(pictures: Iterable[tuple[str, bytes]]) -> bytes:
    """Put pictures into one ZIP, each under a name that every system takes, none twice."""
    out, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in pictures:
            safe = _UNSAFE.sub("-", name).strip("-.")[:80] or "code"
            number = 2
            given = safe
            while given.casefold() in taken:
                given, number = f"{safe}-{number}", number + 1
            taken.add(given.casefold())
            archive.writestr(zipfile.ZipInfo(f"{given}.png"), data)
    return out.getvalue()


def is_picture(data: bytes) -> bool:
    """Say whether these bytes are a PNG or JPEG of a sensible size."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as found:
            return found.width * found.height <= _MOST_PIXELS
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _picture(code: bytes) -> Image.Image:
    if not is_picture(code):
        raise Invalid("the code's picture is none", path="picture")
    with Image.open(io.BytesIO(code), formats=("PNG", "JPEG")) as found:
        whole = found.convert("RGB")
    if max(whole.size) < _SIDE:  # no smoothing: its edges stay sharp
        times = _SIDE / max(whole.size)
        size = (round(whole.width * times), round(whole.height * times))
        whole = whole.resize(size, Image.Resampling.NEAREST)
    square = Image.new("RGB", (_SIDE, _SIDE), "white")
    if whole.width > _SIDE or whole.height > _SIDE:
        whole.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    square.paste(whole, ((_SIDE - whole.width) // 2, (_SIDE - whole.height) // 2))
    return square


def _write(
    draw: ImageDraw.ImageDraw, text: str, top: int, size: int, ink: str, lines: int = 1
) -> int:
    """Write a text in the middle, smaller where it is long; return where it ends."""
    letters, found = fitted(text, size, _WIDTH - 2 * _MARGIN, lines, least=28)
    for row in found:
        draw.text((_WIDTH / 2, top), row, fill=ink, font=letters, anchor="ma")
        top += round(letters.size * 1.35)
    return top
