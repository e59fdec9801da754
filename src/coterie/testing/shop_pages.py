"""The shop's pages over HTTP, and how it reaches a house: plain HTML, no scripts, no styles."""

import base64
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote
from zoneinfo import ZoneInfo

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from coterie.core.clock import Clock, SystemClock, parse_time
from coterie.core.errors import CoterieError, Unavailable
from coterie.testing.shop import Deliver, Sale, Shop
from coterie.testing.till import Ask

_PATIENCE = 10
_UTC = ZoneInfo("UTC")


def sender(house: str, feed: str) -> Deliver:
    """Return what delivers to a house's feed over HTTP."""
    address = f"{house.rstrip('/')}/v1/feeds/{quote(feed)}"

    def deliver(headers: Mapping[str, str], body: bytes) -> int:
        request = urllib.request.Request(address, body, dict(headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return deliver


def asker(house: str, key: str) -> Ask:
    """Return what asks a house about coupons over HTTP, with a write key."""
    token = base64.b64encode(f"{key}:".encode()).decode()

    def ask(verb: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        headers = {
            "authorization": f"Basic {token}", "content-type": "application/json",
            "idempotency-key": once,
        }  # fmt: skip
        address = f"{house.rstrip('/')}/v1/coupons/{verb}"
        request = urllib.request.Request(address, msgspec.json.encode(body), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return msgspec.json.decode(answer.read(), type=dict[str, Any])
        except urllib.error.HTTPError as error:
            raise Unavailable(f"the house answers {error.code}: {error.read()!r}") from error
        except OSError as error:
            raise Unavailable(f"no house answers at {house}: {error}") from error

    return ask


def house_clock(house: str) -> Clock:
    """Return a clock that shows a house's time: a demo's house lives in the past."""
    address = f"{house.rstrip('/')}/health"
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
            told = msgspec.json.decode(answer.read(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError) as error:
        raise Unavailable(f"no house answers at {house}: {error}") from error
    return SystemClock(parse_time(told["now"], _UTC) - SystemClock().now())


def shop_app(shop: Shop) -> Starlette:
    """Return the shop as an ASGI application."""

    async def buy(request: Request) -> Response:
        item = request.query_params.get("item", "something")
        token = request.query_params.get("coterie", "")
        return plain_page(
            item,
            f"<p>Price: <strong>{shop.price}</strong></p><form method=post action=/buy>"
            f"<input type=hidden name=item value='{escape(item, quote=True)}'>"
            f"<input type=hidden name=token value='{escape(token, quote=True)}'>"
            "<p><label>How many <input name=quantity type=number min=1 value=1></label></p>"
            "<p><label>Phone <input name=phone></label></p>"
            "<p><label>E-mail <input name=email></label></p>"
            "<p><label>Member number <input name=member_no></label></p>"
            "<p><label>Account <input name=user_id></label></p>"
            "<button>Order</button></form>",
        )

    async def place(request: Request) -> Response:
        form = await plain_form(request)
        who = {kind: form.get(kind, "") for kind in ("phone", "email", "member_no", "user_id")}
        quantity = int(form.get("quantity", "1")) if form.get("quantity", "1").isdigit() else 1
        number = await run_in_threadpool(
            shop.order, form.get("item", ""), quantity, who, form.get("token", "")
        )
        return RedirectResponse(f"/orders/{number}", 303)

    async def show(request: Request) -> Response:
        return _order_page(shop, shop.sale(request.path_params["number"]))

    async def act(request: Request) -> Response:
        number, deed = request.path_params["number"], request.path_params["deed"]
        form = await plain_form(request)
        deeds: dict[str, Callable[[], None]] = {
            "pay": lambda: shop.pay(number),
            "refund": lambda: shop.refund(number, form.get("amount", "")),
            "repeat": shop.repeat,
            "hold": shop.hold,
            "release": shop.release,
            "release-backwards": lambda: shop.release(backwards=True),
        }
        if deed in deeds:
            await run_in_threadpool(deeds[deed])
        return RedirectResponse(f"/orders/{number}", 303)

    async def refuse(_request: Request, error: Exception) -> Response:
        said = error.message if isinstance(error, CoterieError) else "something went wrong"
        return plain_page("No", f"<p>{escape(said)}</p>", 400)

    return Starlette(
        routes=[
            Route("/", buy),
            Route("/buy", buy),
            Route("/buy", place, methods=["POST"]),
            Route("/orders/{number}", show),
            Route("/orders/{number}/{deed}", act, methods=["POST"]),
        ],
        exception_handlers={CoterieError: refuse},
    )


def serve_shop(shop: Shop, port: int, ready: Callable[[str], None]) -> None:
    """Serve the shop on this machine until interrupted; ``ready`` is told its address."""
    config = uvicorn.Config(shop_app(shop), host="127.0.0.1", port=port, log_level="warning")
    listener = config.bind_socket()
    ready(f"http://127.0.0.1:{listener.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[listener])


async def plain_form(request: Request) -> dict[str, str]:
    """Read a form that was sent."""
    given = parse_qs((await request.body()).decode(), keep_blank_values=True)
    return {name: values[-1] for name, values in given.items()}


def _order_page(shop: Shop, sale: Sale) -> Response:
    def button(deed: str, words: str, inside: str = "") -> str:
        where = f"/orders/{quote(sale.number)}/{deed}"
        return f"<form method=post action='{where}'>{inside}<button>{words}</button></form>"

    told = "".join(
        f"<li>{escape(one.topic)} ({escape(one.id)}): {one.status}</li>" for one in shop.sent
    )
    unpaid = sale.state == "created"
    amount = "<input name=amount aria-label='Amount to give back' value='10.00'>"
    return plain_page(
        f"Order {sale.number}",
        f"<p>{escape(sale.item)} &times; {sale.quantity}: <strong>{sale.total}</strong>,"
        f" <span id=state>{sale.state}</span>, given back {sale.refunded}</p>"
        + (button("pay", "Pay") if unpaid else button("refund", "Give back", amount))
        + button("repeat", "Tell the last again")
        + (
            button("release", "Tell now") + button("release-backwards", "Tell backwards")
            if shop.holds
            else button("hold", "Hold back what is told")
        )
        + f"<h2>Told</h2><ol>{told}</ol>",
    )  # fmt: skip


def plain_page(title: str, body: str, status: int = 200) -> Response:
    """Return a page of plain HTML."""
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>{body}</html>",
        status,
    )
