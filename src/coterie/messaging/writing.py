"""Filling a template in for one person: what it sees of her, of the brand and of the request."""

from collections.abc import Mapping
from typing import Any, Protocol

from coterie.core.clock import to_datetime
from coterie.messaging import templates
from coterie.messaging.audience import Audience
from coterie.messaging.languages import spoken, wanted_of
from coterie.messaging.model import Content, Template

NOTHING: Mapping[str, Any] = {}


class Speaking(Protocol):
    """What a template must know of a request: whom it concerns, and what it gives."""

    @property
    def profile(self) -> int:
        """Who gets it."""
        ...

    @property
    def variables(self) -> Mapping[str, Any]:
        """What the template sees beside what is known of her."""
        ...


def fill(
    audience: Audience, request: Speaking, template: Template, brand: Mapping[str, Any], now: int,
    unsubscribe: str = "", more: Mapping[str, Any] = NOTHING, kept: dict[str, str] | None = None,
) -> Content:  # fmt: skip
    """Write what a request says by a template; raises Invalid when it cannot be filled in.

    A person's traits are there as ``traits`` and ``profile``, beside what the request gives, and
    where she may withdraw as ``links.unsubscribe``. It is written in her language, else in the
    brand's (``brand["language"]``), as ``languages`` says. ``more`` is what other rooms say of her
    (``variables``). ``kept`` is as ``templates.render`` has it.
    """
    traits = audience.traits(request.profile, templates.traits_named(template))
    spoken_here = str(brand.get("language", ""))
    if template.variants:
        template = spoken(template, wanted_of(traits, spoken_here), spoken_here)
    local = to_datetime(now).astimezone(audience.zone(request.profile))
    values = seen(traits, request, brand, unsubscribe, more)
    return templates.render(template, values, local, spoken_here, kept)


def seen(
    traits: Mapping[str, Any], request: Speaking, brand: Mapping[str, Any], unsubscribe: str = "",
    more: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:  # fmt: skip
    """Return what a template sees, ``now`` left out: of her, of the brand and of the request."""
    given = request.variables
    variables = {
        **given,
        **more,
        "traits": _over(traits, given.get("traits")),
        "profile": _over(traits, given.get("profile")),
        "brand": brand,
    }
    if unsubscribe:
        links = given.get("links")
        links = links if isinstance(links, Mapping) else {}
        variables["links"] = {"unsubscribe": unsubscribe, **links}
    return variables


def _over(traits: Mapping[str, Any], given: object) -> Mapping[str, Any]:
    return {**traits, **given} if isinstance(given, Mapping) else traits
