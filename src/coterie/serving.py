"""Serve a house over HTTP: the web in one thread, the road in another, WeCom's in a third."""

import gc
import socket
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

import uvicorn

from coterie.app import App
from coterie.core.actor import COMMAND
from coterie.core.errors import NotPermitted, Unavailable
from coterie.roads.contacts.runner import ContactsRunner
from coterie.roads.runner import RoadRunner
from coterie.web.security import LOOPBACK
from coterie.web.serve import configure
from coterie.web.server import create_app

_PATIENCE = 10.0
"""Seconds that the road gets to finish its batch when the house closes."""


def serve(app: App, ready: Callable[[str], None]) -> None:
    """Serve the house until interrupted: the web in this thread, the road in another.

    Where WeCom is connected, its errands have a thread of their own.

    ``ready`` is told the address once the door is open. Raises Unavailable when the port is taken.
    """
    check_exposure(app)
    config = configure(create_app(app), app.settings)
    gc.collect()
    gc.freeze()  # what stands here lives as long as the house: no later collection walks it
    listener = _bind(config)
    host, port = listener.getsockname()[:2]
    road, stop = RoadRunner(app), Flag()
    threads = [Thread(target=road.run, args=(stop,), name="road", daemon=True)]
    threads[0].start()
    if app.contacts is not None:
        threads.append(ContactsRunner(app.contacts, app.clock).start(stop))
    ready(f"http://{host}:{port}")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        stop.set()
        app.poke()
        app.poke_contacts()
        for thread in threads:
            thread.join(timeout=_PATIENCE)
        with app.db.begin(COMMAND, app.clock.now()) as work:
            app.keys.keep_uses(work)


def check_exposure(app: App) -> None:
    """Refuse to listen beyond this machine before an owner exists; raises NotPermitted."""
    host = app.settings.host
    if host in LOOPBACK:
        return
    with app.db.read(COMMAND, app.clock.now()) as work:
        if not app.accounts.exists(work):
            raise NotPermitted(
                f"nobody owns this house yet, so it does not listen on {host}: create an owner "
                "first with `coterie owner NAME`, or listen on 127.0.0.1"
            )


def _bind(config: uvicorn.Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # the protocol is named, or asyncio leaves Nagle's delay on: 40 ms for every answer
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen()  # whoever reads the address may knock at once, and is let in soon
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"cannot listen on {config.host}:{config.port}: {error.strerror}; "
            "choose another with --port, or stop what listens there"
        ) from error
    return listener
