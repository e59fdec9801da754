"""What a file is, by its first bytes; and what WeCom takes of it (media limits as of 2025-11).

The name that somebody gave a file proves nothing, so only the bytes are believed. Pure.
"""

import zipfile
from pathlib import Path

from coterie.core.errors import Invalid

MEGABYTE = 1024**2
LIMITS = {
    "image": 2 * MEGABYTE,
    "poster": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "file": 20 * MEGABYTE,
}
"""Bytes that WeCom takes of each kind; of less than ``LEAST`` it takes none."""
LEAST = 6
SENT_IN = 20 * MEGABYTE
"""Bytes that may be handed in: a picture is made smaller here."""

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MACROS = "vbaProject.bin"


def video_of(path: Path) -> str:
    """Return the type of a film; raises Invalid for what is none that phones play."""
    head = _head(path)
    if head[4:8] != b"ftyp":
        raise Invalid(
            "this is no MP4 film", path="content", hint="save it as MP4 (H.264) and try again"
        )
    return "video/mp4"


def document_of(path: Path) -> str:
    """Return the type of a document; raises Invalid for what is not taken."""
    head = _head(path)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    raise Invalid(
        "this kind of file is not taken", path="content",
        hint="use PDF, or Word, Excel and PowerPoint without macros (docx, xlsx, pptx)",
    )  # fmt: skip


def check_size(size: int, most: int, hint: str) -> None:
    """Raise Invalid for a file that is empty or too large."""
    if size < LEAST:
        raise Invalid("the file is empty", path="content", hint="choose the file again")
    if size > most:
        raise Invalid(
            f"the file has {size / MEGABYTE:.1f} MB, WeCom takes {most // MEGABYTE} MB",
            path="content", hint=hint,
        )  # fmt: skip


def _office(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise Invalid(
            "the document cannot be read", path="content", hint="save it anew and try again"
        ) from error
    if any(name.endswith(_MACROS) for name in names):
        raise Invalid("the document holds macros", path="content", hint="save it without macros")
    for folder, mime in _OFFICE.items():
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return mime
    raise Invalid(
        "this archive is no document", path="content", hint="send PDF, docx, xlsx or pptx"
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)
