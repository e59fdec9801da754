"""Read off an event what it tells of an order; and write back what the house makes of it. Pure.

An event tells of an order when its name is one of an order's steps, it has an ``order_id``, and it
is known which shop's number that is: by its property ``shop``, or because its source is a feed of
one shop. Any other event goes by as it is.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.core.event import Event
from coterie.core.numbers import scaled, unscaled
from coterie.events.resolve import AMOUNT_KEYS
from coterie.orders.model import MASKED, OWN_IDENTITY, STEPS, Credit, Rate, Told
from coterie.orders.money import RATE_SCALE
from coterie.profiles.graph.kinds import names_in
from coterie.profiles.model import ANONYMOUS

TOKEN = "coterie"
"""The property in which a shop sends the token of an offer back."""

_LONGEST = 255
_UNBOUND = {*MASKED, OWN_IDENTITY, ANONYMOUS}
"""Identities that do not say who a masked buyer is."""


def told_of(
    place: int, event: Event, shops: Mapping[str, str], house: str, whose: Event
) -> Told | None:
    """Return what an event tells of an order, None when it tells of none.

    ``event`` is as it came, since recognising takes out of it what identifies, and a number may
    look like a phone's; ``whose`` is the same event recognised. ``shops`` gives the shop of a
    feed's source; ``house`` is the brand's currency.
    """
    step = STEPS.get(event.name)
    if step is None or event.type == "fact":
        return None
    said = event.properties
    number, shop = _text(said.get("order_id")), _text(said.get("shop")) or shops.get(event.source)
    if not number or not shop:
        return None
    refund = "" if said.get("cumulative") is True else _text(said.get("refund_id"))
    if step == "refunded" and not refund and said.get("cumulative") is not True:
        refund = event.id
    kinds = [kind for kind, _ in names_in(event)]
    markets = [MASKED[kind] for kind in kinds if kind in MASKED]
    return Told(
        place=place,
        shop=shop[:_LONGEST],
        number=number[:_LONGEST],
        step=step,
        at=event.time,
        amount=_amount(event),
        currency=_text(said.get("currency")).upper()[:3] or house,
        source=event.source,
        profile=whose.profile,
        came_with=whose.came_with or whose.profile,
        market=markets[0] if markets else "",
        bound=any(kind not in _UNBOUND for kind in kinds),
        refund=refund[:_LONGEST],
        token=_text(said.get(TOKEN)),
    )


def keyed(event: Event, told: Told) -> Event:
    """Return the event with the shop and the number by which its order counts."""
    key = {"shop": told.shop, "order_id": told.number}
    if all(event.properties.get(name) == value for name, value in key.items()):
        return event
    return msgspec.structs.replace(event, properties={**event.properties, **key})


def _amount(event: Event) -> int | None:
    if event.amount is not None:
        return event.amount
    for key in AMOUNT_KEYS:
        if key in event.properties:
            amount = scaled(event.properties[key])
            if amount is not None:
                return amount
    return None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def priced(event: Event, amount: int | None, told: Told, house: str, rate: Rate | None) -> Event:
    """Return the event with its amount in the brand's currency; what the shop said is ``original``.

    Without a rate it has no amount: it is left out of every sum.
    """
    said = {key: value for key, value in event.properties.items() if key not in AMOUNT_KEYS}
    original: dict[str, Any] = {"currency": told.currency}
    if told.amount is not None:
        original["total"] = unscaled(told.amount)
    if rate is not None:
        original["rate"] = rate.worth / RATE_SCALE
    said |= {"currency": house, "original": original}
    if amount is not None:
        said["total"] = unscaled(amount)
    return msgspec.structs.replace(event, properties=said, amount=amount)


def with_total(event: Event, amount: int) -> Event:
    """Return a refund's event with what it adds to what was refunded before."""
    said = {key: value for key, value in event.properties.items() if key not in AMOUNT_KEYS}
    said["total"] = unscaled(amount)
    return msgspec.structs.replace(event, properties=said, amount=amount)


def credited(event: Event, credit: Credit) -> Event:
    """Return an order's event with what led to it as ``recommended_by``, and without the token."""
    said = {key: value for key, value in event.properties.items() if key != TOKEN}
    by: dict[str, Any] = {"offer": credit.offer}
    for name, value in (
        ("link", credit.link), ("sender", credit.sender), ("campaign", credit.campaign),
        ("item", credit.item),
    ):  # fmt: skip
        if value not in (None, ""):
            by[name] = value
    said["recommended_by"] = by
    return msgspec.structs.replace(event, properties=said)
