"""The face of bindings: hears touches on the road, answers whose customer somebody is, or was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from coterie.core.clock import format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import TRAIT_SET, Event, Move
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.guides.binding import store
from coterie.guides.binding.gathering import gathered
from coterie.guides.binding.machine import floored
from coterie.guides.binding.model import Correction, Held, Kind, Owner, Rules, Span, Touch
from coterie.guides.binding.ports import NoSources, Sources, Staff
from coterie.guides.binding.settling import ROOM, facts_of, keep, settle_all
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

_JOINED = ("coterie.merged", "coterie.unmerged")
AT_ONCE = 5_000
"""How many bindings one ``wake`` lets end, and how many customers one edit settles at a time."""
_MOST_DAYS = 3_650


class Bindings:
    """Whose customers people are; a listener on the road, and a keeper."""

    name = ROOM

    def __init__(self, staff: Staff, sources: Sources | None = None) -> None:
        self._staff = staff
        self.sources: Sources = sources or NoSources()

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Write down what happened between guides and customers, and settle whose they are."""
        came = gathered(work, events, self._staff, self.sources)
        facts = self._joined(work, events)
        if not came:
            return facts
        last = store.last_touches(work, {one.profile for one, _ in came})
        new = store.add_touches(work, [(one.profile, one.came_with, touch) for one, touch in came])
        fresh: dict[int, list[Touch]] = {}
        loud: set[int] = set()
        for one, touch in came:
            if touch.cause not in new:
                continue
            new.discard(touch.cause)
            fresh.setdefault(one.profile, []).append(touch)
            if not one.backfill:
                loud.add(one.profile)
        changes = settle_all(work, self._staff, self.rules(work), fresh, {}, last)
        return facts + keep(work, changes, quiet=fresh.keys() - loud)

    def _joined(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Publish anew whose somebody is who became another person, or parted from one."""
        people = {event.profile: event for event in events if event.name in _JOINED}
        if not people:
            return []
        owned = store.owners(work, people.keys(), work.now)
        known = store.last_spans(work, people.keys())
        return [
            fact(TRAIT_SET, room=ROOM, profile=profile, at=work.now, cause=(trait, event.id),
                 trait=trait, value=value)
            for profile, event in people.items()
            if profile in known or event.name == _JOINED[1]
            for trait, value in (
                ("guide", owned[profile].guide if profile in owned else None),
                ("store", owned[profile].store if profile in owned else None),
            )
        ]  # fmt: skip

    def wake(self, work: Work) -> list[Event]:
        """Let end what nobody kept alive."""
        late = store.untold(work, AT_ONCE)
        last = store.last_spans(work, {one.profile for one in late})
        store.tell(work, late)
        return [
            event
            for one in late
            if last[one.profile].id == one.id
            for event in facts_of(
                one.profile, "expired", (one.span.guide, one.span.store), None, one.span.end,
                (one.span.cause, one.span.until), one.span.until,
            )
        ]  # fmt: skip

    def next_due(self, work: Work) -> int | None:
        """Return when the next binding ends by itself, or None."""
        return store.next_due(work)

    # --- rules

    def rules(self, work: Work) -> list[Rules]:
        """Return the rules by when they began to hold; the last one holds now."""
        found: list[Rules] | None = work.memo.get("guides.rules")
        if found is None:
            found = work.memo["guides.rules"] = store.read_rules(work)
        return found

    def set_rules(self, work: Work, rules: Rules) -> Rules:
        """Let other rules hold from now on; what was before stays as it was. Raises Invalid."""
        _check_rules(rules)
        made = replace(rules, since=floored(work.now))
        store.write_rules(work, made)
        work.memo.pop("guides.rules", None)
        audit.record(work, "binding.rules", "rules", **made.plain())
        return made

    # --- what somebody of the house does, and what she asks for

    def choose(self, work: Work, profile: int, guide: str) -> list[Event]:
        """Let her have the guide she asks for: that is always granted; return the facts."""
        facts = self._move(work, [profile], guide, "chosen", "")
        audit.record(work, "binding.choose", guide, profile=profile)
        return facts

    def give(self, work: Work, profiles: Collection[int], guide: str, why: str) -> list[Event]:
        """Give customers to a guide, whoever has them; return the facts. Raises as ``choose``."""
        facts = self._move(work, profiles, guide, "given", why.strip()[:200])
        audit.record(work, "binding.give", guide, people=len(profiles), why=why.strip()[:200])
        return facts

    def handed(self, work: Work, whom: Mapping[int, str], guide: str) -> list[Event]:
        """Note that the platform moved customers to a guide; ``whom`` says by which handover."""
        return self._touch(work, "handed", guide, {
            profile: (derived_id("handed", handover, profile), f"handover:{handover}")
            for profile, handover in whom.items()
        })  # fmt: skip

    def _move(
        self, work: Work, profiles: Collection[int], guide: str, kind: Kind, why: str
    ) -> list[Event]:
        found = self._staff.named(work, [guide]).get(guide)
        if found is None:
            raise NotFound(f"there is no guide {guide!r}")
        if found.left is not None:
            raise Conflict(f"{found.name} serves no more: choose another guide", code="guide_left")
        at = floored(work.now)
        causes = {one: (derived_id(kind, one, guide, at), why) for one in profiles}
        return self._touch(work, kind, guide, causes)

    def _touch(
        self, work: Work, kind: Kind, guide: str, causes: Mapping[int, tuple[str, str]]
    ) -> list[Event]:
        at, facts = floored(work.now), []
        shop = self._staff.stores_at(work, [(guide, at)]).get((guide, at))
        for some in in_chunks(sorted(causes), AT_ONCE):
            last = store.last_touches(work, some)
            fresh = {one: [Touch(at, kind, guide, shop, *causes[one])] for one in some}
            store.add_touches(
                work, [(one, one, touch) for one, each in fresh.items() for touch in each]
            )
            changes = settle_all(work, self._staff, self.rules(work), fresh, {}, last)
            facts += keep(work, changes)
        return facts

    def ended(self, work: Work, guides: Collection[str], stores: Collection[str]) -> list[Event]:
        """Settle anew whom guides that left, or stores that closed, had; return the facts."""
        facts = []
        why = ",".join(sorted((*guides, *stores)))
        for some in in_chunks(sorted(store.touched_by(work, guides, stores)), AT_ONCE):
            anew = dict.fromkeys(some, f"organisation:{why}")
            facts += keep(work, settle_all(work, self._staff, self.rules(work), {}, anew, {}))
        return facts

    # --- asked

    def owner_of(
        self, work: Work, profiles: Collection[int], at: int | None = None
    ) -> dict[int, Owner]:
        """Return who answers for people, now or at a moment; whom nobody does has no key."""
        found = store.owners(work, profiles, work.now if at is None else floored(at))
        return {
            profile: Owner(
                one.guide, one.store, one.since, min(one.protected, one.until), one.until, one.why
            )
            for profile, one in found.items()
        }

    def owners(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the userid of the guide whom people have now, of those the platform knows."""
        owned = store.owners(work, profiles, work.now)
        names = self._staff.userids(work, {one.guide for one in owned.values() if one.guide})
        return {profile: names[one.guide] for profile, one in owned.items() if one.guide in names}

    def owned_by(self, work: Work, guide: str) -> list[int]:
        """Return a guide's customers of now, those who came last first."""
        return store.owned_by(work, guide, work.now)

    def left_by(self, work: Work, guide: str) -> list[int]:
        """Return whom a guide had who left, and whom her store holds in trust since."""
        return store.left_by(work, guide, work.now)

    def of_store(self, work: Work, name: str) -> set[int]:
        """Return a store's customers of now."""
        return store.of_store(work, name, work.now)

    def counts(self, work: Work, by: str = "guide") -> dict[str | None, int]:
        """Count the customers of each ``guide`` or ``store`` now."""
        return store.counts(work, by, work.now)

    def history(self, work: Work, profile: int) -> list[Span]:
        """Return whose somebody was and is, the oldest first."""
        return [one.span for one in store.spans_of(work, [profile])[profile]]

    def histories(self, work: Work, profiles: Collection[int]) -> dict[int, list[Span]]:
        """Return whose people were and are, the oldest first."""
        found = store.spans_of(work, profiles)
        return {profile: [one.span for one in each] for profile, each in found.items()}

    def touches(self, work: Work, profiles: Collection[int]) -> dict[int, list[Touch]]:
        """Return what happened between people and guides, in the order in which it counts."""
        return store.touches_of(work, profiles)

    def corrections(self, work: Work, profile: int) -> list[Correction]:
        """Return what was settled otherwise of a person, the newest first."""
        return store.corrections_of(work, profile)

    def page(
        self, work: Work, *, guide: str | None = None, store_id: str | None = None,
        kept: bool = True, limit: int = 50, offset: int = 0,
    ) -> list[Held]:  # fmt: skip
        """Return bindings of now, or those that ended, the newest first."""
        return store.page(work, guide=guide, store=store_id, kept=kept, limit=limit, offset=offset)

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let touches follow people, and settle anew whose they are; the road is told after."""
        store.follow(work, shifts)
        heads = {one for shift in shifts for one in (shift.before, shift.head, shift.profile)}
        anew = dict.fromkeys(heads, "merged")
        changes = settle_all(work, self._staff, self.rules(work), {}, anew, {})
        keep(work, changes)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return who answered for her when, and what happened between them, as plain JSON."""
        touched = store.touches_of(work, [profile])[profile]
        return {
            "guides": [
                {
                    "guide": one.guide, "store": one.store, "since": format_time(one.since),
                    "until": format_time(one.until), "why": one.why, "end": one.end,
                }
                for one in self.history(work, profile)
            ],
            "guide_touches": [
                asdict(one) | {"at": format_time(one.at)} for one in touched
            ],
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget whose she was, and what happened between her and guides."""
        return store.erase(work, profiles)


def _check_rules(rules: Rules) -> None:
    days = ("protection", "validity", "release", "handed_days", "code_days", "link_days",
            "books_days", "scan_hours")  # fmt: skip
    for name in days:
        if not 0 <= getattr(rules, name) <= _MOST_DAYS:
            raise Invalid(f"{getattr(rules, name)} is not between 0 and {_MOST_DAYS}", path=name)
    if rules.validity < max(rules.protection, 1):
        raise Invalid(
            "a binding lasts at least as long as it is protected, and a day", path="validity"
        )
    for name in ("served", "handed"):
        if not 0 <= getattr(rules, name) <= 10_000:
            raise Invalid("a share is between 0 and 100 %", path=name)
