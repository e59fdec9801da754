"""Lists, consent, places and the past, through a whole house."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from coterie.core.clock import format_time, from_datetime
from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import at_work, fates, identify, say, track


def now(house: House, **later: float) -> str:
    return format_time(from_datetime(house.now + timedelta(**later)))


@pytest.fixture
def house() -> Iterator[House]:
    with at_work() as opened:
        yield opened


def test_who_turns_up_after_the_upload_gets_the_letter_to_the_list(house: House) -> None:
    house.receive([identify("ada"), identify("bob")])
    house.consent("ada")
    house.upload_list("guests", ["ada", "eve", ("phone", "138 0013 8000")])
    house.define_segment("guests", {"list": "guests"})
    house.define_journey(
        "welcome", {"entry": {"segment": "guests"}, "start": "hello", "nodes": {"hello": say()}}
    )
    house.receive([identify("eve"), track("eve", "Consent Given", channel="email")])
    assert house.members("guests") == {"ada", "eve"}
    assert fates(house, "eve") == [("hello", "sent", None)]
    house.receive([identify("cleo", phone="+8613800138000")])
    assert house.members("guests") == {"ada", "eve", "cleo"}
    house.upload_list("guests", ["bob"])
    assert house.members("guests") == {"bob"}
    assert house.listed("guests", 1) == {"ada", "eve", "cleo"}
    house.erase("eve")
    assert house.listed("guests", 1) == {"ada", "cleo"}


def test_where_somebody_is_counts_only_while_she_allows_it(house: House) -> None:
    house.define_item("bund", kind="store", properties={"lat": 31.24, "lon": 121.49})
    here = {"lat": 31.2304, "lon": 121.4737}
    house.define_segment("near", {"near": {**here, "km": 1}})
    house.receive([identify("ada", location=here, store="bund"), identify("bob", store="bund")])
    assert house.members("near") == set()
    house.consent("ada", purpose="location")
    assert house.members("near") == {"ada"}
    why = house.why("ada", "near")
    assert (why.evidence["place"], why.evidence["km"]) == ("location", 0.0)
    house.consent("ada", purpose="location", given=False)
    assert house.members("near") == set()
    house.define_item("bund", kind="store", properties={"lat": 31.231, "lon": 121.474})
    assert house.members("near") == {"ada", "bob"}
    assert house.why("bob", "near").evidence["store"] == "bund"


def test_the_past_is_told_as_it_was_with_what_is_known_today(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_item("barolo", topics=["wine/italy"])
    warm = {"trait": "scores.interest.wine/italy", "op": ">=", "value": 0.9}
    house.define_segment("warm", warm)
    house.define_segment("turin", {"trait": "city", "op": "=", "value": "Turin"})
    house.receive([track("ada", "Article Read", item="barolo"), identify("ada", city="Turin")])
    house.receive([identify("bob", city="Oslo")])
    first = now(house)
    fresh = house.members("warm")
    house.advance(days=30)
    assert (house.members("warm"), fresh) == (set(), {"ada"})
    assert house.members("warm", at=first) == {"ada"}
    house.receive([identify("ada", city="Oslo")])
    moved = now(house)
    house.advance(days=1)
    house.receive([identify("bob", at=first, city="Turin")])
    assert house.members("turin") == house.members("turin", at=moved) == {"bob"}
    assert house.members("turin", at=first) == {"ada", "bob"}
    assert house.members("turin", at=now(house, days=-500)) == set()
