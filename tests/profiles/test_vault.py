"""Sealing and blind indexes."""

import hmac
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.profiles.erasure.store import shred
from coterie.profiles.service import Profiles
from coterie.profiles.vault import Sealer, Vault
from coterie.storage.work import Work
from profiles.people import identify

KEY = bytes(range(32))


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again_and_never_looks_the_same(data: bytes) -> None:
    vault = Vault(KEY)
    sealer = Sealer(vault, {7: vault.new_key(7)})
    once, twice = sealer.seal(7, data), sealer.seal(7, data)
    assert once != twice
    assert sealer.open(7, once) == sealer.open(7, twice) == data


def test_only_her_own_key_opens_it() -> None:
    vault = Vault(KEY)
    keys = {7: vault.new_key(7), 8: vault.new_key(8)}
    sealed = Sealer(vault, keys).seal(7, b"ada")
    with pytest.raises(Conflict):
        Sealer(vault, keys).open(8, sealed)
    with pytest.raises(Conflict):  # another's wrapped key, put in her place
        Sealer(vault, {7: keys[8]}).open(7, sealed)
    with pytest.raises(Conflict):
        Sealer(Vault(b"another key" * 3), keys).open(7, sealed)
    with pytest.raises(Conflict):
        Sealer(vault, keys).open(7, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_without_a_key_nothing_opens() -> None:
    sealer = Sealer(Vault(KEY), {})
    assert 7 not in sealer
    with pytest.raises(NotFound):
        sealer.seal(7, b"ada")


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(Invalid):
        Profiles(b"short", ZoneInfo("UTC"))


def test_blind_indexes_are_equal_for_equal_values_alone() -> None:
    vault = Vault(KEY)
    assert vault.blind("email", "ada@example.com") == Vault(KEY).blind("email", "ada@example.com")
    assert vault.blind("phone", 13800138000) == vault.blind("phone", "13800138000")
    assert vault.blind("phone", 7.0) == vault.blind("phone", 7) == vault.blind("phone", "7")
    assert vault.blind("x", 100) == vault.blind("x", "100") and vault.blind(
        "x", 0.5
    ) == vault.blind("x", "0.5")
    assert vault.blind("address", {"a": 1, "b": 2}) == vault.blind("address", {"b": 2, "a": 1})
    different = [
        vault.blind("email", "ada@example.com"),
        vault.blind("email", "Ada@example.com"),
        vault.blind("phone", "ada@example.com"),
        vault.blind("phone", "007"),
        vault.blind("phone", "7"),
        Vault(b"another key" * 3).blind("email", "ada@example.com"),
    ]
    assert len(set(different)) == len(different)


def test_a_key_is_read_once_in_a_work_and_is_gone_when_it_is_thrown_away(
    work: Work, profiles: Profiles
) -> None:
    ada, eve = (
        event.profile
        for event in profiles.recognise(work, [identify("u1", email="a@b.c"), identify("u2")])
    )
    first = profiles.sealer(work, [ada])
    sealed = first.seal(ada, b"hers")
    assert profiles.sealer(work, [ada, eve]).open(ada, sealed) == b"hers"
    assert eve not in first
    assert eve not in profiles.sealer(work, [ada])  # whom nobody asked for
    shred(work, [ada], {ada: "nobody"})
    after = profiles.sealer(work, [ada, eve])
    assert ada not in after
    assert eve in after
    with pytest.raises(NotFound):
        after.open(ada, sealed)


def test_homes_made_together_are_each_persons_own() -> None:
    vault = Vault(KEY)
    people = [(7, "ada"), (8, "周兰芝"), (9, "")]
    homes = vault.new_homes(people)
    sealer = Sealer(
        vault, {who: wrapped for (who, _), (wrapped, _) in zip(people, homes, strict=True)}
    )
    assert [
        sealer.open(who, sealed).decode()
        for (who, _), (_, sealed) in zip(people, homes, strict=True)
    ] == [value for _, value in people]
    assert len({wrapped for wrapped, _ in homes} | {sealed for _, sealed in homes}) == 6
    with pytest.raises(Conflict):
        sealer.open(8, homes[0][1])
    assert vault.new_homes([]) == []


def test_a_blind_index_is_plain_hmac() -> None:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"coterie: blind index")
    expected = hmac.digest(key.derive(KEY), b"user_id\x1fu1", "sha256").hex()
    assert Vault(KEY).blind("user_id", "u1") == expected
