"""Contract suites: what every implementation of a port must keep to, ours and a stranger's.

Inherit one in your tests and say how to make what is tested::

    class TestPigeons(ChannelContract):
        entry_point = "pigeons"

        def make_channel(self):
            return PigeonChannel(loft="Turin")
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from coterie.core.actor import CLOCK
from coterie.core.errors import ChannelError
from coterie.messaging.channel import (
    Asking,
    Channel,
    Uncertain,
    asks_sender,
    at_once,
    check_channel,
)
from coterie.messaging.model import Answer, Asked, Delivery, Post, Receipt, Refusal
from coterie.storage.database import Database
from coterie.storage.schema import metadata


class Provider(Protocol):
    """A stand-in for the provider behind a channel: what reached it, and how it is to behave."""

    def keys(self) -> Sequence[str]:
        """Return the key of every attempt that reached it, in order."""
        ...

    def refuse(self, *, permanent: bool) -> None:
        """Refuse the next attempt: for good, or for now."""
        ...

    def fall_silent(self) -> None:
        """Take the next attempt, and break off before it answers."""
        ...

    def leave(self) -> None:
        """Be away from now on: nothing reaches it."""
        ...


class ChannelContract:
    """What a channel keeps to. Deliveries go to ``address``: one that your provider takes.

    ``post`` is where a program is reached, for channels that need one. ``provider`` stands behind
    the channels that ``make_channel`` makes; without one the tests of failing ask nothing. What a
    stand-in itself logs, under ``loggers_of_provider``, is no fault of the channel.
    """

    entry_point = ""
    address: str | None = "ada@example.com"
    post: Post | None = None
    provider: Provider | None = None
    loggers_of_provider: tuple[str, ...] = ()

    def make_channel(self) -> Channel:
        """Make a channel that reaches a provider, or a real stand-in for one."""
        raise TypeError(f"{type(self).__name__} must say how to make its channel")

    def delivery(
        self, key: str, text: str = "Hello", subject: str = "A word", attempt: int = 1
    ) -> Delivery:
        """Make a delivery for this channel."""
        return Delivery(
            message=key,
            key=key,
            attempt=attempt,
            profile=1,
            channel=self.entry_point,
            address=self.address,
            subject=subject,
            text=text,
            at=1_767_225_600_000,
            post=self.post,
        )

    def take(self, channel: Channel, delivery: Delivery) -> Receipt:
        """Hand one message over, as the road does; raises ChannelError."""
        return channel.deliver(delivery)

    def _error_of(self, channel: Channel, delivery: Delivery) -> ChannelError:
        try:
            self.take(channel, delivery)
        except ChannelError as error:
            return error
        raise AssertionError("it was taken")

    def _takes_or_refuses(self, channel: Channel, delivery: Delivery) -> None:
        try:
            receipt = self.take(channel, delivery)
        except ChannelError as error:
            assert error.permanent, "what can never be sent must be refused for good"
        else:
            assert receipt.provider_id

    def test_it_comes_through_the_door(self) -> None:
        """It has the name of its entry point, says what address it needs, and can deliver."""
        channel = self.make_channel()
        assert check_channel(self.entry_point, channel) is channel
        assert at_once(channel) >= 1

    def test_it_gives_a_receipt(self) -> None:
        """What the provider took has an id there."""
        receipt = self.take(self.make_channel(), self.delivery("k1"))
        assert isinstance(receipt, Receipt)
        assert receipt.provider_id

    def test_the_same_key_is_the_same_message(self) -> None:
        """A second attempt, as after a crash, is known to be the same message."""
        channel = self.make_channel()
        first = self.take(channel, self.delivery("k1"))
        again = self.take(channel, self.delivery("k1", attempt=2))
        assert again.provider_id == first.provider_id

    def test_two_keys_are_two_messages(self) -> None:
        """Messages are told apart by their keys, not by what they say."""
        channel = self.make_channel()
        first = self.take(channel, self.delivery("k1"))
        assert self.take(channel, self.delivery("k2")).provider_id != first.provider_id

    def test_every_attempt_carries_the_key(self) -> None:
        """The provider is told at each attempt which message it is."""
        if self.provider is None:
            return
        channel = self.make_channel()
        for attempt in (1, 2, 3):
            self.take(channel, self.delivery("k1", attempt=attempt))
        assert list(self.provider.keys()) == ["k1", "k1", "k1"]

    def test_a_refusal_for_good_is_permanent(self) -> None:
        """What the provider will never take is not tried again; the next message goes out."""
        error = self._refused(permanent=True)
        assert error is None or (error.permanent and not isinstance(error, Uncertain))

    def test_a_refusal_for_now_is_not(self) -> None:
        """What the provider did not take, and may take later, is tried again for certain."""
        error = self._refused(permanent=False)
        assert error is None or not (error.permanent or isinstance(error, Uncertain))

    def _refused(self, *, permanent: bool) -> ChannelError | None:
        if self.provider is None:
            return None
        channel = self.make_channel()
        self.provider.refuse(permanent=permanent)
        error = self._error_of(channel, self.delivery("k1"))
        assert self.take(channel, self.delivery("k2")).provider_id
        return error

    def test_silence_is_uncertain(self) -> None:
        """A provider that took a message and never answered may have it: nobody knows."""
        if self.provider is None:
            return
        channel = self.make_channel()
        self.provider.fall_silent()
        assert isinstance(self._error_of(channel, self.delivery("k1")), Uncertain)
        assert self.take(channel, self.delivery("k2")).provider_id

    def test_nobody_there_is_tried_again(self) -> None:
        """A provider that cannot be reached took nothing, and may be there later."""
        if self.provider is None:
            return
        channel = self.make_channel()
        self.provider.leave()
        error = self._error_of(channel, self.delivery("k1"))
        assert not error.permanent and not isinstance(error, Uncertain)

    def test_it_tells_nobody_the_address(self) -> None:
        """Neither its errors nor its logs name the person, whatever the provider says."""
        if self.provider is None or self.address is None:
            return
        channel, said = self.make_channel(), [self.address]
        with _listening(self.loggers_of_provider) as lines:
            self.provider.refuse(permanent=True)
            lines.append(self._error_of(channel, self.delivery("k1")).message)
            self.provider.fall_silent()
            lines.append(self._error_of(channel, self.delivery("k2", text="Call me")).message)
            self.take(channel, self.delivery("k3", text="Call me"))
        assert not [line for line in lines for each in [*said, "Call me"] if each in line]

    def test_it_takes_any_language_and_length(self) -> None:
        """Chinese, emoji, right-to-left, long and empty lines arrive or are refused for good."""
        channel = self.make_channel()
        for number, text in enumerate(("你好 🍷", "שלום", "x" * 5_000, "\n.\n..\n\n", " ")):
            self._takes_or_refuses(
                channel, self.delivery(f"k{number}", text=text, subject=text[:20])
            )

    def test_hostile_values_do_no_harm(self) -> None:
        """Line breaks and control characters in a subject are taken or refused, never a crash."""
        channel = self.make_channel()
        for number, subject in enumerate(("a\r\nBcc: eve@example.com", "a\nb", "a\x00b", "")):
            self._takes_or_refuses(channel, self.delivery(f"h{number}", subject=subject))

    def test_a_hostile_address_reaches_nobody_else(self) -> None:
        """What is no address is refused for good, and never taken as two."""
        channel = self.make_channel()
        if self.address is None or channel.address_trait is None:
            return
        for number, address in enumerate((None, "", f"{self.address}\r\n{self.address}")):
            hostile = replace(self.delivery(f"a{number}"), address=address)
            assert self._error_of(channel, hostile).permanent


class AskingContract(ChannelContract):
    """What a channel keeps to beside, where somebody confirms what it carries.

    ``make_channel`` makes one that finds somebody to ask for profile 1. It writes into
    ``database``, which has every table of Coterie's; make yours there in ``make_channel``.
    """

    def setup_method(self) -> None:
        """Make the tables; pytest calls it before each test."""
        self._folder = tempfile.TemporaryDirectory(prefix="coterie-contract-")
        self.database = Database.in_folder(Path(self._folder.name))
        metadata.create_all(self.database.engine)

    def teardown_method(self) -> None:
        """Remove them."""
        self.database.close()
        self._folder.cleanup()

    def take(self, channel: Channel, delivery: Delivery) -> Receipt:
        """Hand one message over within a transaction, as the road does."""
        answer = self.ask(channel, [delivery])[delivery.message]
        if isinstance(answer, Refusal):
            raise ChannelError(answer.reason, permanent=True)
        return Receipt(f"{delivery.key}: {answer.sender}")

    def ask(self, channel: Channel, deliveries: Sequence[Delivery]) -> Mapping[str, Answer]:
        """Hand messages over in one transaction."""
        assert isinstance(channel, Asking)
        with self.database.begin(CLOCK, self.delivery("k").at) as work:
            return channel.ask(work, deliveries)

    def test_it_says_that_it_asks(self) -> None:
        """Who has to confirm is told to the road by an attribute."""
        assert asks_sender(self.make_channel())

    def test_it_answers_for_each_of_many(self) -> None:
        """Each message has somebody who is asked, or a reason; nothing is left open."""
        deliveries = [self.delivery(f"m{number}") for number in range(20)]
        answers = self.ask(self.make_channel(), deliveries)
        assert answers.keys() == {each.message for each in deliveries}
        assert all(each.sender for each in answers.values() if isinstance(each, Asked))

    def test_what_is_undone_was_not_taken(self) -> None:
        """A transaction that is rolled back took nothing: the next one takes the same."""
        channel = self.make_channel()
        assert isinstance(channel, Asking)
        with suppress(_Undone), self.database.begin(CLOCK, self.delivery("k").at) as work:
            channel.ask(work, [self.delivery("k1")])
            raise _Undone
        assert isinstance(self.ask(channel, [self.delivery("k1")])["k1"], Asked)


class _Undone(Exception):
    """Ends a transaction without a commit."""


class _Hearing(logging.Handler):
    def __init__(self, lines: list[str], but: tuple[str, ...]) -> None:
        super().__init__()
        self._lines, self._but = lines, but

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what is said."""
        if record.name not in self._but:
            self._lines.append(record.getMessage())


@contextmanager
def _listening(but: tuple[str, ...]) -> Iterator[list[str]]:
    """Hear whatever is logged, at any level, but by some."""
    lines: list[str] = []
    handler = _Hearing(lines, but)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
