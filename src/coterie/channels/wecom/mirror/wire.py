"""What the mirror learns, as wire events for the inbox. Pure.

Their ids come from what they tell: the same fact has the same id, whether a callback told it or a
list showed it, today or after a crash.
"""

from collections.abc import Mapping
from typing import Any

from coterie.channels.wecom.mirror.model import EXTERNAL, SOURCE, UNIONID, Person
from coterie.core.clock import DAY
from coterie.core.event import IDENTIFIED, Event
from coterie.core.ids import derived_id

CONTACT_ADDED = "Contact Added"
CONTACT_DELETED = "Contact Deleted"
TRANSFER_FAILED = "Contact Transfer Failed"
GROUP_JOINED = "Group Joined"
GROUP_LEFT = "Group Left"

OLD = DAY
"""What happened so long before it is told is history: it starts nothing."""
_BY = {"by_guide": "guide", "by_customer": "customer", "transferred": "transfer"}


def identified(person: Person, digest: str, now: int) -> Event:
    """Tell who a customer is; a platform that tells something else of her later tells it anew."""
    traits = {
        "name": person.name,
        "avatar": person.avatar,
        "gender": person.gender,
        "wecom_kind": person.kind,
    }
    identities = {EXTERNAL: person.external}
    if person.unionid:
        identities[UNIONID] = person.unionid
    return Event(
        id=derived_id(SOURCE, "identify", person.external, digest),
        type="identify",
        name=IDENTIFIED,
        time=now,
        received=now,
        source=SOURCE,
        identities=identities,
        traits={name: value for name, value in traits.items() if value},
    )


def of_edge(row: Any, now: int) -> Event:
    """Tell on a mark of an edge; ``row`` has the mark, and the edge's code and way."""
    if row.kind in ("half", "begun"):
        said = {
            "guide": row.guide,
            "state": row.state or (row.edge_state if row.since == row.at else ""),
            "add_way": row.add_way,
            "half": row.kind == "half",
        }
        return _event(CONTACT_ADDED, row.external, row.at, now, (row.guide, row.kind), said)
    if row.kind == "refused":
        said = {"guide": row.guide, "reason": row.detail}
        return _event(TRANSFER_FAILED, row.external, row.at, now, (row.guide,), said)
    said = {"guide": row.guide, "by": _BY[row.kind]}
    return _event(CONTACT_DELETED, row.external, row.at, now, (row.guide, row.kind), said)


def of_stay(row: Any, now: int) -> Event:
    """Tell on who came into a group or went; ``row`` has the mark, the group and the stay."""
    about = {"group_id": row.chat_id, "name": row.name}
    if row.kind == "begun":
        this = row.joined == row.at  # the stay shows how she came the last time
        said = {
            **about,
            "scene": row.scene or (row.came if this else ""),
            "inviter": row.inviter if this else "",
            "state": row.state if this else "",
        }
        return _event(GROUP_JOINED, row.member, row.at, now, (row.chat_id,), said)
    said = {**about, "scene": row.scene}
    return _event(GROUP_LEFT, row.member, row.at, now, (row.chat_id,), said)


def _event(
    name: str, external: str, at: int, now: int, cause: tuple[str, ...], said: Mapping[str, Any]
) -> Event:
    return Event(
        id=derived_id(SOURCE, name, external, at, *cause),
        type="track",
        name=name,
        time=min(at, now),
        received=now,
        source=SOURCE,
        identities={EXTERNAL: external},
        properties={key: value for key, value in said.items() if value not in ("", None)},
        backfill=now - at > OLD,
    )
