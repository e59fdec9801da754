import hashlib
import subprocess
import sys
import uuid
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.core.ids import bucket, check_slug, check_topic, derived_id, uuid7

NOW = 1_767_225_600_000


@given(st.integers(0, 2**48 - 1))
def test_a_uuid7_holds_its_millisecond_version_and_variant(now: int) -> None:
    made = uuid.UUID(uuid7(now))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == now


@given(st.integers(0, 2**48 - 2))
def test_later_ids_sort_after_earlier_ones(now: int) -> None:
    assert uuid7(now) < uuid7(now + 1)


def test_ids_of_one_millisecond_differ() -> None:
    assert len({uuid7(NOW) for _ in range(1_000)}) == 1_000


def test_a_derived_id_is_the_hash_of_its_cause() -> None:
    # written out by hand: this must never change, or a replay gives birth to facts anew
    expected = hashlib.sha256(b"journeys\x1f7\x1f\xe4\xbd\xa0\x1fNone").hexdigest()[:32]
    assert derived_id("journeys", 7, "你", None) == expected


def test_the_parts_of_a_cause_do_not_run_together() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")
    assert derived_id("a", "") != derived_id("a")


@given(st.text(), st.text())
def test_a_bucket_is_the_hash_modulo_ten_thousand(salt: str, key: str) -> None:
    try:
        content = salt.encode() + b"\x1f" + key.encode()
    except UnicodeEncodeError:
        return
    first_eight = hashlib.sha256(content).digest()[:8]
    assert bucket(salt, key) == int.from_bytes(first_eight, "big") % 10_000


def test_a_bucket_is_the_same_in_every_process() -> None:
    people = [f"user_id:u{number}" for number in range(50)]
    program = "import sys; from coterie.core.ids import bucket\n"
    program += "print([bucket('win-back', person) for person in sys.argv[1:]])"
    done = subprocess.run(
        [sys.executable, "-c", program, *people],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "12345"},
    )  # fmt: skip
    assert done.stdout.strip() == str([bucket("win-back", person) for person in people])


def test_buckets_spread_evenly() -> None:
    people = 50_000
    tenths = Counter(bucket("win-back", f"user_id:u{number}") // 1_000 for number in range(people))
    assert set(tenths) == set(range(10))
    expected = people / 10
    # chi-square with 9 degrees of freedom: 27.9 is passed once in a thousand
    assert sum((seen - expected) ** 2 / expected for seen in tenths.values()) < 27.9


def test_two_salts_draw_independently() -> None:
    people = [f"user_id:u{number}" for number in range(20_000)]
    held = [person for person in people if bucket("one", person) < 1_000]
    both = sum(bucket("two", person) < 1_000 for person in held)
    assert 0.07 < both / len(held) < 0.13


@pytest.mark.parametrize("name", ["a", "italy-lovers", "a_b", "7", "x" * 64])
def test_a_slug_is_let_through(name: str) -> None:
    assert check_slug(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Italy", "-a", "a-", "_a", "a b", "a/b", "é", "x" * 65, "a\n", "../a", None, 7, ["a"]],
)
def test_what_is_no_slug_is_refused_with_its_path(name: object) -> None:
    with pytest.raises(Invalid) as caught:
        check_slug(name, "slug")
    assert caught.value.path == "slug"
    assert "italy-lovers" in caught.value.hint


@pytest.mark.parametrize("topic", ["wine", "wine/italy/piedmont", "type/rosé", "葡萄酒/意大利"])
def test_a_topic_is_let_through(topic: str) -> None:
    assert check_topic(topic) == topic


@pytest.mark.parametrize("topic", ["", "/", "wine/", "/wine", "wine//italy", "a b", "x" * 201, 5])
def test_what_is_no_topic_is_refused(topic: object) -> None:
    with pytest.raises(Invalid, match="is not a topic"):
        check_topic(topic, "topics[0]")
