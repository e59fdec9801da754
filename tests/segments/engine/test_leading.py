"""Who leads whom, for arrays: the place of each profile's head among those asked."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.people import Led
from coterie.segments.engine.leading import Leading

PROFILES = st.lists(st.integers(1, 40), max_size=30)
"""With so few in so small a range, tables and look-ups one by one both come about."""


@settings(max_examples=200)
@given(st.dictionaries(st.integers(1, 20), st.integers(21, 25)), st.sets(st.integers(1, 40)),
       PROFILES, st.booleans())  # fmt: skip
def test_a_profile_is_at_the_place_of_her_head(
    led: dict[int, int], asked: set[int], profiles: list[int], is_stretch: bool
) -> None:
    if is_stretch and asked:  # everybody, none of them missing, as in most houses
        asked, led = set(range(min(asked), max(asked) + 1)), {}
    heads = sorted(asked - led.keys())
    leading = Leading(
        Led(np.array(sorted(led), np.int32), np.array([led[one] for one in sorted(led)], np.int32))
    )
    found = leading.places(np.array(profiles, np.int32), np.array(heads, np.int32))
    expected = [led.get(one, one) for one in profiles]
    assert found.tolist() == [heads.index(one) if one in heads else -1 for one in expected]
