"""The definitions are said once, in two languages, and name events that there are."""

import re

from coterie.analytics.review.definitions import ACTIVE, CONTENT, DEFINITIONS, ONLINE
from coterie.events.families import BY_NAME
from coterie.web.vocabulary import VOCABULARY


def test_every_definition_speaks_two_languages() -> None:
    for key, one in DEFINITIONS.items():
        assert key == one.key
        assert set(one.name) == set(one.words) == {"en", "zh"}
        assert one.words["en"].endswith(".") and one.words["zh"].endswith("。")
        assert re.search("[\u4e00-\u9fff]", one.words["zh"])


def test_every_event_that_is_read_is_known() -> None:
    for one in DEFINITIONS.values():
        for name in one.names:
            assert name in BY_NAME or name in VOCABULARY["event"], name


def test_what_is_online_is_active_and_nothing_that_is_done_to_her_is() -> None:
    assert set(CONTENT) < set(ONLINE) < set(ACTIVE)
    for name in ACTIVE:
        known = BY_NAME.get(name)
        assert known is None or known.family not in ("message", "contact", "house"), name
    assert "coterie.group.joined" not in ACTIVE and "Group Joined" not in ACTIVE
