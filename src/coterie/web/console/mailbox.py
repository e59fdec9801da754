"""The mailbox: every message as its receiver sees it, what became of it, and why."""

from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.messaging.looking.model import Wanted
from coterie.messaging.model import Message, Status
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter()

PAGE = 25
_LAST_PAGE = 100_000
_STATUSES = ("queued", "sent", "held", "shadow", "failed")


@router.get("/mailbox")
def mailbox(
    request: Request, here: Here, account: Operator, status: str = "", page: int = 0
) -> Response:
    """Show one page of the messages, the newest first."""
    if status and status not in get_args(Status):
        raise Invalid(f"{status!r} is no status", path="status", hint=", ".join(_STATUSES))
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.messaging.page(work, Wanted(status=status or None), PAGE + 1, page * PAGE)
        names = house.profiles.user_ids(work, {message.profile for message in found})
    return here.pages.render(
        request,
        "console/mailbox.html",
        account=account,
        letters=[_letter(message, names) for message in found[:PAGE]],
        statuses=_STATUSES,
        status=status,
        newer=_address(status, page - 1) if page else None,
        older=_address(status, page + 1) if len(found) > PAGE else None,
        now=format_time(now),
        simulated=house.instance.simulated,
    )


def _letter(message: Message, names: dict[int, str]) -> dict[str, Any]:
    return {
        "who": names.get(message.profile, f"#{message.profile}"),
        "status": message.status,
        "reason": message.reason,
        "subject": message.subject,
        "text": message.text,
        "at": message.at,
        "channel": message.channel,
        "origin": message.origin,
        "touch": message.touch,
    }


def _address(status: str, page: int) -> str:
    query = {name: value for name, value in (("status", status), ("page", page)) if value}
    return "/mailbox" + (f"?{urlencode(query)}" if query else "")
