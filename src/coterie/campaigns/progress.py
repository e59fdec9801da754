"""How far a sending is, counted from where its messages stand. Pure."""

from collections import Counter
from collections.abc import Iterable

from coterie.campaigns.model import Progress
from coterie.messaging.looking.model import Tally


def progress_of(total: int, tallies: Iterable[Tally]) -> Progress:
    """Put together what is known of one broadcast's messages.

    >>> progress_of(3, [Tally("sent", None, 2), Tally("held", "cap_day", 1)]).settled
    3
    """
    counts: Counter[str] = Counter()
    held: dict[str, int] = {}
    for each in tallies:
        counts[each.status] += each.number
        if each.status == "held":
            held[each.reason or ""] = each.number
    return Progress(
        total=total,
        queued=counts["queued"] + counts["leased"] + counts["asked"],
        sent=counts["sent"],
        shadow=counts["shadow"],
        failed=counts["failed"],
        held=dict(sorted(held.items(), key=lambda each: (-each[1], each[0]))),
    )
