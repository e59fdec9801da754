"""What the errands of the mirror share: the house's parts, and reading many things at once."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.mirror.model import SOURCE, Person
from coterie.channels.wecom.mirror.ports import Staff
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.mirror.wire import identified
from coterie.core.actor import CLOCK
from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import ChannelError
from coterie.core.event import Event
from coterie.events.inbox import Inbox
from coterie.storage.database import Database
from coterie.storage.work import Work

AT_ONCE = 8
"""Questions to the platform under way together for one errand; the client bounds them all."""
PAUSES = (5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE)
"""Between tries of one thing; after the last it is given up, and a reconcile brings it."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Ground:
    """What errands of the mirror stand on. ``tell`` hands facts to the road, ``poke`` wakes it."""

    database: Database
    mirror: Mirror
    client: Wecom
    inbox: Inbox
    tell: Callable[[Work, Sequence[Event]], None]
    staff: Staff
    poke: Callable[[], None]

    def introduce(self, people: Iterable[Person], now: int) -> None:
        """Tell the road who customers are, where the platform says something else than before.

        The house keeps the digest afterwards: a crash between tells it again, under the same id.
        """
        some = list(people)
        with self.database.read(CLOCK, now) as work:
            news = self.mirror.people.news(work, some)
        self.put([identified(person, digest, now) for person, digest in news], now)

    def put(self, events: Sequence[Event], now: int) -> None:
        """Put wire events into the inbox: durable, and known by their ids when they come again."""
        if events:
            self.inbox.put(now, SOURCE, events)
            self.poke()


def ask_all(
    ask: Callable[[Item], Answer], items: Sequence[Item]
) -> tuple[list[tuple[Item, Answer]], list[tuple[Item, ChannelError]]]:
    """Ask the platform about many things at once; return the answers, and what was refused."""

    def one(item: Item) -> Answer | ChannelError:
        try:
            return ask(item)
        except ChannelError as error:
            return error

    if len(items) == 1:
        results: list[Answer | ChannelError] = [one(items[0])]
    else:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="contacts") as pool:
            results = list(pool.map(one, items))
    answers: list[tuple[Item, Answer]] = []
    refused: list[tuple[Item, ChannelError]] = []
    for item, result in zip(items, results, strict=True):
        if isinstance(result, ChannelError):
            refused.append((item, result))
        else:
            answers.append((item, result))
    return answers, refused


def is_absent(error: ChannelError) -> bool:
    """Say whether the platform does not know, or does not show us, what was asked for."""
    return isinstance(error, WecomError) and error.kind == "absent"


def again(error: ChannelError, tries: int, now: int) -> int | None:
    """Return when to try something again that was tried so often; None: it is given up."""
    if error.permanent or tries >= len(PAUSES):
        return None
    return now + max(PAUSES[tries], int((error.retry_after or 0) * SECOND))


def word_of(error: ChannelError) -> str:
    """Return what went wrong in one word: the platform's number, or that it was out of reach."""
    return str(error.errcode) if isinstance(error, WecomError) else error.code
