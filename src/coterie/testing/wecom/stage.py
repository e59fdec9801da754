"""A house and its WeCom on clocks that are moved together: the stage of a story."""

from coterie.app import App
from coterie.scenarios.wecom.player import Player
from coterie.testing.clock import FakeClock

_ROUNDS_AT_ONE_MOMENT = 200


class Stage:
    """Moves both clocks, and lets the house do what time brings in its order."""

    def __init__(self, app: App, clock: FakeClock, player: Player) -> None:
        self._app = app
        self._clock = clock
        self._player = player

    @property
    def now(self) -> int:
        """The moment that both stand at."""
        return self._clock.now()

    def advance_to(self, moment: int) -> None:
        """Move both to a moment, stopping wherever the house has something to do."""
        rounds = 0
        while (due := self._app.next_due(self.now)) is not None and due < moment:
            rounds = rounds + 1 if due <= self.now else 0
            if rounds > _ROUNDS_AT_ONE_MOMENT:
                raise RuntimeError(f"time does not pass: something is due at {self.now} for ever")
            self.move_to(max(due, self.now))
            self.settle()
        self.move_to(moment)
        self.settle()

    def move_to(self, moment: int) -> None:
        """Move both to a moment; what is due by then is left to be settled."""
        self._clock.set(moment)
        self._player.act("set_clock", moment=moment)

    def settle(self) -> None:
        """Let the house do what there is to do."""
        self._app.settle_all(self.now)
