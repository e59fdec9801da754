"""Cut the font of posters and papers out of Noto Sans CJK: what GB 2312 has, and Latin.

PDF's writers take TrueType outlines only, so the cubic ones are drawn anew as quadratic, true to
a thousandth of the letter's height. Run with fonttools at hand, where the whole font is installed:
    python scripts/subset_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

import sys
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, newTable

TARGET = Path("src/coterie/web/fonts/noto-sans-sc.ttf")
FACE = "Noto Sans CJK SC"
SIGNS = {0x2013, 0x2014, 0x2026, 0xB7, 0x2212, 0x2248, 0x2264, 0x2265}
"""Dashes, dots, and what figures are written with."""

ERROR = 1.0
"""How far a curve may lie off, in units of which a letter is a thousand high."""

_NO_PROGRAMS = (
    "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
    "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth",
)  # fmt: skip


def characters() -> set[int]:
    """Return what GB 2312 can spell, and printable Latin-1."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | SIGNS
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def draw_anew(font: Any) -> None:
    """Turn cubic outlines into quadratic ones, in place."""
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = font["hmtx"][name][0], getattr(glyph, "xMin", 0)
    for table in ("CFF ", "VORG", "vhea", "vmtx", "BASE"):
        if table in font:
            del font[table]
    limits = font["maxp"]
    limits.tableVersion, limits.maxZones = 0x00010000, 1
    for name in _NO_PROGRAMS:
        setattr(limits, name, 0)
    post = font["post"]
    post.formatType, post.glyphOrder = 3.0, order
    font.sfntVersion = "\000\001\000\000"


def main(source: str) -> None:
    """Write the font."""
    fonts = TTCollection(source).fonts
    font = next(one for one in fonts if one["name"].getDebugName(1) == FACE)
    options = subset.Options(
        layout_features=[], hinting=False, desubroutinize=False, notdef_outline=True,
        name_IDs=[0, 1, 2, 13, 14], drop_tables=["GSUB", "GPOS"],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    draw_anew(font)
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
