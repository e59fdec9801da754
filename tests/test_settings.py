"""Where a setting comes from, what is refused, and the key that seals personal data."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie import settings as configuration
from coterie.core.errors import Invalid
from coterie.settings import Settings, master_key, read, told


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No COTERIE_* of the machine, and a working folder of our own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COTERIE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    yield


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coterie.toml").write_text(text)


def test_defaults_need_no_thought() -> None:
    found = read()
    assert (found.data, found.host, found.port) == (Path("coterie-data"), "127.0.0.1", 8000)
    assert (found.zone, found.currency, found.holdout) == ("Asia/Shanghai", "CNY", 10)
    assert found.database_url == "sqlite:///coterie-data/coterie.db"


def test_options_win_over_the_environment_over_the_file_over_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "d", 'port = 1001\nbrand = "file"\ncap_day = 7\n')
    assert read(data=tmp_path / "d").port == 1001
    monkeypatch.setenv("COTERIE_PORT", "1002")
    assert read(data=tmp_path / "d").port == 1002
    found = read(data=tmp_path / "d", port=1003, host=None)
    assert (found.port, found.brand, found.cap_day) == (1003, "file", 7)
    assert (found.host, found.cap_week) == ("127.0.0.1", 10)


def test_the_folder_of_the_environment_is_where_the_file_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "env", "port = 1001")
    write(tmp_path / "option", "port = 1002")
    monkeypatch.setenv("COTERIE_DATA", str(tmp_path / "env"))
    assert (read().data, read().port) == (tmp_path / "env", 1001)
    assert read(data=tmp_path / "option").port == 1002


def test_the_file_in_the_default_folder_is_read() -> None:
    write(Path("coterie-data"), 'zone = "Europe/Rome"\nallowed_hosts = ["shop.example"]\n')
    assert read().zone == "Europe/Rome"
    assert read().allowed_hosts == ("shop.example",)


def test_an_unknown_name_in_the_file_is_refused_by_name_and_place(tmp_path: Path) -> None:
    write(tmp_path, "prot = 8001")
    with pytest.raises(Invalid) as caught:
        read(data=tmp_path)
    assert caught.value.path == "prot"
    assert str(tmp_path / "coterie.toml") in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"), ("port", "http"), ("holdout", "101"), ("holdout", "-1"),
        ("currency", "yuan"), ("dedup_days", "0"), ("smtp_port", "0"), ("cap_day", "-1"),
        ("secure_cookies", "perhaps"), ("zone", "Mars/Olympus"), ("allowed_hosts", "not json"),
    ],
)  # fmt: skip
def test_a_bad_value_in_the_environment_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"COTERIE_{name.upper()}", value)
    with pytest.raises(Invalid) as caught:
        read()
    assert name in str(caught.value) or value in str(caught.value)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("port = 70000", "port"),
        ('currency = "yuan"', "currency"),
        ('holdout = "many"', "holdout"),
        ("allowed_hosts = 5", "allowed_hosts"),
    ],
)
def test_a_bad_value_in_the_file_is_refused_by_name(line: str, name: str, tmp_path: Path) -> None:
    write(tmp_path, line)
    with pytest.raises(Invalid) as caught:
        read(data=tmp_path)
    assert caught.value.path == name


def test_a_bad_option_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        read(data=tmp_path, port=-1)
    assert caught.value.path == "port"


@pytest.mark.parametrize("content", [b"port = ", b"port 8000", b"brand = '\xff\xfe'"])
def test_a_file_that_is_no_toml_is_refused_by_its_place(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "coterie.toml").write_bytes(content)
    with pytest.raises(Invalid, match=re.escape(str(tmp_path / "coterie.toml"))):
        read(data=tmp_path)


def test_settings_never_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().port = 1


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None and description.endswith(".")


# --- the master key


def test_a_key_is_made_on_first_use_for_its_owner_only(tmp_path: Path) -> None:
    chosen = read(data=tmp_path / "new")
    key = master_key(chosen)
    file = tmp_path / "new" / "master.key"
    assert len(key) == configuration.MASTER_KEY_BYTES == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert bytes.fromhex(file.read_text()) == key
    assert master_key(chosen) == key, "the second use reads what the first one made"
    assert master_key(read(data=tmp_path / "other")) != key


def test_a_key_of_the_settings_wins_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTERIE_MASTER_KEY", "5e" * 32)
    assert master_key(read(data=tmp_path)) == b"\x5e" * 32
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "5e" * 31, "5e" * 33, "not hex" * 8, "g" * 64])
def test_a_damaged_key_file_is_refused_and_never_replaced(text: str, tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        master_key(read(data=tmp_path))
    assert str(file) in str(caught.value)
    assert "backup" in caught.value.hint
    assert file.read_text() == text


def test_a_key_of_the_settings_of_the_wrong_length_is_refused_without_showing_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(Invalid, match="COTERIE_MASTER_KEY") as caught:
        master_key(read(data=tmp_path, master_key="c0ffee"))
    assert "c0ffee" not in str(caught.value)


def test_every_setting_is_told_with_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "d", 'brand = "Vino"\ncap_day = 7\n')
    monkeypatch.setenv("COTERIE_CAP_DAY", "3")
    found = {one.name: one for one in told(read(data=tmp_path / "d", port=9_000))}
    assert list(found) == list(Settings.model_fields)
    assert all(one.says for one in found.values())
    told_of = {name: (found[name].value, found[name].origin) for name in ("brand", "cap_day")}
    assert told_of == {"brand": ("Vino", "file"), "cap_day": ("3", "environment")}
    assert (found["port"].value, found["port"].origin) == ("9000", "start")
    assert (found["zone"].value, found["zone"].origin) == ("Asia/Shanghai", "default")
    assert found["allowed_hosts"].value == "127.0.0.1, localhost, [::1]"
    assert (found["secure_cookies"].value, found["cap_day"].default) == ("false", "2")
    assert found["cap_day"].variable == "COTERIE_CAP_DAY"


def test_secrets_are_never_told() -> None:
    secrets = {
        "master_key": "ab" * 32,
        "smtp_password": "hunter2hunter2",
        "database": "postgresql://ada:p@ss/w:rd@db.example:5432/shop",
    }
    shown = {one.name: one.value for one in told(Settings(**secrets))}
    assert shown["master_key"] == shown["smtp_password"] == "••••••••"
    assert shown["database"] == "postgresql://ada:••••••••@db.example:5432/shop"
    assert {one.value for one in told(Settings()) if one.secret} == {""}
