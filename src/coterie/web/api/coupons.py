"""Coupons at a till or a shop: validated, locked, redeemed, given back, with a write key.

What does not go is no error: it is answered with 200, ``refused`` and its reason, since the till
has to show it. The same ``Idempotency-Key`` gives the same answer for ever.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request

from coterie.core.actor import Actor
from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.core.numbers import scaled, unscaled
from coterie.loyalty.coupons.codes import shown
from coterie.loyalty.coupons.model import (
    Coupon,
    Locked,
    Order,
    OrderLine,
    Outcome,
    Quote,
    Redeemed,
    Refusal,
    Released,
    Result,
    RolledBack,
)
from coterie.loyalty.coupons.service import Coupons
from coterie.storage.work import Work
from coterie.web.api.events import basic_key
from coterie.web.bodies import decode, read_up_to
from coterie.web.errors import NotKnown, TooMany
from coterie.web.parts import Here, Parts, parts_of

router = APIRouter(prefix="/v1/coupons")

_ANYBODY = Actor("key", "?")
_MOST_LINES = 500
Amount = float | int | str
Text = Annotated[str, msgspec.Meta(max_length=255)]


class CustomerBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who is at the till: an identity of hers, as events name it."""

    kind: Text
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class LineBody(msgspec.Struct, forbid_unknown_fields=True):
    """A line of an order: what it costs in all before coupons, and its list price in all."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    amount: Amount
    item: Text = ""
    quantity: Annotated[int, msgspec.Meta(ge=1)] = 1
    list: Amount | None = None


class OrderBody(msgspec.Struct, forbid_unknown_fields=True):
    """An order, with its lines or with its total alone; amounts are numbers in the currency."""

    number: Text = ""
    shop: Text = ""
    store: Text | None = None
    currency: Text | None = None
    total: Amount | None = None
    lines: Annotated[list[LineBody], msgspec.Meta(max_length=_MOST_LINES)] = []


class UseBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked of one coupon."""

    code: Text = ""
    lock: Text | None = None
    customer: CustomerBody | None = None
    store: Text | None = None
    order: OrderBody | None = None
    key: Text = ""


class ReleaseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which lock is let go."""

    lock: Text
    key: Text = ""


class RollbackBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which redemption is taken back, and why."""

    redemption: int
    reason: Text = "till"
    key: Text = ""


class ReturnBody(msgspec.Struct, forbid_unknown_fields=True):
    """How many pieces of which lines of a redeemed order come back."""

    redemption: int
    lines: Annotated[dict[str, int], msgspec.Meta(min_length=1, max_length=_MOST_LINES)]
    key: Text = ""


async def sent(request: Request) -> bytes:
    """Read the body, never more than an API call may have."""
    return await read_up_to(request, parts_of(request).limits.body)


def with_key(request: Request, here: Here) -> Actor:
    """Return whose write key came as the user name of basic auth; refuse all others."""
    now = here.house.clock.now()
    key = basic_key(request.headers.get("authorization"))
    if not key:
        raise NotKnown("no write key: send it as the user name of basic auth", code="no_key")
    with here.house.db.read(_ANYBODY, now) as work:
        source = here.house.keys.source_of(work, key)
    if source is None:
        raise NotKnown("this write key is unknown or disabled", code="wrong_key")
    wait = here.brakes.take(source, now)
    if wait:
        raise TooMany("too many requests with this write key: slow down", retry_after=wait)
    return Actor("key", source)


Sent = Annotated[bytes, Depends(sent)]
Till = Annotated[Actor, Depends(with_key)]


