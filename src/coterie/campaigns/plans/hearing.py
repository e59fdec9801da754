"""What campaigns take from facts of other rooms: who is in their groups, who brought whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.campaigns.plans import store
from coterie.campaigns.plans.model import Defined
from coterie.core.event import Event
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

JOINED = "coterie.group.joined"
LEFT = "coterie.group.left"
REFERRED = "coterie.referral.joined"
_HEARD = frozenset((JOINED, LEFT, REFERRED))
_OPEN = ("draft", "running")


def hear(work: Work, events: Sequence[Event], profiles: Profiles) -> None:
    """Note who joined and left, and who brought a friend; asks nothing when nobody did."""
    heard = [event for event in events if event.name in _HEARD]
    if not heard:
        return
    campaigns = store.campaigns(work, states=_OPEN)
    if not campaigns:
        return
    _keep_stays(work, heard, campaigns)
    _keep_friends(work, [event for event in heard if event.name == REFERRED], campaigns, profiles)


def _keep_stays(work: Work, heard: Sequence[Event], campaigns: Sequence[Defined]) -> None:
    by_code = {code: one.slug for one in campaigns for code in one.campaign.group_codes}
    slugs = {one.slug for one in campaigns}
    told: list[tuple[str, Event]] = []
    for event in heard:
        said = event.properties
        slug = said.get("campaign") or by_code.get(str(said.get("code") or ""))
        if event.name != REFERRED and slug in slugs:
            told.append((slug, event))
    if not told:
        return
    rows: dict[Any, dict[str, Any]] = {}
    kept = store.stays(work, slugs, {_born_to(event) for _, event in told})
    for slug, event in sorted(told, key=lambda one: (one[1].time, one[1].order)):
        key = (slug, str(event.properties.get("chat") or ""), _born_to(event))
        before = rows.get(key) or (dict(kept[key]._mapping) if key in kept else None)
        rows[key] = _stay(key, before, event)
    store.keep_stays(work, list(rows.values()))


def _stay(
    key: tuple[str, str, int], before: Mapping[str, Any] | None, event: Event
) -> dict[str, Any]:
    """Return a stay after what was told; what is older than the newest changes only the start."""
    left = event.time if event.name == LEFT else None
    if before is None:
        return {
            "campaign": key[0], "chat": key[1], "came_with": key[2], "profile": event.profile,
            "joined": event.time, "left": left, "last": event.time,
        }  # fmt: skip
    newest = event.time >= before["last"]
    return {
        **before,
        "joined": min(before["joined"], event.time),
        "left": left if newest else before["left"],
        "last": max(before["last"], event.time),
    }


def _keep_friends(
    work: Work, heard: Sequence[Event], campaigns: Sequence[Defined], profiles: Profiles
) -> None:
    of = {one.campaign.programme: one.slug for one in campaigns if one.campaign.programme}
    told = [event for event in heard if event.properties.get("programme") in of]
    if not told:
        return
    found = profiles.by_uids(work, {str(event.properties.get("referrer")) for event in told})
    store.add_friends(
        work,
        [
            {
                "campaign": of[event.properties["programme"]],
                "referral": str(event.properties.get("referral")),
                "profile": found[str(event.properties.get("referrer"))],
            }
            for event in told
            if str(event.properties.get("referrer")) in found
        ],
    )


def _born_to(event: Event) -> int:
    return event.came_with or event.profile
