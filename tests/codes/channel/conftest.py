import pytest

from codes.channel.town import SHANGHAI, Staff
from coterie.codes.channel.service import ChannelCodes


@pytest.fixture
def staff() -> Staff:
    return Staff()


@pytest.fixture
def codes(staff: Staff) -> ChannelCodes:
    return ChannelCodes(staff, SHANGHAI)
