from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, MINUTE
from coterie.events.model import Logged
from coterie.scores.decay import value
from coterie.scores.interests import Spread, interest_levels, interests
from coterie.scores.model import Kinds, Weights

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_767_225_600_000
H = 60 * DAY
WEIGHTS = Weights(interest=Kinds(weights={"Bought": 3}, half_life=H))
TOPICS = {
    "barolo": ("wine/italy/piedmont",),
    "chianti": ("wine/italy/tuscany",),
    "finely": ("wine/italy/piedmont", "wine/italy/tuscany", "wine"),
    "chablis": ("wine/france/burgundy",),
    "pasta": ("food/italy",),
}


def logged(name: str, time: int, *items: str, seq: int = 0) -> Logged:
    return Logged(
        seq=seq,
        time=time,
        received=time,
        profile=1,
        name=name,
        type="track",
        source="test",
        items=items,
    )


def values(events: list[Logged], topics: dict[str, tuple[str, ...]] = TOPICS) -> dict[str, float]:
    levels = interest_levels(events, WEIGHTS, Spread(topics, 0.5), NOW, SHANGHAI)
    return {topic: value(level, NOW, H) for topic, level in levels.items()}


def test_five_italian_articles_raise_italy_and_its_parent_and_not_france() -> None:
    french = [logged("Article Read", NOW - DAY, "chablis", seq=99)]
    italian = [logged("Article Read", NOW - MINUTE * n, "barolo", seq=n) for n in range(5)]
    before, after = values(french), values(french + italian)
    assert after["wine/italy/piedmont"] == pytest.approx(5, rel=1e-4)
    assert after["wine/italy"] == pytest.approx(2.5, rel=1e-4)
    assert after["wine"] - before["wine"] == pytest.approx(1.25, rel=1e-4)
    assert after["wine/france"] == before["wine/france"]  # to the last bit
    assert "food" not in after


def test_one_event_gives_a_topic_the_largest_share_once() -> None:
    assert values([logged("Article Read", NOW, "finely")]) == pytest.approx(
        {"wine/italy/piedmont": 1, "wine/italy/tuscany": 1, "wine/italy": 0.5, "wine": 1}
    )
    order = values([logged("Bought", NOW, "barolo", "chianti", "pasta")])
    assert order["wine/italy"] == pytest.approx(1.5)
    assert order["food/italy"] == pytest.approx(3)


def test_re_tagging_changes_history() -> None:
    events = [logged("Article Read", NOW - DAY, "barolo"), logged("Article Read", NOW, "new")]
    re_tagged = values(events, {"barolo": ("wine/france",), "new": ("wine/italy",)})
    assert set(re_tagged) == {"wine/france", "wine/italy", "wine"}


def test_without_items_or_topics_there_is_no_interest() -> None:
    assert values([logged("Article Read", NOW), logged("Article Read", NOW, "unknown")]) == {}


@given(
    st.lists(
        st.builds(
            logged,
            st.sampled_from(["Article Read", "Bought"]),
            st.integers(NOW - 300 * DAY, NOW),
            st.sampled_from(sorted(TOPICS)),
        ),
        max_size=40,
    ),
    st.sampled_from(sorted(TOPICS)),
    st.integers(NOW - 300 * DAY, NOW),
)
def test_an_event_more_never_lowers_any_interest(
    events: list[Logged], item: str, time: int
) -> None:
    tight = Weights(interest=Kinds(weights={}, half_life=H, cap=2))
    spread = Spread(TOPICS, 0.5)
    before = interest_levels(events, tight, spread, NOW, SHANGHAI)
    more = [*events, logged("Article Read", time, item)]
    after = interest_levels(more, tight, spread, NOW, SHANGHAI)
    assert all(after[topic] >= level for topic, level in before.items())


def test_below_the_minimum_an_interest_is_not_believed() -> None:
    reads = [logged("Article Read", NOW - n * DAY, "barolo", seq=n) for n in range(4)]
    reads.append(logged("Article Read", NOW - 31 * DAY, "barolo", seq=9))
    told = {one.topic: one for one in _told(reads)}["wine/italy/piedmont"]
    assert not told.believed
    assert told.note == "not enough evidence (4 of 5)"
    assert len(told.evidence) == 5  # the old one contributes, but is no recent evidence


def test_the_fifth_recent_event_makes_it_believed() -> None:
    reads = [logged("Article Read", NOW - n * DAY, "barolo", seq=n) for n in range(4)]
    reads.append(logged("Bought", NOW - 30 * DAY, "barolo", seq=9))  # the edge still counts
    told = _told(reads)[0]
    assert (told.believed, told.note, told.recent) == (True, "", 5)


def test_the_evidence_names_its_events_and_sums_up_to_the_value() -> None:
    reads = [
        logged("Article Read", NOW - DAY, "barolo", seq=1),
        logged("Bought", NOW - 2 * DAY, "chianti", seq=2),
        logged("Article Read", NOW, "chablis", seq=3),
    ]
    told = {one.topic: one for one in _told(reads)}
    italy = told["wine/italy"]
    assert [(one.event, one.item) for one in italy.evidence] == [
        ("Article Read", "barolo"),
        ("Bought", "chianti"),
    ]
    assert italy.last == NOW - DAY
    for one in told.values():
        assert sum(part.points for part in one.evidence) == pytest.approx(one.value)
    assert [one.value for one in _told(reads)] == sorted(
        (one.value for one in told.values()), reverse=True
    )


def _told(events: list[Logged]) -> list:
    return interests(events, WEIGHTS, Spread(TOPICS, 0.5), NOW, SHANGHAI)
