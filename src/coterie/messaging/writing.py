"""Filling a template in for one person: what it sees of her, of the brand and of the request."""

from collections.abc import Mapping
from typing import Any

from coterie.core.clock import to_datetime
from coterie.messaging import templates
from coterie.messaging.audience import Audience
from coterie.messaging.model import Content, Request, Template


def fill(
    audience: Audience, request: Request, template: Template, brand: Mapping[str, Any], now: int,
    unsubscribe: str = "",
) -> Content:  # fmt: skip
    """Write what a request says by a template; raises Invalid when it cannot be filled in.

    A person's traits are there as ``traits`` and ``profile``, beside what the request gives, and
    where she may withdraw as ``links.unsubscribe``.
    """
    traits = audience.traits(request.profile)
    given = request.variables
    variables = {
        **given,
        "traits": _over(traits, given.get("traits")),
        "profile": _over(traits, given.get("profile")),
        "brand": brand,
    }
    if unsubscribe:
        links = given.get("links")
        links = links if isinstance(links, Mapping) else {}
        variables["links"] = {"unsubscribe": unsubscribe, **links}
    local = to_datetime(now).astimezone(audience.zone(request.profile))
    return templates.render(template, variables, local)


def _over(traits: Mapping[str, Any], given: object) -> Mapping[str, Any]:
    return {**traits, **given} if isinstance(given, Mapping) else traits
