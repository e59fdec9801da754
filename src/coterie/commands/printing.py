"""What the command line prints: JSON for programs, words and tables for people."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from coterie.roads.bulk import Imported
from coterie.roads.doctor.examination import in_english
from coterie.roads.doctor.model import Finding

PIPE_WIDTH = 100
out = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
err = Console(stderr=True, highlight=False)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """Show progress on a terminal; stay quiet in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda stage, share: bar.update(
            task, description=f"{title}: {stage}", completed=share
        )


def print_json(value: object) -> None:
    """Print a value for a program to read."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def of_import(report: Imported) -> dict[str, Any]:
    """Return an import's report as JSON tells it."""
    return {
        "kind": report.kind,
        "read": report.read,
        "accepted": report.accepted,
        "fresh": report.fresh,
        "sample": report.sample,
        "rejected": [
            {"row": one.row, "path": one.path, "reason": one.reason, "values": one.values}
            for one in report.rejected
        ],
    }


def print_import(report: Imported, dry_run: bool) -> None:
    """Tell what became of a file's rows, the rejected ones each with its reason."""
    if dry_run:
        for row in report.sample:
            print(json.dumps(row, ensure_ascii=False, default=str))
    for one in report.rejected:
        where = f" {one.path}" if one.path else ""
        print(f"row {one.row}{where}: {one.reason}")
    verb = "would be" if dry_run else "were"
    fresh = "" if dry_run else f", {report.fresh:,} of them new"
    print(
        f"{report.read:,} rows read, {report.accepted:,} {verb} taken{fresh}, "
        f"{len(report.rejected):,} stay out"
    )


_COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan", "ok": "green"}


def print_findings(findings: Sequence[Finding]) -> None:
    """Tell what the doctor found, the worst first, and what to do."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(min_width=7)
    table.add_column()
    for one in findings:
        text = Text(in_english(one, one.says))
        if one.do:
            text.append(f"\n→ {in_english(one, one.do)}", style="dim")
        table.add_row(Text(one.level, style=_COLOURS[one.level]), text)
    out.print(table)


def print_report(report: dict[str, Any]) -> None:
    """Tell the demo's numbers in the words of the trade."""
    out.print()
    out.print(
        f"[bold]{report['profiles']:,}[/] people, [bold]{report['events']:,}[/] events, "
        f"[bold]{report['items']:,}[/] items"
    )
    if report["simulated"]:
        out.print("[yellow]Consent and answers to invitations are simulated.[/]", soft_wrap=True)
    out.print(_table("Segments", ("", "people"), (
        (_title(slug, one), one["population"]) for slug, one in report["segments"].items()
    )))  # fmt: skip
    columns = ("eligible", "invited", "joined", "declined", "expired", "held_out")
    out.print(_table("Communities", ("", *columns), (
        (_title(slug, one), *(one[name] for name in columns))
        for slug, one in report["communities"].items()
    )))  # fmt: skip
    outcomes = ("entered", "sent", "held", "shadow")
    out.print(_table("Journeys", ("", *outcomes), (
        (_title(slug, one), *(one[name] for name in outcomes))
        for slug, one in report["journeys"].items()
    )))  # fmt: skip
    messages = report["messages"]
    out.print(_table("Messages", ("", "number"), messages["by_status"].items()))
    out.print(_table("Held, and why", ("", "number"), messages["held_by_reason"].items()))


def _title(slug: str, one: dict[str, Any]) -> str:
    return str(one["title"].get("en") or slug)


def _table(title: str, columns: tuple[str, ...], rows: Any) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for number, name in enumerate(columns):
        table.add_column(name.replace("_", " "), justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*(f"{part:,}" if isinstance(part, int) else str(part) for part in row))
    return table
