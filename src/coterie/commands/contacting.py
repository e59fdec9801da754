"""The commands of what WeCom holds: ``coterie wecom reconcile``."""

from threading import Event as Flag

import typer
from rich.progress import BarColumn, Progress, TextColumn

from coterie.app import App
from coterie.channels.wecom.mirror.syncs.model import Report
from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import err, print_json
from coterie.core.actor import COMMAND
from coterie.core.errors import Conflict, NotPermitted, Unavailable
from coterie.roads.contacts.runner import ContactsRunner
from coterie.roads.contacts.service import Contacts

wecom = typer.Typer(no_args_is_help=True, help="What WeCom holds, and whether we are in step.")

_ROUND = 0.3
"""Seconds between two looks at a reconcile that another process does."""


@wecom.callback()
def _wecom() -> None:
    return None


@wecom.command("reconcile")
def reconcile(data: Data = None, as_json: AsJson = False) -> None:
    """Look at all of WeCom, heal what callbacks lost, and say what differed.

    Where the house is being served, it does the work and this tells how far it is.
    """
    with opening.house(data=data) as app:
        if app.contacts is None:
            raise NotPermitted(
                "this house is not connected to WeCom: set wecom_corp_id and its keys"
            )
        try:
            with app.db.begin(COMMAND, app.clock.now()) as work:
                app.mirror.syncs.start(work)
        except Conflict:
            err.print("A reconcile runs already; waiting for its end.", markup=False)
        report = _follow(app, app.contacts)
    if as_json:
        print_json(report.as_json())
    else:
        _say(report)
    if report.sync.state != "done":
        raise Unavailable("not everything could be read: see above, or /wecom/sync")


def _follow(app: App, contacts: Contacts) -> Report:
    """Do the reconcile, or watch whoever does it, until it is over."""
    runner = ContactsRunner(contacts, app.clock)
    bars = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    try:
        with Progress(*bars, console=err) as progress:
            task = progress.add_task("reconciling", total=None)
            while True:
                more = runner.turn()
                with app.db.read(COMMAND, app.clock.now()) as work:
                    report = app.mirror.syncs.report(work)
                assert report is not None, "it was begun above"
                portions = sum(one.portions for one in report.progress)
                over = sum(one.over for one in report.progress)
                progress.update(task, total=portions, completed=over)
                if report.sync.state != "running":
                    return report
                if not more:
                    Flag().wait(_ROUND)
    finally:
        runner.release()


def _say(report: Report) -> None:
    for stage in report.progress:
        failed = f", {stage.failed} portions failed" if stage.failed else ""
        print(f"{stage.stage}: {stage.items} read{failed}")
    for name, number in sorted(report.sync.healed.items()):
        print(f"healed {name}: {number}")
    for one in report.troubles:
        print(f"{one.stage}: refused with {one.reason} for {', '.join(one.subjects) or 'all'}")
    print(f"{report.sync.state}: {report.sync.differences} differences")
