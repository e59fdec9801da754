"""The commands about one person's data, and about copies of the house.

``coterie person find|export|erase``, ``coterie backup``, ``coterie restore``.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coterie import settings as configuration
from coterie.app import App
from coterie.commands.opening import AsJson, Data, house
from coterie.commands.printing import err, out, print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.errors import NotFound
from coterie.profiles.model import USER
from coterie.roads.erasing import copies
from coterie.storage.work import Work

person = typer.Typer(no_args_is_help=True, help="One person: find her, hand out or erase her data.")

Who = Annotated[
    str, typer.Argument(help="Her user id, phone, e-mail or other identity, or her outside id.")
]


@person.command("find")
def find(who: Who, data: Data = None, as_json: AsJson = False) -> None:
    """Say whether somebody is known by an identity: her outside id, or that she was erased."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        found = app.profiles.uid(work, _found(app, work, who))
        kinds = ["user_id", "anonymous_id", "email", "phone"]
        app.profiles.erasures.refresh(work)
        erased = bool(app.profiles.erasures.suppressed([(kind, who) for kind in kinds]))
    if as_json:
        print_json({"people": sorted(found.values()), "erased": erased})
        return
    for uid in sorted(found.values()):
        print(uid)
    if erased:
        print("erased: there is a tombstone of this identity")
    if not found and not erased:
        raise NotFound(f"nobody is known by {who!r}")


@person.command("export")
def export(
    who: Who,
    file: Annotated[Path | None, typer.Option(help="Where to write it; without: printed.")] = None,
    data: Data = None,
) -> None:
    """Hand out all data of a person as one JSON document."""
    with house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        document = app.erasing.hand_out(work, _one(app, work, who))
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    if file is None:
        out.print(text.decode(), markup=False, soft_wrap=True, highlight=False)
    else:
        file.write_bytes(text)


@person.command("erase")
def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    data: Data = None,
) -> None:
    """Erase a person from every store, and print the proof. It cannot be taken back."""
    with house(data=data) as app:
        now = app.clock.now()
        with app.db.read(COMMAND, now) as work:
            profile = _one(app, work, who)
        if not yes:
            typer.confirm("Erase her for good?", abort=True, err=True)
        with app.db.begin(COMMAND, now) as work:
            asked = app.erasing.ask(work, profile, "command")
            app.erasing.begin(work, asked.id)
        while app.erasing.advance(now):
            pass
        with app.db.read(COMMAND, now) as work:
            done = app.profiles.erasures.get(work, asked.id)
    print_json(done.proof(format_time))
    if not done.is_proven:
        raise typer.Exit(1)


def backup(
    target: Annotated[Path, typer.Argument(help="An empty folder for the copy.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy the house to a folder while it runs; later erasures reach the copy there."""
    with house(data=data) as app:
        manifest = app.erasing.copy(target, app.clock.now())
    if as_json:
        print_json(manifest)
    else:
        err.print(f"{len(manifest['files'])} files are in {target}.", markup=False)
        err.print("The master key is not among them: keep it elsewhere.", markup=False)


def restore(
    source: Annotated[Path, typer.Argument(help="The folder of a copy.")],
    data: Data = None,
    check: Annotated[bool, typer.Option("--check", help="Look only, restore nothing.")] = False,
) -> None:
    """Check a copy against its list, and put it into an empty data folder."""
    if check:
        faults = copies.check(source)
        for fault in faults:
            print(fault)
        if faults:
            raise typer.Exit(1)
        err.print("The copy is whole.", markup=False)
        return
    folder = configuration.read(data=data).data
    number = copies.restore(source, folder)
    err.print(
        f"{number} files are in {folder}; start it with the master key it was made under.",
        markup=False,
    )


def _found(app: App, work: Work, who: str) -> set[int]:
    by_uid = app.profiles.by_uid(work, who)
    hits = app.profiles.directory.search(work, who, 20)
    named = {app.profiles.find(work, USER, who), by_uid} - {None}
    return {*(one for one in named if one is not None), *(hit.profile for hit in hits)}


def _one(app: App, work: Work, who: str) -> int:
    """Return the one person of an identity or outside id; raises NotFound when not just one."""
    for profile in (app.profiles.by_uid(work, who), app.profiles.find(work, USER, who)):
        if profile is not None:
            return profile
    found = sorted(_found(app, work, who))
    if len(found) != 1:
        raise NotFound(
            f"{len(found)} people are found by {who!r}: name one by what `person find` prints"
        )
    return found[0]
