"""The quarantine: why events were refused, one opened and mended, all of a reason at once."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from coterie.accounts.model import Account
from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.events.model import Quarantined
from coterie.storage import audit
from coterie.web import exports
from coterie.web.console.events.payload import lines, readable
from coterie.web.console.events.saying import cure, refusal
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/events/quarantine")

PAGE = 50
_LAST_PAGE = 100_000
_LARGEST_ID = 2**53
_ROOM_FOR_FIELDS = 2_000
"""Bytes of a form that the token and the names of its fields take at most."""


@router.get("")
def reasons(request: Request, here: Here, account: Operator) -> Response:
    """Group what was refused by why, and list what was decided lately."""
    quarantine = here.house.inbox.quarantine
    speech = here.pages.speech(request, account)
    found = quarantine.reasons()
    groups = [
        {
            "one": one,
            "words": speech.gettext(refusal(one.code)),
            "cure": speech.gettext(cure(one.code)) if cure(one.code) else "",
            "address": f"/events/quarantine/reason?{_query(one.code, one.path)}",
        }
        for one in found
    ]
    decided = [one for one in quarantine.items(PAGE) if not one.is_open]
    return here.pages.render(
        request,
        "console/events/quarantine.html",
        account=account,
        groups=groups,
        total=sum(one.count for one in found),
        decided=[_line(here, request, account, one) for one in decided[:10]],
    )


@router.get("/reason")
def reason(
    request: Request, here: Here, account: Operator, code: str, path: str = "", page: int = 0
) -> Response:
    """List the open items of one reason, newest first."""
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
    quarantine = here.house.inbox.quarantine
    found = quarantine.items(PAGE + 1, page * PAGE, code=code, path=path, only_open=True)
    speech = here.pages.speech(request, account)
    total = sum(one.count for one in quarantine.reasons() if (one.code, one.path) == (code, path))
    return here.pages.render(
        request,
        "console/events/reason.html",
        account=account,
        code=code,
        at=path,
        query=_query(code, path),
        words=speech.gettext(refusal(code)),
        cure=speech.gettext(cure(code)) if cure(code) else "",
        items=[_line(here, request, account, one) for one in found[:PAGE]],
        total=total,
        newer=f"/events/quarantine/reason?{_query(code, path, page=page - 1)}" if page else None,
        older=f"/events/quarantine/reason?{_query(code, path, page=page + 1)}"
        if len(found) > PAGE
        else None,
    )


@router.get("/download")
def download(here: Here, account: Operator, code: str, path: str = "") -> Response:
    """Hand the open items of one reason out, a line of JSON each."""
    quarantine = here.house.inbox.quarantine
    exports.record(here.house, account, "quarantine", code=code, path=path)

    def told() -> Iterator[bytes]:
        for one in quarantine.every(code, path):
            yield msgspec.json.encode(_told(one)) + b"\n"

    headers = {"Content-Disposition": 'attachment; filename="coterie-quarantine.ndjson"'}
    return StreamingResponse(told(), media_type="application/x-ndjson", headers=headers)


@router.post("/replay")
def replay_all(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Read every open item of one reason anew, as it was."""
    code, path = form.get("code", ""), form.get("field", "")
    house, now = here.house, here.house.clock.now()
    done = house.inbox.quarantine.replay_all(code, path, now)
    _audit(here, account, "quarantine.replay_all", code, path=path, accepted=done.accepted)
    if done.accepted:
        house.poke()
    speech = here.pages.speech(request, account)
    said = speech.ngettext("%(n)s event is in now.", "%(n)s events are in now.", done.accepted)
    if done.refused:
        said += " " + speech.ngettext(
            "%(n)s is still wrong and stays.", "%(n)s are still wrong and stay.", done.refused
        )
        return here.pages.redirect(f"/events/quarantine/reason?{_query(code, path)}", said)
    return here.pages.redirect("/events/quarantine", said)


