"""``coterie simulate wecom``: a WeCom of one's own, to play with before there is a real one."""

import sys
from threading import Event as Flag
from typing import Annotated

import typer

from coterie.channels.wecom.settings import CALLBACKS
from coterie.commands.printing import err
from coterie.commands.selling import simulate
from coterie.core.errors import Unavailable
from coterie.testing.wecom import Wecom

__all__ = ["reach", "settings_of", "simulate"]

_ROUND = 2.0
"""Seconds between two tries to reach a house that is not up yet."""


def settings_of(wecom: Wecom) -> dict[str, str]:
    """Return the settings that lead a house to a simulator, by their names in the environment."""
    return {
        "COTERIE_WECOM_BASE_URL": wecom.base_url,
        "COTERIE_WECOM_CORP_ID": wecom.corp_id,
        "COTERIE_WECOM_AGENT_ID": str(wecom.agent_id),
        "COTERIE_WECOM_SECRET": wecom.secret,
        "COTERIE_WECOM_TOKEN": wecom.token,
        "COTERIE_WECOM_AES_KEY": wecom.aes_key,
    }


@simulate.command("wecom")
def simulated_wecom(
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.")] = 8300,
    seed: Annotated[str, typer.Option(help="What keys, ids and chances follow from.")] = "corp",
    members: Annotated[str, typer.Option(help="Who works there, by commas.")] = "anna,bob",
    at: Annotated[
        str, typer.Option("--house", help="The house to call back, once it is up.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Serve a simulated WeCom: print what a house must be told, and a page to play everybody."""
    with Wecom(seed, port=port, auto=True) as wecom:
        for each in filter(None, (one.strip() for one in members.split(","))):
            wecom.add_member(each, each.capitalize())
        for name, value in settings_of(wecom).items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        err.print(f"Play everybody at {wecom.base_url}/play", markup=False)
        reach(wecom, f"{at.rstrip('/')}{CALLBACKS}")
        Flag().wait()  # until interrupted


def reach(wecom: Wecom, address: str) -> None:
    """Connect to the house as soon as it answers, saying so; wait for it as long as it takes."""
    waiting, tell = Flag(), True
    while True:
        try:
            wecom.connect(address)
        except Unavailable:
            if tell:
                err.print(f"Waiting for a house at {address}", markup=False)
            tell = False
            waiting.wait(_ROUND)
        else:
            err.print(f"Callbacks go to {address}", markup=False)
            return
