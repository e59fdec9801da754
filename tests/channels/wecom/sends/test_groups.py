"""Into groups only their owners send, within the groups' own quota; materials go along."""

from pathlib import Path

import pytest

from channels.wecom.sends.world import World
from coterie.channels.wecom.sends.ports import Piece
from coterie.core.errors import Invalid


def test_owners_confirm_what_goes_into_their_groups_and_a_full_group_is_left_out() -> None:
    with World(rule="day") as world:
        world.guide("anna", "bert")
        first, second = world.wecom.new_chat("anna", "Pasta"), world.wecom.new_chat("bert", "Wine")
        with world.edit() as work:
            with pytest.raises(Invalid):
                world.sends.send_to_groups(work, "Hello", "x" * 4001, [first])
            send = world.sends.send_to_groups(work, "Hello", "Tonight", [first, second], key="k")
            same = world.sends.send_to_groups(work, "Hello", "Tonight", [first, second], key="k")
            assert same == send
            late = world.sends.send_to_groups(work, "Again", "Tonight", [first])
        world.later(minutes=1)
        assert [each["receivers"] for each in world.wecom.sends_of("anna")] == [[first]]
        world.confirm("anna")
        world.later(minutes=20)
        with world.look() as work:
            _, progress = world.sends.one(work, send.id)
            assert progress.states == {"sent": 1, "asked": 1}
            assert {each.guide: each.state for each in world.sends.guides(work, send.id)} == {
                "anna": "confirmed", "bert": "waiting",
            }  # fmt: skip
            assert world.sends.one(work, late.id)[1].reasons == {"quota": 1}
        assert world.got(first) == 1
        for hours in (4, 5, 13, 6, 1):
            world.later(hours=hours)
        with world.look() as work:
            _, progress = world.sends.one(work, send.id)
            assert (progress.states, progress.reasons) == (
                {"sent": 1, "unsent": 1}, {"unconfirmed": 1},
            )  # fmt: skip


def test_a_picture_is_uploaded_once_in_three_days(tmp_path: Path) -> None:
    picture = tmp_path / "cellar.png"
    picture.write_bytes(b"\x89PNG" + bytes(100))
    piece = Piece("image", "Cellar", path=picture, name="cellar.png", digest="d1")
    with World(pieces=[piece]) as world:
        world.guide("anna")
        chats = [world.wecom.new_chat("anna", f"Group {number}") for number in range(3)]
        for number, days in enumerate((0, 1, 3)):
            world.later(days=days)
            with world.edit() as work:
                world.sends.send_to_groups(
                    work, f"Send {number}", "Look", chats[number : number + 1], materials=["cellar"]
                )
            world.later(minutes=1)
        uploads = [each for each in world.wecom.journal if "media/upload" in str(each.data)]
        assert len({str(each.data.get("api")) for each in uploads}) <= 1
        assert len(uploads) == 2
        told = [send.given["attachments"][0]["image"] for send in world.wecom.corp.sends.values()]
        assert told[0] == told[1] != told[2]
