"""R-250: consent by purpose and channel, nothing chosen for who wants none, wine for the grown."""

from coterie.core.actor import CLOCK
from coterie.testing.house import House
from stories.wire import at_work, consent, identify, on, say, track

ON_VIEW = on("Product Viewed", hello=say("commercial"))


def view(user: str, item: str) -> dict[str, object]:
    return track(user, "Product Viewed", product_id=item)


def fates(house: House, user: str) -> list[tuple[str, str | None]]:
    return [(one.status, one.reason) for one in house.sent(user)]


def wait_out(house: House) -> None:
    house.advance(hours=1)


def test_who_wants_nothing_chosen_enters_no_journeys_messages() -> None:
    with at_work() as house:
        house.define_journey("seen", ON_VIEW)
        house.receive([consent("u1"), consent("u2")])
        house.consent("u2", purpose="personalisation", given=False)
        house.receive([view("u1", "w1"), view("u2", "w1")])
        wait_out(house)
        assert fates(house, "u1") == [("sent", None)]
        assert fates(house, "u2") == [("held", "non_personalised")]
        house.consent("u2", purpose="personalisation")
        with house.app.db.read(CLOCK, house.app.clock.now()) as work:
            profile = house.app.profiles.find(work, "user_id", "u2")
            assert profile is not None
            assert house.app.profiles.not_personalised(work, [profile]) == set()


def test_wine_is_spoken_of_to_the_grown_alone() -> None:
    with at_work() as house:
        house.define_item("barolo", kind="wine", properties={"min_age": 18})
        house.define_item("juice", kind="juice")
        house.define_journey("seen", ON_VIEW)
        users = ("unknown", "young", "grown", "juicy")
        house.receive([consent(user) for user in users])
        house.receive(
            [
                identify("young", birthday="2010-05-01"),
                identify("grown", birthday="1990-05-01"),
            ]
        )
        house.receive([view(user, "barolo") for user in users[:3]] + [view("juicy", "juice")])
        wait_out(house)
        assert fates(house, "unknown") == [("held", "age_unknown")]
        assert fates(house, "young") == [("held", "under_age")]
        assert fates(house, "grown") == [("sent", None)]
        assert fates(house, "juicy") == [("sent", None)]


def test_a_withdrawal_at_ten_blocks_what_waits_for_a_second_later() -> None:
    """By an event through the door, before the next send tick."""
    with at_work() as house:
        house.define_journey("seen", ON_VIEW)
        house.receive([consent("u1")])
        house.channels["email"].fail(1)  # so that it waits for a second try
        house.receive([view("u1", "w1")])
        assert fates(house, "u1") == [("queued", None)]
        house.consent("u1", channel="email", given=False)
        wait_out(house)
        assert fates(house, "u1") == [("held", "no_consent")]


def test_a_broadcast_to_everybody_reaches_who_wants_nothing_chosen() -> None:
    with at_work() as house:
        house.define_segment("all", {"everyone": True})
        house.define_segment("half", {"any": [{"everyone": True}, {"tag": "vip"}]})
        with house.app.db.read(CLOCK, house.app.clock.now()) as work:
            assert house.app.segments.chooses_nobody(work, "all")
            assert not house.app.segments.chooses_nobody(work, "half")
            assert not house.app.segments.chooses_nobody(work, "gone")
