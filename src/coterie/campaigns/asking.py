"""From a plan and a person to the request that messaging gets. Pure."""

from coterie.campaigns.model import Plan, origin_of
from coterie.core.ids import bucket, derived_id
from coterie.messaging.model import Request
from coterie.profiles.model import Known

_BUCKETS_PER_PERCENT = 100


def request(
    broadcast: str, plan: Plan, holdout: int, known: Known, user_id: str | None, *,
    personalised: bool = True,
) -> Request:  # fmt: skip
    """Ask for one person's message; who is held out gets a shadow.

    The key is the broadcast's and the person's, so that she gets it once however often it is
    asked for. ``holdout`` is the percentage that applies;
    what goes to everybody is not ``personalised``.
    """
    return Request(
        profile=known.profile,
        channel=plan.channel,
        template=plan.template,
        touch=plan.touch,
        key=derived_id("broadcast", broadcast, known.profile),
        origin=origin_of(broadcast),
        variables={
            "profile": {"user_id": user_id, "tags": sorted(known.tags)},
            "broadcast": {"id": broadcast, "title": plan.title},
        },
        personalised=personalised,
        shadow=is_held_out(broadcast, known.bucket_key, holdout),
    )


def is_held_out(broadcast: str, bucket_key: str, holdout: int) -> bool:
    """Draw whether somebody is left out: for one broadcast for ever the same answer.

    >>> is_held_out("b1", "user_id:u1", 0), is_held_out("b1", "user_id:u1", 100)
    (False, True)
    """
    return bucket(origin_of(broadcast), bucket_key) < holdout * _BUCKETS_PER_PERCENT
