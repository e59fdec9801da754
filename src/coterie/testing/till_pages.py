"""The till's pages over HTTP: ring up, show a coupon, take goods back. Plain HTML, no scripts."""

from collections.abc import Callable
from html import escape
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from coterie.core.errors import CoterieError
from coterie.testing.shop_pages import plain_form, plain_page
from coterie.testing.till import Line, Sold, Till

GOODS = (("boots", "399.00"), ("sandals", "259.00"), ("laces", "19.90"))
"""What is rung up unless something else is typed."""
CUSTOMER = ("member_no", "phone", "user_id", "wechat.unionid")


def till_app(till: Till) -> Starlette:
    """Return the till as an ASGI application."""

    async def ring(_request: Request) -> Response:
        rows = "".join(
            f"<tr><td><input name=sku{at} aria-label='Goods {at}' value='{sku}'></td>"
            f"<td><input name=price{at} aria-label='Price {at}' value='{price}'></td>"
            f"<td><input name=quantity{at} aria-label='How many of {at}' type=number min=0 "
            f"value={1 if at == 1 else 0}></td></tr>"
            for at, (sku, price) in enumerate(GOODS, 1)
        )
        who = "".join(f"<p><label>{one} <input name='{one}'></label></p>" for one in CUSTOMER)
        return plain_page(
            f"Till of {till.store}",
            f"<form method=post action=/sell><table><tr><th>Goods<th>Price<th>How many</tr>{rows}"
            f"</table>{who}<p><label>Coupon <input name=code></label></p>"
            "<p><label>Served by <input name=guide></label></p><button>Sell</button></form>",
        )

    async def sell(request: Request) -> Response:
        form = await plain_form(request)
        lines = [
            Line(str(at), form.get(f"sku{at}", ""), form.get(f"price{at}", ""), int(many))
            for at in range(1, len(GOODS) + 1)
            if (many := form.get(f"quantity{at}", "0")).isdecimal() and int(many)
        ]
        who = {kind: form[kind].strip() for kind in CUSTOMER if form.get(kind, "").strip()}
        sold = await run_in_threadpool(
            till.sell, lines, who, code=form.get("code", ""), guide=form.get("guide", "")
        )
        return RedirectResponse(f"/sales/{quote(sold.number)}", 303)

    async def show(request: Request) -> Response:
        return _receipt(till, till.sale(request.path_params["number"]))

    async def give_back(request: Request) -> Response:
        number, form = request.path_params["number"], await plain_form(request)
        await run_in_threadpool(till.give_back, number, form.get("line", ""))
        return RedirectResponse(f"/sales/{quote(number)}", 303)

    async def refuse(_request: Request, error: Exception) -> Response:
        said = error.message if isinstance(error, CoterieError) else "something went wrong"
        return plain_page("No", f"<p>{escape(said)}</p><p><a href=/>Back</a></p>", 400)

    return Starlette(
        routes=[
            Route("/", ring),
            Route("/sell", sell, methods=["POST"]),
            Route("/sales/{number}", show),
            Route("/sales/{number}/back", give_back, methods=["POST"]),
        ],
        exception_handlers={CoterieError: refuse},
    )


def serve_till(till: Till, port: int, ready: Callable[[str], None]) -> None:
    """Serve the till on this machine until interrupted; ``ready`` is told its address."""
    config = uvicorn.Config(till_app(till), host="127.0.0.1", port=port, log_level="warning")
    listener = config.bind_socket()
    ready(f"http://127.0.0.1:{listener.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[listener])


def _receipt(till: Till, sold: Sold) -> Response:
    where = f"/sales/{quote(sold.number)}/back"
    rows = "".join(
        f"<li>{escape(one.sku)} &times; {one.quantity}: {one.amount}"
        f" <form method=post action='{where}'><input type=hidden name=line value='{one.id}'>"
        f"<button>Take one back</button></form>"
        f" {sold.returned.get(one.id, 0)} came back</li>"
        for one in sold.lines
    )
    coupon = f"<p>Coupon: <strong>-{sold.discount}</strong> {escape(sold.gift)}</p>"
    if sold.refused:
        coupon = f"<p>Coupon not taken: <strong id=refused>{escape(sold.refused)}</strong></p>"
    told = "".join(f"<li>{escape(topic)}: {status}</li>" for topic, status in till.told)
    return plain_page(
        f"Sale {sold.number}",
        f"<ul>{rows}</ul>{coupon if sold.code else ''}<p>Paid: <strong id=paid>{sold.total}"
        f"</strong>, given back {sold.given_back}</p><p><a href=/>Next customer</a></p>"
        f"<h2>Told</h2><ol>{told}</ol>",
    )
