"""The face of journeys: define and edit them, hear what happens, wake when time has passed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import bucket
from coterie.journeys import checking, entering, hearing, placing, saying, store
from coterie.journeys.entering import History, Lane, Trigger
from coterie.journeys.model import (
    Counts,
    Defined,
    EventEntry,
    Journey,
    Run,
    SegmentEntry,
    Wait,
    WaitRule,
)
from coterie.journeys.parse import as_mapping, parse
from coterie.journeys.ports import Messaging, People, Segments
from coterie.journeys.stepper import ONCE, REST, due_of
from coterie.journeys.store import Beginning, Kept
from coterie.journeys.walking import Look, Walked, Walkers
from coterie.segments.model import AT_LEAST_ONCE, Did, Rule, World
from coterie.segments.parse import parse as parse_rule
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

PORTION = 10_000
"""How many people are stepped at a time."""
