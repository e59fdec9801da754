"""Reconciles and their portions: begun, taken up where they stood, told with what they healed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.channels.wecom.mirror.syncs import store
from coterie.channels.wecom.mirror.syncs.model import Portion, Report, Stage, Sync, Why
from coterie.core.errors import Conflict
from coterie.storage import audit
from coterie.storage.work import Work


class Syncs:
    """The reconciles of one house, and the lists that are to be read anew on their own."""

    # --- one reconcile

    def start(self, work: Work, why: Why = "asked") -> Sync:
        """Begin a reconcile; raises Conflict while one runs."""
        newest = store.newest(work)
        if newest is not None and newest.state == "running":
            raise Conflict("a reconcile runs already: wait for its end, or stop it")
        number = 1 if newest is None else newest.id + 1
        sync = Sync(number, why, str(work.actor), "running", work.now)
        store.begin(work, sync)
        store.add(work, number, "staff", [[]])
        store.add(work, number, "tags", [[]])
        if why == "asked":
            audit.record(work, "wecom.reconcile", str(number))
        return sync

    def stop(self, work: Work) -> None:
        """Stop the reconcile that runs, if one does; what it has read stays."""
        running = store.newest(work, running=True)
        if running is not None:
            store.save(work, replace(running, state="stopped", finished=work.now))
            audit.record(work, "wecom.reconcile_stopped", str(running.id))

    def finish(self, work: Work) -> None:
        """End the reconcile that runs; ``partly`` when some portions of it failed."""
        running = store.newest(work, running=True)
        if running is not None:
            failed = store.failed(work, running.id)
            ended = replace(running, state="partly" if failed else "done", finished=work.now)
            store.save(work, ended)

    def heal(self, work: Work, sync: Sync, healed: Mapping[str, int]) -> None:
        """Count what a reconcile healed, by what it was."""
        now = store.newest(work, running=True)
        if now is None or now.id != sync.id or not any(healed.values()):
            return
        sums = dict(now.healed)
        for name, times in healed.items():
            sums[name] = sums.get(name, 0) + times
        store.save(work, replace(now, healed={name: n for name, n in sums.items() if n}))

    def newest(self, work: Work) -> Sync | None:
        """Return the reconcile begun last."""
        return store.newest(work)

    def running(self, work: Work) -> Sync | None:
        """Return the reconcile that runs."""
        return store.newest(work, running=True)

    def latest(self, work: Work, limit: int = 10) -> list[Sync]:
        """Return the newest reconciles."""
        return store.latest(work, limit)

    def report(self, work: Work) -> Report | None:
        """Return the newest reconcile with its progress and troubles."""
        newest = store.newest(work)
        return None if newest is None else store.report(work, newest)

    # --- its portions

    def add(self, work: Work, sync: Sync, stage: Stage, subjects: Iterable[Sequence[str]]) -> None:
        """Add portions to a stage, to be read from now on."""
        store.add(work, sync.id, stage, subjects)

    def part(self, work: Work, portion: Portion) -> None:
        """Put two halves in the place of a portion, to find out whose fault it is."""
        half = len(portion.subject) // 2
        halves = [portion.subject[:half], portion.subject[half:]]
        store.add(work, portion.sync, portion.stage, halves)
        store.write(work, portion, state="done")

    def write(self, work: Work, portion: Portion, **changed: Any) -> None:
        """Write how a portion stands now."""
        store.write(work, portion, **changed)

    def due(self, work: Work, sync: Sync, limit: int) -> list[Portion]:
        """Return portions to be read now, of the earliest stage that is not over."""
        return store.due(work, sync.id, limit)

    def next_due(self, work: Work, sync: Sync) -> int | None:
        """Return when the next portion is due."""
        return store.next_due(work, sync.id)

    def is_over(self, work: Work, sync: Sync) -> bool:
        """Say whether no portion waits any more."""
        return store.is_over(work, sync.id)

    def failed(self, work: Work, sync: Sync) -> Mapping[Stage, int]:
        """Count the failed portions by stage."""
        return store.failed(work, sync.id)

    # --- lists

    def need(self, work: Work, names: Iterable[str], due: int) -> None:
        """Have lists read anew, ``staff`` or ``tags``; one that waits already stays as it is."""
        store.need(work, names, due)

    def needs(self, work: Work) -> Mapping[str, Any]:
        """Return which lists are to be read anew: when, and how often it was tried."""
        return store.needs(work)

    def met(self, work: Work, name: str) -> None:
        """Note that a list was read, or that the next reconcile will read it."""
        store.met(work, [name])

    def put_off(self, work: Work, name: str, tries: int, due: int) -> None:
        """Try to read a list again later."""
        store.put_off(work, name, tries, due)
