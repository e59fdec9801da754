"""What every command begins with: the options that name a house, and the house itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from coterie import settings as configuration
from coterie.app import App, open_app

Data = Annotated[
    Path | None,
    typer.Option(help="The folder that holds everything.", envvar="COTERIE_DATA"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@contextmanager
def house(founding: Any = None, **chosen: Any) -> Iterator[App]:
    """Open the house that the options name, and close it."""
    settings = configuration.read(**chosen)
    app = open_app(settings) if founding is None else open_app(settings, founding=founding)
    try:
        yield app
    finally:
        app.close()
