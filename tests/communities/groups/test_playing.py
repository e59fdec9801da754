"""What a rhythm asks of the owners of groups, and what they confirm: over HTTP at the platform."""

from collections.abc import Collection

from channels.wecom.sends.world import World
from coterie.channels.wecom.mirror.model import Chat
from coterie.communities.groups.rhythm.service import Rhythms
from coterie.communities.groups.service import Groups
from coterie.core.errors import NotFound
from coterie.storage.work import Work


class Chats:
    """The platform's groups, read as the mirror would."""

    def __init__(self, world: World) -> None:
        self._world = world

    def chats(
        self, _work: Work, *, living: bool = True, chat_ids: Collection[str] | None = None
    ) -> list[Chat]:
        corp = self._world.wecom.corp
        return [
            Chat(one.chat_id, one.name, one.owner, "dismissed" if one.dismissed else "alive", 1, 0)
            for one in corp.chats.values()
            if (chat_ids is None or one.chat_id in chat_ids) and not (living and one.dismissed)
        ]


class Polls:
    """One question that is asked, and no other."""

    def words(self, _work: Work, poll: str) -> str:
        if poll != "heel":
            raise NotFound("there is no such poll")
        return "Flat or high?\n1. Flat\n2. High"


def play(name: str, day: int, **more: object) -> dict[str, object]:
    return {"name": name, "kind": "topic", "day": day, "at": "12:00", "text": name, **more}


def played(world: World, groups: Groups, slug: str) -> list[tuple[str, str, str | None]]:
    with world.look() as work:
        found = groups.plays(work, slug, 0, world.house.app.clock.now() + 1)
    return [(one.play, one.state, one.reason) for one in found]


def test_a_play_is_asked_of_the_owner_once_and_said_only_if_she_confirms() -> None:
    with World() as world:
        app = world.house.app
        groups = app.growing.groups
        rhythms = Rhythms(Chats(world), world.sends, Polls(), lambda _: {}, app.zone)
        groups.__init__(  # type: ignore[misc]  # over this world's platform and sends
            app.scanning.groups, app.communities, Chats(world), rhythms, app.zone
        )
        world.guide("anna")
        chats = [world.wecom.new_chat("anna", f"Shoes {n}") for n in (1, 2)]
        rhythm = {
            "slug": "shoes", "titles": {"en": "Shoes"},
            "plays": [play("hello", 0, poll="heel"), play("day-one", 1, lasts="2h"),
                      play("third", 2)],
        }  # fmt: skip
        with world.edit() as work:
            groups.rhythms.define(work, rhythm)
            opened = {"rhythm": "shoes", "opened": work.now}
            slugs = [groups.define(work, {"chat": chat, **opened}).slug for chat in chats]
        for _ in range(4):
            world.later(hours=1)
        (asked,) = world.wecom.sends_of("anna")  # both of her groups in one task
        assert sorted(asked["receivers"]) == sorted(chats)
        assert "Flat or high?" in str(asked)
        assert played(world, groups, slugs[0]) == [("hello", "asked", None)]
        world.confirm("anna")
        world.later(minutes=30)
        assert played(world, groups, slugs[0]) == [("hello", "sent", None)]
        with world.edit() as work:
            groups.pause(work, slugs[1])
        for _ in range(24):
            world.later(hours=1)  # nobody confirms the second day's
        assert played(world, groups, slugs[0])[0] == ("day-one", "unsent", "expired")
        assert [world.got(chat) for chat in chats] == [1, 1]
        assert played(world, groups, slugs[1]) == [("hello", "sent", None)]
        with world.edit() as work:
            groups.resume(work, slugs[1])
            assert [one.play.name for one in groups.rhythms.coming(work, chats[1])] == ["third"]
        world.wecom.dismiss(chats[0])
        for _ in range(24):
            world.later(hours=1)
        assert played(world, groups, slugs[0])[0] == ("third", "skipped", "no_group")
        assert played(world, groups, slugs[1])[0] == ("third", "asked", None)
        with world.look() as work:
            assert groups.get(work, slugs[0]).closed is not None
