"""One person by JSON: what is known of her, and why she is in a segment or not."""

from typing import Any

import msgspec
from fastapi import APIRouter

from coterie.core.clock import format_time
from coterie.core.errors import Invalid, NotFound
from coterie.messaging.model import Message
from coterie.profiles.model import USER
from coterie.storage.work import Work
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/api/people")


@router.get("/{user_id}")
def person(here: Here, account: Operator, user_id: str) -> dict[str, Any]:
    """Return all that is known of a person, identifying traits in the clear."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        profile = _find(here, work, user_id)
        known = house.profiles.known(work, [profile])[profile]
        communities = house.communities.of_person(work, profile)
        return {
            "user_id": user_id,
            "traits": house.profiles.traits(work, profile),
            "tags": sorted(known.tags),
            "segments": sorted(house.segments.memberships(work, [profile])[profile]),
            "communities": [one.community for one in communities if one.left is None],
            "activity": msgspec.to_builtins(house.scores.activity(work, profile)),
            "interests": msgspec.to_builtins(house.scores.interests(work, profile)),
            "messages": [_told(one) for one in house.messaging.of_person(work, profile)],
        }


@router.get("/{person}/export")
def export(here: Here, account: Operator, person: str) -> dict[str, Any]:
    """Return all data of a person as one document, by her outside id or by her user id."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        profile = house.profiles.by_uid(work, person)
        if profile is None:
            profile = _find(here, work, person)
        return house.erasing.hand_out(work, profile)


@router.get("/{user_id}/recommendations")
def recommendations(here: Here, account: Operator, user_id: str, limit: int = 10) -> dict[str, Any]:
    """Return what is suggested to a person next, the best first, each with what speaks for it."""
    house = here.house
    if not 1 <= limit <= 100:
        raise Invalid(f"{limit} is no number of items", path="limit", hint="from 1 to 100")
    with house.db.read(actor_of(account), house.clock.now()) as work:
        profile = _find(here, work, user_id)
        found = house.scores.recommending.suggest(work, [profile], limit).get(profile, [])
    return {
        "user_id": user_id,
        "items": [
            {
                "key": one.item.key,
                "title": one.item.title,
                "kind": one.item.kind,
                "popular": one.is_popular,
                "because": [
                    {"item": each.item, "event": each.event, "at": format_time(each.at)}
                    for each in one.because
                ],
            }
            for one in found
        ],
    }


@router.get("/{user_id}/why/{segment}")
def why(here: Here, account: Operator, user_id: str, segment: str) -> dict[str, Any]:
    """Tell why a person is in a segment or not: each node of its rule, with the evidence."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        reason = house.segments.why(work, _find(here, work, user_id), segment)
    if reason is None:
        raise _nobody(user_id)
    return reason.to_json()


def _find(here: Parts, work: Work, user_id: str) -> int:
    profile = here.house.profiles.find(work, USER, user_id)
    if profile is None or profile not in here.house.profiles.known(work, [profile]):
        raise _nobody(user_id)
    return profile


def _nobody(user_id: str) -> NotFound:
    return NotFound(f"nobody has the user id {user_id!r}")


def _told(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "at": format_time(message.at),
        "channel": message.channel,
        "origin": message.origin,
        "template": message.template,
        "touch": message.touch,
        "status": message.status,
        "reason": message.reason,
        "subject": message.subject,
        "text": message.text,
    }
