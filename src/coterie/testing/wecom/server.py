"""The simulator over HTTP: the platform's API, signing in, the control API and the page to play."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from coterie.core.errors import CoterieError
from coterie.testing.wecom import playing
from coterie.testing.wecom.acts.base import DEEDS
from coterie.testing.wecom.call import Call, Upload, read_body
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.serving import Serving
from coterie.testing.wecom.simulator import Wecom

_WHO = "wecom-as"


class Served(Wecom):
    """A simulated WeCom that is served over HTTP while it is open."""

    def serve(self) -> "Served":
        """Serve it on a thread of its own; a port of 0 becomes a free one."""
        serving = Serving(app_of(self), self.port)
        self.port = serving.port
        self.corp.address = self.base_url
        self.on_close(serving.close)
        return self

    def __enter__(self) -> "Served":
        """Serve it."""
        return self.serve()


def app_of(wecom: Wecom) -> Starlette:
    """Return the simulator as an ASGI application."""

    async def api(request: Request) -> Response:
        path = request.path_params["path"]
        wecom.gate.in_flight += 1
        try:
            pause = wecom.gate.pause(path)
            if pause:
                await anyio.sleep(pause)
            try:
                call = await _read(request)
            except Refused as error:
                return _json(wecom, {"errcode": error.code, "errmsg": error.said})
            return _json(wecom, wecom.answer(path, request.method, call))
        finally:
            wecom.gate.in_flight -= 1

    async def authorize(request: Request) -> Response:
        return _authorize(wecom, request.query_params, request.cookies.get(_WHO))

    async def act(request: Request) -> Response:
        verb = request.path_params["verb"]
        if verb not in DEEDS and verb not in ("deliver", "connect"):
            return JSONResponse({"error": f"there is no {verb}", "verbs": DEEDS}, 404)
        if request.headers.get("sec-fetch-site") == "cross-site":
            return JSONResponse({"error": "another site's page may not play here"}, 403)
        given = read_body(await request.body())
        told: Any = await run_sync(lambda: getattr(wecom, verb)(**given))
        return JSONResponse({"result": _plain(told)})

    async def journal(request: Request) -> Response:
        after = int(request.query_params.get("after", 0))
        kinds = set(filter(None, request.query_params.get("kind", "").split(",")))
        rows = [asdict(one) for one in wecom.journal[after:] if not kinds or one.kind in kinds]
        return JSONResponse({"entries": rows})

    async def play(_request: Request) -> Response:
        return HTMLResponse(playing.page())

    async def state(request: Request) -> Response:
        return JSONResponse(playing.state_of(wecom, request.query_params))

    async def talk(request: Request) -> Response:
        return JSONResponse(playing.talk(wecom, request.query_params))

    async def picture(request: Request) -> Response:
        drawn = playing.picture(wecom, request.path_params["config_id"])
        return Response(drawn, media_type="image/png")

    async def refuse(_request: Request, error: Exception) -> Response:
        said = error.message if isinstance(error, CoterieError) else f"{error}"
        return JSONResponse({"error": said}, 400)

    return Starlette(
        routes=[
            Route("/cgi-bin/{path:path}", api, methods=["GET", "POST"]),
            Route("/connect/oauth2/authorize", authorize),
            Route("/", lambda _: RedirectResponse("/play")),
            Route("/play", play),
            Route("/qr/{config_id}.png", picture),
            Route("/simulate/state", state),
            Route("/simulate/talk", talk),
            Route("/simulate/journal", journal),
            Route("/simulate/{verb}", act, methods=["POST"]),
        ],
        exception_handlers={
            CoterieError: refuse, TypeError: refuse, KeyError: refuse, Refused: refuse,
        },
    )  # fmt: skip


def _plain(told: Any) -> Any:
    return asdict(told) if is_dataclass(told) and not isinstance(told, type) else told


async def _read(request: Request) -> Call:
    query = dict(request.query_params)
    if request.method == "GET":
        return Call({k: v for k, v in query.items() if k != "access_token"}, query)
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        async with request.form() as form:
            file = next((each for each in form.values() if isinstance(each, UploadFile)), None)
            if file is None:
                raise Refused(44001)
            return Call(dict(query), query, Upload(file.filename or "file", await file.read()))
    return Call(read_body(await request.body()), query)


def _json(wecom: Wecom, told: Mapping[str, Any]) -> Response:
    # the platform's clock, not the machine's: an app learns from it how far its own is off
    date = formatdate(wecom.clock.now() / 1_000, usegmt=True)
    return JSONResponse(dict(told), headers={"date": date})


def _authorize(wecom: Wecom, query: Mapping[str, str], within: str | None) -> Response:
    """Sign somebody in: whom the address names, or in whose chat the page is, or whoever is chosen.

    ``within`` is told by the page to play, as WeCom's own app knows whose it is.
    """
    back, corp = query.get("redirect_uri", ""), wecom.corp
    if query.get("appid") != corp.corp_id or not back.startswith(("http://", "https://")):
        return HTMLResponse("<p>50001: redirect_uri</p>", 400)
    chosen = query.get("as") or within
    if chosen not in corp.members:
        return HTMLResponse(playing.choice(corp, query))
    with wecom.lock:
        code = corp.new_id("code", 40)
        corp.oauth[code] = (chosen, corp.seconds())
    joint = "&" if "?" in back else "?"
    said = urlencode({"code": code, "state": query.get("state", "")})
    return RedirectResponse(f"{back}{joint}{said}", 302)
