"""The commands of what was sent: what failed goes out once more, what came back is read."""

from pathlib import Path

import pytest

from channels.test_email_answers import failed, report
from coterie.channels.email import build
from coterie.core.actor import COMMAND
from coterie.testing import House
from coterie.testing.channels import MemoryChannel
from test_cli import Runner


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setenv("COTERIE_SMTP_HOST", "mail.vineyard.example")
    monkeypatch.setenv("COTERIE_SMTP_SENDER", "news@vineyard.example")
    return Runner(capsys)


def written(data: Path, *, refused: bool) -> str:
    """Leave a house behind that wrote one letter; return the letter's id."""
    way = MemoryChannel("email")
    with House(path=data, at="2026-01-05T04:00:00Z", channels={"email": way}) as house:
        if refused:
            way.fail(1, permanent=True)
        house.define_template("hi", channel="email", subject="Hi", text="Hi")
        node = {"do": "message", "channel": "email", "template": "hi", "touch": "service"}
        entry = {"event": "Joined"}
        house.define_journey(
            "hi", {"entry": entry, "start": "a", "nodes": {"a": node | {"then": "end"}}}
        )
        house.receive([{"type": "track", "userId": "ada", "event": "Joined"}])
        with house.app.db.read(COMMAND, 0) as work:
            [message] = house.app.messaging.page(work)
        return message.id


def test_what_failed_is_told_and_goes_out_once_more(run: Runner, tmp_path: Path) -> None:
    data = tmp_path / "house"
    message = written(data, refused=True)
    [cause] = run.well("messages", "failed", "--data", data, "--json").json
    assert (cause["messages"], cause["channel"], cause["reason"]) == (1, "email", "rejected")
    assert "rejected" in run.well("messages", "failed", "--data", data).out
    assert run("messages", "replay", "--data", data).code == 2
    assert run.well("messages", "replay", "--channel", "sms", "--data", data).out.startswith("0 ")
    assert run.well("messages", "replay", message, "--data", data).out == "1 go out once more\n"
    assert run("messages", "replay", message, "--data", data).code == 2, "it is not dead any more"
    assert run("messages", "replay", "0" * 32, "--data", data).code == 3
    assert run.well("messages", "failed", "--data", data).out == "nothing failed\n"


def test_a_mailbox_of_bounces_is_read_and_read_again(run: Runner, tmp_path: Path) -> None:
    data, box = tmp_path / "house", tmp_path / "bounces"
    message = written(data, refused=False)
    mail = report("message/delivery-status", failed("5.1.1")).replace(b"\r\n", b"\n")
    ours = mail.replace(b"0b84226cd33cd790f39c90258b1c5ae5", message.encode())
    head = b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n"
    mails = (ours, mail, b"Subject: hello\n\nAway until Monday\n")
    box.write_bytes(b"".join(head + one + b"\n" for one in mails))
    for _ in range(2):
        done = run.well("bounces", "import", box, "--data", data, "--json")
        assert done.json == {"read": 3, "told": 2, "unknown": 1}
    assert run("bounces", "import", tmp_path / "none", "--data", data).code == 3
    channel = build({"smtp_host": "h", "smtp_sender": "news@vineyard.example"})
    with House(path=data, channels={"email": channel} if channel else None) as house:
        house.settle()
        assert "email_undeliverable" in house.traits("ada")
