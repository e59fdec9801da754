"""The reference says all that the code has: each setting, command, node, operator, code, page."""

import ast
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from coterie.cli import EXIT_CODES, cli
from coterie.events.calls import MAX_EVENT_BYTES, MAX_MESSAGE_ID, MAX_NAME
from coterie.events.decode import MAX_DEPTH
from coterie.events.wire import MAX_BODY_BYTES, MAX_EVENTS, MAX_SHARED_BYTES
from coterie.journeys.nodes import KEYS as NODE_KEYS
from coterie.journeys.parse import ENTRIES
from coterie.journeys.parse import KEYS as JOURNEY_KEYS
from coterie.messaging.model import Reason
from coterie.profiles.pii import IDENTIFYING
from coterie.segments.language.conditions_parse import OPERATORS
from coterie.segments.language.events_parse import CALENDAR_UNITS, COMPARISONS
from coterie.segments.language.schema import json_schema
from coterie.testing import House
from coterie.web.routes import COLLECTORS, DESK, READERS
from docs.pages import DOCS, ROOT, table

REFERENCE = DOCS / "reference"
SOURCE = ROOT / "src" / "coterie"


def read(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def spans(page: str) -> set[str]:
    """Return everything that a page sets as code within its text."""
    return set(re.findall(r"`([^`\n]+)`", read(page)))


def test_what_is_made_from_the_code_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "write_reference.py"))
    for path, text in script["made"]().items():
        assert path.read_text(encoding="utf-8") == text, f"run {script['__file__']}"


def test_every_command_and_option_is_named() -> None:
    commands = {
        row[0].strip("`").partition(" ")[2] for row in table(REFERENCE / "cli.md", "command")
    }
    options = {row[0].strip("`"): row[1] for row in table(REFERENCE / "cli.md", "option")}
    found = dict(_walk(get_command(cli), ""))
    assert {re.sub(r" [A-Z_]+$", "", name) for name in commands} == {*found, "--version"}
    for name, command in found.items():
        for one in command.params:
            for option in [text for text in one.opts if text.startswith("--")]:
                assert option in options, option
                assert options[option] == "all" or f"`{name}`" in options[option], (name, option)
    for option, where in options.items():
        for name in re.findall(r"`([^`]+)`", where):
            taken = {text for one in found[name].params for text in one.opts}
            assert option in taken, (name, option)


def _walk(command: Any, name: str) -> Any:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from _walk(inner, f"{name} {word}".strip())


def test_every_exit_code_is_told() -> None:
    rows = table(REFERENCE / "errors.md", "error")
    told = {row[0].strip("`"): row[3] for row in rows}
    assert {kind.__name__: str(code) for kind, code in EXIT_CODES}.items() <= told.items()
    codes = {row[0] for row in table(REFERENCE / "cli.md", "exit code")}
    assert codes == {"0", "1", *(str(code) for _, code in EXIT_CODES)}


def test_every_error_code_is_told() -> None:
    told = spans("errors.md")
    assert {code for path in SOURCE.rglob("*.py") for code in _codes(path)} - told == set()


