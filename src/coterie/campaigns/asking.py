"""From a plan to what messaging is asked for, and who is left out of it. Pure."""

from coterie.campaigns.model import Plan, origin_of
from coterie.experiments.assignment import holdout_salt, is_held_out
from coterie.messaging.alike.model import Alike

_BUCKETS_PER_PERCENT = 100


def alike(broadcast: str, plan: Plan, *, personalised: bool = True) -> Alike:
    """Ask for the same thing for everybody of an audience.

    Its cause is the broadcast, so that each gets it once however often it is asked for. What goes
    to everybody is not ``personalised``.
    """
    return Alike(
        channel=plan.channel,
        template=plan.template,
        touch=plan.touch,
        origin=origin_of(broadcast),
        cause=("broadcast", broadcast),
        variables={"broadcast": {"id": broadcast, "title": plan.title}},
        personalised=personalised,
    )


def is_left_out(broadcast: str, plan: Plan, holdout: int, bucket_key: str) -> bool:
    """Say whether somebody gets a shadow; ``holdout`` is the percentage that applies."""
    salt = holdout_salt(origin_of(broadcast), plan.programme)
    return is_held_out(salt, bucket_key, holdout * _BUCKETS_PER_PERCENT)
