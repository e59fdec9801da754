"""Activities: an item of the catalog, asked by message, kept with people as they merge and go."""

import pytest

from activities.cellar import HOST, NIGHT, SHANGHAI, Cellar
from coterie.activities.definition import parse
from coterie.catalog.model import Item
from coterie.core.errors import Conflict, Invalid
from coterie.core.people import Shift

FAULTS: list[tuple[dict[str, object], str]] = [
    ({"slug": "Bad Name"}, "slug"),
    ({"title": ""}, "title"),
    ({"form": "lunch"}, "form"),
    ({"level": "expert"}, "level"),
    ({"prerequisite": "none"}, "prerequisite"),
    ({"starts": "soon"}, "starts"),
    ({"ends": "2026-02-10T18:00"}, "ends"),
    ({"capacity": 0}, "capacity"),
    ({"waiting_list": "yes"}, "waiting_list"),
    ({"register_by": "2026-02-30T00:00"}, "register_by"),
    ({"topics": "wine"}, "topics"),
    ({"topics": ["wine", "a b"]}, "topics[1]"),
    ({"link": "javascript:alert(1)"}, "link"),
    ({"messages": {"invitation": "x"}}, "messages.channel"),
    ({"price": 5}, "price"),
]


@pytest.mark.parametrize(("change", "path"), FAULTS)
def test_what_is_wrong_in_a_definition_is_refused_at_its_path(
    change: dict[str, object], path: str
) -> None:
    with pytest.raises(Invalid) as caught:
        parse({**NIGHT, **change}, SHANGHAI)
    assert caught.value.path == path


def test_what_a_definition_refers_to_must_be_there(cellar: Cellar) -> None:
    for change, path in (
        ({"segment": "nobody"}, "segment"),
        ({"messages": {"channel": "paper", "invitation": "x"}}, "messages.invitation"),
    ):
        with cellar.begin() as work, pytest.raises(Invalid) as caught:
            cellar.activities.define(work, {**NIGHT, **change})
        assert caught.value.path == path


def test_an_activity_is_an_item_and_its_topics_are_the_catalogs(cellar: Cellar) -> None:
    cellar.define()
    item = cellar.item("activity:barolo-night")
    assert item is not None
    assert (item.kind, item.title, item.topics) == (
        "activity", "巴罗洛之夜", ("wine/italy/piedmont",),
    )  # fmt: skip
    with cellar.begin() as work:
        cellar.catalog.retag(work, "activity:barolo-night", ["wine/italy"])
    assert cellar.ask("get", "barolo-night").topics == ("wine/italy",)
    assert cellar.ask("source", "barolo-night")["topics"] == ["wine/italy"]
    assert cellar.ask("get", "barolo-night").starts == 1_770_721_200_000, "19:00 in Shanghai"


def test_the_segments_people_are_asked_once_and_a_held_one_another_day(cellar: Cellar) -> None:
    cellar.template("come", "{{ activity.title }} {{ activity.starts }} {{ activity_url }}")
    willing = cellar.people(3)
    [silent] = cellar.people(1)
    with cellar.begin() as work:
        cellar.segments.define(work, "all", {"everyone": True})
    words = {"channel": "paper", "invitation": "come"}
    cellar.define(segment="all", messages=words)
    with cellar.begin() as work:
        gone = cellar._event("u4", "Consent Withdrawn")
        cellar.carry(work, cellar.profiles.recognise(work, [gone]))
    asked = cellar.do("invite", "barolo-night")
    assert (asked.invited, asked.held) == (3, {"no_consent": 1})
    assert cellar.messages(willing[0])[0].text == (
        f"Barolo night 2026-02-10 19:00 https://x.cn/e/barolo-night/{willing[0]}"
    )
    assert cellar.do("invite", "barolo-night").invited == 0
    cellar.do("sign_up", "barolo-night", willing[1])
    funnel = cellar.ask("funnels", ["barolo-night", "none"])
    assert (funnel["barolo-night"].invited, funnel["barolo-night"].signed_up) == (3, 1)
    assert funnel["none"].taken == 0
    assert silent not in cellar.states()
    with pytest.raises(Conflict):
        cellar.define(slug="mute", title="Mute")
        cellar.do("invite", "mute")


def test_nobody_of_unknown_age_is_asked_where_the_activity_asks_for_one(cellar: Cellar) -> None:
    cellar.template("come", "{{ activity_url }}")
    cellar.people(2)
    with cellar.begin() as work:
        cellar.segments.define(work, "all", {"everyone": True})
        cellar.catalog.define_items(
            work, [Item("activity:barolo-night", properties={"min_age": 18})]
        )
    cellar.define(segment="all", messages={"channel": "paper", "invitation": "come"})
    asked = cellar.do("invite", "barolo-night")
    assert (asked.invited, asked.held) == (0, {"age_unknown": 2})


@pytest.mark.usefixtures("database")
def test_two_seats_of_one_person_are_one_and_two_again_when_taken_apart(cellar: Cellar) -> None:
    cellar.define(capacity=2)
    head, double, waiting = cellar.people(3)
    cellar.do("register", "barolo-night", [head, double, waiting])
    before = cellar.ask("of_person", double)
    code = cellar.code(double)
    with cellar.begin() as work:
        cellar.activities.follow(work, [Shift(double, double, head)])
    assert cellar.ask("funnels", ["barolo-night"])["barolo-night"].registered == 1
    assert cellar.do("check_in", "barolo-night", code).entry == "welcome"
    assert cellar.do("check_in", "barolo-night", cellar.code(head)).entry == "used"
    cellar.do("wake")
    assert cellar.states()[waiting] == "registered", "the seat that came free is given away"
    with cellar.begin() as work:
        cellar.activities.follow(work, [Shift(double, head, double)])
    assert cellar.ask("of_person", double) == before
    assert cellar.states()[head] == "attended"


@pytest.mark.usefixtures("database")
def test_who_is_erased_leaves_her_seat_and_no_code(cellar: Cellar) -> None:
    cellar.define(capacity=1)
    one, waiting = cellar.people(2)
    cellar.do("register", "barolo-night", [one, waiting])
    handed = cellar.ask("hand_out", one)["registrations"]
    assert [(row["activity"], row["state"]) for row in handed] == [("barolo-night", "registered")]
    with cellar.begin() as work:
        assert cellar.activities.erase(work, [one]) == {"activity_registrations": 1}
        assert cellar.activities.erase(work, [one]) == {"activity_registrations": 0}
    cellar.do("wake")
    assert cellar.states() == {one: "cancelled", waiting: "registered"}
    with cellar.database.read(HOST, cellar.now) as work:
        kept = cellar.activities.registration(work, "barolo-night", one)
        assert kept is not None
        assert kept.code is None
