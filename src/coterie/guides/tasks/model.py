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
    whose. ``script`` is what to do or say. ``about`` is told again with what becomes of it. From
    ``due`` on it is too late. ``ended`` is when it was done, expired or cancelled, ``by`` by whom.
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
