"""The verbs of mixing: set ceilings and campaigns, say who has which, count what people got."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from coterie.messaging.mix import Ceiling, Mix
from coterie.messaging.mixing import store
from coterie.messaging.mixing.model import (
    HOUSE,
    KIND,
    Campaign,
    Circles,
    Reach,
    check_campaign,
    check_percent,
    check_scope,
    no_circles,
)
from coterie.profiles.model import Known
from coterie.storage import audit
from coterie.storage.work import Work

_MEMO = "messaging.ceilings"


class Mixing:
    """The touch mix of one house.

    ``circles`` tells of the communities; their room says so itself when it is built, since it
    lies above this one.
    """

    def __init__(self, zone: ZoneInfo, circles: Circles = no_circles) -> None:
        self._zone = zone
        self.circles = circles

    # --- what an operator sets

    def ceilings(self, work: Work) -> Mapping[str, int]:
        """Return every ceiling that is set, in percent, by its scope."""
        return store.ceilings(work)

    def set_ceiling(self, work: Work, scope: str, percent: int | None) -> None:
        """Set the ceiling of the house, of a kind of community or of one; None takes it away."""
        check_scope(scope)
        store.set_ceiling(work, scope, None if percent is None else check_percent(percent))
        work.memo.pop(_MEMO, None)
        audit.record(work, "mix.ceiling", scope, percent=percent)

    def campaigns(self, work: Work) -> list[Campaign]:
        """Return every campaign that lifts ceilings, ever lifted or will lift, the newest first."""
        return store.campaigns(work)

    def begin_campaign(self, work: Work, scope: str, title: str, since: int, until: int) -> None:
        """Lift the ceilings of a scope for a time; the house's scope lifts all of them."""
        title = check_campaign(scope, title, since, until)
        store.add_campaign(work, scope, title, since, until)
        work.memo.pop(_MEMO, None)
        audit.record(work, "mix.campaign", scope, title=title, since=since, until=until)

    def end_campaign(self, work: Work, campaign: int) -> None:
        """Let a campaign end now; what has not begun is forgotten."""
        store.end_campaign(work, campaign, work.now)
        work.memo.pop(_MEMO, None)
        audit.record(work, "mix.campaign_end", str(campaign))

    # --- who has which

    def of_people(self, work: Work, known: Mapping[int, Known]) -> dict[int, tuple[Ceiling, ...]]:
        """Return the ceilings of those who have any, by the communities whose tags they wear.

        A community's own ceiling stands for that of its kind. All of a person's bind.
        """
        of_all, by_tag = self._in_force(work)
        if not of_all and not by_tag:
            return {}
        found: dict[int, tuple[Ceiling, ...]] = {}
        made: dict[frozenset[str], tuple[Ceiling, ...]] = {}
        for profile, person in known.items():
            tags = person.tags.intersection(by_tag)
            ceilings = made.get(tags)
            if ceilings is None:
                ceilings = made[tags] = tuple(sorted({*of_all, *(by_tag[tag] for tag in tags)}))
            if ceilings:
                found[profile] = ceilings
        return found

    def of_tag(self, work: Work, tag: str) -> Ceiling | None:
        """Return the ceiling of a community, its own or its kind's."""
        return self._in_force(work)[1].get(tag)

    def binds(self, work: Work) -> bool:
        """Say whether anybody has a ceiling."""
        return any(self._in_force(work))

    def of_all(self, work: Work) -> tuple[Ceiling, ...]:
        """Return the ceilings that bind everybody."""
        return self._in_force(work)[0]

    def tags(self, work: Work) -> list[str]:
        """Return the tags of communities that have ceilings."""
        return sorted(self._in_force(work)[1])

    def _in_force(self, work: Work) -> tuple[tuple[Ceiling, ...], Mapping[str, Ceiling]]:
        """Return the house's ceiling, and those of communities by tag; read once a work."""
        kept: tuple[tuple[Ceiling, ...], Mapping[str, Ceiling]] | None = work.memo.get(_MEMO)
        if kept is None:
            kept = work.memo[_MEMO] = self._read(work)
        return kept

    def _read(self, work: Work) -> tuple[tuple[Ceiling, ...], Mapping[str, Ceiling]]:
        percents = store.ceilings(work)
        if not percents:
            return (), {}
        campaigns = store.campaigns(work)

        def ceiling(scope: str, *lifted_by: str) -> Ceiling:
            free = sorted((one.since, one.until) for one in campaigns if one.scope in lifted_by)
            return Ceiling(percents[scope], scope, tuple(free))

        by_tag: dict[str, Ceiling] = {}
        for tag, kind in self.circles(work).items():
            scope = tag if tag in percents else KIND + kind
            if scope in percents:
                by_tag[tag] = ceiling(scope, HOUSE, KIND + kind, tag)
        return (ceiling(HOUSE, HOUSE),) if HOUSE in percents else (), by_tag

    # --- what they got

    def mix(
        self,
        work: Work,
        since: int,
        until: int,
        *,
        profiles: Collection[int] | None = None,
        origin: str | None = None,
    ) -> Mix:
        """Count what was sent in [since, until) by kind of touch, of some people or all."""
        return store.mix(work, since, until, profiles, origin)

    def by_origin(self, work: Work, since: int, until: int) -> dict[str, Mix]:
        """Count the same for each who asked for it, such as ``journey:win-back``."""
        return store.by_origin(work, since, until)

    def reach(self, work: Work, since: int, until: int) -> list[Reach]:
        """Count by channel the people reached, and their days, the widest channel first."""
        return store.reach(work, since, until, self._zone)
