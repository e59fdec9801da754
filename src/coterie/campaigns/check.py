"""Whether a plan can be carried out: every fault is named with its path. Pure."""

from collections.abc import Collection
from dataclasses import replace

from coterie.campaigns.model import Plan
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.messaging.model import TOUCHES, Template
from coterie.messaging.plays import refusals

_LONGEST_TITLE = 100


def check(
    plan: Plan,
    *,
    segments: Collection[str],
    templates: Collection[Template],
    channels: Collection[str],
) -> Plan:
    """Return the plan with its title trimmed, or raise Invalid with the path of the fault."""
    title = " ".join(plan.title.split())
    if not title:
        raise Invalid("it has no name", path="title", hint="such as Spring tasting, invitation")
    if len(title) > _LONGEST_TITLE:
        raise Invalid("the name is too long", path="title", hint=f"keep it to {_LONGEST_TITLE}")
    if plan.segment not in segments:
        raise Invalid(
            f"there is no segment {plan.segment!r}", path="segment", hint="choose who gets it"
        )
    if plan.channel not in channels:
        known = ", ".join(sorted(channels)) or "none is set up"
        raise Invalid(f"there is no channel {plan.channel!r}", path="channel", hint=known)
    template = next((each for each in templates if each.name == plan.template), None)
    if template is None:
        raise Invalid(
            f"there is no template {plan.template!r}", path="template", hint="choose what it says"
        )
    if template.channel not in (None, plan.channel):
        raise Invalid(
            f"template {template.name!r} is for {template.channel}, this goes by {plan.channel}",
            path="template",
            hint="use a template of this channel, or one of any",
        )
    if plan.touch == "emotional":
        for refusal in refusals(template, "template"):
            raise refusal
    if plan.touch not in TOUCHES:
        raise Invalid(f"{plan.touch!r} is no touch kind", path="touch", hint=", ".join(TOUCHES))
    if plan.holdout is not None and not 0 <= plan.holdout <= 100:
        raise Invalid(
            f"{plan.holdout} is no percentage", path="holdout", hint="a whole number from 0 to 100"
        )
    if plan.programme is not None:
        check_slug(plan.programme, "programme")
    return replace(plan, title=title)
