"""The dictionary: every tag with its people, what is unused, what may be double, by group."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.profiles.tags.model import COMMUNITY, Tag
from coterie.tagging.likeness import folded
from coterie.tagging.model import Report, Usage
from coterie.tagging.service import IDLE
from coterie.web.console.tags.saying import Naming, uses
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

_TWINS = 8
_SHOWS = {
    "": N_("All"),
    "rule": N_("By a rule"),
    "unused": N_("Unused"),
    "strange": N_("Not in the dictionary"),
    "retired": N_("Retired"),
}


@dataclass(frozen=True)
class Row:
    """One tag on the page; ``segment`` is whose rule carries it."""

    name: str
    title: str
    usage: Usage
    entry: Tag | None
    segment: str | None
    is_unused: bool

    @property
    def state(self) -> str:
        """Say what stands out about it: one of the page's filters, or nothing."""
        if self.entry is not None and self.entry.retired is not None:
            return "retired"
        if self.is_unused:
            return "unused"
        return "strange" if self.entry is None else ""


@dataclass(frozen=True)
class Part:
    """The tags of one group, or of none; ``covered`` counts who carries one of them."""

    slug: str
    title: str
    exclusive: bool
    covered: int
    rows: tuple[Row, ...]


@router.get("/tags")
def tags(request: Request, here: Here, account: Operator, show: str = "", q: str = "") -> Response:
    """Show the dictionary."""
    return dictionary(request, here, account, show=show, q=q)


def dictionary(
    request: Request, here: Parts, account: Account, *, show: str = "", q: str = "",
    fault: str = "",
) -> Response:  # fmt: skip
    """Render the dictionary; ``fault`` is why an edit was not made."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        naming = Naming(work, house, speech)
        asking = uses(work, house, naming)
        report = house.tagging.report(work, {name: len(found) for name, found in asking.items()})
        bound = {name: one.segment for name, one in house.tagging.bindings(work).items()}
        rows = _rows(naming, report, bound)
    wanted = [one for one in rows if _is_wanted(one, show, q)]
    own = [one for one in rows if not one.name.startswith(COMMUNITY)]
    show = show if show in _SHOWS else ""
    return here.pages.render(
        request,
        "console/tags/list.html",
        account=account,
        http_status=409 if fault else 200,
        fault=fault,
        parts=_parts(naming, report, wanted),
        report=report,
        naming=naming,
        shown=wanted,
        own=own,
        shows=_chips(speech, own, show, q),
        show=show,
        q=q,
        twins=[pair for pair in report.twins if _is_open(naming, pair.one, pair.other)][:_TWINS],
        idle=IDLE,
        most=max((one.usage.people for one in own), default=0),
        choices=group_choices(naming, speech),
    )


def group_choices(naming: Naming, speech: Speech) -> list[tuple[str, str]]:
    """Return the groups to choose from, none first."""
    none = [("", speech.gettext("no group"))]
    return none + [(slug, naming.group(slug)) for slug in sorted(naming.book.groups)]


def _rows(naming: Naming, report: Report, bound: dict[str, str]) -> list[Row]:
    unused = set(report.unused)
    found = [
        Row(
            name=name,
            title=naming.tag(name),
            usage=usage,
            entry=naming.book.tags.get(name),
            segment=bound.get(name),
            is_unused=name in unused,
        )
        for name, usage in report.usages.items()
    ]
    return sorted(found, key=lambda row: (-row.usage.people, row.name))


def _is_wanted(row: Row, show: str, q: str) -> bool:
    if q.strip() and folded(q) not in folded(f"{row.name} {row.title}"):
        return False
    tests: dict[str, Callable[[], bool]] = {
        "rule": lambda: row.segment is not None,
        "unused": lambda: row.is_unused,
        "strange": lambda: row.entry is None and not row.name.startswith(COMMUNITY),
        "retired": lambda: row.entry is not None and row.entry.retired is not None,
    }
    return tests[show]() if show in tests else True


def _parts(naming: Naming, report: Report, rows: list[Row]) -> list[Part]:
    parts = [
        Part(
            slug=slug,
            title=naming.group(slug),
            exclusive=naming.book.groups[slug].exclusive,
            covered=report.covered[slug],
            rows=tuple(row for row in rows if row.entry is not None and row.entry.group == slug),
        )
        for slug in sorted(naming.book.groups)
    ]
    return parts


def _chips(speech: Speech, own: list[Row], show: str, q: str) -> list[tuple[str, str, bool]]:
    found = []
    for key, words in _SHOWS.items():
        count = sum(_is_wanted(row, key, "") for row in own)
        query = urlencode([(name, value) for name, value in (("show", key), ("q", q)) if value])
        label = f"{speech.gettext(words)} · {speech.number(count)}"
        found.append((label, f"/tags?{query}" if query else "/tags", key == show))
    return found


def _is_open(naming: Naming, one: str, other: str) -> bool:
    """Say whether a pair could be merged: neither is retired."""
    entries = [naming.book.tags.get(name) for name in (one, other)]
    return not any(entry is not None and entry.retired is not None for entry in entries)