@router.post("/discard")
def discard_all(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Give every open item of one reason up, and keep why."""
    code, path, why = form.get("code", ""), form.get("field", ""), form.get("why", "")
    house, now = here.house, here.house.clock.now()
    count = house.inbox.quarantine.discard_all(code, path, now, why, actor_of(account))
    _audit(here, account, "quarantine.discard_all", code, path=path, count=count, reason=why)
    speech = here.pages.speech(request, account)
    said = speech.ngettext("%(n)s event was given up.", "%(n)s events were given up.", count)
    return here.pages.redirect("/events/quarantine", said)


@router.get("/{item:int}")
def one(request: Request, here: Here, account: Operator, item: int) -> Response:
    """Show one item with its reason at its place, to be mended, or given up."""
    return _page(request, here, account, _get(here, item))


@router.post("/{item:int}/replay")
def replay(request: Request, here: Here, account: Operator, item: int, form: DeskForm) -> Response:
    """Read one item anew, as it was mended; show it again when it is still wrong."""
    house, kept = here.house, _get(here, item)
    mended = form.get("payload")
    body = None if mended is None else mended.encode()
    try:
        house.inbox.quarantine.replay(item, house.clock.now(), body)
    except Invalid as error:
        return _page(request, here, account, kept, mended=mended, fault=error)
    _audit(here, account, "quarantine.replay", str(item), mended=body is not None)
    house.poke()
    said = here.pages.speech(request, account).gettext("The event is in now.")
    return here.pages.redirect(_next(here, kept), said)


@router.post("/{item:int}/discard")
def discard(request: Request, here: Here, account: Operator, item: int, form: DeskForm) -> Response:
    """Give one item up, and keep why."""
    house, kept = here.house, _get(here, item)
    why = form.get("why", "")
    house.inbox.quarantine.discard(item, house.clock.now(), why, actor_of(account))
    _audit(here, account, "quarantine.discard", str(item), reason=why)
    said = here.pages.speech(request, account).gettext("The event was given up.")
    return here.pages.redirect(_next(here, kept), said)


def _get(here: Parts, item: int) -> Quarantined:
    return here.house.inbox.quarantine.get(min(item, _LARGEST_ID))


def _next(here: Parts, kept: Quarantined) -> str:
    """Lead on to what is left of the same reason, else to all reasons."""
    left = here.house.inbox.quarantine.items(1, code=kept.code, path=kept.path, only_open=True)
    return f"/events/quarantine/reason?{_query(kept.code, kept.path)}" if left else (
        "/events/quarantine"
    )  # fmt: skip


def _page(
    request: Request, here: Parts, account: Account, kept: Quarantined,
    *, mended: str | None = None, fault: Invalid | None = None,
) -> Response:  # fmt: skip
    speech = here.pages.speech(request, account)
    text = readable(kept.raw) if mended is None else mended
    code = kept.code if fault is None else fault.code
    path = kept.path if fault is None else fault.path
    return here.pages.render(
        request,
        "console/events/item.html",
        http_status=200 if fault is None else 400,
        account=account,
        item=kept,
        words=speech.gettext(refusal(code)),
        cure=speech.gettext(cure(code)) if cure(code) else "",
        reason=kept.reason if fault is None else fault.message,
        at=path,
        lines=lines(text.encode(), path),
        text=text,
        fits=len(quote_plus(text)) <= here.limits.form - _ROOM_FOR_FIELDS,
        still_wrong=fault is not None,
        back=f"/events/quarantine/reason?{_query(kept.code, kept.path)}",
    )


def _line(here: Parts, request: Request, account: Account, one: Quarantined) -> dict[str, Any]:
    speech = here.pages.speech(request, account)
    return {"item": one, "words": speech.gettext(refusal(one.code)), "brief": _brief(one.raw)}


def _brief(raw: bytes) -> str:
    """Return the beginning of a payload on one line."""
    return " ".join(raw[:400].decode("utf-8", "replace").split())[:140]


def _told(one: Quarantined) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(one.raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        payload = one.raw.decode("utf-8", "replace")
    return {
        "id": one.id,
        "received": format_time(one.received),
        "source": one.source,
        "call": one.call,
        "code": one.code,
        "reason": one.reason,
        "path": one.path,
        "payload": payload,
    }


def _query(code: str, path: str, page: int = 0) -> str:
    values = {"code": code, "path": path, "page": page}
    return urlencode({name: value for name, value in values.items() if value})


def _audit(here: Parts, account: Account, verb: str, subject: str, **detail: object) -> None:
    # the inbox is a store of its own, so this is a second commit, after what it tells of
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        audit.record(work, verb, subject, **detail)
