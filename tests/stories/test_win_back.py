"""R-041: who falls silent by her own rhythm is won back in three tries at most. R-054: plays."""

from datetime import datetime, timedelta
from typing import Any

from coterie.messaging.languages import wordings
from coterie.messaging.model import Template
from coterie.messaging.plays import lint
from coterie.scenarios import playbook as playbooks
from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.wire import at_work, consent, identify, track

NOON = datetime.fromisoformat("2026-01-04T04:00:00+00:00")
WEEKLY = [f"weekly{number}" for number in range(12)]
QUARTERLY = ["quarterly1", "quarterly2"]


def apply(house: House, name: str) -> None:
    play = playbooks.shipped(name)
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        playbooks.furnish(work, house.app, play)
        playbooks.open_doors(work, house.app, play)
    house.settle()


def orders(user: str, every: int, number: int) -> list[dict[str, Any]]:
    """Orders at noon, so many days apart, the last of them on the eve of the story."""
    return [
        track(user, "Order Completed", (NOON - timedelta(days=every * n)).isoformat(),
              order_id=f"{user}-{n}", total=100)
        for n in range(number)
    ]  # fmt: skip


def said(house: House, user: str) -> list[tuple[str, str]]:
    return [(str(one.node), one.status) for one in house.sent(user)]


def test_each_by_her_own_rhythm_first_a_word_then_news_an_incentive_last() -> None:
    """Twelve who buy every week and two who buy every quarter fall silent on one day."""
    with at_work(at="2026-01-05T02:00:00Z", holdout=10) as house:
        house.receive([consent(user) for user in (*WEEKLY, *QUARTERLY)])
        house.receive([one for user in WEEKLY for one in orders(user, 7, 8)])
        house.receive([one for user in QUARTERLY for one in orders(user, 90, 4)])
        apply(house, "winback")
        house.advance(days=27)
        assert house.members("dormant") == set(WEEKLY), "four weeks are long for a weekly buyer"
        back, *silent = [user for user in WEEKLY if ("hello", "sent") in said(house, user)]
        held_out = [user for user in WEEKLY if ("hello", "shadow") in said(house, user)]
        assert sorted([back, *silent, *held_out]) == sorted(WEEKLY)
        assert silent, "a tenth is held out, not all"
        house.receive([track(back, "Item Viewed", item="barolo")])
        house.advance(days=14)
        assert not set(QUARTERLY) & house.members("dormant"), "day 41 is early for a quarter"
        for user in silent:
            assert said(house, user) == [("hello", "sent"), ("news", "sent"), ("gift", "sent")]
        assert said(house, back) == [("hello", "sent")], "whoever is back hears no more of it"
        runs = {one.person: one for one in house.runs("win-back-ladder")}
        assert runs[back].status == "ended"
        for user in held_out:
            assert {status for _, status in said(house, user)} == {"shadow"}


def test_the_plays_come_on_their_day_and_carry_no_discount() -> None:
    for name in ("plays", "winback"):
        for one in playbooks.shipped(name).templates:
            if one.name != "winback-gift":
                variants = wordings(one.variants)
                assert lint(Template(one.name, one.text, one.subject, variants=variants)) == []
            assert set(one.variants) == {"en"}
            assert one.language == "zh"
    with at_work(at="2026-05-01T02:00:00Z", universal_holdout=0) as house:
        play = playbooks.shipped("plays")
        for journey in play.journeys.values():
            journey["holdout"] = 0
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            playbooks.furnish(work, house.app, play)
            playbooks.open_doors(work, house.app, play)
        traits = {"birthday": "1990-05-03", "createdAt": "2024-05-06T09:00:00Z", "language": "en"}
        house.receive(
            [
                consent("ann"),
                identify("ann", **traits, favourite="Barolo"),
                track("ann", "Product Reviewed", product_id="p1", review_body="Good"),
                track("ann", "Order Completed", order_id="o1", total=50),
                consent("new"),
                identify("new", createdAt="2026-05-01T00:00:00Z"),
                track("new", "Order Completed", order_id="o2", total=50),
            ]
        )
        house.advance(days=2)
        house.receive([track("new", "Order Refunded", order_id="o2", total=50)])
        house.advance(days=9)
        found = {one.journey: (one.at.date().isoformat(), one.text) for one in house.sent("ann")}
        assert {name: day for name, (day, _) in found.items()} == {
            "thanks": "2026-05-01", "birthday": "2026-05-03", "joining-anniversary": "2026-05-06",
            "after-sales-care": "2026-05-08", "remembered": "2026-05-08",
        }  # fmt: skip
        assert "happy birthday" in found["birthday"][1], "in her language"
        assert "Barolo" in found["remembered"][1]
        assert house.sent("new") == [], "given back, and joined only today"
