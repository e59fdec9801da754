"""The words of tasks. Moments are milliseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["open", "done", "expired", "cancelled"]
STATES: tuple[State, ...] = ("open", "done", "expired", "cancelled")


@dataclass(frozen=True)
class Task:
    """Something to do about a person.

    ``to`` is ``guide`` (hers), ``store`` (the staff of hers) or ``role``, then ``role`` says
    whose; ``meant`` is whom it was meant for before nobody was found. ``guide`` and ``store`` are
    those it belongs to now. ``script`` is what to do or say. ``about`` is told again with what
    becomes of it. A journey asked for it, or a ``step`` of a ``plan``; the other is empty. Its
    window is from ``opens`` until before ``until``: done after that it is late. From ``due`` on it
    is too late. ``ended`` is when it was done, expired or cancelled, ``by`` by whom.
    """

    id: str
    profile: int
    journey: str
    run: int
    node: str
    to: str
    role: str | None
    script: str
    created: int
    due: int | None
    about: Mapping[str, Any]
    state: State = "open"
    ended: int | None = None
    by: str | None = None
    meant: str = ""
    guide: str | None = None
    store: str | None = None
    plan: str | None = None
    step: str = ""
    version: int = 0
    opens: int | None = None
    until: int | None = None

    def is_late(self, now: int) -> bool:
        """Say whether its window has closed before it was done."""
        return self.until is not None and (self.ended or now) > self.until
