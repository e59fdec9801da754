"""Which segments are worth putting together, and what the whole is then like. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from coterie.events.model import NameSpan, Segment

BLOCK_DAYS = 30


def groups(segments: Iterable[Segment], today: int) -> list[list[Segment]]:
    """Group the segments of each closed day, and of each closed block of 30 days.

    Days are those of writing, so a late event needs no old file to be written anew. Only groups
    of two or more are returned: what is together already stays.
    """
    found: defaultdict[tuple[str, int], list[Segment]] = defaultdict(list)
    for segment in segments:
        block = segment.day // BLOCK_DAYS
        if block < today // BLOCK_DAYS:
            found["block", block].append(segment)
        elif segment.day < today:
            found["day", segment.day].append(segment)
    return [group for _, group in sorted(found.items()) if len(group) > 1]


def merged(group: Sequence[Segment], file: str) -> Segment:
    """Describe the segment that holds all events of a group."""
    spans: dict[str, NameSpan] = {}
    for span in (span for segment in group for span in segment.names):
        known = spans.get(span.name, span)
        spans[span.name] = NameSpan(
            name=span.name,
            events=span.events + (known.events if known is not span else 0),
            first=min(span.first, known.first),
            last=max(span.last, known.last),
        )
    return Segment(
        file=file,
        day=min(segment.day for segment in group),
        events=sum(segment.events for segment in group),
        first=min(segment.first for segment in group),
        last=max(segment.last for segment in group),
        low_profile=min(segment.low_profile for segment in group),
        high_profile=max(segment.high_profile for segment in group),
        names=tuple(spans[name] for name in sorted(spans)),
    )
