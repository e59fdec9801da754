"""Cut the font of posters out of Noto Sans CJK: what GB 2312 has, and Latin.

Run with fonttools at hand, where the whole font is installed:
    python scripts/subset_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

TARGET = Path("src/coterie/web/fonts/noto-sans-sc.otf")
FACE = "Noto Sans CJK SC"


def characters() -> set[int]:
    """Return what GB 2312 can spell, and printable Latin-1."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | {0x2013, 0x2014, 0x2026, 0xB7}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def main(source: str) -> None:
    """Write the font of posters."""
    fonts = TTCollection(source).fonts
    font = next(one for one in fonts if one["name"].getDebugName(1) == FACE)
    options = subset.Options(
        layout_features=[], hinting=False, desubroutinize=False, notdef_outline=True,
        name_IDs=[0, 1, 2, 13, 14],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
