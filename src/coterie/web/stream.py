"""Live parts of a page by server-sent events: look again and again, send what has changed.

The page says ``<div hx-sse:connect="/events/live" hx-swap="innerHTML">``; the browser reconnects by
itself. A stream ends after a while on purpose, so that a session that has ended is noticed.
"""

from collections.abc import AsyncIterator, Callable

import anyio
from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse

EVERY = 1.0
"""Seconds between two looks."""

LONGEST = 600.0
"""Seconds after which a stream ends and the browser connects anew."""

HEARTBEAT = 15.0
"""Seconds of silence after which a comment keeps proxies from hanging up."""

Look = Callable[[], str | None]
"""Returns the fragment to show, or None while nothing is new; runs in a worker thread."""


def live(request: Request, look: Look, every: float = EVERY) -> StreamingResponse:
    """Answer with a stream of fragments: the first at once, then whenever ``look`` has another."""
    return StreamingResponse(
        _events(request, look, every),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def framed(fragment: str) -> str:
    r"""Write a fragment as one message of the stream (WHATWG HTML, server-sent events).

    >>> framed("<b>1</b>\n<b>2</b>")
    'data: <b>1</b>\ndata: <b>2</b>\n\n'
    """
    return "".join(f"data: {line}\n" for line in fragment.splitlines() or [""]) + "\n"


async def _events(request: Request, look: Look, every: float) -> AsyncIterator[str]:
    started = spoken = anyio.current_time()
    while anyio.current_time() - started < LONGEST and not await request.is_disconnected():
        fragment = await to_thread.run_sync(look)
        if fragment is not None:
            spoken = anyio.current_time()
            yield framed(fragment)
        elif anyio.current_time() - spoken > HEARTBEAT:
            spoken = anyio.current_time()
            yield ": still here\n\n"
        await anyio.sleep(every)
