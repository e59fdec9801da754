"""Run the application under uvicorn, with the limits and the silence that safety asks for."""

import uvicorn
from fastapi import FastAPI

from coterie.web.ports import Choices

_HEADER_BYTES = 32_768


def configure(app: FastAPI, choices: Choices) -> uvicorn.Config:
    """Return uvicorn's configuration: no banner, bounded headers, no waiting for the slow.

    Forwarded addresses are believed only from a proxy on this machine, and only when the house
    has a public address, since then there is one.
    """
    return uvicorn.Config(
        app,
        host=choices.host,
        port=choices.port,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(choices.public_url),
        forwarded_allow_ips="127.0.0.1",
        h11_max_incomplete_event_size=_HEADER_BYTES,
        limit_concurrency=1_000,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=3,
    )
