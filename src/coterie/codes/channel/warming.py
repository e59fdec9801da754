"""What a young account may take, as dated data: who adds too many at once is restricted.

Accounts under 30 days old are said to be restricted above about 60 adds a minute or 40 an hour
(third party, 2021, not confirmed by the platform). A new fact is a new line, never a changed one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.core.clock import DAY, HOUR, MINUTE


@dataclass(frozen=True)
class Limit:
    """From a moment on: an account younger than ``young`` takes ``most`` adds within ``span``."""

    since: int
    young: int
    most: int
    span: int
    source: str


LIMITS = (
    Limit(1_609_459_200_000, 30 * DAY, 60, MINUTE, "third party, 2021"),
    Limit(1_609_459_200_000, 30 * DAY, 40, HOUR, "third party, 2021"),
)


def is_warm(since: int | None, recent: Sequence[int], at: int) -> bool:
    """Say whether an account opened at ``since`` may take one more at ``at``."""
    return all(not _reached(limit, recent, at) for limit in _holding(since, at))


def relief(since: int | None, recent: Sequence[int], at: int) -> list[int]:
    """Return the moments after ``at`` at which ``is_warm`` may answer otherwise."""
    moments = []
    for limit in _holding(since, at):
        assert since is not None
        moments.append(since + limit.young)
        moments += [moment + limit.span for moment in recent if moment + limit.span > at]
    return moments


def _holding(since: int | None, at: int) -> list[Limit]:
    if since is None:
        return []
    return [one for one in LIMITS if one.since <= at < since + one.young]


def _reached(limit: Limit, recent: Sequence[int], at: int) -> bool:
    return sum(at - limit.span < moment <= at for moment in recent) >= limit.most
