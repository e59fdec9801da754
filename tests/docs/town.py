"""A house with every door open, and what each door answered: for the table of bad input."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx2 import Response
from typer.testing import CliRunner

from coterie import cli
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.errors import CoterieError, Invalid
from coterie.scenarios import playbook
from coterie.settings import Settings
from coterie.storage.work import Work
from coterie.testing import House
from coterie.web.server import create_app

JSON = {"content-type": "application/json"}
PASSWORD = "a vineyard in Piedmont"


@dataclass(frozen=True)
class Answer:
    """What a door said, and what is kept of what was sent."""

    said: str
    kept: str


class Town:
    """A house, a visitor on its machine, and a folder for the command line."""

    def __init__(self, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house = house
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.files = 0
        app = create_app(house.app)
        self.visitor = TestClient(
            app, base_url="http://localhost", client=("127.0.0.1", 50_000), follow_redirects=False
        )
        with self.work() as work:
            self.key = house.app.keys.new(work, "shop")
        house.define_item("read-me")
        house.define_segment("everybody", {"everyone": True})
        house.define_template("hello", text="Hello")
        house.define_template("by-mail", channel="email", text="Hello")

    def work(self) -> Any:
        return self.house.app.db.begin(COMMAND, self.house.app.clock.now())

    def census(self) -> tuple[int, int, tuple[Any, ...]]:
        """Count the events of the log and the quarantine, and note what is defined."""
        self.house.settle()
        app = self.house.app
        with self.work() as work:
            events = sum(n for name, n in app.log.counts(work).items() if name[:8] != "coterie.")
            defined = (
                [(one.slug, one.version) for one in app.segments.all(work)],
                [item.key for item in app.catalog.items(work)],
                [(one.slug, one.version) for one in app.journeys.all(work)],
                [one.slug for one in app.communities.communities(work)],
                [one.path for one in app.catalog.topics(work)],
            )
        return events, len(app.inbox.quarantined(1_000)), defined

    def _kept(self, before: tuple[int, int, tuple[Any, ...]]) -> str:
        events, quarantined, defined = self.census()
        new, refused = events - before[0], quarantined - before[1]
        if defined != before[2]:
            return "all of it"
        if new and refused:
            return "the others; it lies in quarantine"
        if refused:
            return "it lies in quarantine"
        return "all of it" if new else "nothing"

    # --- over HTTP

    def collect(self, call: str, body: Any, **options: Any) -> Answer:
        """Send to a collector, with the right key unless told otherwise."""
        options.setdefault("auth", (self.key, ""))
        return self.ask("POST", f"/v1/{call}", body, **options)

    def api(self, path: str, body: Any, **options: Any) -> Answer:
        """Post JSON to the API, as the operator at this machine."""
        options.setdefault("headers", JSON)
        return self.ask("POST", f"/api/{path}", body, **options)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send any request; what is no text is sent as JSON."""
        if body is not None and not isinstance(body, bytes | str):
            body = json.dumps(body)
        before = self.census()
        response = self.visitor.request(method, path, content=body, **options)
        return Answer(_told(response), self._kept(before))

    def form(self, path: str, fields: Mapping[str, str], **options: Any) -> Answer:
        """Send a form of a page of ours, with its token."""
        page = self.visitor.get("/a/read-me")
        found = re.search(r'name="form_token" value="([^"]+)"', page.text)
        token = found[1] if found else ""
        before = self.census()
        response = self.visitor.post(path, data={**fields, "form_token": token}, **options)
        return Answer(_told(response), self._kept(before))

    # --- definitions, by the rooms' faces

    def define(self, change: Callable[[Work], Any]) -> Answer:
        """Try to define something in one unit of work."""
        before = self.census()
        said = "taken"
        try:
            with self.work() as work:
                change(work)
        except CoterieError as error:
            said = _refused(error)
        return Answer(said, self._kept(before))

    def journey(self, definition: Any) -> Answer:
        return self.define(lambda work: self.house.app.journeys.define(work, "j", definition))

    def community(self, **more: Any) -> Answer:
        given = {"slug": "c", "title": "Pasta", "promise": "A recipe a week", **more}
        return self.define(lambda work: self.house.app.communities.define(work, given))

    def template(self, text: str = "hello", **more: Any) -> Answer:
        made = playbook.Template(**{"name": "t", "text": text, **more})
        return self.define(lambda work: self.house.app.messaging.define_template(work, made))

    def playbook(self, text: str) -> Answer:
        def apply(work: Work) -> None:
            book = playbook.read(text)
            playbook.furnish(work, self.house.app, book)
            playbook.open_doors(work, self.house.app, book)

        return self.define(apply)

    # --- the command line

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run a command in this process, on the folder of this town."""
        given = list(sys.argv)
        with self.monkeypatch.context() as patch:
            patch.setenv("COTERIE_DATA", str(self.folder))
            for name, value in environment.items():
                patch.setenv(name, value)
            sys.argv[:] = ["coterie", *arguments]
            try:
                cli.main()
            except SystemExit as ended:
                return Answer(f"exit {ended.code or 0}", "nothing")
            finally:
                sys.argv[:] = given
        return Answer("exit 0", "all of it")

    def printed(self, *arguments: str) -> str:
        """Run a command that succeeds on the folder of this town, and return what it printed."""
        given = {"COTERIE_DATA": str(self.folder)}
        done = CliRunner().invoke(cli.cli, arguments, env=given, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def report(self) -> int:
        """Count the events in the folder of the command line."""
        app = open_app(Settings(data=self.folder))
        try:
            with app.db.read(COMMAND, 0) as work:
                return sum(app.log.counts(work).values())
        finally:
            app.close()

    def file(self, name: str, content: str | bytes) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def import_(
        self, content: str | bytes, name: str = "rows.csv", **more: Any
    ) -> tuple[Answer, str]:
        """Write a file and a map of events, and import it; also return what was printed."""
        given = {"kind": "events", "event": {"value": "Wine Rated"}, "user_id": "uid", **more}
        map_file = self.file("map.yaml", yaml.safe_dump(given))
        return self.run("import", self.file(name, content), "--map", map_file), map_file


Check = Callable[[Town], Answer]
"""Tries one bad input on a town."""


def _told(response: Response) -> str:
    if "json" not in response.headers.get("content-type", ""):
        code = re.search(r'<p class="text-quiet text-sm">(\w+)</p>', response.text)
        return f"{response.status_code}{f' {code[1]}' if code else ''}, a page"
    body = response.json()
    if response.status_code == 200 and body.get("refused"):
        return f"200, refused: {body['refused'][0]['code']}"
    code = f" {body['code']}" if isinstance(body, dict) and "code" in body else ""
    path = f" at {body['path']}" if isinstance(body, dict) and "path" in body else ""
    return f"{response.status_code}{code}{path}"


def _refused(error: CoterieError) -> str:
    path = error.path if isinstance(error, Invalid) else ""
    return f"{type(error).__name__} {error.code}" + (f" at {path}" if path else "")
