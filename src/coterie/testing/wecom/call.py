"""One call of the API: what was asked, read with the platform's refusals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json

T = TypeVar("T")


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """What was asked: ``given`` is the body of a POST, or the query of a GET."""

    given: Json
    query: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    def text(self, name: str, *, most: int | None = None, wanted: bool = False) -> str:
        """Return a text; 40063 when it is wanted and missing, 40058 when it is none or too long."""
        value = self.given.get(name, "")
        if value is None or value == "":
            if wanted:
                raise Refused(40063, name)
            return ""
        if not isinstance(value, str) or (most is not None and len(value) > most):
            raise Refused(40058, name)
        return value

    def number(
        self, name: str, default: int = 0, *, least: int | None = None, most: int | None = None
    ) -> int:
        """Return a whole number; 40058 when it is none, or out of its bounds."""
        value = self.given.get(name, default)
        if isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
        if isinstance(value, bool) and value in (True, False):
            value = int(value)
        if not isinstance(value, int):
            raise Refused(40058, name)
        if (least is not None and value < least) or (most is not None and value > most):
            raise Refused(40058, name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return yes or no; 40058 when it is neither."""
        value = self.given.get(name, default)
        if not isinstance(value, bool | int):
            raise Refused(40058, name)
        return bool(value)

    def texts(self, name: str, *, most: int | None = None, wanted: bool = False) -> list[str]:
        """Return a list of texts; 40063 when it is wanted and empty, 40058 otherwise wrong."""
        value = self.given.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Refused(40058, name)
        if wanted and not value:
            raise Refused(40063, name)
        if most is not None and len(value) > most:
            raise Refused(40058, name)
        return list(value)

    def numbers(self, name: str) -> list[int]:
        """Return a list of whole numbers; 40058 when it is none."""
        value = self.given.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
            raise Refused(40058, name)
        return list(value)

    def inner(self, name: str) -> "Call":
        """Return an object within, empty when there is none; 40058 when it is something else."""
        value = self.given.get(name) or {}
        if not isinstance(value, dict):
            raise Refused(40058, name)
        return Call(value)

    def page(
        self, corp: Corp, what: str, rows: Sequence[T], default: int, most: int
    ) -> tuple[list[T], str]:
        """Return a page of rows and the cursor of the next, ``""`` at the end.

        Cursors are opaque and belong to their list; another's is refused with 40058.
        """
        limit = self.number("limit", default, least=0) or default
        if limit > most:
            raise Refused(40058, "limit")
        cursor, start = self.text("cursor"), 0
        if cursor:
            mark, _, place = cursor.rpartition("-")
            if mark != corp.hashed("cursor", what, place)[:24] or not place.isdigit():
                raise Refused(40058, "cursor")
            start = int(place)
        end = start + limit
        if end >= len(rows):
            return list(rows[start:]), ""
        return list(rows[start:end]), f"{corp.hashed('cursor', what, end)[:24]}-{end}"


Handler = Callable[[Corp, Call], Json]
Api = Mapping[str, tuple[str, Handler]]
"""By path below ``/cgi-bin/``: the method, and what answers."""


def read_body(body: bytes) -> Json:
    """Read a JSON object; raises 47001 when it is none."""
    if not body.strip():
        return {}
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        raise Refused(47001) from None
    if not isinstance(value, dict):
        raise Refused(47001)
    return value
