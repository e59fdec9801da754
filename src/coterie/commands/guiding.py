"""The commands of guides: ``coterie guides``. A part of the command line; ``cli`` puts it in."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import err, print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.errors import Invalid, NotFound
from coterie.guides.organisation import importing

guides = typer.Typer(no_args_is_help=True, help="Guides and stores: who serves, and how well.")
_MOST = 16 * 1024**2


@guides.command("import")
def read_file(
    file: Annotated[Path, typer.Argument(help="CSV: one line a guide, with her store.")],
    data: Data = None,
    check: Annotated[bool, typer.Option("--check", help="Read only, write nothing.")] = False,
) -> None:
    """Take guides, stores and regions in from a file; who is known is changed to it."""
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    if file.stat().st_size > _MOST:
        raise Invalid(f"{file} is larger than {_MOST // 1024**2} MB", hint="cut it into parts")
    found = importing.read(file.read_text("utf-8"))
    if check:
        err.print(f"{len(found.guides)} guides, {len(found.stores)} stores: nothing was written")
        return
    with opening.house(data=data) as app:
        with app.db.begin(COMMAND, app.clock.now()) as work:
            done = importing.write(work, app.guides.organisation, found)
            app.inbound.retagged(work, done.moved)
        app.settle(app.clock.now())
    err.print(f"{done.guides} guides, {done.stores} stores, {done.regions} regions")


@guides.command("list")
def list_guides(data: Data = None, as_json: AsJson = False) -> None:
    """List guides with their stores and how many customers each has."""
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        found = app.guides.organisation.guides(work)
        counts = app.guides.bindings.counts(work)
    if as_json:
        print_json([
            {
                "id": one.id, "name": one.name, "userid": one.userid, "stores": list(one.stores),
                "customers": counts.get(one.id, 0), "left": one.left is not None,
            }
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        stores = ", ".join(one.stores) or "-"
        left = "  left" if one.left is not None else ""
        print(f"{one.id}  {one.name}  {stores}  {counts.get(one.id, 0)}{left}")


@guides.command("board")
def board(
    data: Data = None,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="How many days back.")] = 30,
    by: Annotated[str, typer.Option(help="guide or store.")] = "guide",
) -> None:
    """Print the leaderboard: what part of her customers bought, with luck taken out."""
    if by not in ("guide", "store"):
        raise Invalid(f"{by!r} is no leaderboard", path="by", hint="guide or store")
    with opening.house(data=data) as app:
        now = app.clock.now()
        with app.db.read(COMMAND, now) as work:
            found = app.guides.performance.board(
                work, now - days * DAY, now, by="store" if by == "store" else "guide"
            )
    for rank, one in enumerate(found.rows, 1):
        believed = f"{one.expected:.1%} ({one.low:.1%} to {one.high:.1%})"
        print(
            f"{rank}  {one.name}  {believed}  {one.buyers}/{one.customers}  {one.net / 10_000:.2f}"
        )


@guides.command("audit")
def audit(data: Data = None) -> None:
    """Check that the credit of every order sums to it, to the cent; fails where it does not."""
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        broken = app.guides.credit.unbalanced(work, 100)
    for one in broken:
        print(f"{one.shop}  {one.number}  {(one.amount - one.refunded) / 10_000:.2f}")
    if broken:
        raise typer.Exit(1)
    err.print("every order's credit sums to it")