def _codes(path: Path) -> set[str]:
    """Return the codes that a file gives to errors: ``code="..."``, and those of its classes."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "code":
            found |= _texts(node.value)
        if isinstance(node, ast.ClassDef) and _is_error(node):
            for part in node.body:
                if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == "code":
                    found |= _texts(part.value)
    return found - {"error"}


def _is_error(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) for base in node.bases)


def _texts(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_every_code_of_the_collectors_is_told() -> None:
    told = spans("ingest.md")
    codes = {code for name in ("calls", "decode", "wire", "errors") for code in
             _codes(SOURCE / "events" / f"{name}.py")}  # fmt: skip
    assert codes - told == {"unknown_call"}


def test_the_limits_are_told() -> None:
    text = read("ingest.md")
    for limit in (MAX_EVENT_BYTES, MAX_BODY_BYTES, MAX_EVENTS, MAX_SHARED_BYTES):
        assert f"{limit:,}" in text
    for limit in (MAX_MESSAGE_ID, MAX_NAME):
        assert f"{limit} characters" in text
    assert f"{MAX_DEPTH} levels" in text


def test_every_node_of_rules_has_an_example() -> None:
    shapes = json_schema()["$defs"]["rule"]["oneOf"]
    nodes = {next(iter(shape["required"])) for shape in shapes if "required" in shape} | {"trait"}
    needed = {"is", "has", "window", "within"}
    measures = {key for shape in shapes for key in shape.get("required", ())} - nodes - needed
    rows = table(REFERENCE / "rules.md", "node")
    named = {row[0].replace("`", "") for row in rows}
    assert named == nodes | {f"did with {measure}" for measure in measures}
    for name, example, _meaning in rows:
        for word in re.findall(r"`(\w+)`", name):
            assert f'"{word}"' in example


def test_every_operator_has_an_example() -> None:
    rows = table(REFERENCE / "rules.md", "operator")
    assert {row[0].strip("`") for row in rows} == set(OPERATORS)
    for name, example, _meaning in rows:
        assert json.loads(example.strip("`"))["op"] == name.strip("`")


def test_windows_units_and_comparisons_have_examples() -> None:
    text = read("rules.md")
    shapes = json_schema()["$defs"]["rule"]["oneOf"]
    common = next(shape for shape in shapes if shape.get("required") == ["did"])["properties"]
    named = {row[0].strip("`") for row in table(REFERENCE / "rules.md", "key")}
    assert set(common) - {"did", "count", "same_key"} == named
    for word in (*COMPARISONS, "between"):
        assert f'"{word}": ' in text
    assert set(CALENDAR_UNITS) <= spans("rules.md")
    assert spans("rules.md") & spans("events.md") >= IDENTIFYING


def test_every_key_of_journeys_is_told() -> None:
    page = REFERENCE / "journeys.md"
    assert {row[0].strip("`") for row in table(page, "key")} == set(JOURNEY_KEYS)
    told = {row[0].strip("`"): row[1] for row in table(page, "`do`")}
    assert set(told) == set(NODE_KEYS)
    for kind, (required, optional) in NODE_KEYS.items():
        assert set(re.findall(r"(?<!\*)`(\w+)`", told[kind])) == set(required), kind
        assert set(re.findall(r"\*`(\w+)`\*", told[kind])) == set(optional), kind
    entries = [row[0] for row in table(page, "entry")]
    for (kind, others), told_entry in zip(ENTRIES.items(), entries, strict=True):
        assert set(re.findall(r"(\w+):", told_entry)) == {kind, *others}


def test_every_reason_is_told() -> None:
    assert {reason.value for reason in Reason} <= spans("journeys.md")
    held = {row[0].strip("`") for row in table(REFERENCE / "journeys.md", "reason")}
    assert held <= {reason.value for reason in Reason}


def test_every_fact_is_told() -> None:
    told = spans("events.md")
    with House(holdout=0) as house:
        house.define_template("t", text="Hello")
        house.define_segment("s", {"everyone": True})
        inviting = {"channel": "sandbox", "template": "t"}
        house.define_community("c", {
            "title": "T", "promise": "P", "segment": "s", "invitation": inviting
        })  # fmt: skip
        house.define_journey("j", {
            "entry": {"segment": "s"}, "start": "a",
            "nodes": {"a": {"do": "message", "channel": "sandbox", "template": "t",
                            "touch": "service", "then": "end"}},
        })  # fmt: skip
        house.receive([{"type": "identify", "userId": "u", "traits": {"city": "Rome"}}])
        house.consent("u")
        house.advance(hours=12)
        house.answer_invitation("u", "c", accept=True)
        facts = house.facts()
    assert {fact.event for fact in facts} <= told
    assert {"coterie.community.joined", "coterie.journey.exited"} <= {fact.event for fact in facts}
    for name, properties in ((fact.event, fact.properties) for fact in facts):
        row = next(row for row in table(REFERENCE / "events.md", "fact") if f"`{name}`" in row[0])
        assert set(properties) - set(re.findall(r"`(\w+)`", row[1])) == set(), name


def test_every_address_is_told() -> None:
    pages = (REFERENCE / "http-api.md", REFERENCE / "desk.md")
    told = {row[0].strip("`") for page in pages for row in table(page, "address")}
    told = {text for row in told for text in row.replace("`", "").split(", ")}
    routers = (*COLLECTORS, *READERS, *DESK)
    routes = [route for router in routers for route in router.routes]
    paths = {
        (method, getattr(route, "path", ""))
        for route in routes
        for method in getattr(route, "methods", set()) - {"HEAD"}
    }
    shapes = {_shape(text) for text in told}
    for method, path in paths:
        if path.startswith("/v1/"):
            path = "/v1/{call}"
        shape = re.sub(r"\{[^}]+\}", "X", path)
        assert {f"{method} {shape}", shape} & shapes, (method, path)


def _shape(text: str) -> str:
    """Write an address of a page as the application does: what varies is X."""
    return re.sub(r"/\.\.\.$", "", re.sub(r"(?<=/)[A-Z_]{2,}", "X", text))


@pytest.mark.parametrize("name", ["coterie.db", "inbox.db", "master.key"])
def test_every_file_of_a_folder_is_told(name: str, tmp_path: Path) -> None:
    with House(path=tmp_path) as house:
        house.receive([{"type": "track", "userId": "u", "event": "E"}])
        found = {path.name for path in tmp_path.iterdir()}
    assert name in found
    told = " ".join(row[0] for row in table(REFERENCE / "files.md", "file"))
    assert {file for file in found if file not in told} == set()
