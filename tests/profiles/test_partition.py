"""Who is one person, as a pure function: households, devices, aliases, decisions, any order."""

from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from coterie.profiles.graph.kinds import ACCOUNTS, KINDS
from coterie.profiles.graph.partition import Edge, Partition, partition

Named = tuple[str, str]


def people(
    links: Iterable[tuple[str, ...]], **decisions: bool
) -> tuple[set[frozenset[str]], dict[str, str]]:
    """Part identities written as ``u1``, ``p1``; a link ``(one, other, "alias")`` is strong."""
    kinds = {"u": "user_id", "w": "wechat.unionid", "m": "member_no", "e": "email"}
    kinds |= {"p": "phone", "t": "tmall.buyer", "a": "anonymous_id", "o": "wechat.openid"}
    given_links = list(links)
    names = sorted({name for link in given_links for name in link[:2]})
    numbers = {name: number for number, name in enumerate(names)}
    found: Partition = partition(
        {numbers[name]: kinds[name[0]] for name in names},
        [Edge(numbers[one], numbers[two], bool(how)) for one, two, *how in given_links],
        {numbers[name]: joins for name, joins in decisions.items()},
    )
    return (
        {frozenset(names[one] for one in person) for person in found.people},
        {names[one]: why for one, why in found.shared.items()},
    )


def test_what_is_named_together_is_one_person() -> None:
    assert people([("u1", "p1"), ("p1", "a1"), ("u1", "e1")]) == (
        {frozenset({"u1", "p1", "a1", "e1"})},
        {},
    )


def test_a_phone_of_two_users_joins_neither_of_them() -> None:
    found, shared = people([("u1", "p1"), ("u2", "p1"), ("u1", "a1"), ("p1", "a2")])
    assert found == {
        frozenset({"u1", "a1"}),
        frozenset({"u2"}),
        frozenset({"p1"}),
        frozenset({"a2"}),
    }
    assert shared == {"p1": "limit"}


def test_two_users_who_are_one_by_an_alias_count_once() -> None:
    found, shared = people([("u1", "p1"), ("u2", "p1"), ("u1", "u2", "alias")])
    assert (found, shared) == ({frozenset({"u1", "u2", "p1"})}, {})


def test_an_alias_joins_even_by_way_of_what_is_shared() -> None:
    found, shared = people([("u1", "a1", "alias"), ("u2", "a1")])
    assert (found, shared) == ({frozenset({"u1", "a1"}), frozenset({"u2"})}, {"a1": "limit"})


def test_a_device_does_not_join_two_people_with_accounts_of_one_kind() -> None:
    links = [("u1", "a1"), ("p2", "a1"), ("u2", "p2"), ("u1", "a2")]
    found, shared = people(links)
    assert found == {frozenset({"u1", "a2"}), frozenset({"u2", "p2"}), frozenset({"a1"})}
    assert shared == {"a1": "bridge"}


def test_nor_do_two_devices_by_way_of_a_phone_between_them() -> None:
    found, shared = people([("u1", "a1"), ("p1", "a1"), ("p1", "a2"), ("u2", "a2")])
    assert found == {frozenset({name}) for name in ("u1", "u2", "p1", "a1", "a2")}
    assert shared == {"a1": "bridge", "a2": "bridge"}


def test_one_carrier_may_have_several_of_a_kind() -> None:
    links = [("u1", "w1"), ("u1", "w2"), ("u1", "p1"), ("u1", "p2"), ("w1", "a1")]
    assert people(links) == ({frozenset({"u1", "w1", "w2", "p1", "p2", "a1"})}, {})


def test_an_operator_has_the_last_word() -> None:
    family = [("u1", "p1"), ("u2", "p1")]
    assert people(family, p1=True) == ({frozenset({"u1", "u2", "p1"})}, {})
    found, shared = people([("u1", "p1")], p1=False)
    assert (found, shared) == ({frozenset({"u1"}), frozenset({"p1"})}, {"p1": "limit"})


identities = st.tuples(st.sampled_from(["u", "w", "e", "p", "a"]), st.integers(1, 3))
links = st.lists(
    st.tuples(identities, identities, st.booleans()).filter(lambda link: link[0] != link[1]),
    max_size=14,
)


@given(links, st.randoms())
def test_the_order_of_links_does_not_matter(
    said: list[tuple[Named, Named, bool]], shuffling: Random
) -> None:
    written = [(f"{a[0]}{a[1]}", f"{b[0]}{b[1]}", *(["alias"] * strong)) for a, b, strong in said]
    shuffled = list(written)
    shuffling.shuffle(shuffled)
    turned = [(two, one, *how) for one, two, *how in shuffled]
    assert people(written) == people(turned)


@given(links)
def test_no_seen_link_ever_joins_two_users(said: list[tuple[Named, Named, bool]]) -> None:
    seen = [(f"{a[0]}{a[1]}", f"{b[0]}{b[1]}") for a, b, _ in said if (a[0], b[0]) != ("u", "u")]
    for person in people(seen)[0]:
        assert len([name for name in person if name[0] == "u"]) <= 1


def test_every_account_kind_outranks_what_is_shared_at_home() -> None:
    assert set(KINDS[: len(ACCOUNTS)]) == ACCOUNTS
