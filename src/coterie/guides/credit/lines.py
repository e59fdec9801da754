"""The lines of an order: credits that sum to it, refunds that take them back. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from coterie.guides.credit.model import WHOLE, Line, Paid, Part
from coterie.guides.credit.parting import CENT, parts


def credited(order: Paid, decided: Sequence[Part], now: int) -> list[Line]:
    """Write an order down to those whose work it was, exactly; shares sum to 10,000."""
    assert sum(one.share for one in decided) == WHOLE
    amounts = parts(order.amount, [one.share * CENT for one in decided])
    return [
        Line(
            order=order.id, version=order.version, kind="credit", corrects=False, guide=one.guide,
            store=one.store, way=one.way, share=one.share, amount=amount, at=order.at or 0,
            booked=now, why=one.why, values=one.values,
            cause=f"{order.id}:{order.version}:{number}",
        )
        for number, (one, amount) in enumerate(zip(decided, amounts, strict=True))
    ]  # fmt: skip


def backed(
    order: Paid,
    given: Sequence[Line],
    before: int,
    refunds: Sequence[tuple[str, int, int]],
    now: int,
) -> list[Line]:
    """Take refunds back from those who were credited; ``before`` was taken back already.

    What each has given back depends on the sum of the refunds alone, not on their portions.
    """
    weights = [one.amount for one in given]
    if not sum(weights):
        weights = [one.share * CENT for one in given]  # an order of no worth: as the shares were
    found: list[Line] = []
    sum_before = parts(before, weights)
    for event, at, amount in refunds:
        before += amount
        sum_after = parts(before, weights)
        found += [
            replace(
                one, id=0, kind="refund", amount=past - now_back, at=at, booked=now,
                cause=f"{order.id}:{order.version}:{event}:{number}",
            )
            for number, (one, past, now_back) in enumerate(
                zip(given, sum_before, sum_after, strict=True)
            )
            if past != now_back
        ]  # fmt: skip
        sum_before = sum_after
    return found


def opposite(line: Line, now: int) -> Line:
    """Take a line back whose order was decided otherwise; it keeps its moment."""
    return replace(
        line, id=0, corrects=True, amount=-line.amount, booked=now, cause=f"undo:{line.cause}"
    )
