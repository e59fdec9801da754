"""Moments are posted by guides; likes and comments become what customers did, once."""

from channels.wecom.sends.world import World
from coterie.channels.wecom.sends.moments.errand import MomentErrand
from coterie.channels.wecom.sends.moments.model import COMMENTED, LIKED
from coterie.messaging.channel import Uncertain
from coterie.testing.asking import TESTER


class Posting:
    """The errand of moments beside a world, run at one stroke as the world's own."""

    def __init__(self, world: World) -> None:
        app = world.house.app
        self.world = world
        self.errand = MomentErrand(
            app.db,
            world.client,
            world.errand.attaching,
            lambda events, now: app.inbox.put(now, "wecom", events),
        )

    def later(self, **delta: float) -> None:
        self.world.later(**delta)
        now, rounds = self.world.house.app.clock.now(), 0
        while self.errand.run(now):
            rounds += 1
            assert rounds < 20, "it never ends"
        self.world.house.settle()


def test_a_guide_posts_and_what_customers_did_is_told_once_with_who_they_are() -> None:
    with World() as world:
        world.guide("anna", "bert")
        ada = world.customer("ada", "anna")
        posting, moments = Posting(world), world.sends.moments
        with world.edit() as work:
            asked = moments.ask(work, "Spring", "The cellar is open", guides=("anna", "bert"))
        for _ in range(3):
            posting.later(seconds=10)
        with world.look() as work:
            assert [each.id for each in world.sends.to_confirm(work, "anna")] == [asked.id]
            assert {each.guide for each in world.sends.unconfirmed(work)} == {"anna", "bert"}
            found, spread = moments.one(work, asked.id)
        assert (found.state, spread.guides) == ("open", {"asked": 2})
        name = found.moment or ""
        world.wecom.publish_moment(name, "anna")
        world.wecom.like_moment(name, "anna", ada)
        world.wecom.comment_moment(name, "anna", ada)
        posting.later(minutes=10)
        posting.later(minutes=10)
        with world.look() as work:
            assert world.house.app.log.counts(work)[LIKED] == 1
            assert world.house.app.log.counts(work)[COMMENTED] == 1
            found, spread = moments.one(work, asked.id)
            assert (spread.guides, spread.likes, spread.comments) == (
                {"posted": 1, "asked": 1},
                1,
                1,
            )
        with world.house.app.db.begin(TESTER, world.house.app.clock.now()) as work:
            moments.cancel(work, asked.id)
        posting.later(seconds=10)
        with world.look() as work:
            found, spread = moments.one(work, asked.id)
        assert (found.state, spread.guides) == ("cancelled", {"posted": 1, "never": 1})


def test_a_crash_around_the_call_makes_one_moment_and_a_wrong_one_says_why() -> None:
    with World() as world:
        world.guide("anna")
        world.customer("ada", "anna")
        posting, moments = Posting(world), world.sends.moments
        with world.edit() as work:
            asked = moments.ask(work, "Spring", "The cellar is open", guides=("anna",), key="k")
            assert moments.ask(work, "Spring", "Again", guides=("anna",), key="k") == asked
            wrong = moments.ask(work, "Wrong", "Nobody posts it", guides=("nobody",))
        real = world.client.moments.create
        world.client.moments.create = lambda task: _broken(real, task)  # type: ignore[method-assign]
        posting.later(seconds=1)
        world.client.moments.create = real  # type: ignore[method-assign]
        for _ in range(4):
            posting.later(minutes=2)
        with world.look() as work:
            assert moments.one(work, asked.id)[0].state == "open"
            failed = moments.one(work, wrong.id)[0]
        assert failed.state in ("failed", "open")
        mine = [one for one in world.wecom.corp.moments.values() if "anna" in one.senders]
        assert len(mine) == 1


def _broken(real, task):  # type: ignore[no-untyped-def]
    real(task)
    raise Uncertain("the connection broke")
