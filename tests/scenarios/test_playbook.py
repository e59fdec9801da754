"""Playbooks: read strictly, applied once, and applied again without a trace."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from coterie.core.errors import Invalid, NotFound
from coterie.events.model import EventSpec
from coterie.scenarios import playbook as playbooks
from coterie.scenarios.playbook import Playbook
from coterie.testing import House

HEAD = "version: 1\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "version"),
        ("- version", "version"),
        ("wine", "version"),
        ("name: x", "version"),
        ("version: 2", "version"),
        ("version: one", "version"),
        (HEAD + "name: 5", "name"),
        (HEAD + "title: {de: Wein}", "title"),
        (HEAD + "segmnts: {}", "segmnts"),
        (HEAD + "events: {name: X}", "events"),
        (HEAD + "events: [{item: wine_id}]", "events[0]"),
        (HEAD + "events: [{name: X}, {name: 5}]", "events[1].name"),
        (HEAD + "events: [{name: X, itm: y}]", "events[0]"),
        (HEAD + "topics: [{en: Wine}]", "topics[0]"),
        (HEAD + "scores: {activity: {Wine Rated: many}}", "scores.activity[...]"),
        (HEAD + "scores: {half_life: 14d}", "scores"),
        (HEAD + "templates: [{name: x}]", "templates[0]"),
        (HEAD + "segments: [a]", "segments"),
        (HEAD + "segments: {a: {title: {en: A}}}", "segments.a"),
        (HEAD + "segments: {a: {rule: everyone}}", "segments.a.rule"),
        (HEAD + "segments: {Bad Name: {rule: {everyone: true}}}", "segments.Bad Name"),
        (HEAD + "communities: {a: b}", "communities.a"),
        (HEAD + "journeys: [a]", "journeys"),
        ("version: 1\n  name: x", "line 2"),
        ("version: 1\nname: x\nname: y", "line 3"),
    ],
)
def test_what_is_no_playbook_is_refused_at_its_path(text: str, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        playbooks.read(text)
    assert caught.value.path == path


def test_a_shipped_playbook_is_found_by_its_name_and_a_file_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(playbooks.found("ladder").journeys) == ["to-intermediate", "to-advanced"]
    (tmp_path / "ladder").write_text(HEAD + "name: mine")
    assert playbooks.found("ladder").name == "mine"
    for name in ("chain", "chain.yaml"):
        with pytest.raises(NotFound):
            playbooks.found(name)


def test_a_playbook_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nname: 知味\nsegments: {all: {rule: {everyone: true}}}\n", "utf-8")
    found = playbooks.from_file(file)
    assert (found.name, list(found.segments)) == ("知味", ["all"])
    file.write_bytes(b"version: 1\nname: \xff\n")
    with pytest.raises(Invalid, match="is not UTF-8"):
        playbooks.from_file(file)
    for missing in (tmp_path / "no.yaml", tmp_path):
        with pytest.raises(NotFound):
            playbooks.from_file(missing)


def test_only_what_is_shipped_is_found_by_name() -> None:
    assert playbooks.shipped("wine").name == "wine"
    for name in ("nosuch", "wine-items.map.yaml", ""):
        with pytest.raises(NotFound):
            playbooks.shipped(name)


# --- applied


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-01T00:00:00Z") as made:
        yield made


def apply(house: House, playbook: Playbook) -> None:
    with house._edit() as work:
        playbooks.furnish(work, house.app, playbook)
        playbooks.open_doors(work, house.app, playbook)
    house.settle()


def state(house: House) -> dict[str, Any]:
    """All that a second application could change."""
    with house._look() as work:
        app = house.app
        return {
            "segments": {one.slug: (one.version, one.size) for one in app.segments.all(work)},
            "members": {
                one.slug: sorted(app.segments.members(work, one.slug))
                for one in app.segments.all(work)
            },
            "journeys": {one.slug: one.version for one in app.journeys.all(work)},
            "weights": app.scores.weights(work),
            "topics": app.catalog.topics(work),
            "templates": app.messaging.templates(work),
            "specs": app.log.specs(work),
            "funnels": {
                one.slug: asdict(app.communities.funnel(work, one.slug))
                for one in app.communities.communities(work)
            },
            "facts": app.log.counts(work),
        }


def rate(house: House, person: str, *wines: str) -> None:
    house.receive(
        [
            {"type": "track", "userId": person, "event": "Wine Rated",
             "properties": {"wine_id": wine}}
            for wine in wines
        ]
    )  # fmt: skip


def test_the_shipped_playbook_applied_twice_changes_nothing(house: House) -> None:
    shipped = playbooks.shipped("wine")
    for number in range(8):
        house.define_item(f"i{number}", "wine", ["wine/italy", "type/red"])
        house.define_item(f"s{number}", "wine", ["wine/france", "type/sparkling"])
    with house._edit() as work:
        playbooks.furnish(work, house.app, shipped)
    for number in range(30):
        house.consent(f"u{number}")
        rate(house, f"u{number}", *(f"i{wine}" for wine in range(1 + number % 8)))
        rate(house, f"u{number}", *(f"s{wine}" for wine in range(1 + number % 6)))
    apply(house, shipped)
    first = state(house)
    assert first["segments"]["italy-lovers"][1] > 0
    assert first["funnels"]["italy"]["invited"] > 0
    assert set(first["journeys"]) == {"next-level", "win-back"}
    assert first["specs"]["Wine Rated"] == EventSpec("Wine Rated", "wine_id")
    assert first["weights"].activity.weights["Wine Rated"] == 5
    apply(house, shipped)
    assert state(house) == first


def test_a_changed_playbook_changes_what_it_says_anew(house: House) -> None:
    shipped = playbooks.shipped("wine")
    apply(house, shipped)
    before = state(house)
    text = (Path(playbooks.__file__).parent / "playbooks" / "wine.yaml").read_text("utf-8")
    apply(house, playbooks.read(text.replace('count: {">=": 10}', 'count: {">=": 2}')))
    rate(house, "ada", "w1", "w2")
    after = state(house)
    assert after["segments"].pop("tasters") == (2, 1)
    assert before["segments"].pop("tasters") == (1, 0)
    assert {slug: version for slug, (version, _) in after["segments"].items()} == {
        slug: version for slug, (version, _) in before["segments"].items()
    }
    assert after["journeys"] == before["journeys"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("segments: {a: {rule: {did: X, withn: 30d}}}", "did.withn"),
        ("scores: {activity_half_life: soon}", "scores.activity_half_life"),
        ("topics: [{path: a b}]", "topics[0].path"),
        ("journeys: {a: {entry: {event: X}, start: no, nodes: {}}}", "nodes"),
    ],
)
def test_a_fault_found_when_it_is_applied_leaves_nothing(
    house: House, text: str, path: str
) -> None:
    before = state(house)
    good = "events: [{name: X, item: y}]\ntemplates: [{name: t, text: T}]\n"
    with pytest.raises(Invalid) as caught:
        apply(house, playbooks.read(HEAD + good + text))
    assert caught.value.path.endswith(path)
    assert state(house) == before


def test_new_weights_move_people_at_once(house: House) -> None:
    house.define_segment("lively", {"trait": "scores.activity", "op": ">=", "value": 50})
    rate(house, "ada", "i1")
    assert house.members("lively") == set()
    apply(house, playbooks.read(HEAD + "scores: {activity: {Wine Rated: 60}}"))
    assert house.members("lively") == {"ada"}
