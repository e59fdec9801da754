"""Serve something over HTTP on a thread of its own, and end it at once: tests open and close many.

For the simulator itself, and for the web of a house that it calls back.
"""

import asyncio
import socket
from threading import Event as Flag
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from coterie.core.errors import Unavailable

_PATIENCE = 10.0
HOST = "127.0.0.1"


class Serving:
    """Something that is served; a port of 0 becomes a free one. Raises Unavailable."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._listener = _bind(port)
        self.port: int = self._listener.getsockname()[1]
        config = uvicorn.Config(
            app, log_level="warning", lifespan="off", date_header=False, access_log=False
        )
        self._server = _Server(config)
        self._thread = Thread(
            target=self._server.run, args=([self._listener],), name="serving", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def close(self) -> None:
        """End it."""
        self._server.end()
        self._thread.join(_PATIENCE)
        self._listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._up = Flag()
        self._ended: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def end(self) -> None:
        """End it, whatever it does; called from another thread."""
        self._up.wait(_PATIENCE)
        if self._ended is not None:
            loop, ended = self._ended
            loop.call_soon_threadsafe(ended.set)

    async def main_loop(self) -> None:
        """Wait for the end without asking ten times a second."""
        self._ended = (asyncio.get_running_loop(), asyncio.Event())
        self._up.set()
        await self._ended[1].wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is open."""
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)


def _bind(port: int) -> socket.socket:
    # the protocol is named, or asyncio leaves Nagle's delay on: 40 ms for every answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # whoever reads the address may knock at once, and is let in soon
    except OSError as error:
        listener.close()
        raise Unavailable(f"cannot listen on {HOST}:{port}: {error.strerror}") from error
    return listener
