"""The house keeps its manners: what DESIGN.md asks of every file, checked on every file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "coterie"
TESTS = Path(__file__).parents[1]
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
MIGRATIONS = sorted(SOURCE.rglob("migrations/versions/*.py"))

MAY_SPEAK_SQL = {"storage"}
LOG_READERS = {
    "events/desk.py",
    "events/hot.py",
    "events/inbox_store.py",
    "events/lake.py",
    "events/layout.py",
    "events/seen_store.py",
    "segments/everyone/reader.py",
    "segments/everyone/compile.py",
}


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


LAZY = {
    ("cli.py", "coterie.serving"),
    ("cli.py", "coterie.commands.demonstrating"),
    ("cli.py", "coterie.commands.campaigning"),
}
"""What is loaded at the rim only when it is needed, since it is heavy: the web."""


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_keeps_the_manners(path: Path) -> None:
    """One test for all of them, since each file is read and parsed once."""
    text, name = path.read_text(), relative(path)
    tree = ast.parse(text)
    it_is_short_and_its_functions_are_shorter(text, tree)
    it_says_what_it_is(tree)
    no_import_hides_in_a_function(name, tree)
    only_stores_and_log_readers_speak_sql(name, tree)
    nothing_is_left_for_later(text)


def it_is_short_and_its_functions_are_shorter(text: str, tree: ast.Module) -> None:
    assert len(text.splitlines()) <= 400
    for function in functions(tree):
        assert function.end_lineno is not None
        assert function.end_lineno - function.lineno + 1 <= 80, function.name


def it_says_what_it_is(tree: ast.Module) -> None:
    docstring = ast.get_docstring(tree)
    assert docstring and docstring.splitlines()[0].rstrip().endswith((".", "?", ":", "!", ";", ","))


def no_import_hides_in_a_function(name: str, tree: ast.Module) -> None:
    for function in functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom) and (name, node.module) in LAZY:
                continue
            assert not isinstance(node, ast.Import | ast.ImportFrom), function.name


def only_stores_and_log_readers_speak_sql(name: str, tree: ast.Module) -> None:
    room, file = name.split("/")[0], name.split("/")[-1]
    if file == "store.py" or room in MAY_SPEAK_SQL or name in LOG_READERS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.module.split(".")[0] != "sqlalchemy" or name.startswith("testing/"), name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"exec_driver_sql"}, name


def nothing_is_left_for_later(text: str) -> None:
    for mark in ("TODO", "FIXME", "XXX", "NotImplementedError"):
        assert mark not in text


def test_every_room_introduces_itself() -> None:
    rooms = [path for path in SOURCE.iterdir() if path.is_dir() and any(path.glob("*.py"))]
    for room in rooms:
        text = (room / "__init__.py").read_text()
        tree = ast.parse(text)
        assert ast.get_docstring(tree), room.name
        if room.name != "testing":  # users import from its front door
            assert len(tree.body) == 1, f"{room.name}/__init__.py holds more than its docstring"


def test_no_test_pretends() -> None:
    banned = ("mock." + "patch", "Magic" + "Mock", "time." + "sleep(", "monkeypatch." + "setattr")
    for path in TESTS.rglob("*.py"):
        text = path.read_text()
        for word in banned:
            assert word not in text, f"{path}: {word}"


@pytest.mark.parametrize("path", MIGRATIONS, ids=relative)
def test_a_migration_is_short_and_says_when_it_was_made(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    assert re.fullmatch(r"\d{4}_\d\d_\d\d_\d{4}_(pre|post)_\w+\.py", path.name)
