"""Audit: who changed what, and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import ROLES, Account
from coterie.core.clock import midnight, to_datetime
from coterie.core.errors import Invalid
from coterie.storage import audit
from coterie.storage.audit import Sought
from coterie.web import exports
from coterie.web.console.house.deeds import DEEDS, PARTICULARS, ROOMS
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.preferences import preferences_of
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/audit")

KINDS = {
    "person": N_("people at the desk"),
    "key": N_("write keys"),
    "journey": N_("journeys"),
    "clock": N_("the house by itself"),
    "command": N_("the command line"),
}
SYMBOLS = {
    "person": "user",
    "key": "key",
    "journey": "route",
    "clock": "clock",
    "command": "code",
}
_BRIEF = 60
"""Characters of a value that still stands in the line itself."""
_FIELDS = ("actor", "did", "target", "since", "until")


@dataclass(frozen=True)
class Asked:
    """The filters as the address names them; days are the brand's."""

    actor: str = ""
    did: str = ""
    target: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked."""
        return any(getattr(self, name) for name in _FIELDS)

    def query(self, **more: object) -> str:
        """Write the filters as the end of an address, with more."""
        values = {name: getattr(self, name) for name in _FIELDS} | more
        kept = {name: value for name, value in values.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def asked(request: Request) -> Asked:
    """Read the filters of a request."""
    values = {name: request.query_params.get(name, "").strip()[:200] for name in _FIELDS}
    return Asked(**values)


def sought(here: Parts, wanted: Asked) -> Sought:
    """Turn filters into what is sought; raises Invalid for a day that is none."""
    since, until = _day(wanted.since, "since"), _day(wanted.until, "until")
    zone = here.pages.zone
    return Sought(
        actor=wanted.actor,
        verb=wanted.did,
        target=wanted.target,
        since=None if since is None else midnight(since, zone),
        until=None if until is None else midnight(until + timedelta(days=1), zone),
    )


def _day(text: str, path: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(f"{text!r} is no day", path=path, hint="write it like 2026-01-31") from error


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """List what was done, the newest first, a page at a time."""
    house, wanted = here.house, asked(request)
    rows = preferences_of(request, here, account).rows
    before = request.query_params.get("before", "")
    after = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    with house.db.read(actor_of(account), house.clock.now()) as work:
        filters = sought(here, wanted)
        found = audit.page(work, filters, rows + 1, after)
        total = audit.count(work, filters)
        actors, verbs = audit.actors(work), audit.verbs(work)
    speech = here.pages.speech(request, account)
    older = f"/audit{wanted.query(before=found[rows - 1].id)}" if len(found) > rows else ""
    return here.pages.render(
        request,
        "console/house/audit.html",
        account=account,
        rows=[_told(speech, row) for row in found[:rows]],
        total=total,
        symbols=SYMBOLS,
        asked=wanted,
        actors=_actors(speech, actors),
        verbs=_verbs(speech, verbs),
        newest=f"/audit{wanted.query()}" if after is not None else "",
        older=older,
        export=f"/audit/export{wanted.query()}",
    )


def _actors(speech: Speech, names: list[str]) -> list[tuple[str, str]]:
    """Return whom one may ask for: everybody, each kind, each one."""
    kinds = dict.fromkeys(name.partition(":")[0] for name in names)
    whole = [(f"{kind}:", speech.gettext(KINDS[kind])) for kind in kinds if kind in KINDS]
    return [("", speech.gettext("anybody")), *whole, *((name, who(speech, name)) for name in names)]


def _verbs(speech: Speech, names: list[str]) -> list[tuple[str, str]]:
    """Return what one may ask for: anything, each room's deeds, each deed."""
    rooms = dict.fromkeys(name.partition(".")[0] for name in names if "." in name)
    whole = [(f"{room}.", speech.gettext(ROOMS[room])) for room in rooms if room in ROOMS]
    each = sorted((deed(speech, name), name) for name in names)
    return [("", speech.gettext("anything")), *whole, *((name, words) for words, name in each)]


def who(speech: Speech, actor: str) -> str:
    """Say who acted."""
    kind, _, name = actor.partition(":")
    if kind == "person":
        known = {"this machine": N_("this machine"), "?": N_("a stranger")}
        return speech.gettext(known[name]) if name in known else name
    if kind == "key":
        return speech.gettext("write key %(name)s", name=name)
    if kind == "journey":
        return speech.gettext("journey %(name)s", name=name)
    return speech.gettext(KINDS[kind]) if kind in KINDS else actor


def deed(speech: Speech, verb: str) -> str:
    """Say what was done; one that nobody named yet is made readable."""
    english = DEEDS.get(verb)
    return speech.gettext(english) if english else verb.replace(".", " ").replace("_", " ")


def _told(speech: Speech, row: Any) -> dict[str, Any]:
    return {
        "at": row.at,
        "who": who(speech, row.actor),
        "kind": row.actor.partition(":")[0],
        "did": deed(speech, row.verb),
        "target": row.object,
        "brief": _brief(speech, row.detail),
        "whole": _whole(row.detail),
    }


def _brief(speech: Speech, detail: Any) -> str:
    """Say the particulars in a line, as far as they are short."""
    pairs = detail.items() if isinstance(detail, dict) else ()
    said = []
    for name, value in pairs:
        if isinstance(value, str | int | float) and 0 < len(str(value)) <= _BRIEF:
            label = speech.gettext(PARTICULARS[name]) if name in PARTICULARS else name
            is_role = name in {"role", "before"} and str(value) in ROLES
            said.append(f"{label} {speech.word('role', str(value)) if is_role else value}")
    return " · ".join(said)


def _whole(detail: Any) -> str:
    """Write all particulars where a line does not hold them; else nothing."""
    pairs = detail.items() if isinstance(detail, dict) else ()
    if not any(isinstance(value, dict | list) or len(str(value)) > _BRIEF for _, value in pairs):
        return ""
    return json.dumps(detail, ensure_ascii=False, indent=2)


@router.get("/export")
def export(request: Request, here: Here, account: Operator) -> Response:
    """Hand the filtered list out as CSV or XLSX; that it was taken is kept too."""
    wanted = asked(request)
    kind = exports.kind_of(request.query_params.get("format", "csv"))
    filters = sought(here, wanted)
    exports.record(here.house, account, "audit", filter=wanted.query(), format=kind)
    header = ("time", "actor", "did", "target", "detail")
    return exports.download(kind, "audit", header, _rows(here, account, filters))


def _rows(here: Parts, account: Account, filters: Sought) -> Iterator[exports.Row]:
    """Yield the rows while they are sent, read in one transaction."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        for row in audit.every(work, filters):
            at = to_datetime(row.at).astimezone(here.pages.zone)
            detail = json.dumps(row.detail, ensure_ascii=False)
            yield (at, row.actor, row.verb, row.object, detail)
