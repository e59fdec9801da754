"""The face of credit: hears orders and refunds on the road, answers whose work each order was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.core.clock import DAY, format_time
from coterie.core.errors import NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.guides.binding.machine import floored, rules_at
from coterie.guides.binding.reading import HEARD, ORDERED
from coterie.guides.binding.service import Bindings
from coterie.guides.credit import store
from coterie.guides.credit.deciding import decide
from coterie.guides.credit.lines import backed, credited, opposite
from coterie.guides.credit.model import Credited, Line, Paid, Part, WhyNot
from coterie.guides.credit.ports import Leavers
from coterie.guides.credit.whynot import why_not
from coterie.storage.work import Work

REFUNDED = "Order Refunded"
_JOINED = ("coterie.merged", "coterie.unmerged")


class Credits:
    """Whose work orders were; a listener on the road, and a keeper."""

    name = "guides.credit"

    def __init__(self, bindings: Bindings, leavers: Leavers) -> None:
        self._bindings = bindings
        self._leavers = leavers

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Credit what was paid, take back what was refunded, and set right what came late."""
        told = [e for e in events if e.name in (ORDERED, REFUNDED) and e.type != "fact"]
        just = self._take(work, told) if told else set()
        self._again(work, events, just)
        return []

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: credit is frozen at payment."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: time alone gives this room nothing to do."""
        return None

    def _take(self, work: Work, told: Sequence[Event]) -> set[int]:
        """Take in what was paid and refunded; return the orders that were decided just now."""
        known = store.load(work, {_pair(event) for event in told})
        seen = store.known_refunds(work, {e.id for e in told if e.name == REFUNDED})
        paid: list[Paid] = []
        back: dict[tuple[str, str], list[store.Refund]] = {}
        for event in told:
            pair = _pair(event)
            one = known.get(pair)
            if one is None:
                one = known[pair] = _new(pair, event)
            if event.name == REFUNDED:
                if event.id in seen:
                    continue
                seen.add(event.id)
                one.refunded += event.amount or 0
                back.setdefault(pair, []).append((event.id, event.time, event.amount or 0))
            elif one.at is None:
                one.at, one.amount, one.event = event.time, event.amount or 0, event.id
                one.store = _store(event)
                paid.append(one)
        before = {pair: one.version for pair, one in known.items()}
        for one in paid:
            one.version = 1
        store.save(work, list(known.values()))
        store.add_refunds(work, {known[pair].id: each for pair, each in back.items()})
        self._write(work, paid)
        self._take_back(work, [known[pair] for pair in back if before[pair]], known, back)
        return {one.id for one in paid}

    def _write(self, work: Work, orders: Sequence[Paid]) -> None:
        """Write the lines of orders as they are decided now, and of all their refunds so far."""
        parts = self._decide(work, orders)
        back = store.refunds_of(work, [one.id for one in orders])
        lines: list[Line] = []
        for one in orders:
            given = credited(one, parts[one.id], work.now)
            lines += [*given, *backed(one, given, 0, back[one.id], work.now)]
        store.add_lines(work, lines)

    def _take_back(
        self, work: Work, orders: Sequence[Paid], known: Mapping[tuple[str, str], Paid],
        back: Mapping[tuple[str, str], Sequence[store.Refund]],
    ) -> None:  # fmt: skip
        """Take refunds back, from each as much as was credited to her."""
        written = store.lines_of(work, [one.id for one in orders])
        lines: list[Line] = []
        for pair, refunds in back.items():
            one = known[pair]
            if one.id not in written:
                continue
            given = [
                each for each in written[one.id]
                if each.version == one.version and each.kind == "credit" and not each.corrects
            ]  # fmt: skip
            before = one.refunded - sum(amount for _, _, amount in refunds)
            lines += backed(one, given, before, refunds, work.now)
        store.add_lines(work, lines)

    def _decide(self, work: Work, orders: Collection[Paid]) -> dict[int, list[Part]]:
        people = {one.profile for one in orders}
        touches = self._bindings.touches(work, people)
        spans = self._bindings.histories(work, people)
        named = {each.guide for hers in touches.values() for each in hers if each.guide}
        left = self._leavers.ends(work, named).left
        rules = self._bindings.rules(work)
        return {
            one.id: decide(
                one, touches[one.profile], spans[one.profile],
                rules_at(rules, floored(one.at or 0)), left,
            )
            for one in orders
        }  # fmt: skip

    def _again(self, work: Work, events: Sequence[Event], just: Collection[int]) -> None:
        """Decide anew what was paid after something that is known only now, if books are open."""
        since: dict[int, int] = {}
        for event in events:
            if event.name in _JOINED:
                since[event.profile] = 0
            elif event.name in HEARD and event.type != "fact":
                at = floored(event.time)
                since[event.profile] = min(since.get(event.profile, at), at)
        if not since:
            return
        rules = self._bindings.rules(work)[-1]
        paid = store.paid_since(work, since, work.now - rules.books_days * DAY)
        found = [one for one in paid if one.id not in just]
        if found:
            self.set_right(work, found)

    def set_right(self, work: Work, orders: Sequence[Paid]) -> int:
        """Decide orders anew; where that gives others, take the lines back and write new ones."""
        parts = self._decide(work, orders)
        written = store.lines_of(work, [one.id for one in orders])
        changed: list[Paid] = []
        undone: list[Line] = []
        for one in orders:
            standing = [
                each for each in written[one.id]
                if each.version == one.version and not each.corrects
            ]  # fmt: skip
            if _same([each for each in standing if each.kind == "credit"], parts[one.id]):
                continue
            undone += [opposite(each, work.now) for each in standing]
            changed.append(replace(one, version=one.version + 1))
        store.add_lines(work, undone)
        store.save(work, changed)
        self._write(work, changed)
        return len(changed)

    # --- asked

    def of_order(self, work: Work, shop: str, number: str) -> Credited | None:
        """Return whose work an order was, None when it is not known."""
        one = store.load(work, [(shop, number)]).get((shop, number))
        return None if one is None else self.of_orders(work, [one])[0]

    def of_orders(self, work: Work, orders: Sequence[Paid]) -> list[Credited]:
        """Return whose work orders were."""
        written = store.lines_of(work, [one.id for one in orders])
        return [
            Credited(
                one,
                tuple(
                    each for each in written[one.id]
                    if each.version == one.version and not each.corrects
                ),
                tuple(written[one.id]),
            )
            for one in orders
        ]  # fmt: skip

    def credited(self, work: Work, orders: Collection[tuple[str, str]]) -> list[Line]:
        """Return the lines that stand of orders, by (shop, number), refunds among them."""
        known = store.load(work, orders)
        return [line for one in self.of_orders(work, list(known.values())) for line in one.standing]

    def numbered(self, work: Work, number: str) -> list[Credited]:
        """Return every shop's order of a number."""
        return self.of_orders(work, store.numbered(work, number))

    def newest(self, work: Work, limit: int = 50, offset: int = 0) -> list[Credited]:
        """Return the newest paid orders."""
        return self.of_orders(work, store.newest(work, limit, offset))

    def of_profile(self, work: Work, profile: int, limit: int = 50) -> list[Credited]:
        """Return a person's paid orders, the newest first."""
        return self.of_orders(work, store.of_profile(work, profile, limit))

    def of_guide(
        self, work: Work, guide: str, limit: int = 50,
        since: int | None = None, until: int | None = None,
    ) -> list[Line]:  # fmt: skip
        """Return the lines of a guide, the newest first."""
        return store.of_guide(work, guide, limit, since, until)

    def why_not(self, work: Work, shop: str, number: str, guide: str) -> WhyNot:
        """Say why an order is not a guide's, or not all hers; raises NotFound."""
        found = self.of_order(work, shop, number)
        if found is None or found.order.at is None:
            raise NotFound(f"there is no paid order {number!r} of {shop!r}")
        who = found.order.profile
        return why_not(
            guide, found.order, found.standing, self._bindings.touches(work, [who])[who],
            self._bindings.history(work, who),
        )  # fmt: skip

    def ways(self, work: Work, since: int, until: int) -> dict[str, int]:
        """Return what each way brought in a time, refunds taken off."""
        return store.sums_by_way(work, since, until)

    def places(
        self, work: Work, store_id: str, since: int, until: int
    ) -> list[tuple[str | None, int, int]]:
        """Return (store where it was bought, orders, amount) of what a store was credited."""
        return store.sums_by_place(work, store_id, since, until)

    def unbalanced(self, work: Work, limit: int = 20) -> list[Paid]:
        """Return orders whose lines do not sum to them: none, unless something is broken."""
        ids = store.unbalanced(work, limit)
        return list(store.by_ids(work, ids).values())

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let orders follow their customers; the road's news of it decides their credit anew."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return whose work her orders were, as plain JSON."""
        return {
            "order_credit": [
                {
                    "shop": one.order.shop, "number": one.order.number,
                    "at": format_time(each.at), "guide": each.guide, "way": each.way,
                    "share": each.share / 100, "why": each.why,
                }
                for one in self.of_profile(work, profile, 100_000)
                for each in one.standing
                if each.kind == "credit"
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take a customer's name off her orders."""
        return store.erase(work, profiles)


def _pair(event: Event) -> tuple[str, str]:
    """Return by what an order counts: its shop and number, else the event's source and id."""
    shop, number = event.properties.get("shop"), event.properties.get("order_id")
    if isinstance(shop, str) and isinstance(number, str | int) and shop and str(number):
        return shop, str(number)
    if isinstance(number, str | int) and str(number):
        return event.source, str(number)
    return event.source, event.id


def _new(pair: tuple[str, str], event: Event) -> Paid:
    born = event.came_with or event.profile
    return Paid(0, *pair, event.profile, born, event.id, None, 0, 0, None)


def _store(event: Event) -> str | None:
    told = event.store or event.properties.get("store")
    return told[:64] if isinstance(told, str) and told else None


def _same(lines: Sequence[Line], parts: Sequence[Part]) -> bool:
    """Say whether lines say of everybody what was decided now; the words of the why may differ."""
    return [(one.guide, one.store, one.way, one.share) for one in lines] == [
        (one.guide, one.store, one.way, one.share) for one in parts
    ]
