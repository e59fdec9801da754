"""Settle people's bindings: the new touches on top, or all anew where one came late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from coterie.core.event import TRAIT_SET, Event
from coterie.core.facts import fact
from coterie.guides.binding import store
from coterie.guides.binding.machine import settle
from coterie.guides.binding.model import Correction, Held, Rules, Span, Touch
from coterie.guides.binding.ports import Staff
from coterie.storage.work import Work

ROOM = "guides.bindings"
_SAID = ("guide", "store", "since", "until", "why", "end")


@dataclass(frozen=True)
class Change:
    """A person's spans before and after; ``cause`` is what led to it; ``late`` if all anew."""

    before: Sequence[Held]
    after: Sequence[Span]
    cause: str
    late: bool


def settle_all(
    work: Work,
    staff: Staff,
    rules: Sequence[Rules],
    fresh: Mapping[int, Sequence[Touch]],
    anew: Mapping[int, str],
    last: Mapping[int, int],
) -> dict[int, Change]:
    """Settle people; ``fresh`` are touches just written, ``last`` the moments of those before.

    People of ``anew`` are settled from all their touches whatever came, for the reason given.
    """
    tops = store.last_spans(work, fresh.keys())
    late = {
        profile for profile, touches in fresh.items()
        if min(one.at for one in touches) <= max(
            last.get(profile, -1), tops[profile].span.since if profile in tops else -1)
    } | anew.keys()  # fmt: skip
    every = store.touches_of(work, late)
    stood = store.spans_of(work, late)
    wanted = {profile: every[profile] for profile in late}
    wanted |= {profile: list(touches) for profile, touches in fresh.items() if profile not in late}
    named = {one.guide for touches in wanted.values() for one in touches if one.guide}
    named |= {held.span.guide for held in tops.values() if held.span.guide}
    ending = staff.ends(work, named)
    found: dict[int, Change] = {}
    for profile, touches in wanted.items():
        on_top = [tops[profile]] if profile in tops and profile not in late else []
        before = stood[profile] if profile in late else on_top
        after = settle(touches, rules, ending, [one.span for one in on_top])
        cause = anew.get(profile) or (touches[-1].cause if touches else "")
        found[profile] = Change(before, after, cause, profile in late)
    return found


def keep(work: Work, changes: Mapping[int, Change], *, quiet: Collection[int] = ()) -> list[Event]:
    """Write what was settled; return what is to be told of it.

    Of ``quiet`` people (whose history came in) the facts are history too: they start nothing.
    """
    told: dict[int, tuple[Sequence[Held], Sequence[Span], bool]] = {}
    facts: list[Event] = []
    corrected: dict[int, Correction] = {}
    for profile, change in changes.items():
        if [one.span for one in change.before] == list(change.after):
            continue
        stood = _now([one.span for one in change.before], work.now)
        stands = _now(change.after, work.now)
        was_told = _published(change.before, stood, work.now)
        told[profile] = (change.before, change.after, stands is None)
        changed = was_told != (None if stands is None else (stands.guide, stands.store))
        if changed:
            facts += told_of(
                work, profile, was_told, stands, change, backfill=profile in quiet
            )  # fmt: skip
        if change.late and (since := _differs(change, work.now)) is not None:
            corrected[profile] = Correction(
                work.now, change.cause, since, _plain([one.span for one in change.before]),
                _plain(change.after),
            )  # fmt: skip
    store.write_spans(work, told)
    store.add_corrections(work, corrected)
    return facts


def _now(spans: Sequence[Span], now: int) -> Span | None:
    return spans[-1] if spans and spans[-1].until > now else None


def _published(
    before: Sequence[Held], stood: Span | None, now: int
) -> tuple[str | None, str | None] | None:
    """Return the guide and the store that the house was told of.

    An end of which it was not told yet still stands there.
    """
    if stood is not None:
        return (stood.guide, stood.store)
    last = before[-1] if before else None
    if last is None or last.told or last.span.until > now:
        return None
    return (last.span.guide, last.span.store)


def told_of(
    work: Work,
    profile: int,
    was: tuple[str | None, str | None] | None,
    stands: Span | None,
    change: Change,
    *,
    backfill: bool = False,
) -> list[Event]:
    """State that somebody else answers for her from now on, or nobody."""
    name = "bound" if was is None else "moved" if stands is not None else "released"
    last = change.after[-1] if change.after else None
    why = stands.why if stands is not None else "" if last is None else last.end
    return facts_of(
        profile, name, (None, None) if was is None else was, stands, why,
        (change.cause, work.now), work.now, backfill=backfill,
    )  # fmt: skip


def facts_of(
    profile: int,
    name: str,
    was: tuple[str | None, str | None],
    stands: Span | None,
    why: str,
    cause: tuple[object, ...],
    at: int,
    *,
    backfill: bool = False,
) -> list[Event]:
    """State a change of the one who answers for her, and publish both traits."""
    guide, shop = (None, None) if stands is None else (stands.guide, stands.store)
    said: dict[str, Any] = {
        "guide": guide, "store": shop, "before": was[0], "why": why,
        "until": None if stands is None else stands.until,
    }  # fmt: skip
    made = [fact(f"binding.{name}", room=ROOM, profile=profile, at=at, cause=cause, **said)]
    made += [
        fact(TRAIT_SET, room=ROOM, profile=profile, at=at, cause=(trait, *cause),
             trait=trait, value=value)
        for trait, value, before in (("guide", guide, was[0]), ("store", shop, was[1]))
        if value != before
    ]  # fmt: skip
    if not backfill:
        return made
    return [msgspec.structs.replace(one, backfill=True) for one in made]


def _differs(change: Change, now: int) -> int | None:
    """Return since when the past is another one than was settled, None when it is the same."""
    old = [one.span for one in change.before]
    moments = sorted(
        {at for one in (*old, *change.after) for at in (one.since, one.until) if at < now}
    )
    settled = max((one.since for one in old), default=None)
    if settled is None:
        return None  # nothing had been settled, so nothing was corrected
    return next((at for at in moments if _at(old, at) != _at(change.after, at)), None)


def _at(spans: Sequence[Span], at: int) -> tuple[str | None, str | None] | None:
    return next(((one.guide, one.store) for one in spans if one.since <= at < one.until), None)


def _plain(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{name: asdict(one)[name] for name in _SAID} for one in spans]
