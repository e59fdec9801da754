"""How long the server takes for each page of the desk, at the size of the house in a folder.

    coterie demo --once --data demo
    python bench/console.py --data demo
    python bench/console.py --data large --find "user 1234567" --find 13800138000

Each page is asked for over real HTTP on loopback, one request at a time. ``ratio`` is the page's
median against that of ``/health`` in the same run, the least that any answer costs. ``--find``
names what is searched for on People; the person found first is opened, with her timeline.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import httpx2
from rich.console import Console
from rich.table import Table

from coterie.web.nav import NAV

COTERIE = Path(sys.executable).with_name("coterie")
ROOMS = [link.address for section in NAV for link in section.links]
INSIDE = {
    "/people": "/people/",
    "/segments": "/segments/",
    "/topics": "/topics/",
    "/communities": "/communities/",
    "/journeys": "/journeys/",
    "/messages": "/messages/",
    "/items": "/items/",
}
"""A room, and how the address of a page inside it begins; the first one linked is measured."""

TIMELINE = "/timeline"
MORE = ("/segments/new", "/events/quarantine", "/imports/new", "/broadcasts/new", "/find?q=a")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port for the length of the measurement."""
    command = [str(COTERIE), "up", "--data", str(folder), "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.split()[3]
        process.terminate()


def first_inside(page: str, prefix: str) -> str | None:
    """Return the first address in a page's main part that begins with a prefix."""
    main = page.partition("<main")[2]
    for part in main.split('href="')[1:]:
        address = part.partition('"')[0]
        inside = address.removeprefix(prefix)
        if inside != address and inside and not inside.startswith(("new", "?")):
            return address.replace("&amp;", "&")
    return None


def measure(browser: httpx2.Client, address: str, rounds: int) -> list[float]:
    """Return the milliseconds of each round, after one to warm up."""
    times = []
    for number in range(rounds + 1):
        started = perf_counter()
        answer = browser.get(address)
        took = (perf_counter() - started) * 1_000
        answer.raise_for_status()
        if number:
            times.append(took)
    return times


def found(browser: httpx2.Client, texts: list[str]) -> list[str]:
    """Return the searches for some texts, and the page and timeline of whom the first ones find."""
    addresses = []
    for text in texts:
        search = f"/people?q={quote(text)}"
        person = first_inside(browser.get(search).text, "/people/")
        addresses += [search, *([person, person + TIMELINE] if person else [])]
    return addresses


def inside(browser: httpx2.Client) -> list[str]:
    """Return every room, and of some a page inside."""
    addresses = [*ROOMS]
    for room, prefix in INSIDE.items():
        first = first_inside(browser.get(room).text, prefix)
        addresses += [first] if first else []
    return addresses


def main() -> None:
    """Print one row a page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="a house's folder")
    asked.add_argument("--rounds", type=int, default=50)
    asked.add_argument("--find", action="append", default=[], help="a name, id, phone or e-mail")
    given = asked.parse_args()
    table = Table("page", "median ms", "p90 ms", "worst ms", "ratio")
    with served(given.data) as url, httpx2.Client(base_url=url, timeout=60) as browser:
        floor = statistics.median(measure(browser, "/health", given.rounds))
        for address in [*found(browser, given.find), *inside(browser), *MORE]:
            times = sorted(measure(browser, address, given.rounds))
            median = statistics.median(times)
            p90 = times[int(len(times) * 0.9)]
            figures = (f"{median:.1f}", f"{p90:.1f}", f"{times[-1]:.1f}", f"{median / floor:.1f}")
            table.add_row(address.encode().decode(), *figures)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
