"""A house and its WeCom for the length of a story, and afterwards: played, then served."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any, Self

from coterie import settings as configuration
from coterie.app import open_app
from coterie.channels.wecom.settings import CALLBACKS
from coterie.commands.opening import house
from coterie.commands.printing import err
from coterie.commands.simulating import reach, settings_of
from coterie.core.actor import COMMAND
from coterie.core.clock import SystemClock
from coterie.core.errors import Conflict
from coterie.scenarios.wecom.player import Player
from coterie.serving import serve
from coterie.storage import instance as instances
from coterie.storage.instance import Instance
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from coterie.testing.wecom.serving import Serving
from coterie.testing.wecom.stage import Stage
from coterie.web.server import create_app

ZONE = "Asia/Shanghai"


class PlayedTown:
    """A new house in a folder, connected to a simulated WeCom over HTTP both ways.

    Both stand at ``start``. ``seed`` is the platform's, ``name`` the story's, which the house is
    marked with.
    """

    def __init__(
        self, folder: Path, seed: str, limits: Limits, start: int, name: str, **chosen: Any
    ) -> None:
        if (folder / "coterie.db").exists():
            raise Conflict(f"{folder} holds a house already: choose another --data, or remove it")
        clock = FakeClock(start)
        self._stack = ExitStack()
        try:
            wecom = Wecom(seed, clock=FakeClock(start), limits=limits)
            self.wecom = self._stack.enter_context(wecom)
            self.settings = chosen | {
                key.removeprefix("COTERIE_").lower(): value
                for key, value in settings_of(self.wecom).items()
            }
            settings = configuration.read(data=folder, **self.settings)
            self.app = open_app(settings, founding=_founding(start, name), clock=clock)
            self._stack.callback(self.app.close)
            self._web = Serving(create_app(self.app))
            self._stack.callback(self._web.close)
            self.player = Player(self.wecom.base_url)
            self._stack.callback(self.player.close)
            self.player.act("connect", target=f"{self._web.address}{CALLBACKS}")
        except BaseException:
            self._stack.close()
            raise
        self.stage = Stage(self.app, clock, self.player)

    @property
    def address(self) -> str:
        """Where the house answers."""
        return self._web.address

    def __enter__(self) -> Self:
        """Return it open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the house and its WeCom."""
        self._stack.close()

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have something done before it closes."""
        self._stack.callback(closer)

    def keep_clock(self) -> None:
        """Leave the house's clock where the story ended."""
        with self.app.db.begin(COMMAND, self.stage.now) as work:
            instances.set_clock_offset(work, self.stage.now - SystemClock().now())

    def go_on(self, folder: Path, port: int | None) -> None:
        """Serve the house that was played, on the machine's clock from where the story ended."""
        self.wecom.use_clock(SystemClock(self.stage.now - SystemClock().now()))
        with house(data=folder, port=port, **self.settings) as app:

            def ready(address: str) -> None:
                err.print(f"The house is at {address}, everybody at {self.wecom.base_url}/play",
                          markup=False)  # fmt: skip
                target = f"{address}{CALLBACKS}"
                Thread(target=reach, args=(self.wecom, target), daemon=True).start()

            serve(app, ready)


def _founding(start: int, name: str) -> Callable[[Instance], Instance]:
    def found(asked: Instance) -> Instance:
        offset = start - SystemClock().now()
        return Instance(asked.zone, asked.currency, clock_offset=offset, simulated=name)

    return found
