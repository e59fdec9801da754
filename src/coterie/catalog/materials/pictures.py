"""Pictures as they go out: opened, freed of what cameras write into them, made as small as asked.

A picture is never passed on as it came: it is decoded and encoded anew, so that nothing hides in
it and no place or name travels with it.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from coterie.catalog.materials.sniffing import MEGABYTE
from coterie.core.errors import Invalid

MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_WIDEST = 1_440
_TALLEST = 16_000
_THUMB = (480, 640)
_QUALITIES = (90, 82, 74, 66, 58)


@dataclass(frozen=True)
class Picture:
    """A picture's bytes as they are kept."""

    content: bytes
    mime: str
    width: int
    height: int


def remade(path: Path, most: int) -> Picture:
    """Decode a picture and encode it anew within so many bytes; raises Invalid."""
    image = _opened(path)
    if image.width > _WIDEST or image.height > _TALLEST:
        image.thumbnail((_WIDEST, _TALLEST), Image.Resampling.LANCZOS)
    if _is_drawn(image):
        drawn = _encoded(image, "PNG")
        if len(drawn.content) <= most:
            return drawn
    for quality in _QUALITIES:
        found = _encoded(_on_white(image), "JPEG", quality)
        if len(found.content) <= most:
            return found
    raise Invalid(
        f"the picture cannot be made smaller than {most // MEGABYTE} MB without harm",
        path="content", hint="cut it into two, or save it smaller",
    )  # fmt: skip


def thumbnail(path: Path) -> Picture:
    """Make the small picture that a gallery shows: of a long picture its top."""
    image = _on_white(_opened(path))
    width, height = _THUMB
    tallest = max(1, image.width * height // width)
    if image.height > tallest:
        image = image.crop((0, 0, image.width, tallest))
    image.thumbnail(_THUMB, Image.Resampling.LANCZOS)
    return _encoded(image, "JPEG", 80)


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=_FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise Invalid(
                    f"{image.width} x {image.height} are too many dots", path="content",
                    hint=f"at most {MOST_PIXELS // 1_000_000} million",
                )  # fmt: skip
            image.load()
            return ImageOps.exif_transpose(image)
    except (
        UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning,
        OSError, ValueError, SyntaxError,
    ) as error:  # fmt: skip
        raise Invalid(
            "this is no picture that can be read", path="content",
            hint="save it as JPEG or PNG and try again",
        ) from error  # fmt: skip


def _is_drawn(image: Image.Image) -> bool:
    """Say whether a picture has see-through parts, or so few colours that PNG suits it."""
    return image.mode in {"RGBA", "LA", "P"} or image.getcolors(256) is not None


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "P"}:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def _encoded(image: Image.Image, form: str, quality: int = 0) -> Picture:
    out = io.BytesIO()
    if form == "PNG":
        bare = image.convert("RGBA") if image.mode in {"P", "LA"} else image
        bare.save(out, form, optimize=True)
    else:
        image.save(out, form, quality=quality, optimize=True, progressive=True)
    return Picture(out.getvalue(), f"image/{form.lower()}", image.width, image.height)
