"""The command line: what it prints where, its exit codes, and a house served and stopped."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import duckdb
import pytest
import structlog

from coterie.app import open_app
from coterie.cli import main
from coterie.core.actor import COMMAND
from coterie.scenarios.wine import founding
from coterie.settings import Settings
from coterie.testing import House

COTERIE = Path(sys.executable).with_name("coterie")
PASSWORD = "correct horse battery staple"
MAP = """kind: events
event: {value: Wine Rated}
user_id: uid
timestamp: when
properties: {rating: {number: rating}}
"""
CSV = "uid,when,rating\nada,2025-12-01,4\nbob,yesterday,4\neve,2025-12-02,5\n"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Runner:
    """Runs the command in this process, as its console script does."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *words: str | Path) -> Done:
        argv, sys.argv = sys.argv, ["coterie", *map(str, words)]
        before = signal.getsignal(signal.SIGTERM)
        self._capture.readouterr()
        try:
            main()
            code: Any = 0
        except SystemExit as end:
            code = end.code
        finally:
            sys.argv = argv
            signal.signal(signal.SIGTERM, before)
            structlog.reset_defaults()
        out, err = self._capture.readouterr()
        return Done(code or 0, out, err)

    def well(self, *words: str | Path) -> Done:
        """Run, and expect that it went well."""
        done = self(*words)
        assert done.code == 0, done.err
        return done


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Runner]:
    """The command, in a folder of its own and without any COTERIE_* of the machine."""
    for name in [*Settings.model_fields, "owner_password"]:
        monkeypatch.delenv(f"COTERIE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    yield Runner(capsys)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def furnish(data: Path) -> None:
    """Leave a house with two segments behind."""
    with House(path=data) as house:
        house.define_segment("readers", {"did": "Article Read"})
        house.define_segment("nobody", {"did": "Nothing"})
        house.receive(
            [
                {"type": "track", "userId": person, "event": "Article Read"}
                for person in ("eve", "ada", "葡萄")
            ]
        )


# --- answers, on standard output


def test_it_says_its_version_and_what_it_can_do(run: Runner) -> None:
    assert run.well("--version").out.strip() == version("coterie")
    helped = run.well("--help").out
    for command in ("up", "demo", "import", "apply", "owner", "key", "segments", "migrate"):
        assert re.search(rf"\b{command}\b", helped), command


def test_segments_are_listed_and_their_members_printed_a_line_each(run: Runner, data: Path) -> None:
    furnish(data)
    listed = run.well("segments", "list", "--data", data)
    assert listed.out.splitlines() == ["nobody  0", "readers  3"]
    assert run.well("segments", "list", "--data", data, "--json").json == {
        "nobody": 0, "readers": 3,
    }  # fmt: skip
    members = run.well("segments", "members", "readers", "--data", data)
    assert members.out.splitlines() == ["ada", "eve", "葡萄"]
    assert members.err == ""
    assert run.well("segments", "members", "readers", "--data", data, "--json").json == [
        "ada", "eve", "葡萄",
    ]  # fmt: skip
    assert run.well("segments", "members", "nobody", "--data", data).out == ""


def test_a_key_is_shown_once_and_never_again(run: Runner, data: Path) -> None:
    key = run.well("key", "new", "--data", data, "--source", "shop").out.strip()
    made = run.well("key", "new", "--data", data, "--json").json
    assert made["source"] == "default"
    listed = run.well("key", "list", "--data", data, "--json")
    assert [(one["source"], one["disabled"]) for one in listed.json] == [
        ("shop", False), ("default", False),
    ]  # fmt: skip
    assert key not in listed.out and made["key"] not in listed.out
    run.well("key", "disable", listed.json[0]["id"], "--data", data)
    first, second = run.well("key", "list", "--data", data).out.splitlines()
    assert first.split() == [listed.json[0]["id"], "shop", "disabled"]
    assert second.split() == [listed.json[1]["id"], "default"]
    app = open_app(Settings(data=data))
    with app.db.read(COMMAND, 0) as work:
        assert app.keys.source_of(work, key) is None
        assert app.keys.source_of(work, made["key"]) == "default"
    app.close()


def test_the_doctor_tells_how_the_house_does_and_fails_on_an_error(run: Runner, data: Path) -> None:
    furnish(data)
    told = run.well("doctor", "--data", data)
    assert "The road runs" not in told.out
    assert re.search(r"^ok +The database's pages are whole\.", told.out, re.M)
    assert re.search(r"^notice +Nobody owns this house", told.out, re.M)
    (data / "master.key").chmod(0o644)
    failed = run("doctor", "--data", data, "--json")
    assert failed.code == 1
    assert failed.json["level"] == "error"
    assert failed.json["findings"][0]["code"] == "safety.key"
    assert failed.json["findings"][0]["do"] == "Run: chmod 600 master.key"


def test_an_import_tells_what_came_in_and_what_stays_out(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text(CSV)
    (tmp_path / "map.yaml").write_text(MAP)
    command = ("import", tmp_path / "rows.csv", "--map", tmp_path / "map.yaml", "--data", data)
    tried = run.well(*command, "--dry-run").out.splitlines()
    assert [json.loads(line)["userId"] for line in tried[:2]] == ["ada", "eve"]
    assert tried[2:] == [
        "row 2 timestamp: 'yesterday' is not a time",
        "3 rows read, 2 would be taken, 1 stay out",
    ]
    done = run.well(*command)
    assert done.out.splitlines() == [
        "row 2 timestamp: 'yesterday' is not a time",
        "3 rows read, 2 were taken, 2 of them new, 1 stay out",
    ]
    assert done.err == "", "it stays quiet where nobody watches"
    again = run.well(*command, "--json").json
    assert (again["read"], again["accepted"], again["fresh"]) == (3, 2, 0)
    assert again["rejected"] == [
        {"row": 2, "path": "timestamp", "reason": "'yesterday' is not a time",
         "values": {"uid": "bob", "when": "yesterday", "rating": "4"}}
    ]  # fmt: skip


def test_an_import_of_not_a_number_is_told_in_valid_json(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    with duckdb.connect() as engine:
        query = (
            "SELECT NULL::VARCHAR AS uid, DATE '2025-12-01' AS \"when\", 'nan'::DOUBLE AS rating"
        )
        engine.execute(f"COPY ({query}) TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")
    (tmp_path / "map.yaml").write_text(MAP)
    command = ("import", tmp_path / "rows.parquet", "--map", tmp_path / "map.yaml")
    done = run.well(*command, "--data", data, "--json")

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    told = json.loads(done.out, parse_constant=refuse)
    assert told["rejected"][0]["values"]["rating"] is None


def test_a_playbook_is_applied_and_its_populations_told(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    furnish(data)
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nsegments: {all: {rule: {everyone: true}}}\n")
    assert run.well("apply", file, "--data", data).out == "all  3\n"
    assert run.well("apply", file, "--data", data).out == "all  3\n"


def test_a_person_is_found_handed_out_and_erased_and_copies_too(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    furnish(data)
    copy, back = tmp_path / "monday", tmp_path / "restored"
    assert "coterie.db" in run.well("backup", copy, "--data", data, "--json").json["files"]
    assert run("backup", copy, "--data", data).code == 4, "it is not empty any more"
    found = run.well("person", "find", "ada", "--data", data, "--json").json
    assert len(found["people"]) == 1
    document = run.well("person", "export", "ada", "--data", data).json
    assert [event["name"] for event in document["events"]] == ["Article Read"]
    run.well("person", "export", found["people"][0], "--file", tmp_path / "a.json", "--data", data)
    assert json.loads((tmp_path / "a.json").read_text())["person"] == found["people"][0]
    proof = run.well("person", "erase", "ada", "--yes", "--data", data).json
    assert (proof["state"], proof["search"]["hits"]) == ("proven", 0)
    assert proof["backups"] == {str(copy): "erased"}
    assert run.well("person", "find", "ada", "--data", data, "--json").json["erased"]
    assert run("person", "find", "zoe", "--data", data).code == 3
    run.well("restore", copy, "--check")
    run.well("restore", copy, "--data", back)
    (back / "master.key").write_text((data / "master.key").read_text())
    assert run.well("segments", "members", "readers", "--data", back).out == "eve\n葡萄\n"
    (copy / "inbox.db").write_bytes(b"")
    assert run("restore", copy, "--check").code == 1
    assert run("restore", copy, "--data", tmp_path / "again").code == 2


def test_migrate_says_that_the_database_is_up_to_date(run: Runner, data: Path) -> None:
    done = run.well("migrate", "--data", data)
    assert (done.out, str(data) in done.err) == ("", True)
    assert (data / "coterie.db").is_file()


def test_an_owner_is_made_with_the_password_of_the_environment(
    run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTERIE_OWNER_PASSWORD", PASSWORD)
    done = run.well("owner", "ada", "--data", data)
    assert "ada owns this house" in done.err
    assert PASSWORD not in done.out + done.err
    app = open_app(Settings(data=data))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        assert [one.name for one in app.accounts.list(work)] == ["ada"]
        attempt = app.accounts.attempt(work, "ada", "127.0.0.1")
        assert app.accounts.proves(attempt, PASSWORD)
        assert not app.accounts.proves(attempt, PASSWORD + "!")
    app.close()


def test_the_folder_may_come_from_the_environment(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTERIE_DATA", str(tmp_path / "env"))
    run.well("migrate")
    assert (tmp_path / "env" / "coterie.db").is_file()
    run.well("migrate", "--data", tmp_path / "option")
    assert (tmp_path / "option" / "coterie.db").is_file()
    assert not (tmp_path / "coterie-data").exists()


# --- refusals: one line on standard error, and a code


def refused(done: Done, code: int, *said: str) -> None:
    assert done.code == code, done.err
    assert done.out == ""
    assert done.err.startswith("coterie: ")
    assert len(done.err.splitlines()) == 1, "one line, and no traceback"
    for words in said:
        assert words in done.err


def test_wrong_input_exits_2(
    run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rows.csv").write_text(CSV)
    (tmp_path / "map.yaml").write_text("kind: orders")
    command = ("import", tmp_path / "rows.csv", "--map", tmp_path / "map.yaml", "--data", data)
    refused(run(*command), 2, "kind: 'orders' is no kind", "events, profiles or items")
    refused(run(*command, "--source", "My Shop"), 2, "source", "is not a name")
    (tmp_path / "map.yaml").write_text("{")
    refused(run(*command), 2, "YAML")
    (tmp_path / "map.yaml").write_text("version: 2")
    refused(run("apply", tmp_path / "map.yaml", "--data", data), 2, "version")
    refused(run("key", "new", "--data", data, "--source", "My Shop"), 2, "source")
    refused(run("up", "--data", data, "--port", "70000"), 2, "port", "COTERIE_PORT")
    monkeypatch.setenv("COTERIE_OWNER_PASSWORD", "short")
    refused(run("owner", "ada", "--data", data), 2, "password")
    monkeypatch.setenv("COTERIE_HOLDOUT", "101")
    refused(run("migrate", "--data", data), 2, "holdout", "COTERIE_HOLDOUT")


def test_words_that_are_no_command_exit_2_too(run: Runner) -> None:
    for words in (["dance"], ["up", "--prot", "1"], ["import"], ["up", "--port", "http"]):
        assert run(*words).code == 2, words


def test_ratings_that_are_no_parquet_or_hold_none_exit_2(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.parquet").write_text("ratings")
    with duckdb.connect() as engine:
        target = tmp_path / "other.parquet"
        engine.execute(f"COPY (SELECT 1 AS a) TO '{target}' (FORMAT parquet)")
        target = tmp_path / "empty.parquet"
        columns = "NULL::BIGINT AS rating_id, NULL::BIGINT AS user_id, NULL::BIGINT AS wine_id"
        columns += ", '' AS vintage, 1.0 AS rating, TIMESTAMP '2020-01-01' AS ts"
        engine.execute(f"COPY (SELECT {columns} WHERE false) TO '{target}' (FORMAT parquet)")
    for name in ("text", "other", "empty"):
        file = tmp_path / f"{name}.parquet"
        done = run("demo", "--once", "--data", data, "--ratings", file)
        refused(done, 2, f"{name}.parquet")
    assert not data.exists()


def test_what_is_not_there_exits_3(run: Runner, data: Path, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    refused(run("segments", "members", "nosuch", "--data", data), 3, "nosuch")
    refused(run("key", "disable", "nosuch", "--data", data), 3, "nosuch")
    refused(run("import", "no.csv", "--map", "no.yaml", "--data", data), 3, "no.yaml")
    done = run("import", "no.csv", "--map", tmp_path / "map.yaml", "--data", data)
    refused(done, 3, "no.csv")
    refused(run("apply", "no.yaml", "--data", data), 3, "no.yaml")
    refused(run("demo", "--once", "--data", data, "--ratings", "no.parquet"), 3, "no.parquet")


def test_a_conflict_exits_4(run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.well("migrate", "--data", data)
    refused(run("demo", "--once", "--data", data), 4, "real house", "--data")
    monkeypatch.setenv("COTERIE_OWNER_PASSWORD", PASSWORD)
    run.well("owner", "ada", "--data", data)
    refused(run("owner", "Ada", "--data", data), 4, "Ada")
    monkeypatch.setenv("COTERIE_ZONE", "Europe/Rome")
    refused(run("migrate", "--data", data), 4, "Asia/Shanghai", "new folder")


def test_a_house_without_an_owner_listens_on_this_machine_only(run: Runner, data: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        done = run("up", "--data", data, "--host", host, "--port", "0")
        refused(done, 5, "coterie owner", "127.0.0.1", host)


def test_a_port_that_is_taken_exits_6_with_the_cure(run: Runner, data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("up", "--data", data, "--port", str(port))
    refused(done, 6, f"127.0.0.1:{port}", "--port")


def test_a_database_that_is_not_there_exits_6(
    run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTERIE_DATABASE", "postgresql+psycopg://ada:secret@127.0.0.1:1/coterie")
    done = run("migrate", "--data", data)
    assert done.code == 6
    assert "127.0.0.1:1/coterie" in done.err
    assert "secret" not in done.err


# --- a house that is served


@contextmanager
def served(data: Path, *options: str, **environment: str) -> Iterator[tuple[str, Any]]:
    """Serve a house on a free port by the real command; what is yielded is its address."""
    command = [str(COTERIE), "up", *options]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COTERIE_")}
    given = {**bare, "COTERIE_DATA": str(data), "COTERIE_PORT": "0", **environment}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=given) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            found = re.search(r"http://\S+", line)
            assert found, line
            yield found[0], process
        finally:
            process.kill()


def asked(address: str, **request: Any) -> tuple[int, Any]:
    try:
        with urlopen(Request(address, **request), timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}


def lease_is_free(data: Path) -> bool:
    app = open_app(Settings(data=data))
    with app.db.read(COMMAND, 0) as work:
        until = work.connection.exec_driver_sql("SELECT until FROM leases").scalar_one()
    app.close()
    return bool(until == 0)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_served_house_takes_a_new_keys_events_and_ends_cleanly(
    how: signal.Signals, run: Runner, data: Path
) -> None:
    key = run.well("key", "new", "--data", data, "--source", "shop").out.strip()
    with served(data) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        status, answer = asked(f"{address}/health")
        assert (status, answer["status"]) == (200, "ok")
        item = {"type": "track", "userId": "ada", "event": "Article Read", "messageId": "m1"}
        body = gzip.compress(json.dumps({"batch": [item]}).encode())
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        status, _ = asked(f"{address}/v1/batch", data=body, headers={**headers, **basic(key)})
        assert status == 200
        status, answer = asked(
            f"{address}/v1/batch", data=body, headers={**headers, **basic("wk_wrong")}
        )
        assert status == 401
        process.send_signal(how)
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert process.returncode in (0, 128 + how), err
    assert lease_is_free(data), "the next process need not wait for the lease to run out"
    app = open_app(Settings(data=data))
    app.settle(app.clock.now())
    with app.db.read(COMMAND, 0) as work:
        assert app.log.counts(work) == {"Article Read": 1}
    app.close()


def test_a_house_may_be_served_elsewhere_once_it_has_an_owner(
    run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTERIE_OWNER_PASSWORD", PASSWORD)
    run.well("owner", "ada", "--data", data)
    with served(data, "--host", "0.0.0.0") as (address, process):
        port = address.rsplit(":", 1)[1]
        assert asked(f"http://127.0.0.1:{port}/health")[0] == 200
        process.terminate()
        process.communicate(timeout=30)


def test_a_demo_folder_is_founded_as_one(tmp_path: Path) -> None:
    with duckdb.connect() as engine:
        columns = "1 AS rating_id, 1 AS user_id, 1 AS wine_id, '' AS vintage, 5.0 AS rating"
        target = tmp_path / "one.parquet"
        stamp = "TIMESTAMP '2020-01-01 10:00:00' AS ts"
        engine.execute(f"COPY (SELECT {columns}, {stamp}) TO '{target}' (FORMAT parquet)")
    app = open_app(Settings(data=tmp_path / "demo"), founding=founding(target))
    assert app.instance.simulated == "wine"
    assert app.clock.now() < 1_577_923_200_000, "its clock stands in the past"
    app.close()


def test_a_list_is_uploaded_shown_and_made_of_a_segment(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    furnish(data)
    names = tmp_path / "names.txt"
    names.write_text("ada\n\n nobody-yet \n")
    done = run.well("list", "upload", "vip", names, "--data", data, "--json").json
    assert (done["given"], done["matched"], done["version"]) == (2, 1, 1)
    assert run.well("list", "upload", "copied", "--segment", "readers", "--data", data)
    shown = run.well("list", "show", "--data", data).out.splitlines()
    assert [line.split("  ")[:3] for line in shown] == [
        ["copied", "version 1", "3 of 3 known"],
        ["vip", "version 1", "1 of 2 known"],
    ]
    assert run.well("list", "show", "vip", "--data", data, "--json").json[0]["unmatched"] == 1
    refused(run("list", "upload", "vip", "--data", data), 2, "file")
    refused(run("list", "show", "nosuch", "--data", data), 3, "nosuch")
    long_ago = run.well("segments", "members", "readers", "--at", "2000-01-01", "--data", data)
    assert long_ago.out == ""
