"""What identifies, and what only looks a little like it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.profiles.pii import IDENTIFYING, Found, looks_like, scrub, split

EMAILS = [
    "ada@example.com",
    "Ada Lovelace <ada.l+news@mail.example.co.uk>",
    "write to ada@example.com, please",
    "ada%40example.com",
    "https://example.com/?mail=ada@example.com",
    "用户@例子.公司",
    "ADA@EXAMPLE.COM",
]
PHONES = [
    "13800138000",
    "+8613800138000",
    "+86 138 0013 8000",
    "8613800138000",
    "138-0013-8000",
    "138 0013 8000",
    "电话13800138000转2",
    "call 13800138000.",
    "+44 20 7946 0958",
    "+1 (415) 555-2671",
    "１３８００１３８０００",
]
IDENTITIES = ["11010519491231002X", "11010519491231002x", "证号11010519491231002X。"]
HARMLESS = [
    "",
    "barolo-101",
    "2026-01-31T09:30:00+08:00",
    "2026-01-31",
    "1767225600000",
    "20260131093000",
    "27601281299",
    "12345678901",
    "138001380001",
    "ORDER13800138000",
    "3.13800138000",
    "13800138000.50",
    "110105194912310021",
    "110105194913310020",
    "logo@2x.png",
    "@ada",
    "ada@",
    "lodash@4.17.21",
    "550e8400-e29b-41d4-a716-446655440000",
    "9f86d081884c7d659a2feaa0c55ad015",
    "1,299.00",
    "https://example.com/@ada/post",
    "上海市",
]


@pytest.mark.parametrize("text", EMAILS)
def test_an_email_is_seen(text: str) -> None:
    assert looks_like(text) == "email"


@pytest.mark.parametrize("text", PHONES)
def test_a_phone_is_seen(text: str) -> None:
    assert looks_like(text) == "phone"


@pytest.mark.parametrize("text", IDENTITIES)
def test_an_identity_number_is_seen(text: str) -> None:
    assert looks_like(text) == "identity_number"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text: str) -> None:
    assert looks_like(text) is None


def test_of_eleven_check_digits_one_is_right() -> None:
    right = [check for check in "0123456789X" if looks_like("11010519491231002" + check)]
    assert right == ["X"]


@pytest.mark.parametrize("unit", ["a", "a@", "1 ", "+1", "a.", "%41", "13", "@a."])
def test_no_text_takes_long(unit: str) -> None:
    started = time.process_time()
    looks_like((unit * 32_768)[:32_768] + "@")
    assert time.process_time() - started < 1


def test_declared_traits_are_parted_whatever_they_hold() -> None:
    traits = {"email": "no address", "address": {"city": "Shanghai"}, "phone": None, "name": ""}
    plain, found = split(traits | {"city": "Shanghai", "age": 36})
    assert plain == {"city": "Shanghai", "age": 36}
    assert found == [Found(name, "declared", value) for name, value in traits.items()]


def test_look_alikes_are_taken_out_of_traits_at_any_depth() -> None:
    plain, found = split(
        {
            "contact": "13800138000",
            "company": {"size": 5, "mail": "ada@example.com", "boss": {"phone": 7, "rank": 1}},
            "notes": ["fine", "ask ada@example.com", ["+8613800138000"]],
            "by": {"ada@example.com": True},
        }
    )
    assert plain == {
        "company": {"size": 5, "boss": {"rank": 1}},
        "notes": ["fine", []],
        "by": {},
    }
    assert found == [
        Found("contact", "phone", "13800138000"),
        Found("company.mail", "email", "ada@example.com", "company"),
        Found("company.boss.phone", "declared", 7, "company"),
        Found("notes.1", "email", "ask ada@example.com", "notes"),
        Found("notes.2.0", "phone", "+8613800138000", "notes"),
        Found("by.<email>", "email", {"ada@example.com": True}, "by"),
    ]


def test_properties_keep_the_names_of_things() -> None:
    properties = {"name": "Barolo", "description": "Red", "total": 5, "products": [{"sku": "1"}]}
    assert scrub(properties) == (properties, [])
    clean, found = scrub({"firstName": "Ada", "name": "Barolo", "email": None})
    assert clean == {"name": "Barolo", "email": None}
    assert found == [Found("firstName", "declared", "Ada")]


def test_what_is_nested_too_deep_is_dropped_and_told() -> None:
    deep: object = "ada@example.com"
    for _ in range(900):
        deep = [deep]
    assert scrub({"deep": deep, "a": 1}) == ({"a": 1}, [Found("deep", "too_deep", None)])
    assert split({"address": deep}) == ({}, [Found("address", "too_deep", None)])


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text("abc xyz", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc"), plain_json))
def test_clean_properties_come_back_as_they_were(properties: dict[str, object]) -> None:
    assert scrub(properties) == (properties, [])
    assert split(properties) == (properties, [])


tainted = st.recursive(
    st.sampled_from([*EMAILS, *PHONES, *IDENTITIES, "x", 1]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "email"]), inner),
)


@given(tainted)
def test_nothing_that_identifies_is_left(value: object) -> None:
    for clean, _ in (scrub({"p": value}), split({"p": value})):
        text = json.dumps(clean, ensure_ascii=False)
        assert not any(secret in text for secret in [*EMAILS, *PHONES, *IDENTITIES])


def test_the_wire_formats_reserved_names_are_declared() -> None:
    assert {"email", "phone", "firstName", "first_name", "address", "username"} <= IDENTIFYING


@given(
    st.dictionaries(
        st.sampled_from(["note", "phone", "total", "name", "ada@example.com", "item"]),
        st.sampled_from([*EMAILS, *PHONES, *IDENTITIES, *HARMLESS, None, 5, 1.5, True])
        | st.text(max_size=20),
    )
)
def test_the_short_way_says_what_the_long_way_says(entries: dict[str, object]) -> None:
    clean, found = scrub(entries)
    inner, within = scrub({"o": entries})  # in an object: looked through in whole
    assert inner == {"o": clean}
    assert [(f"o.{one.path}", one.kind, one.value) for one in found] == [
        (one.path, one.kind, one.value) for one in within
    ]
