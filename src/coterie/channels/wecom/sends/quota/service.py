"""The verbs of the quota: is there room, take a place, give it back, let it stand."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from coterie.channels.wecom.sends.quota import store
from coterie.channels.wecom.sends.quota.rules import (
    ZONE,
    Per,
    Rule,
    Window,
    check,
    in_force,
    window_of,
)
from coterie.core.clock import local_date
from coterie.storage import audit
from coterie.storage.work import Work

KEPT_DAYS = 400
_RULES = "wecom.quota.rules"


@dataclass(frozen=True)
class Room:
    """How many more sends somebody may get now, and when again where that is none.

    ``free`` is 0 while there is room. ``rule`` says what binds, such as ``31/month``.
    """

    left: int
    free: int = 0
    rule: str = ""


class Quotas:
    """The ledger of mass sends; corporate and personal ones count together."""

    # --- the rules

    def rules(self, work: Work) -> list[Rule]:
        """Return every rule, also those that are over or still to come."""
        kept: list[Rule] | None = work.memo.get(_RULES)
        if kept is None:
            kept = work.memo[_RULES] = store.rules(work)
        return kept

    def choose(self, work: Work, rule: Rule) -> None:
        """Let a rule hold from its day on, in the place of those of its kind; raises Invalid."""
        rule = check(rule)
        for other in store.rules(work, lock=True):
            if other.per != rule.per:
                continue
            if other.since >= rule.since:
                store.remove(work, other.id)
            elif other.until is None or other.until > rule.since:
                store.close(work, other.id, rule.since)
        store.add(work, replace(rule, id=0))
        work.memo.pop(_RULES, None)
        audit.record(work, "wecom.quota.choose", rule.per, rule=f"{rule.number}/{rule.span}")

    def window(self, work: Work, per: Per, at: int) -> Window | None:
        """Return what binds at a moment; None where no rule is known."""
        rule = in_force(self.rules(work), per, at)
        return None if rule is None else window_of(rule, at)

    # --- asking

    def rooms(self, work: Work, per: Per, subjects: Collection[str]) -> dict[str, Room]:
        """Return how much room each of these has now."""
        window = self.window(work, per, work.now)
        if window is None:
            return {}
        counted = _counted(work, window, subjects)
        found = {}
        for subject in subjects:
            left = max(0, window.most - counted.get(subject, 0))
            found[subject] = Room(left, 0 if left else window.end, str(window))
        return found

    # --- taking places

    def reserve(self, work: Work, per: Per, wanted: Mapping[str, str]) -> set[str]:
        """Take a place for each key, of its subject; return the keys that found none.

        A key that has a place keeps it. Nobody else counts meanwhile, so that no window ever holds
        more than its rule says.
        """
        rules = store.rules(work, lock=True)
        rule = in_force(rules, per, work.now)
        there = store.there(work, wanted.keys())
        fresh = {key: subject for key, subject in wanted.items() if key not in there}
        refused: set[str] = set()
        if rule is not None:
            window = window_of(rule, work.now)
            taken = Counter(_counted(work, window, set(fresh.values())))
            for key, subject in fresh.items():
                if taken[subject] >= window.most:
                    refused.add(key)
                else:
                    taken[subject] += 1
        rows = [
            {"key": key, "subject": subject, "day": None}
            for key, subject in fresh.items()
            if key not in refused
        ]
        store.keep(work, rows)
        return refused

    def release(self, work: Work, keys: Collection[str]) -> None:
        """Give places back: nothing was sent."""
        store.drop(work, keys)

    def settle(self, work: Work, sent: Sequence[tuple[str, str, int]]) -> None:
        """Let places stand on the day of the send: (key, subject, moment); new ones too.

        The platform has counted them, whatever our own count said.
        """
        rows = [
            {"key": key, "subject": subject, "day": local_date(at, ZONE).toordinal()}
            for key, subject, at in sent
        ]
        store.keep(work, rows)

    def forget(self, work: Work, subjects: Collection[str]) -> None:
        """Forget whose places these were: she was erased."""
        store.forget(work, subjects)

    def tidy(self, work: Work) -> None:
        """Forget what no window reaches any more."""
        store.forget_before(work, local_date(work.now, ZONE).toordinal() - KEPT_DAYS)


def _counted(work: Work, window: Window, subjects: Collection[str]) -> dict[str, int]:
    return store.counts(work, subjects, window.first.toordinal(), window.last.toordinal())
