"""JSON as rows: a list of objects, or an object a line; what is nested gets a name with dots. Pure.

A list stays one cell, written as JSON, which a map reads with ``{json: column}``.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from coterie.roads.values import BadValue

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz")
_MOST_WHOLE = 256 * 1024 * 1024
_HEAD = 1 << 16


def rows_of(file: Path, name: str) -> Iterator[list[str]]:
    """Yield a header, then the rows, as a CSV would have them; raises BadValue for what is no JSON.

    The file is read twice: first for the columns, which a later row may be the first to have.
    """
    columns: dict[str, None] = {}
    for one in objects(file, name):
        columns.update(dict.fromkeys(_flat(one)))
    yield list(columns)
    for one in objects(file, name):
        flat = _flat(one)
        yield [flat.get(column, "") for column in columns]


def objects(file: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, whether they are a list or stand one in a line."""
    for number, raw in enumerate(raws(file, name), 1):
        try:
            found = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadValue("bad_json", f"{name}: object {number} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise BadValue("bad_json", f"{name}: entry {number} is no object")
        yield found


def raws(file: Path, name: str) -> Iterator[bytes]:
    """Yield the objects of a file as they are written."""
    with _opened(file) as text:
        head = text.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        whole = head[:1] == b"["
    with _opened(file) as text:
        if whole:
            yield from _listed(text, name)
            return
        for line in text:
            bare = line.removeprefix(b"\xef\xbb\xbf").strip()
            if bare:
                yield bare


def _listed(text: BinaryIO, name: str) -> Iterator[bytes]:
    content = text.read(_MOST_WHOLE + 1).removeprefix(b"\xef\xbb\xbf")
    if len(content) > _MOST_WHOLE:
        raise BadValue(
            "too_large", f"{name} is one list of more than {_MOST_WHOLE:,} bytes",
            hint="write one object a line",
        )  # fmt: skip
    try:
        for one in msgspec.json.decode(content, type=list[msgspec.Raw]):
            yield bytes(one)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadValue("bad_json", f"{name} is not JSON: {error}") from error


def _opened(file: Path) -> BinaryIO:
    with file.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(file)) if packed else file.open("rb")


def _flat(value: dict[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, one in value.items():
        if isinstance(one, dict) and one:
            flat |= _flat(one, f"{above}{key}.")
        else:
            flat[f"{above}{key}"] = _cell(one)
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
