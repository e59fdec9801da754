"""Who ever did something, in SQL over the lake and for one person."""

from collections.abc import Iterable

import numpy as np
from pyroaring import BitMap

from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, is_own
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.storage.work import Work

NOT_BEHAVIOUR = (CONSENT_GIVEN, CONSENT_WITHDRAWN, "Email Delivered", "Email Bounced")
"""Told with an import of addresses, or by a provider: nothing that a person did to us."""

_DOERS = f"""
SELECT profile, max(seq) AS seq FROM events
WHERE seq > $seen AND type <> 'fact' AND NOT starts_with(name, 'coterie.')
  AND name NOT IN ({", ".join(f"'{name}'" for name in NOT_BEHAVIOUR)})
GROUP BY profile
"""


def doers(work: Work, log: Log, seen: int) -> tuple[BitMap, int]:
    """Return of whom a behaviour was told after the event ``seen``, and the newest event of these.

    Files that hold nothing newer are not read beyond their statistics.
    """
    with log.open_lake(work) as lake:
        found = lake.execute(_DOERS, {"seen": seen}).fetchnumpy()
    if not len(found["seq"]):
        return BitMap(), seen
    return BitMap(found["profile"].astype(np.uint32)), int(found["seq"].max())


def did_nothing(events: Iterable[Logged]) -> bool:
    """Say of one person, by her whole timeline, whether she only stands in the address book."""
    return all(is_own(one.name) or one.name in NOT_BEHAVIOUR for one in events)
