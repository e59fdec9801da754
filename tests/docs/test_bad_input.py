"""Every row of docs/reference/bad-input.md is tried on a real house; every check has its row."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from coterie.testing import House
from docs import definition_checks, file_checks, http_checks
from docs.pages import DOCS, table
from docs.town import Answer, Check, Town

DOORS: Mapping[str, Mapping[str, Check]] = {
    "collector": http_checks.COLLECTORS,
    "JSON API": http_checks.API,
    "page, form": http_checks.FORMS,
    "sign-in": http_checks.SIGN_IN,
    "rule": definition_checks.RULES,
    "journey": definition_checks.JOURNEYS,
    "community": definition_checks.COMMUNITIES,
    "template": definition_checks.TEMPLATES,
    "poll": definition_checks.POLLS,
    "playbook": definition_checks.PLAYBOOKS,
    "import file": file_checks.FILES,
    "import map": file_checks.MAPS,
    "setting": file_checks.SETTINGS,
    "command line": file_checks.COMMANDS,
}
ROWS = {row[0].strip("`"): row for row in table(DOCS / "reference" / "bad-input.md", "id")}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Town]]:
    """A town for each door, built when it is first asked for: one door's checks share it."""
    with ExitStack() as stack:
        yield _Towns(stack, tmp_path_factory)


class _Towns(dict[str, Town]):
    def __init__(self, stack: ExitStack, folders: pytest.TempPathFactory) -> None:
        super().__init__()
        self._stack = stack
        self._folders = folders

    def __missing__(self, door: str) -> Town:
        folder: Path = self._folders.mktemp("town")
        house = self._stack.enter_context(House(at="2026-01-01T00:00:00Z", requests_per_second=100))
        self[door] = Town(house, folder, self._stack.enter_context(pytest.MonkeyPatch.context()))
        return self[door]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_door_answers_as_its_row_says(name: str, towns: dict[str, Town]) -> None:
    _id, door, _wrong, said, kept = ROWS[name]
    assert name in DOORS.get(door, {}), f"{name} has no check among those of {door!r}"
    assert DOORS[door][name](towns[door]) == Answer(said.replace("`", ""), kept)


@pytest.mark.parametrize("door", DOORS)
def test_every_check_has_its_row(door: str) -> None:
    written = {name for name, row in ROWS.items() if row[1] == door}
    assert written == set(DOORS[door])
