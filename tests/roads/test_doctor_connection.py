"""The doctor of the connection: what it asks, what it finds, and the mend for each."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from coterie.channels.wecom.client.ways import Way
from coterie.channels.wecom.connection import Connection, Signed, open_connection
from coterie.channels.wecom.inbox.model import Latency
from coterie.channels.wecom.probing import Echo, Probed, Refusal
from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import NotPermitted
from coterie.messaging.limits.service import Limits
from coterie.roads.doctor.connection import Looked, judge, look
from coterie.roads.doctor.model import Finding
from coterie.storage.database import Database
from coterie.testing.wecom import Wecom

GOOD = Probed(users=("anna",), visible=("anna",), sampled=1, with_unionid=1, skew=0,
              echo=Echo(True, 40, 200))  # fmt: skip
WELL = Looked(latency=Latency(9, 300, 900, 2_000, 0), token_left=MINUTE, probed=GOOD)


@pytest.fixture
def one_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path)
    made = Database.in_folder(tmp_path)
    yield made
    made.close()


@contextmanager
def connected(wecom: Wecom, db: Database, folder: Path, **changed: object) -> Iterator[Connection]:
    told = {
        "wecom_corp_id": wecom.corp_id,
        "wecom_agent_id": str(wecom.agent_id),
        "wecom_secret": wecom.secret,
        "wecom_token": wecom.token,
        "wecom_aes_key": wecom.aes_key,
        "wecom_base_url": wecom.base_url,
    } | changed
    made = open_connection(told, db, folder, bytes(32), wecom.clock, Limits(ZoneInfo("UTC")))
    with closing(made):
        yield made


@contextmanager
def at_our_address(connection: dict[str, Connection], spoil: bool = False) -> Iterator[str]:
    """Serve the echo as the web does; ``spoil`` as behind a proxy that loses the query's end."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: one[0] for name, one in parse_qs(urlsplit(self.path).query).items()}
            signed = Signed(query["msg_signature"], query["timestamp"], query["nonce"])
            said = query["echostr"][: -8 if spoil else None]
            try:
                status, text = 200, connection["it"].echo(signed, said)
            except NotPermitted:
                status, text = 403, b""
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_code(findings: list[Finding]) -> dict[str, Finding]:
    return {one.code: one for one in findings}


def levels(looked: Looked) -> dict[str, str]:
    return {one.code: one.level for one in judge(looked)}


def test_a_connection_that_stands_is_found_in_order(
    wecom: Wecom, one_database: Database, tmp_path: Path
) -> None:
    wecom.add_member("anna")
    wecom.add_member("bo", contact_right=False)
    held: dict[str, Connection] = {}
    with (
        at_our_address(held) as url,
        connected(wecom, one_database, tmp_path, public_url=url) as it,
    ):
        held["it"] = it
        assert it.client is not None
        way = it.client.ways.add(Way(type=1, user=("anna",)))
        wecom.scan(way.config_id, wecom.new_customer("Lili"))
        looked = look(it, one_database, wecom.clock.now(), probe=True)
        found = by_code(judge(looked))
    assert {code: one.level for code, one in found.items()} == {
        "wecom.simulated": "notice",
        "wecom.keys": "ok",
        "wecom.scope": "ok",
        "wecom.right": "warning",
        "wecom.unionid": "ok",
        "wecom.echo": "ok",
        "wecom.clock": "ok",
        "wecom.latency": "warning",  # nothing was called back yet
        "wecom.token": "ok",
    }
    assert looked is not None and looked.probed is not None
    assert looked.probed.without_right == ("bo",)
    assert not any("bo" in str(one.values) for one in found.values())
    assert all(one.do for one in found.values() if one.level in ("warning", "error"))


def test_a_refused_address_and_a_proxy_that_spoils_are_found(
    wecom: Wecom, one_database: Database, tmp_path: Path
) -> None:
    wecom.refuse_ip(True)
    held: dict[str, Connection] = {}
    with (
        at_our_address(held, spoil=True) as url,
        connected(wecom, one_database, tmp_path, public_url=url) as it,
    ):
        held["it"] = it
        found = by_code(judge(look(it, one_database, wecom.clock.now(), probe=True)))
    refused = found.get("wecom.trusted") or found["wecom.refused"]
    assert refused.level == "error"
    assert "60020" in str(refused.values)
    assert "Trusted IP" in refused.do
    assert (found["wecom.echo"].level, found["wecom.echo"].values) == ("error", {"status": "403"})


def test_nobody_answers_and_keys_are_missing(
    wecom: Wecom, one_database: Database, tmp_path: Path
) -> None:
    nowhere = "http://127.0.0.1:9"
    given = {"wecom_base_url": nowhere, "public_url": nowhere}
    with connected(wecom, one_database, tmp_path, **given) as it:
        found = by_code(judge(look(it, one_database, wecom.clock.now(), probe=True)))
    assert found["wecom.reached"].level == found["wecom.echo"].level == "error"
    assert "wecom.keys" not in found
    with connected(wecom, one_database, tmp_path, wecom_secret="", wecom_aes_key="") as it:
        found = by_code(judge(look(it, one_database, wecom.clock.now(), probe=True)))
    assert found["wecom.secret"].level == found["wecom.callback"].level == "error"
    with connected(wecom, one_database, tmp_path, wecom_corp_id="") as it:
        assert judge(look(it, one_database, wecom.clock.now(), probe=True)) == []


@pytest.mark.parametrize(
    ("looked", "code", "level"),
    [
        (WELL, "wecom.latency", "ok"),
        (replace(WELL, has_public=False), "wecom.address", "error"),
        (replace(WELL, failed=3), "wecom.failed", "warning"),
        (replace(WELL, waiting=3, oldest_age=5 * MINUTE), "wecom.waiting", "error"),
        (replace(WELL, latency=Latency(9, 300, 15 * SECOND, 20_000, 2)), "wecom.latency",
         "warning"),
        (replace(WELL, shut=("externalcontact/get",)), "wecom.rate", "warning"),
        (replace(WELL, probed=replace(GOOD, skew=-3 * MINUTE)), "wecom.clock", "warning"),
        (replace(WELL, probed=replace(GOOD, skew=20 * MINUTE)), "wecom.clock", "error"),
        (replace(WELL, probed=replace(GOOD, users=())), "wecom.scope", "error"),
        (replace(WELL, probed=replace(GOOD, with_unionid=0)), "wecom.unionid", "warning"),
        (replace(WELL, probed=replace(GOOD, sampled=0)), "wecom.unionid", "notice"),
        (replace(WELL, probed=replace(GOOD, echo=Echo(True, 1_500, 200))), "wecom.echo",
         "warning"),
        (replace(WELL, probed=replace(GOOD, refusals=(
            Refusal("a/b", 60020, "x", "y", "203.0.113.7"),))), "wecom.trusted", "error"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_mend(looked: Looked, code: str, level: str) -> None:
    found = by_code(judge(looked))
    assert found[code].level == level
    assert all(one.do for one in found.values() if one.level in ("warning", "error"))


def test_what_is_well_has_nothing_to_mend() -> None:
    assert set(levels(WELL).values()) == {"ok"}
    assert not any(one.do for one in judge(WELL))
