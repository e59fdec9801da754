"""The client against the simulator, over HTTP: tokens, rates, faults."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier, Thread

import httpx2
import pytest
from sqlalchemy import select

from channels.wecom.conftest import MASTER, Paused, settings_of
from coterie.channels.wecom.client import store
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.limits import Rates, rates_at
from coterie.channels.wecom.client.sends import MassSend
from coterie.channels.wecom.client.service import Wecom as Client
from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, MINUTE
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.storage.database import Database
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Wecom

THREADS = 8


def of(wecom: Wecom, database: Database, paused: Paused) -> Client:
    return Client(database, settings_of(wecom), MASTER, wecom.clock, paused)


def asked(wecom: Wecom, api: str) -> int:
    return sum(entry.data.get("api") == api for entry in wecom.journal if entry.kind == "api")


def test_threads_of_two_processes_ask_for_one_token(
    database: Database, wecom: Wecom, paused: Paused
) -> None:
    wecom.add_member("anna")
    with closing(of(wecom, database, paused)) as one, closing(of(wecom, database, paused)) as two:
        together = Barrier(THREADS)

        def ask(number: int) -> tuple[str, ...]:
            together.wait()
            return (one, two)[number % 2].contacts.follow_users()

        with ThreadPoolExecutor(THREADS) as threads:
            assert set(threads.map(ask, range(THREADS))) == {("anna",)}
            assert asked(wecom, "gettoken") == 1
            wecom.expire_token()
            assert set(threads.map(ask, range(THREADS))) == {("anna",)}
    assert asked(wecom, "gettoken") == 2


def test_a_token_that_has_run_its_time_is_renewed_without_a_refusal(
    client: Client, wecom: Wecom
) -> None:
    client.contacts.follow_users()
    wecom.advance(2 * HOUR // 1_000)
    client.contacts.follow_users()
    assert asked(wecom, "gettoken") == 2
    assert wecom.count("refused") == 0


@pytest.mark.parametrize("code", [40014, 42001, 41001])
def test_a_token_that_ended_early_is_renewed_once(client: Client, wecom: Wecom, code: int) -> None:
    client.contacts.follow_users()
    wecom.expire_token()
    wecom.fault(code, api="externalcontact/get_follow_user_list")
    client.contacts.follow_users()
    wecom.fault(code, api="externalcontact/get_follow_user_list", times=2)
    with pytest.raises(WecomError) as refused:
        client.contacts.follow_users()
    assert refused.value.errcode == code
    assert not refused.value.permanent


def test_the_token_lies_sealed_and_another_key_asks_for_a_new_one(
    client: Client, one_database: Database, wecom: Wecom
) -> None:
    token = client.tokens.current().text
    with one_database.read(CLOCK, 0) as work:
        row = work.connection.execute(select(store.pass_rows)).one()
    assert token.encode() not in row.sealed
    other = Client(one_database, settings_of(wecom), b"k" * 32, wecom.clock, lambda _: None)
    with closing(other):
        assert other.tokens.current().text == token
    assert asked(wecom, "gettoken") == 2


def test_no_secret_and_no_token_is_in_a_log_or_an_error(
    client: Client, wecom: Wecom, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.contacts.follow_users()
        wecom.slow(0.2, api="externalcontact/get_follow_user_list", times=2)
        client.wire._client.timeout = httpx2.Timeout(0.05)  # a wait of ten seconds tests no more
        with pytest.raises(ChannelError) as broken:
            client.contacts.follow_users()
    token = client.tokens.current().text
    said = caplog.text + str(broken.value) + repr(broken.value.__cause__) + repr(client.settings)
    assert "gettoken" in said
    for secret in (token, wecom.secret, wecom.aes_key, wecom.token):
        assert secret not in said


def test_a_busy_platform_is_asked_three_times_more(
    client: Client, wecom: Wecom, paused: Paused
) -> None:
    api = "externalcontact/get_follow_user_list"
    wecom.fault(-1, api=api, times=3)
    client.contacts.follow_users()
    assert paused.seconds == [0.2, 0.4, 0.8]
    wecom.fault(-1, api=api, times=4)
    with pytest.raises(WecomError) as refused:
        client.contacts.follow_users()
    assert refused.value.errcode == -1
    assert not refused.value.permanent


def test_a_rate_is_waited_out_and_nothing_is_asked_meanwhile(
    client: Client, wecom: Wecom, paused: Paused
) -> None:
    api = "externalcontact/get_follow_user_list"
    wecom.fault(45009, api=api)
    before = asked(wecom, api)
    for _ in range(3):
        with pytest.raises(WecomError) as refused:
            client.contacts.follow_users()
        assert refused.value.retry_after == 60
    assert asked(wecom, api) == before + 1
    assert client.tags.list() == ()  # another API goes on
    wecom.advance(60)
    client.contacts.follow_users()
    assert paused.seconds == []


def test_the_budget_keeps_below_what_the_platform_allows(
    one_database: Database, wecom: Wecom, paused: Paused
) -> None:
    def few(now: int) -> Rates:
        return replace(rates_at(now), api_minute=5)

    settings = settings_of(wecom)
    with closing(Client(one_database, settings, MASTER, wecom.clock, paused, few)) as client:
        for _ in range(5):
            client.contacts.follow_users()
        with pytest.raises(WecomError) as refused:
            client.contacts.follow_users()
        assert refused.value.errcode == 45009
        assert 0 < (refused.value.retry_after or 0) <= 61
        wecom.advance(62)
        client.contacts.follow_users()
    assert wecom.count("refused") == 0


def test_a_crowd_lowers_how_many_ask_at_once(client: Client, wecom: Wecom, paused: Paused) -> None:
    wecom.fault(45033, api="externalcontact/get_follow_user_list")
    before = client.wire.gate.limit
    client.contacts.follow_users()
    assert client.wire.gate.limit == before // 2
    for _ in range(before // 2):
        client.contacts.follow_users()
    assert client.wire.gate.limit == before // 2 + 1


def test_no_more_ask_at_once_than_the_settings_say(
    one_database: Database, wecom: Wecom, paused: Paused
) -> None:
    settings = settings_of(wecom, at_once=2)
    with closing(Client(one_database, settings, MASTER, wecom.clock, paused)) as client:
        client.contacts.follow_users()
        wecom.slow(0.03, api="externalcontact/get_follow_user_list", times=6)
        seen = [wecom.gate.in_flight]
        ask = [Thread(target=client.contacts.follow_users) for _ in range(6)]
        for each in ask:
            each.start()
        while any(each.is_alive() for each in ask):
            seen.append(wecom.gate.in_flight)
            ask[0].join(0.005)
        assert max(seen) == 2


def test_a_refused_address_says_what_to_mend(client: Client, wecom: Wecom) -> None:
    wecom.refuse_ip(True)
    with pytest.raises(WecomError, match=r"60020.*Trusted IP") as refused:
        client.contacts.follow_users()
    assert not refused.value.permanent
    assert refused.value.retry_after == 600
    assert refused.value.mend


def test_wrong_keys_say_which(one_database: Database, wecom: Wecom, paused: Paused) -> None:
    for changed, words in (({"secret": "no"}, "wecom_secret"), ({"corp_id": "ww0"}, "corp_id")):
        settings = settings_of(wecom, **changed)
        wrong = closing(Client(one_database, settings, MASTER, wecom.clock, paused))
        with wrong as client, pytest.raises(WecomError, match=words):
            client.contacts.follow_users()


def test_a_write_that_breaks_off_is_uncertain_and_a_read_is_asked_again(
    one_database: Database, wecom: Wecom, paused: Paused
) -> None:
    settings = settings_of(wecom, timeout=0.1)
    wecom.add_member("anna")
    with closing(Client(one_database, settings, MASTER, wecom.clock, paused)) as client:
        client.contacts.follow_users()
        wecom.slow(0.3, api="externalcontact/get_follow_user_list")
        assert client.contacts.follow_users() == ("anna",)
        wecom.slow(0.3, api="externalcontact/add_msg_template")
        with pytest.raises(Uncertain):
            client.sends.create(MassSend(sender="anna"))


def test_a_platform_that_is_not_there_is_asked_later(
    one_database: Database, wecom: Wecom, paused: Paused
) -> None:
    settings = settings_of(wecom, base_url="http://127.0.0.1:9")
    nowhere = closing(Client(one_database, settings, MASTER, wecom.clock, paused))
    with nowhere as client, pytest.raises(ChannelError, match="cannot reach WeCom") as refused:
        client.contacts.follow_users()
    assert not refused.value.permanent


def test_the_clock_of_the_platform_is_heard(
    one_database: Database, wecom: Wecom, paused: Paused
) -> None:
    slow = FakeClock(wecom.clock.now() - 10 * MINUTE)
    with closing(Client(one_database, settings_of(wecom), MASTER, slow, paused)) as client:
        client.contacts.follow_users()
        assert client.wire.skew == 10 * MINUTE
