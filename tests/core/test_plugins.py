from importlib.metadata import EntryPoint

import pytest

from coterie.channels.email import build as email
from coterie.channels.sandbox import build as sandbox
from coterie.channels.sms import build as sms
from coterie.channels.webhook import build as webhook
from coterie.channels.wecom.channel import build as wecom
from coterie.core import plugins
from coterie.core.errors import Conflict, Invalid

GROUP = "coterie.channels"


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_our_own_channels_come_through_the_door() -> None:
    ours = {"email": email, "sandbox": sandbox, "sms": sms, "webhook": webhook, "wecom": wecom}
    assert plugins.load(GROUP) == ours


def test_a_group_without_plugins_is_empty() -> None:
    assert plugins.load("coterie.pigeons") == {}


def test_points_are_loaded_by_name() -> None:
    found = plugins.load(GROUP, (point("count", "collections:Counter"), point("n", "math:floor")))
    assert sorted(found) == ["count", "n"]
    assert found["n"](2.5) == 2


def test_a_name_taken_twice_is_refused() -> None:
    twice = (point("pigeon", "math:floor"), point("pigeon", "math:ceil"))
    with pytest.raises(Conflict, match=r"'pigeon'.*uninstall"):
        plugins.load(GROUP, twice)


def test_what_cannot_be_called_is_refused_by_where_it_is() -> None:
    with pytest.raises(Invalid, match=r"math:pi.*not callable"):
        plugins.load(GROUP, (point("pi", "math:pi"),))
