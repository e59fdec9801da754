"""How people stand, drawn at random: words of consent, places on an edge, lists, participation."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY
from coterie.profiles.consents.model import ConsentFact
from coterie.segments.lists.model import Standing

BUND = (31.2400, 121.4900)
"""The place that rules ask about."""
_DEGREE = math.pi * 6_371_008.8 / 180
"""Metres of a degree of latitude."""
KILOMETRES = [0.001, 1, 3, 3.001, 10_000]


def north(metres: float) -> float:
    """Return the latitude so many metres north of the Bund."""
    return BUND[0] + metres / _DEGREE


STORES = {"bund": BUND, "jing-an": (31.2232, 121.4459), "far": (-31.24, -58.51)}
CHANNELS = ["email", "sms", "*"]
PURPOSES = ["marketing", "location", "location"]


def lists(now: int) -> dict[str, Standing]:
    """Return who stands on the lists of these tests."""
    return {
        "vip": Standing(BitMap([1, 2, 5]), 3, now - DAY),
        "nobody": Standing(BitMap(), 1, now - DAY),
    }


def state_nodes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a node about how people stand."""
    consents = st.builds(
        lambda purpose, channel: {"consents": {"purpose": purpose, **channel}},
        st.sampled_from(PURPOSES),
        st.sampled_from([{}, {"channel": "*"}, {"channel": "email"}, {"channel": "sms"}]),
    )
    near = st.sampled_from(KILOMETRES).map(
        lambda km: {"near": {"lat": BUND[0], "lon": BUND[1], "km": km}}
    )
    others = st.sampled_from(
        [{"in_community": "italy"}, {"in_group": "pasta"}, {"list": "vip"}, {"list": "nobody"}]
    )
    return consents | near | others


def whereabouts() -> st.SearchStrategy[dict[str, Any]]:
    """Draw traits that say where somebody is, or pretend to."""
    edges = [0, 0.4, 0.6, 1, 1.6, 999, 1_000, 1_000.4, 1_001, 2_999.6, 3_000, 3_001, 3_002, 5_000]
    lats = st.sampled_from(edges).map(north) | st.sampled_from(
        [31, "31.24", -90, 90, 90.1, "north", None, True, "1e999", 31.24]
    )
    lons = st.sampled_from([BUND[1], BUND[1], "121.49", 180, -180, 181, None, 121])
    location = st.builds(lambda lat, lon: {"lat": lat, "lon": lon}, lats, lons)
    return st.fixed_dictionaries(
        {},
        optional={
            "location": location | location | st.sampled_from([{"lat": 31.24}, "here", 31.24]),
            "location.lat": st.sampled_from([north(3_000), "", 0]),
            "store": st.sampled_from([*STORES, "gone", "", 7, ["bund"]]),
        },
    )


def words(profile: int, now: int) -> st.SearchStrategy[Sequence[ConsentFact]]:
    """Draw what somebody said of consent, some of it ahead of its time."""
    moments = st.sampled_from([now - DAY, now - 1, now, now, now + 1, now + DAY])
    drafts = st.tuples(st.sampled_from(PURPOSES), st.sampled_from(CHANNELS), moments, st.booleans())

    def told(drawn: list[Any]) -> list[ConsentFact]:
        return [
            ConsentFact(profile, purpose, channel, time, f"m{number}", given, "test", profile)
            for number, (purpose, channel, time, given) in enumerate(drawn)
        ]

    return st.lists(drafts, max_size=4).map(told)


def speaking(said: Sequence[ConsentFact]) -> Any:
    """Return what reads a person's words."""
    return partial(tuple, said)
