"""Reach over HTTP: the touch mix, what was held back, what channels can take."""

import re

import pytest
from httpx2 import Response

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY
from coterie.messaging.mix import Ceiling
from web.console.conftest import Desk


def text_of(answer: Response) -> str:
    assert answer.status_code in (200, 400), answer.text[:300]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def limits_of(desk: Desk, channel: str) -> list[tuple[int, str, str]]:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        found = desk.app.messaging.limits.all(work)
        return [(each.number, each.span, each.per) for each in found if each.channel == channel]


LIMIT = {
    "channel": "sms", "name": "Our contract", "number": "100", "span": "minute", "per": "sender",
    "calendar": "no", "since": "2026-01-01", "until": "", "source": "the provider's letter",
}  # fmt: skip


def test_an_owner_changes_what_a_channel_can_take(desk: Desk) -> None:
    shipped = text_of(desk.get("/limits"))
    assert "WeCom" in shipped and "150,000 in an hour" in shipped and "over" in shipped
    assert desk.form("/limits", **LIMIT).status_code == 303
    assert limits_of(desk, "sms") == [(100, "minute", "sender")]
    shown = text_of(desk.get("/limits"))
    assert "Our contract" in shown and "100 in a minute" in shown and "0 used" in shown
    (number,) = re.findall(r'name="id" value="(\d+)"[^$]*?Our contract', desk.get("/limits").text)[
        -1:
    ]
    changed = {**LIMIT, "id": number, "number": "50", "until": "2026-12-31"}
    assert desk.form("/limits", **changed).status_code == 303
    assert limits_of(desk, "sms") == [(50, "minute", "sender")]
    assert desk.form(f"/limits/{number}/remove").status_code == 303
    assert limits_of(desk, "sms") == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "many"}, "Write how many"), ({"number": "0"}, "Write how many"),
        ({"since": "soon"}, "first day"), ({"name": " "}, "a name"),
        ({"until": "2025-01-01"}, "end after it begins"),
    ],
)  # fmt: skip
def test_what_is_no_limit_is_said_in_place(desk: Desk, wrong: dict[str, str], said: str) -> None:
    answer = desk.form("/limits", **{**LIMIT, **wrong})
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert limits_of(desk, "sms") == []


def test_the_mix_of_what_people_got_and_how_much_may_be(wine: Desk) -> None:
    shown = text_of(wine.get("/mix"))
    assert "recommended: 30 %" in shown and "no ceiling" in shown
    assert "What people got in the last 30 days" in shown
    assert wine.form("/mix/ceiling", scope="kind:interest", percent="30").status_code == 303
    assert "at most 30 % commercial" in text_of(wine.get("/mix"))
    with wine.app.db.read(CLOCK, wine.app.clock.now()) as work:
        some = next(one for one in wine.app.communities.communities(work) if one.kind == "interest")
        assert wine.app.messaging.mixing.of_tag(work, some.tag) == Ceiling(30, "kind:interest")
    fair = {"scope": some.tag, "title": "Fair", "since": "2000-01-01", "until": "2099-01-01"}
    assert wine.form("/mix/campaigns", **fair).status_code == 303
    assert "a campaign runs: no ceiling" in text_of(wine.get("/mix"))
    with wine.app.db.read(CLOCK, wine.app.clock.now()) as work:
        (campaign,) = wine.app.messaging.mixing.campaigns(work)
    assert wine.form(f"/mix/campaigns/{campaign.id}/end").status_code == 303
    assert "a campaign runs: no ceiling" not in text_of(wine.get("/mix"))
    assert wine.form("/mix/ceiling", scope="kind:interest", percent="").status_code == 303
    assert "at most 30 % commercial" not in text_of(wine.get("/mix"))


DAYS = {"since": "2026-01-01", "until": "2026-01-02"}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/mix/ceiling", {"scope": "house", "percent": "some"}),
        ("/mix/ceiling", {"scope": "house", "percent": "101"}),
        ("/mix/ceiling", {"scope": "planet", "percent": "3"}),
        ("/mix/campaigns", {"scope": "house", "title": "x", "since": "", "until": ""}),
        ("/mix/campaigns", {"scope": "house", "title": "", **DAYS}),
        ("/mix/campaigns", {"scope": "planet", "title": "x", **DAYS}),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_said(desk: Desk, path: str, fields: dict[str, str]) -> None:
    answer = desk.form(path, **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_what_was_held_and_why(wine: Desk) -> None:
    now = wine.app.clock.now()
    with wine.app.db.read(CLOCK, now) as work:
        holds = wine.app.messaging.holds(work, now - 90 * DAY, now + 1)
    assert holds, "the small wine house holds some back"
    total = sum(each.number for each in holds)
    shown = text_of(wine.get("/messages/holds", days="90"))
    assert f"{total:,}" in shown
    assert "has not agreed to be written to" in shown and "We never guess" in shown
    assert "Held by sender and reason" in wine.get("/messages/holds", days="90").text
    assert wine.get("/messages/holds", days="x").status_code == 200
    assert "/messages/holds" in wine.get("/messages").text


def test_an_empty_house_teaches(desk: Desk) -> None:
    assert "Nothing was held in these days" in text_of(desk.get("/messages/holds"))
    assert "Nothing was sent in the last 30 days" in text_of(desk.get("/mix"))
    with desk.app.db.begin(CLOCK, desk.app.clock.now()) as work:
        for each in desk.app.messaging.limits.all(work):
            desk.app.messaging.limits.remove(work, each.id)
    assert "No channel has a limit" in text_of(desk.get("/limits"))


def test_the_pages_speak_chinese(wine: Desk) -> None:
    for path in ("/mix", "/messages/holds", "/limits"):
        answer = wine.get(path, lang="zh")
        assert answer.status_code == 200
        assert not re.search("ceiling|held back|in force", text_of(answer), re.IGNORECASE), path
