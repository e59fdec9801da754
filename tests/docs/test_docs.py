"""What the documentation shows is true: links lead somewhere, examples run and parse."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.main import get_command
from typer.testing import CliRunner

from coterie.app import open_app
from coterie.cli import cli
from coterie.core import document
from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid
from coterie.journeys.schema import json_schema as journeys_schema
from coterie.roads.mapping import parse_map
from coterie.scenarios import playbook
from coterie.segments.language.parse import parse
from coterie.segments.language.schema import json_schema as rules_schema
from coterie.settings import Settings
from coterie.testing import House
from docs.pages import DOCS, PAGES, ROOT, Block, anchors, blocks, links, name_of, table

ZONE = ZoneInfo("Asia/Shanghai")
RULES = Draft202012Validator(rules_schema())
JOURNEYS = Draft202012Validator(journeys_schema())
RULE_SPAN = re.compile(r"`(\{\"(?:[^`]*)\})`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert ROOT in target.parents
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_no_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/(?:work|home|root|Users)/", text)


def test_the_index_names_every_page() -> None:
    index = DOCS / "README.md"
    named = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {page for page in DOCS.rglob("*.md") if page != index}
    assert {name_of(page) for page in pages - named} == set()


@pytest.mark.parametrize("block", blocks("python", "run"), ids=str)
def test_python_runs(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _save_playbooks(block.page, tmp_path)
    code = compile(block.text, str(block), "exec")
    made: dict[str, Any] = {"__name__": "docs_example"}
    exec(code, made)
    for name, value in list(made.items()):
        if name.startswith("test_") and callable(value):
            value()


@pytest.mark.parametrize("block", blocks("yaml", "map"), ids=str)
def test_maps_parse(block: Block) -> None:
    parse_map(yaml.safe_load(block.text))


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A house with what the examples name."""
    with House() as made:
        for name in ("hello", "offer", "invitation"):
            made.define_template(name, text="Hello")
        for name in ("sleeping", "pasta-readers"):
            made.define_segment(name, {"not": {"everyone": True}})
        yield made


@pytest.mark.parametrize("block", blocks("yaml", "journey"), ids=str)
def test_journeys_can_be_defined(block: Block, house: House) -> None:
    JOURNEYS.validate(document.read(block.text))
    house.define_journey(f"example-{block.line}", block.text)


@pytest.mark.parametrize("block", blocks("yaml", "community"), ids=str)
def test_communities_can_be_defined(block: Block, house: House) -> None:
    house.define_community(f"example-{block.line}", yaml.safe_load(block.text))


@pytest.mark.parametrize("block", blocks("yaml", "playbook"), ids=str)
def test_playbooks_are_applied_and_change_nothing_twice(block: Block, tmp_path: Path) -> None:
    book = playbook.read(block.text)
    file = tmp_path / f"{book.name}.yaml"
    file.write_text(block.text, encoding="utf-8")
    told = [_apply(file, tmp_path / "shop") for _ in range(2)]
    assert told[0] == told[1]
    printed, *defined = told[0]
    assert printed == "".join(f"{slug}  0\n" for slug in book.segments)
    assert defined == [
        dict.fromkeys(part, 1) for part in (book.segments, book.communities, book.journeys)
    ]


def _apply(file: Path, folder: Path) -> tuple[str, dict[str, int], dict[str, int], dict[str, int]]:
    """Run ``coterie apply``; return what it printed, and what the house then has by version."""
    made = CliRunner().invoke(cli, ["apply", str(file), "--data", str(folder)])
    assert made.exit_code == 0, made.exception
    app = open_app(Settings(data=folder))
    with app.db.read(COMMAND, app.clock.now()) as work:
        segments = {one.slug: one.version for one in app.segments.all(work)}
        communities = {one.slug: 1 for one in app.communities.communities(work)}
        journeys = {one.slug: one.version for one in app.journeys.all(work)}
    app.close()
    return made.stdout, segments, communities, journeys


def test_what_is_applied_stands_on_its_page() -> None:
    books = {(one.page, playbook.read(one.text).name) for one in blocks("yaml", "playbook")}
    applied = {
        (block.page, Path(words[1]).stem)
        for block in blocks("bash")
        for words in _commands(block.text)
        if words[:1] == ["apply"]
    }
    assert applied >= books
    ours = {file.stem for file in (Path(playbook.__file__).parent / "playbooks").glob("*.yaml")}
    assert {name for _page, name in applied} - ours == {name for _page, name in books}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", blocks("json", "rule", "rule-in-journey"), ids=str)
def test_rules_parse(block: Block) -> None:
    _check_rule(json.loads(block.text), in_journey=block.mark == "rule-in-journey")


@pytest.mark.parametrize("page", ["reference/rules.md", "how-to/write-a-segment.md"])
def test_rules_in_the_text_parse(page: str) -> None:
    found = RULE_SPAN.findall((DOCS / page).read_text(encoding="utf-8"))
    rules = [json.loads(text) for text in found if "..." not in text]
    assert rules
    for rule in rules:
        _check_rule(rule, in_journey=False)


@pytest.mark.parametrize("block", blocks("bash"), ids=str)
def test_commands_and_their_options_exist(block: Block) -> None:
    for words in _commands(block.text):
        command: Any = get_command(cli)
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        options = {name for one in command.params for name in getattr(one, "opts", ())}
        options |= {"--help", "--version"}
        assert not hasattr(command, "commands") or words[:1] in ([], ["--version"], ["--help"])
        assert {word for word in words if word.startswith("--")} <= options, words


def test_the_tables_of_maps_are_complete() -> None:
    text = (DOCS / "reference" / "import-maps.md").read_text(encoding="utf-8")
    for kind in ("events", "profiles", "items"):
        try:
            parse_map({"kind": kind, "no such key": ""})
        except Invalid as error:
            known = error.hint.partition(" has ")[2].split(", ")
            assert [key for key in known if not re.search(rf"\b{key}\b", text)] == []


def test_the_tables_of_playbooks_are_complete() -> None:
    rows = table(DOCS / "reference" / "playbooks.md", "section")
    named = set(re.findall(r"`(\w+)`", " ".join(row[0] for row in rows)))
    assert named == {"version", "title", *playbook.Playbook.__dataclass_fields__}
    parts = {
        "events": playbook.EventPart,
        "topics": playbook.TopicPart,
        "scores": playbook.ScorePart,
        "templates": playbook.TemplatePart,
        "segments": playbook.SegmentPart,
    }
    for section, part in parts.items():
        [told] = [row[1] for row in rows if row[0] == f"`{section}`"]
        assert set(part.__struct_fields__) <= set(re.findall(r"`(\w+)`", told)), section


def _save_playbooks(page: Path, folder: Path) -> None:
    """Write the playbooks of a page to files called as they are."""
    for block in blocks("yaml", "playbook"):
        if block.page == page:
            file = folder / f"{playbook.read(block.text).name}.yaml"
            file.write_text(block.text, encoding="utf-8")


def _check_rule(rule: Mapping[str, Any], *, in_journey: bool) -> None:
    parse(rule, ZONE, in_journey=in_journey)
    RULES.validate(rule)


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the words after ``coterie`` of every command line, without comments."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"[|;&]|\$\(", line.partition(" #")[0]):
            words = part.strip().rstrip(")").split()
            while words and "=" in words[0]:
                words.pop(0)
            if words and words[0].rpartition("/")[2] == "coterie":
                yield words[1:]
