"""The commands of lists: ``coterie list upload`` and ``coterie list show``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.errors import Invalid, NotFound
from coterie.profiles.model import USER
from coterie.segments.lists.model import ListVersion

lists = typer.Typer(no_args_is_help=True, help="Lists of people that rules may ask.")


@lists.command("upload")
def upload(
    name: Annotated[str, typer.Argument(help="The list's name, such as vip-2026.")],
    file: Annotated[
        Path | None, typer.Argument(help="A text file with one name of a person a line.")
    ] = None,
    data: Data = None,
    kind: Annotated[str, typer.Option(help="What the names are: user_id, phone, ...")] = USER,
    segment: Annotated[str, typer.Option(help="Make it of a segment's members instead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a new version of a list, from a file or of a segment, and print its sizes."""
    if (file is None) == (not segment):
        raise Invalid("a list is made of a file or of a segment", path="file",
                      hint="give one of the two")  # fmt: skip
    names = [] if file is None else _names(file, kind)
    with opening.house(data=data) as app:
        now = app.clock.now()
        with app.db.begin(COMMAND, now) as work:
            made = (
                app.segments.snapshot(work, segment, name)
                if segment
                else app.segments.upload_list(work, name, names)
            )
            app.inbound.relisted(work, made.changed)
    if as_json:
        print_json({**_told(made.version), "changed": len(made.changed)})
        return
    print(_line(made.version))


@lists.command("show")
def show(
    name: Annotated[str, typer.Argument(help="One list, with all its versions.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the lists with their sizes, or the versions of one, newest first."""
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        found = (
            app.segments.list_versions(work, name)
            if name
            else [one.version for one in app.segments.lists(work)]
        )
    if as_json:
        print_json([_told(one) for one in found])
        return
    for one in found:
        print(_line(one))


def _names(file: Path, kind: str) -> list[tuple[str, str]]:
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8", path="file") from error
    return [(kind, line.strip()) for line in lines if line.strip()]


def _told(one: ListVersion) -> dict[str, Any]:
    return {
        "name": one.name, "version": one.version, "given": one.given, "matched": one.matched,
        "unmatched": one.unmatched, "uploaded_at": format_time(one.uploaded_at),
        "uploaded_by": one.uploaded_by, "origin": one.origin,
    }  # fmt: skip


def _line(one: ListVersion) -> str:
    return (
        f"{one.name}  version {one.version}  {one.matched} of {one.given} known  "
        f"{format_time(one.uploaded_at)}  {one.origin}"
    )
