"""The face of recommendations: learn, suggest, say why, and say how good that is."""

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.clock import DAY, local_date, midnight
from coterie.core.errors import NotFound
from coterie.core.ids import uuid7
from coterie.events.log import Log
from coterie.profiles.age import age_of
from coterie.profiles.service import Profiles
from coterie.scores.recommending import store
from coterie.scores.recommending.evaluating import evaluate
from coterie.scores.recommending.fitting import DENSE, fit
from coterie.scores.recommending.gating import Gate, is_to_be_had
from coterie.scores.recommending.history import History, history_of
from coterie.scores.recommending.learnt import Learnt
from coterie.scores.recommending.model import (
    LIMIT,
    Because,
    Built,
    Choices,
    Evaluation,
    Method,
    Suggestion,
    Touches,
    check,
)
from coterie.scores.recommending.ranking import Ranked, ranked, reasons
from coterie.scores.store import newest_weights
from coterie.storage import audit
from coterie.storage.work import Work

LATELY = 90 * DAY
MOST_TOUCHES = 20_000_000
"""Events that are learnt from; where the log has more, a part of the people speaks for all."""

MOST_ITEMS = 50_000
_SPARE = 20
"""More places than wanted are ranked: some are sold out, or not for her age."""


class Recommending:
    """What to suggest to a person next, from what people had together.

    What somebody *had* are the items of events that count for interests (``scores``), so a brand
    that weighs an event 0 takes it out here too. The model is a cache: built from the log, held in
    memory under its stamp.
    """

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        self._profiles = profiles
        self._catalog = catalog
        self._log = log
        self._zone = zone
        self._held: Learnt | None = None

    # --- what is chosen

    def choices(self, work: Work) -> Choices:
        """Return which items may be suggested, and when one comes again."""
        return store.choices(work)[1]

    def choose(self, work: Work, choices: Choices) -> None:
        """Choose anew; kinds and topics hold from the next learning on. Raises Invalid."""
        version = store.choices(work)[0] + 1
        store.choose(work, version, check(choices))
        audit.record(work, "recommend.choose", f"version {version}")

    # --- learning

    def is_due(self, work: Work) -> bool:
        """Say whether the model is of another day than today, in the brand's zone, or missing."""
        built = self.built(work)
        today = midnight(local_date(work.now, self._zone), self._zone)
        return built is None or built.at < today

    def built(self, work: Work) -> Built | None:
        """Tell what the model in force was built from, None before the first."""
        found = store.built(work)
        return None if found is None else found[1]

    def learn(self, work: Work) -> Learnt:
        """Learn a model from the log; nothing is kept yet, so a reader's transaction will do."""
        choices = self.choices(work)
        items = self._items(work)
        kinds = [items[key] for key in items]
        touches = self._touches(work, list(items))
        allowed = self._allowed(work, items, choices)
        lately = touches.at > work.now - LATELY
        ties = fit(touches)
        return Learnt(
            stamp=uuid7(work.now),
            built=Built(work.now, ties.method, len(items), touches.people, len(touches.item)),
            items=list(items),
            kinds=kinds,
            allowed=allowed,
            people=np.bincount(touches.item, minlength=len(items)),
            lately=np.bincount(touches.item[lately], minlength=len(items)),
            ties=ties,
        )

    def keep(self, work: Work, learnt: Learnt) -> None:
        """Put a model in force."""
        store.keep(work, learnt)
        audit.record(work, "recommend.learn", learnt.built.method, items=learnt.built.items)

    def evaluate(self, work: Work, at_least: int = 5) -> Evaluation:
        """Say how well this house's own log would have been foreseen, see ``evaluating``."""
        touches = self._touches(work, list(self._items(work)))
        method: Method = "ease" if touches.items <= DENSE else "co_occurrence"
        result = evaluate(touches, (method,), at_least)
        if not result.people:
            raise NotFound(
                f"nobody had more than {at_least} items: there is nothing to evaluate yet"
            )
        return result

    def _items(self, work: Work) -> dict[str, str]:
        """Return the kind of each item of the catalog; stores are none to suggest."""
        found = [one for one in self._catalog.search(work) if one.kind != "store"]
        if len(found) > MOST_ITEMS:
            with self._log.open_lake(work) as lake:
                touched = store.most_touched(lake, work.now, MOST_ITEMS)
            found = [one for one in found if one.key in touched]
        return {one.key: one.kind for one in found}

    def _touches(self, work: Work, items: Sequence[str]) -> Touches:
        weights = newest_weights(work).interest
        counts = {n: c for n, c in self._log.counts(work).items() if weights.weight(n) > 0}
        part = -(-sum(counts.values()) // MOST_TOUCHES) or 1
        with self._log.open_lake(work) as lake:
            return store.touches(lake, sorted(counts), items, work.now, part)

    def _allowed(self, work: Work, items: Mapping[str, str], choices: Choices) -> NDArray[np.bool_]:
        topical = set(items)
        if choices.topics:
            topical = {key for one in choices.topics for key in self._catalog.items_of(work, one)}
        return np.array(
            [
                (not choices.kinds or kind in choices.kinds) and key in topical
                for key, kind in items.items()
            ],
            np.bool_,
        )

    # --- suggesting

    def suggest(
        self, work: Work, profiles: Collection[int], limit: int = LIMIT, *, why: bool = True
    ) -> dict[int, list[Suggestion]]:
        """Suggest to each of these people what comes next for her, the best first.

        What is popular fills up where nothing speaks for more, and is all that somebody gets who
        is new, or who wants nothing chosen by what is known of her. Nothing before the first
        learning. Without ``why`` the reasons are left out, which are most of the work.
        """
        learnt = self._model(work)
        if learnt is None or not profiles:
            return {}
        choices, people = self.choices(work), sorted(set(profiles))
        plain = self._profiles.not_personalised(work, people)
        open_to = [one for one in people if one not in plain]
        had = self._history(work, learnt, choices, open_to)
        first = ranked(
            [had[one].places for one in open_to],
            [had[one].barred for one in open_to],
            learnt.matrix,
            learnt.allowed,
            limit + _SPARE,
        )
        by_person = dict(zip(open_to, first, strict=True))
        gate = self._gate(work, learnt, first, people)
        return {
            one: self._choose(learnt, gate, had.get(one), by_person.get(one, []), one, limit, why)
            for one in people
        }

    def _choose(
        self,
        learnt: Learnt,
        gate: Gate,
        hers: History | None,
        first: Ranked,
        profile: int,
        limit: int,
        why: bool,
    ) -> list[Suggestion]:
        chosen: dict[int, Suggestion] = {}
        for place, _ in first:
            if len(chosen) >= limit:
                break
            item = gate.passed(profile, place)
            if item is not None and hers is not None:
                chosen[place] = Suggestion(item, _because(learnt, hers, place) if why else ())
        barred = set() if hers is None else set(hers.barred.tolist())
        for place in learnt.popular.tolist():
            if len(chosen) >= limit:
                break
            item = gate.passed(profile, place)
            if item is not None and place not in barred and place not in chosen:
                chosen[place] = Suggestion(item)
        return list(chosen.values())

    def _gate(
        self, work: Work, learnt: Learnt, first: Sequence[Ranked], people: Sequence[int]
    ) -> Gate:
        places = {place for one in first for place, _ in one} | set(learnt.popular.tolist())
        keys = {learnt.items[place] for place in places}
        items: dict[int, Item] = {
            learnt.place[one.key]: one
            for one in self._catalog.items(work, keys)
            if is_to_be_had(one)
        }
        known = self._profiles.known(work, people, fading=())
        ages = {one: age_of(known[one].traits, work.now, self._zone) for one in known}
        return Gate(items, ages)

    def _history(
        self, work: Work, learnt: Learnt, choices: Choices, people: Sequence[int]
    ) -> dict[int, History]:
        weights = newest_weights(work).interest
        traces = self._log.traces(work, people)
        return history_of(
            people, traces, learnt.place, weights.weight,
            offered_since=work.now - choices.rest_days * DAY,
            again=[kind in choices.again for kind in learnt.kinds],
            before=work.now - choices.again_days * DAY, now=work.now,
        )  # fmt: skip

    def _model(self, work: Work) -> Learnt | None:
        found = store.built(work)
        if found is None:
            return None
        stamp, built = found
        held = self._held
        if held is None or held.stamp != stamp:
            held = self._held = store.load(work, stamp, built)
        return held


def _because(learnt: Learnt, hers: History, place: int) -> tuple[Because, ...]:
    found = reasons(learnt.matrix, hers.places, place)
    return tuple(Because(learnt.items[one], *hers.last[one]) for one in found)
