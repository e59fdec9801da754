"""Step 3: one import being tried, going in, or done; and the way back of rows that stayed out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.roads.imports.corrections import to_csv
from coterie.roads.imports.model import Group, Import, Rejection
from coterie.storage.work import Work
from coterie.web import exports
from coterie.web.console.imports.uploads import Sent
from coterie.web.console.imports.words import STATES, TONES, fault, fault_kind, refusal
from coterie.web.desk import Operator, actor_of, desk_form, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech
from coterie.web.stream import live

router = APIRouter()
Form = Annotated[dict[str, str], Depends(long_form)]

PAGE = 20
_CELLS = 1_000
"""Cells that a page's form may hold: of a very wide file, fewer rows are shown at once."""


@dataclass(frozen=True)
class Cell:
    """One cell of a row that stayed out: where it stands, what it holds, what is wrong with it."""

    index: int
    column: str
    value: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A row that stayed out: the cells to correct, the others, and what no cell is to blame for."""

    row: int
    cells: tuple[Cell, ...]
    others: tuple[Cell, ...]
    wrong: tuple[str, ...]

    @property
    def is_mended(self) -> bool:
        """Whether nothing is wrong with it any more."""
        return not self.wrong and not any(cell.wrong for cell in self.cells)


@router.get("/imports/{import_id}")
def show(
    request: Request, here: Here, account: Operator, import_id: str, why: str = "",
    column: str = "", after: int = 0,
) -> Response:  # fmt: skip
    """Show where an import stands and what can be done next."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.imports.get(work, import_id)
        if one.state in ("uploaded", "mapped"):
            return here.pages.redirect(f"/imports/{import_id}/columns")
        group = Group(why, column, 0) if why else None
        values = _standing(request, here, account, work, one, group, after)
    return here.pages.render(request, "console/imports/one.html", account=account, **values)


@router.get("/imports/{import_id}/live")
def watch(request: Request, here: Here, account: Operator, import_id: str) -> Response:
    """Send the page's inside whenever the import has come further."""
    house = here.house
    seen: list[tuple[Any, ...]] = []
    with house.db.read(actor_of(account), house.clock.now()) as work:
        house.imports.get(work, import_id)  # whoever asks for another is told so at once

    def look() -> str | None:
        with house.db.read(actor_of(account), house.clock.now()) as work:
            one = house.imports.get(work, import_id)
            stands = (one.state, one.read, one.accepted)
            if seen[-1:] == [stands]:
                return None
            seen[:] = [stands]
            values = _standing(request, here, account, work, one, None, 0)
        return here.pages.fragment(
            request, "console/imports/standing.html", account=account, **values
        )

    return live(request, look)


@router.post("/imports/{import_id}/start")
def start(request: Request, here: Here, account: Operator, import_id: str, form: Form) -> Response:
    """Keep what was corrected on the page, then let in what is good."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        one = house.imports.get(work, import_id)
        _mend(here, work, one, form)
        one = house.imports.get(work, import_id)
        goes = one.state != "done" or one.mended > 0
        if goes:
            house.imports.start(work, import_id)
    house.poke()
    speech = here.pages.speech(request, account)
    toast = "" if goes else speech.gettext("No row is correct yet, so nothing was sent.")
    return here.pages.redirect(f"/imports/{import_id}", toast)


@router.post("/imports/{import_id}/cancel", dependencies=[Depends(desk_form)])
def cancel(here: Here, account: Operator, import_id: str) -> Response:
    """Stop an import, or throw away one that never began."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        one = house.imports.cancel(work, import_id)
    return here.pages.redirect(f"/imports/{import_id}" if one.started else "/imports")


@router.post("/imports/{import_id}/check", dependencies=[Depends(desk_form)])
def check(here: Here, account: Operator, import_id: str) -> Response:
    """Try the file once more."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.imports.check(work, import_id)
    house.poke()
    return here.pages.redirect(f"/imports/{import_id}")


# --- the rows that stayed out


@router.post("/imports/{import_id}/rows/{row}")
def mend(
    request: Request, here: Here, account: Operator, import_id: str, row: int, form: Form
) -> Response:
    """Correct one row; it is judged at once, and shown again."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        one = house.imports.get(work, import_id)
        _mend(here, work, one, form, only=row)
        one = house.imports.get(work, import_id)
        found = house.imports.rejection(work, import_id, row)
    speech = here.pages.speech(request, account)
    shown = {int(index) for index in form.get(f"open-{row}", "").split(",") if index.isdigit()}
    return here.pages.render(
        request, "console/imports/row.html", account=account, one=one,
        line=_line(speech, one, found, shown),
    )  # fmt: skip


