"""A real browser at a real house: Chromium on a served copy of the small wine house."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome")
     if (found := shutil.which(name))), None,
)  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000
"""Milliseconds that anything on a page may take to come."""


@dataclass
class Task:
    """Something an operator does by hand: presses and keys are counted, as is the time it took.

    Typing and choosing in a list count as one press each, since the field must be pressed first.
    """

    name: str
    page: Page
    clicks: int = 0
    keys: int = 0
    started: float = field(default_factory=monotonic)

    def click(self, place: Locator) -> None:
        """Press something."""
        self.clicks += 1
        place.click()

    def type(self, place: Locator, text: str) -> None:
        """Press a field and type into it, in place of what stood there."""
        self.clicks += 1
        self.keys += len(text)
        place.click()
        place.fill(text)

    def select(self, place: Locator, value: str) -> None:
        """Choose from a list."""
        self.clicks += 1
        place.select_option(value)

    def press(self, key: str) -> None:
        """Press a key; keys are not counted as clicks."""
        self.keys += 1
        self.page.keyboard.press(key)

    def done(self) -> None:
        """Keep the figures where ``COTERIE_TASKS`` names a folder; see scripts/measure_tasks.py."""
        folder = os.environ.get("COTERIE_TASKS")
        if folder:
            seconds = round(monotonic() - self.started, 1)
            figures = {
                "name": self.name, "clicks": self.clicks, "keys": self.keys, "seconds": seconds
            }  # fmt: skip
            Path(folder, f"{self.name}.json").write_text(json.dumps(figures))


@dataclass
class Visit:
    """One browser at one house, which is served from a folder of its own."""

    page: Page
    url: str
    folder: Path

    def open(self, path: str) -> None:
        """Go to a page; it must answer well."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.ok, (path, answer.status)

    def task(self, name: str) -> Task:
        """Begin something whose presses are counted; ``name`` is its file's."""
        return Task(name, self.page)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a file's tests.

    Not for the session: while Playwright runs, its event loop does, and no other test of this
    process could run one.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it (apt-get install chromium) to run this")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def command() -> Iterator[int]:
    """The port of a process that has loaded the command: whoever runs it there need not wait."""
    program = [sys.executable, str(Path(__file__).with_name("warm.py"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


@contextmanager
def running(command: int, *arguments: str, **environment: str) -> Iterator[tuple[int, IO[str]]]:
    """Run the command; yields its process's number, and what it prints until it ends."""
    with socket.create_connection(("127.0.0.1", command)) as process, process.makefile() as printed:
        process.sendall(json.dumps([arguments, environment]).encode() + b"\n")
        yield int(printed.readline()), printed


def serve(command: int, folder: Path) -> Iterator[str]:
    """Serve a folder with the real command on a free port, and yield the address."""
    with running(command, "up", "--data", str(folder), "--port", "0") as (number, printed):
        said = printed.readline()
        assert "http://" in said, said + printed.read()
        yield said.split()[3]
        os.kill(number, signal.SIGINT)
        printed.read()


@pytest.fixture
def house_folder(wine_template: Path, tmp_path: Path) -> Path:
    """The small wine house, for this test alone."""
    return Path(shutil.copytree(wine_template, tmp_path / "house"))


@pytest.fixture
def house_url(command: int, house_folder: Path) -> Iterator[str]:
    """Where that house is served."""
    yield from serve(command, house_folder)


@pytest.fixture
def visit(chromium: Browser, house_url: str, house_folder: Path) -> Iterator[Visit]:
    """A Chinese operator at her desk."""
    with chromium.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 900}, timezone_id="Asia/Shanghai"
    ) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield Visit(page, house_url, house_folder)
        assert not faults, faults
