"""Start a PostgreSQL of one's own for tests: in a temp folder, on a free port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

from sqlalchemy import create_engine, text

from coterie.core.errors import Unavailable

_NOBODY = ("postgres", "nobody")
_OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off "
    "-c autovacuum=off"  # it would look at every database of the server by turns
)


def find_binaries() -> Path | None:
    """Find the folder with ``initdb`` and ``pg_ctl``: on the path or in Debian's place."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


class PostgresServer:
    """A PostgreSQL server for as long as the ``with`` block lasts.

    As root it runs as an unprivileged user, because ``initdb`` refuses root. ``settings`` are
    settings of the server beside its own, by name. Raises Unavailable when the machine has no
    PostgreSQL.
    """

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise Unavailable(
                "no PostgreSQL found: install it (on Debian: apt-get install postgresql)"
            )
        self._binaries = binaries
        self._settings = "".join(f" -c {name}={value}" for name, value in settings.items())
        self._folder = Path(tempfile.mkdtemp(prefix="coterie-postgres-"))
        self._user = _unprivileged()
        self.port = _free_port()

    def __enter__(self) -> "PostgresServer":
        """Create the cluster and start it."""
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-U", "coterie", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-p {self.port} -k {self._folder} {_OPTIONS}{self._settings}"
        log = self._folder / "log"
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(log), "-o", options, "start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, template: str = "template1") -> str:
        """Create a database and return its URL: empty, or a copy of the one named ``template``."""
        name = f"coterie_{uuid.uuid4().hex}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        engine.dispose()
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://coterie@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *arguments],
            check=True,
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self._folder)},
        )


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _NOBODY if name in known), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
