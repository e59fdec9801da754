"""From a scan to a message that her guide confirmed: the house's own wiring, over HTTP."""

from pathlib import Path

from coterie.channels.wecom.channel import WecomChannel
from coterie.core.actor import COMMAND
from coterie.messaging.model import Request
from coterie.testing.wecom import Wecom
from roads.contacts.corp import Corp


def test_who_scanned_a_code_gets_what_her_guide_confirms(wecom: Wecom, tmp_path: Path) -> None:
    wecom.add_member("anna", "Anna")
    corp = Corp(wecom, tmp_path)
    corp.app.outbound.channels["wecom"] = WecomChannel(corp.app.mass_sends)  # type: ignore[index]
    corp.house.settle()
    external = corp.meet("ada", "anna")
    profile = corp.profile(external)
    assert profile is not None
    corp.house.define_template("news", "wecom", text="The cellar is open")
    asked = Request(profile, "wecom", "news", "service", "k1", "test")
    with corp.app.db.begin(COMMAND, corp.now) as work:
        corp.app.messaging.send(work, [asked])
    corp.house.settle()
    corp.passes(minutes=3)
    (waiting,) = wecom.sends_of("anna")
    with corp.app.db.read(COMMAND, corp.now) as work:
        assert [one.text for one in corp.app.mass_sends.to_confirm(work, "anna")] == [
            "The cellar is open"
        ]
        assert {one.guide for one in corp.app.mass_sends.unconfirmed(work)} == {"anna"}
    wecom.confirm_send(waiting["msgid"], "anna")
    corp.passes(minutes=20)
    with corp.app.db.read(COMMAND, corp.now) as work:
        (message,) = corp.app.messaging.of_person(work, profile)
        assert corp.app.mass_sends.answers(work, 0, corp.now)["anna"].confirmed == 1
    assert message.status == "sent"
    assert [each.name for each in corp.story(external, "coterie.message.sent")]
    corp.erase(external)
    with corp.app.db.read(COMMAND, corp.now) as work:
        (send, _) = corp.app.mass_sends.page(work)[0]
        assert [each.target for each in corp.app.mass_sends.results(work, send.id)] == [""]
    corp.house.close()
