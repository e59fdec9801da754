"""Draws that are the same everywhere and for ever."""

import hashlib
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.ids import BUCKETS, bucket
from coterie.experiments.assignment import arm_of, holdout_salt, in_layer, is_held_out

VECTORS = {
    ("journey:win-back", "user_id:u1"): 342,
    ("journey:win-back", "user_id:张伟"): 7607,
    ("programme:spring", "phone:+8613800000000"): 477,
    ("layer:prices", "group:42"): 5917,
}
MANY = "69169607"


def digest() -> str:
    """Fold the buckets of 20,000 ids into one word."""
    folded = hashlib.sha256()
    for number in range(20_000):
        folded.update(bucket("journey:vectors", f"user_id:u{number}").to_bytes(2, "big"))
    return folded.hexdigest()[:8]


def test_buckets_are_those_of_the_reference_in_this_process_and_another() -> None:
    assert {key: bucket(*key) for key in VECTORS} == VECTORS
    assert digest() == MANY
    other = subprocess.run(
        [sys.executable, "-c",
         "from coterie.core.ids import bucket; print(bucket('journey:win-back', 'user_id:u1'))"],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "12345"},
    )  # fmt: skip
    assert int(other.stdout) == VECTORS["journey:win-back", "user_id:u1"]


units = st.text(max_size=30)


@given(units, st.integers(0, BUCKETS), st.integers(0, BUCKETS))
def test_a_share_that_grows_keeps_whom_it_left_out(unit: str, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert is_held_out("s", unit, low) <= is_held_out("s", unit, high)
    assert not is_held_out("s", unit, 0)
    assert is_held_out("s", unit, BUCKETS)


@given(units, st.integers(0, BUCKETS))
def test_ranges_apart_in_a_layer_never_share_anybody(unit: str, edge: int) -> None:
    first, second = in_layer("l", unit, 0, edge), in_layer("l", unit, edge, BUCKETS)
    assert first != second


def test_two_layers_are_drawn_independently() -> None:
    both = sum(in_layer("a", str(n), 0, 5_000) and in_layer("b", str(n), 0, 5_000)
               for n in range(8_000))  # fmt: skip
    assert 1_850 < both < 2_150


def test_arms_come_out_as_large_as_meant() -> None:
    shares = [("a", 5_000), ("b", 3_000), ("c", 2_000)]
    drawn = [arm_of("journey:x:ab", str(n), shares) for n in range(8_000)]
    assert [round(drawn.count(name) / 8_000, 1) for name, _ in shares] == [0.5, 0.3, 0.2]


def test_a_programme_leaves_out_the_same_people_everywhere() -> None:
    journey = holdout_salt("journey:a", "spring")
    assert journey == holdout_salt("broadcast:b", "spring") != holdout_salt("journey:a")
