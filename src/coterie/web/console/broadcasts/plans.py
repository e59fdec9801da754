"""From the composer's form to a plan, and back into its fields. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.campaigns.model import Plan
from coterie.core.clock import parse_time, to_datetime
from coterie.core.errors import Invalid

HOLDOUTS = ("", "0", "5", "10", "20", "50")
"""The percentages offered; empty is the house's default."""


@dataclass(frozen=True)
class Fields:
    """What stands in the composer's fields; ``send_at`` is of the brand's zone."""

    title: str = ""
    segment: str = ""
    template: str = ""
    channel: str = ""
    touch: str = "informational"
    send_at: str = ""
    holdout: str = ""
    programme: str = ""


def read(form: Mapping[str, str]) -> Fields:
    """Read the fields as they were sent; what is missing keeps what a new one begins with."""
    begin = vars(Fields())
    return Fields(**{name: form.get(name, value).strip() for name, value in begin.items()})


def fields_of(plan: Plan, zone: ZoneInfo) -> Fields:
    """Write a plan into the fields.

    >>> fields_of(Plan("t", "s", "t", "email", "service", 0, 5), ZoneInfo("UTC")).send_at
    '1970-01-01T00:00'
    """
    at = plan.send_at
    local = "" if at is None else f"{to_datetime(at).astimezone(zone):%Y-%m-%dT%H:%M}"
    holdout = "" if plan.holdout is None else str(plan.holdout)
    return Fields(
        plan.title, plan.segment, plan.template, plan.channel, plan.touch, local, holdout,
        plan.programme or "",
    )  # fmt: skip


def plan_of(fields: Fields, zone: ZoneInfo) -> Plan:
    """Return the plan that the fields describe; raises Invalid with the path of the fault."""
    try:
        send_at = parse_time(fields.send_at, zone) if fields.send_at else None
    except Invalid as error:
        raise Invalid(
            f"{fields.send_at!r} is no moment",
            path="send_at",
            hint="write it like 2026-01-31T09:30",
        ) from error
    if fields.holdout and not (fields.holdout.isascii() and fields.holdout.isdigit()):
        raise Invalid(f"{fields.holdout!r} is no percentage", path="holdout", hint="such as 10")
    return Plan(
        title=fields.title,
        segment=fields.segment,
        template=fields.template,
        channel=fields.channel,
        touch=fields.touch,  # type: ignore[arg-type]  # the room checks it against its kinds
        send_at=send_at,
        holdout=int(fields.holdout) if fields.holdout else None,
        programme=fields.programme or None,
    )