@router.post("/imports/{import_id}/rows")
def mend_some(
    request: Request, here: Here, account: Operator, import_id: str, form: Form
) -> Response:
    """Keep what was corrected on the page, and send nothing yet."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        _mend(here, work, house.imports.get(work, import_id), form)
    speech = here.pages.speech(request, account)
    return here.pages.redirect(f"/imports/{import_id}", speech.gettext("Corrections are kept."))


@router.get("/imports/{import_id}/rows.csv")
def download(request: Request, here: Here, account: Operator, import_id: str) -> Response:
    """Give the rows that stayed out, with their numbers and reasons, to be mended and sent back."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.imports.get(work, import_id)
        rows = house.imports.rejected(work, import_id)
    exports.record(house, account, f"import:{import_id}", rows=len(rows))

    def pieces() -> Iterator[bytes]:
        values: dict[str, Any] = {}

        def told() -> Iterator[Rejection]:
            for each in rows:
                values.clear()
                values.update(each.values)
                yield each

        for text in to_csv(one.columns, told(), lambda each: fault(speech, each, values)):
            yield text.encode()

    return StreamingResponse(
        pieces(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="rows-{import_id[:8]}.csv"'},
    )


@router.post("/imports/{import_id}/mended")
def send_back(
    request: Request, here: Here, account: Operator, import_id: str, sent: Sent
) -> Response:
    """Take the downloaded file back, mended."""
    house, now = here.house, here.house.clock.now()
    speech = here.pages.speech(request, account)
    back = f"/imports/{import_id}"
    if not sent.name:
        return here.pages.redirect(back, speech.gettext("Choose a file first."))
    try:
        rows = house.imports.read_mended(sent.file, sent.name, now)
        with house.db.begin(actor_of(account), now) as work:
            found = house.imports.mend_all(work, import_id, rows)
    except Invalid as error:
        return here.pages.redirect(back, refusal(speech, error))
    said = [speech.ngettext("%(n)s row is right now.", "%(n)s rows are right now.", found.mended)]
    if found.wrong:
        said.append(
            speech.ngettext("%(n)s row still is not.", "%(n)s rows still are not.", found.wrong)
        )
    if found.settled:
        said.append(
            speech.ngettext(
                "%(n)s row went in before.", "%(n)s rows went in before.", found.settled
            )
        )
    if found.unknown:
        said.append(
            speech.ngettext(
                "%(n)s row is not of this import.", "%(n)s rows are not of this import.",
                found.unknown,
            )
        )  # fmt: skip
    return here.pages.redirect(back, (" " if speech.language == "en" else "").join(said))


def _mend(
    here: Parts, work: Work, one: Import, form: dict[str, str], only: int | None = None
) -> None:
    """Correct the rows whose cells a form holds; a row that has gone in meanwhile stays as it is.

    Cells are called ``cell-<row>-<column's place>``.
    """
    rows: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        place = name.split("-")
        if len(place) == 3 and place[0] == "cell" and place[1].isdigit() and place[2].isdigit():
            row, index = int(place[1]), int(place[2])
            if index < len(one.columns) and only in (None, row):
                rows.setdefault(row, {})[one.columns[index]] = value
    for row, values in rows.items():
        old = here.house.imports.rejection(work, one.id, row)
        changed = any(str(old.values.get(name, "")) != value for name, value in values.items())
        # a row of another shape has to be looked at whole, whether a cell was changed or not
        if old.settled is None and (changed or (old.faults and not old.faults[0].columns)):
            here.house.imports.mend(work, one.id, row, values)


def _standing(
    request: Request, here: Parts, account: Account, work: Work, one: Import,
    group: Group | None, after: int,
) -> dict[str, Any]:  # fmt: skip
    imports, speech = here.house.imports, here.pages.speech(request, account)
    rows: list[Rejection] = []
    length = max(1, min(PAGE, _CELLS // len(one.columns)))
    if not one.is_busy and one.rejected:
        rows = imports.rejected(work, one.id, group, after, length + 1)
    groups = imports.groups(work, one.id) if one.rejected else []
    return {
        "one": one,
        "states": STATES,
        "tones": TONES,
        "groups": [(each, fault_kind(speech, each.why)) for each in groups],
        "group": group,
        "lines": [_line(speech, one, each) for each in rows[:length]],
        "further": rows[length - 1].row if len(rows) > length else None,
        "after": after,
        "can_resume": imports.can_resume(one),
        "lost": max(0, (one.checked.rejected if one.checked else 0) - one.rejected)
        if one.state == "checked" else 0,
    }  # fmt: skip


def _line(speech: Speech, one: Import, rejection: Rejection, also: Collection[int] = ()) -> Line:
    """Prepare a row for the page: faulty cells first, with what is wrong beneath each.

    ``also`` are the places of cells that were open before, so that none moves when it is mended.
    """
    wrong: dict[str, list[str]] = {}
    nowhere: list[str] = []
    for each in rejection.faults:
        said = fault(speech, each, rejection.values)
        for name in each.columns:
            wrong.setdefault(name, []).append(said)
        if not each.columns:
            nowhere.append(said)
    cells = [
        Cell(index, name, str(rejection.values.get(name, "")), tuple(wrong.get(name, ())))
        for index, name in enumerate(one.columns)
    ]
    open_ = [cell for cell in cells if cell.wrong or cell.index in also or nowhere]
    others = [cell for cell in cells if cell not in open_]
    return Line(rejection.row, tuple(open_), tuple(others), tuple(nowhere))
