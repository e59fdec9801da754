"""Contract suites: what every implementation of a port must keep to, ours and a stranger's.

Inherit one in your tests and say how to make what is tested::

    class TestPigeons(ChannelContract):
        entry_point = "pigeons"

        def make_channel(self):
            return PigeonChannel(loft="Turin")
"""

from coterie.core.errors import ChannelError
from coterie.messaging.channel import Channel, check_channel
from coterie.messaging.model import Delivery, Receipt


class ChannelContract:
    """What a channel keeps to. Deliveries go to ``address``: one that your provider takes."""

    entry_point = ""
    address: str | None = "ada@example.com"

    def make_channel(self) -> Channel:
        """Make a channel that reaches a provider, or a real stand-in for one."""
        raise TypeError(f"{type(self).__name__} must say how to make its channel")

    def delivery(self, key: str, text: str = "Hello", subject: str = "A word") -> Delivery:
        """Make a delivery for this channel."""
        return Delivery(
            message=key,
            key=key,
            attempt=1,
            profile=1,
            channel=self.entry_point,
            address=self.address,
            subject=subject,
            text=text,
            at=1_767_225_600_000,
        )

    def test_it_comes_through_the_door(self) -> None:
        """It has the name of its entry point, says what address it needs, and can deliver."""
        channel = self.make_channel()
        assert check_channel(self.entry_point, channel) is channel

    def test_it_gives_a_receipt(self) -> None:
        """What the provider took has an id there."""
        receipt = self.make_channel().deliver(self.delivery("k1"))
        assert isinstance(receipt, Receipt)
        assert receipt.provider_id

    def test_the_same_key_is_the_same_message(self) -> None:
        """A second attempt, as after a crash, is known to be the same message."""
        channel = self.make_channel()
        first = channel.deliver(self.delivery("k1"))
        assert channel.deliver(self.delivery("k1")).provider_id == first.provider_id

    def test_two_keys_are_two_messages(self) -> None:
        """Messages are told apart by their keys, not by what they say."""
        channel = self.make_channel()
        first = channel.deliver(self.delivery("k1"))
        assert channel.deliver(self.delivery("k2")).provider_id != first.provider_id

    def test_it_takes_any_language_and_length(self) -> None:
        """Chinese, emoji, right-to-left, long and empty lines arrive or are refused for good."""
        channel = self.make_channel()
        for number, text in enumerate(("你好 🍷", "שלום", "x" * 5_000, "\n.\n..\n\n", " ")):
            _takes_or_refuses(channel, self.delivery(f"k{number}", text=text, subject=text[:20]))

    def test_hostile_values_do_no_harm(self) -> None:
        """Line breaks and control characters in a subject are taken or refused, never a crash."""
        channel = self.make_channel()
        for number, subject in enumerate(("a\r\nBcc: eve@example.com", "a\nb", "a\x00b", "")):
            _takes_or_refuses(channel, self.delivery(f"h{number}", subject=subject))


def _takes_or_refuses(channel: Channel, delivery: Delivery) -> None:
    try:
        receipt = channel.deliver(delivery)
    except ChannelError as error:
        assert error.permanent, "what can never be sent must be refused for good"
    else:
        assert receipt.provider_id
