"""From what waits to tasks: the same words by one guide are one task, within the limits. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from coterie.channels.wecom.sends.model import (
    MOST_BYTES,
    MOST_CUSTOMERS,
    MOST_GROUPS,
    Item,
    Send,
    Task,
)
from coterie.core.ids import derived_id
from coterie.messaging.model import Reason, Refusal


def refuse_text(text: str, *, alone: bool = True) -> Refusal | None:
    """Refuse words that the platform would not take; without words there must be attachments.

    >>> refuse_text("hello"), refuse_text("好" * 1334).detail
    (None, '4002 bytes of 4000')
    """
    size = len(text.encode())
    if size > MOST_BYTES:
        return Refusal(Reason.REJECTED, f"{size} bytes of {MOST_BYTES}")
    if alone and not text.strip():
        return Refusal(Reason.REJECTED, "it says nothing")
    return None


def plan(
    send: Send, items: Sequence[Item], texts: Mapping[str, str], now: int
) -> Iterator[tuple[Task, list[Item]]]:
    """Put items together: by guide, words, expiry and round; none beyond the platform's limits.

    ``texts`` are what is said, by item. A task is named by what it holds, so that planning twice
    gives the same.
    """
    groups: defaultdict[tuple[str, str, int, int], list[Item]] = defaultdict(list)
    for item in items:
        key = (item.sender, texts.get(item.id, ""), item.expires or 0, len(item.tried))
        groups[key].append(item)
    most = MOST_GROUPS if send.kind == "groups" else MOST_CUSTOMERS
    for (sender, _, expires, tried), mine in sorted(groups.items()):
        for some in _portions(sorted(mine, key=lambda each: each.id), most):
            name = derived_id("wecom.task", send.id, sender, tried, some[0].id, some[-1].id, now)
            task = Task(
                id=name,
                send=send.id,
                kind=send.kind,
                sender=sender,
                state="planned",
                number=len(some),
                made=now,
                due=now,
                round=tried + 1,
                expires=expires or None,
            )
            yield task, some


def whole_senders(items: list[Item]) -> list[Item]:
    """Leave the last guide's to the next portion, whole: else she would get two tasks."""
    last = items[-1].sender
    before = [each for each in items if each.sender != last]
    return before or items


def _portions(items: Sequence[Item], most: int) -> Iterator[list[Item]]:
    """Cut items so that no target stands twice in one portion: a task reaches each once."""
    portion: list[Item] = []
    seen: set[str] = set()
    later: list[Item] = []
    for item in items:
        if item.target in seen:
            later.append(item)
            continue
        seen.add(item.target)
        portion.append(item)
        if len(portion) == most:
            yield portion
            portion, seen = [], set()
    if portion:
        yield portion
    if later:
        yield from _portions(later, most)
