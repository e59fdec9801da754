"""Today over HTTP: each of its answers against the rooms that know it."""

import re
from datetime import timedelta
from html import unescape

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, WEEK
from coterie.web.console.today import gather
from web.console.conftest import Desk


def text_of(page: str) -> str:
    """What somebody reads: without tags, spaces alike."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_biggest_number_is_who_can_be_reached(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        everyone = app.profiles.everyone(work)
        agreeing = app.profiles.consenting(work, list(everyone), "marketing", "sandbox")
    page = wine.get("/", lang="en").text
    found = re.search(r'class="figure[^"]*">([\d,]+)<', page)
    assert found is not None
    assert int(found.group(1).replace(",", "")) == len(agreeing) > 0
    assert f"{len(agreeing):,}" in page


def test_stopped_sends_reach_nobody(wine: Desk) -> None:
    app = wine.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.messaging.stop_all(work, True)
    page = text_of(wine.get("/", lang="en").text)
    assert "People you can reach now" in page
    assert "All sends are stopped." in page
    assert re.search(r'class="figure[^"]*">0<', wine.get("/", lang="en").text)


def test_the_universal_control_group_is_not_reachable(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        before = gather.reached(app, work)
        app.messaging.settings = app.messaging.settings.__class__(holdout=30)
        after = gather.reached(app, work)
    assert 0.6 < after.any / before.any < 0.8
    assert after.channels["sandbox"] == after.any


def test_what_waits_is_listed_with_the_way_to_it(wine: Desk) -> None:
    assert "refused event" not in wine.get("/", lang="en").text
    app = wine.app
    body = b'{"batch": [{"type": "track", "userId": "u"}, {"type": "track", "event": "x"}]}'
    app.door.accept("shop", body, "batch", app.clock.now())
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.journeys.pause(work, "win-back")
    page = wine.get("/", lang="en").text
    assert 'href="/events/quarantine"' in page
    said = text_of(page)
    assert "2 refused events wait in quarantine" in said
    assert "Win back the sleeping is paused" in said


def test_yesterday_is_held_against_the_same_weekday(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        last = app.analytics.today(work.now) - timedelta(days=1)
        days = app.analytics.days(work, last, gather.MONTH)
        told = {one.name: one for one in gather.yesterday(days)}
        start, before = days.starts[-1], days.starts[-8]
        with app.log.open_lake(work) as lake:
            query = (
                "SELECT count(*), count(DISTINCT profile) FROM events WHERE time >= ? AND time < ?"
                " AND type <> 'fact' AND name NOT LIKE 'coterie.%'"
            )
            events, active = lake.execute(query, [start, start + DAY]).fetchone() or (0, 0)
            earlier, _ = lake.execute(query, [before, before + DAY]).fetchone() or (0, 0)
    assert (told["events"].count, told["active"].count) == (events, active)
    assert told["events"].before == earlier
    assert events > 0


def test_growth_ends_at_who_takes_part_now(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        last = app.analytics.today(work.now)
        growing = gather.growing(app, work, app.analytics.days(work, last, gather.MONTH))
        members = {one.slug: len(app.communities.members(work, one.slug)) for one in growing}
    assert {one.slug: one.days[-1] for one in growing} == members
    assert all(one.days == sorted(one.days) for one in growing), "nobody leaves in the demo"


def test_the_next_days_hold_every_wait_that_ends(wine: Desk) -> None:
    app = wine.app
    now = app.clock.now()
    with app.db.read(COMMAND, now) as work:
        coming = gather.ahead(app, work, app.zone)
        due = [
            run
            for slug in ("win-back", "next-level")
            for run in app.journeys.runs(work, slug, limit=100_000)
            if run.ended is None and run.due is not None and now < run.due <= now + WEEK
        ]
        offers = [
            one
            for one in app.communities.invitations(work)
            if one.state == "offered" and one.due is not None and now < one.due <= now + WEEK
        ]
    assert sum(sum(day.waits.values()) for day in coming) == len(due) > 0
    assert sum(sum(day.offers.values()) for day in coming) == len(offers)
    assert [one.day for one in coming] == [coming[0].day + timedelta(days=n)
                                           for n in range(len(coming))]  # fmt: skip


def test_what_time_will_change_comes_true(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        as_of, told = gather.edges(app, work)
        assert as_of == work.now
        before = {one.slug: set(app.segments.members(work, one.slug)) for one in told}
    page = wine.get("/today/edges", lang="en").text
    assert told
    assert f'href="/segments/{told[0].slug}"' in page
    assert "<html" not in page, "a part, not a page"
    app.clock.set(app.clock.now() + WEEK)
    wine.settle()
    with app.db.read(COMMAND, app.clock.now()) as work:
        after = {one.slug: set(app.segments.members(work, one.slug)) for one in told}
    for one in told:
        entered, left = after[one.slug] - before[one.slug], before[one.slug] - after[one.slug]
        assert (len(entered), len(left)) == (one.entering, one.leaving), one.slug


def test_today_speaks_chinese(wine: Desk) -> None:
    said = text_of(wine.get("/", lang="zh").text)
    for words in ("现在可触达的客户", "待审批", "待处理", "哪个旅程真正有效", "尚无法判断",
                  "未来七天", "唤醒沉睡客户"):  # fmt: skip
        assert words in said
    assert "Cannot tell" not in said


def test_an_empty_house_is_taught(desk: Desk) -> None:
    said = text_of(desk.get("/", lang="en").text)
    for words in ("Bring people in", "No journey yet", "No community yet", "Nothing is broken",
                  "Nothing comes by itself this week"):  # fmt: skip
        assert words in said or words == "Nothing is broken"


def test_titles_are_escaped(desk: Desk) -> None:
    evil = "<script>alert(1)</script>"
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        desk.app.communities.define(
            work, {"slug": "tea", "title": evil, "promise": evil, "kind": "interest"}
        )
    page = desk.get("/").text
    assert evil not in page
    assert "&lt;script&gt;" in page
