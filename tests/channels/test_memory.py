import pytest

from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.testing.channels import MemoryChannel
from coterie.testing.contracts import ChannelContract


class Behind:
    """What stands behind a channel in memory: the channel itself."""

    def __init__(self, channel: MemoryChannel) -> None:
        self._channel = channel

    def keys(self) -> list[str]:
        return self._channel.handed

    def refuse(self, *, permanent: bool) -> None:
        self._channel.fail(1, permanent=permanent)

    def fall_silent(self) -> None:
        self._channel.fail(1, uncertain=True)

    def leave(self) -> None:
        self._channel.fail(10**6)


class TestMemoryKeepsTheContract(ChannelContract):
    entry_point = "sms"
    address = None

    def make_channel(self) -> MemoryChannel:
        channel = MemoryChannel("sms")
        self.provider = Behind(channel)
        return channel

    def test_what_is_uncertain_has_arrived(self) -> None:
        channel = self.make_channel()
        channel.fail(1, uncertain=True)
        with pytest.raises(Uncertain):
            channel.deliver(self.delivery("k1"))
        assert list(channel.delivered) == ["k1"]

    def test_a_key_is_delivered_once(self) -> None:
        channel = self.make_channel()
        first = self.delivery("k1")
        channel.deliver(first)
        channel.deliver(self.delivery("k1", text="again"))
        assert channel.delivered == {"k1": first}
        assert channel.attempts == 2

    def test_it_fails_as_often_as_it_is_told(self) -> None:
        channel = self.make_channel()
        channel.fail(2, retry_after=5)
        for _ in range(2):
            with pytest.raises(ChannelError) as refusal:
                channel.deliver(self.delivery("k1"))
            assert (refusal.value.permanent, refusal.value.retry_after) == (False, 5)
        assert channel.deliver(self.delivery("k1")).provider_id
        channel.fail(1, permanent=True)
        with pytest.raises(ChannelError) as refusal:
            channel.deliver(self.delivery("k2"))
        assert refusal.value.permanent
        assert list(channel.delivered) == ["k1"]


def test_a_contract_without_a_channel_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="must say how to make its channel"):
        ChannelContract().make_channel()