@router.post("/validate")
def validate(here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Say what a code takes off an order, or why it does not; nothing is kept for anybody."""
    asked = decode(body, UseBody)
    house = here.house
    with house.db.read(till, house.clock.now()) as work:
        coupons = house.growing.coupons
        result = coupons.validate(work, asked.code, _order(asked), _customer(here, work, asked))
        return _told(coupons, work, result)


@router.post("/lock")
def lock(request: Request, here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Keep a coupon for one payment, 15 minutes long."""
    asked = decode(body, UseBody)

    def act(coupons: Coupons, work: Work) -> Outcome:
        profile = _customer(here, work, asked)
        return coupons.lock(work, asked.code, _order(asked), profile, key=_key(request, asked.key))

    return _done(here, till, act)


@router.post("/redeem")
def redeem(request: Request, here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Use a coupon up: with the lock of its payment, or by its code alone."""
    asked = decode(body, UseBody)

    def act(coupons: Coupons, work: Work) -> Outcome:
        return coupons.redeem(
            work, asked.code, _order(asked), _customer(here, work, asked),
            at=asked.store, lock=asked.lock, key=_key(request, asked.key),
        )  # fmt: skip

    return _done(here, till, act)


@router.post("/release")
def release(request: Request, here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Let a coupon go that was kept for a payment which will not come."""
    asked = decode(body, ReleaseBody)
    return _done(
        here, till, lambda coupons, work: coupons.release(
            work, asked.lock, key=_key(request, asked.key)
        ),
    )  # fmt: skip


@router.post("/rollback")
def rollback(request: Request, here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Take a redemption back: a payment that failed, an order that was given back whole."""
    asked = decode(body, RollbackBody)
    return _done(
        here, till, lambda coupons, work: coupons.rollback(
            work, asked.redemption, reason=asked.reason, key=_key(request, asked.key)
        ),
    )  # fmt: skip


@router.post("/return")
def give_back(request: Request, here: Here, body: Sent, till: Till) -> dict[str, Any]:
    """Say what to pay back for some pieces of an order that a coupon was used for."""
    asked = decode(body, ReturnBody)
    return _done(
        here, till, lambda coupons, work: coupons.returned(
            work, asked.redemption, asked.lines, key=_key(request, asked.key)
        ),
    )  # fmt: skip


def _done(here: Parts, till: Actor, act: Callable[[Coupons, Work], Outcome]) -> dict[str, Any]:
    """Do it in one transaction, tell the road what came of it, and answer."""
    house = here.house
    with house.db.begin(till, house.clock.now()) as work:
        outcome = act(house.growing.coupons, work)
        house.inbound.tell(work, outcome.facts)
        answer = _told(house.growing.coupons, work, outcome.result)
    if outcome.facts:
        house.poke()
    return answer


def _key(request: Request, field: str) -> str:
    key = request.headers.get("idempotency-key") or field
    if not key:
        raise Invalid(
            "there is no idempotency key", path="key",
            hint="send the header Idempotency-Key with a UUID, the same one when you try again",
        )  # fmt: skip
    return key


def _customer(here: Parts, work: Work, asked: UseBody) -> int | None:
    """Return who is at the till; 0 for somebody whom nobody knows, None when nobody is named."""
    if asked.customer is None:
        return None
    return here.house.profiles.find(work, asked.customer.kind, asked.customer.value) or 0


def _order(asked: UseBody) -> Order | None:
    given = asked.order
    if given is None:
        return None if asked.store is None else Order(store=asked.store)
    lines = [
        OrderLine(
            id=one.id, item=one.item, quantity=one.quantity,
            amount=_amount(one.amount, f"order.lines[{at}].amount"),
            list=None if one.list is None else _amount(one.list, f"order.lines[{at}].list"),
        )
        for at, one in enumerate(given.lines)
    ]  # fmt: skip
    if len({line.id for line in lines}) < len(lines):
        raise Invalid("two lines have the same id", path="order.lines", hint="number them")
    return Order(
        number=given.number,
        shop=given.shop,
        store=given.store or asked.store,
        lines=tuple(lines),
        total=None if given.total is None else _amount(given.total, "order.total"),
        currency=given.currency,
    )


def _amount(value: Amount, path: str) -> int:
    amount = scaled(value)
    if amount is None or amount < 0:
        raise Invalid(f"{value!r} is not an amount", path=path, hint="write it like 299.00")
    return amount


def _told(coupons: Coupons, work: Work, result: Result | Quote) -> dict[str, Any]:
    """Write an answer; what does not apply to it is left out."""
    if isinstance(result, Refusal):
        told = {"result": "refused", "reason": result.reason, "why": result.why}
        return {name: value for name, value in told.items() if value}
    if isinstance(result, Quote):
        return {"result": "ok", **_quote(result)}
    if isinstance(result, Locked):
        return {
            "result": "locked", "lock": result.lock, "until": format_time(result.until),
            **_quote(result.quote),
        }  # fmt: skip
    if isinstance(result, Redeemed):
        return {"result": "redeemed", "redemption": result.redemption, **_quote(result.quote)}
    if isinstance(result, Released | RolledBack):
        one: Coupon = coupons.get(work, result.coupon)
        back = {"amount": unscaled(result.amount)} if isinstance(result, RolledBack) else {}
        said = "released" if isinstance(result, Released) else "rolled_back"
        code = {} if one.code is None else {"code": shown(one.code)}
        return {"result": said, "coupon": result.coupon, "state": result.state, **code, **back}
    lines = [{"line": one.line, "amount": unscaled(one.amount)} for one in result.lines]
    return {
        "result": "returned", "coupon": result.coupon, "amount": unscaled(result.amount),
        "lines": lines,
    }  # fmt: skip


def _quote(quote: Quote) -> dict[str, Any]:
    lines = [
        {"line": one.line, "off": unscaled(one.off), "pays": unscaled(one.amount - one.off)}
        for one in quote.shares
    ]
    told = {
        "coupon": quote.coupon, "template": quote.template, "discount": unscaled(quote.discount),
        "lines": lines,
    }  # fmt: skip
    return told | ({"gift": quote.gift} if quote.gift else {})
