from types import SimpleNamespace

import pytest

from coterie.core.errors import Invalid
from coterie.messaging.channel import check_channel
from coterie.testing.channels import MemoryChannel


def test_a_channel_comes_in_as_it_is() -> None:
    channel = MemoryChannel("email", "email")
    assert check_channel("email", channel) is channel


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        (MemoryChannel("post"), "calls itself 'post'"),
        (object(), "calls itself None"),
        (SimpleNamespace(name="email"), "which trait holds its address"),
        (SimpleNamespace(name="email", address_trait=""), "which trait holds its address"),
        (SimpleNamespace(name="email", address_trait=None), "cannot deliver"),
        (SimpleNamespace(name="email", address_trait=None, deliver=7), "cannot deliver"),
    ],
)
def test_what_is_no_channel_stays_out_with_the_cure(channel: object, message: str) -> None:
    with pytest.raises(Invalid, match=message) as refusal:
        check_channel("email", channel)
    assert refusal.value.hint
