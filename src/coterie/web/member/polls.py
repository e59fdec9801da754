"""The page on which a person answers a poll, and changes her answer until it closes.

The link is her own: whoever has it answers for her. Looking answers nothing, and is not noted.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.campaigns.polls.model import Answered, Poll
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.storage.work import Work
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts

router = APIRouter()

KIND = "poll"
"""The kind of token: signed with profile and poll by the composition root."""


@router.api_route("/q/{token}", methods=["GET", "HEAD"])
def show(request: Request, here: Here, token: str) -> Response:
    """Show the question, with her answer where she gave one."""
    with here.house.db.read(reading.VISITOR, here.house.clock.now()) as work:
        poll, profile = _find(here, work, token)
        hers = here.house.polls.answer_of(work, poll.slug, profile)
    return _page(request, here, token, poll, hers)


@router.post("/q/{token}")
def answer(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Take down her answer; the last one counts."""
    house, fault = here.house, ""
    with house.db.begin(reading.VISITOR, house.clock.now()) as work:
        poll, profile = _find(here, work, token)
        try:
            given = _given(poll, form)
            house.inbound.tell(work, house.polls.answer(work, poll.slug, profile, given))
        except Invalid:
            fault = here.pages.speech(request).gettext("Please choose an answer first.")
        except Conflict:
            pass  # too late: the page says that it is closed
        hers = house.polls.answer_of(work, poll.slug, profile)
    house.poke()
    return _page(request, here, token, poll, hers, fault, noted=not fault)


def _page(
    request: Request, here: Parts, token: str, poll: Poll, hers: Answered | None,
    fault: str = "", *, noted: bool = False,
) -> Response:  # fmt: skip
    speech = here.pages.speech(request)
    chosen = hers.answer if hers is not None else ()
    return here.pages.render(
        request,
        "member/poll.html",
        http_status=400 if fault else 200,
        poll=poll,
        question=speech.title(poll.question),
        choices=[(one.code, speech.title(one.titles)) for one in poll.choices],
        chosen=chosen if isinstance(chosen, tuple) else (),
        number_given=chosen if isinstance(chosen, float) else None,
        is_open=poll.is_open(here.house.clock.now()),
        answered=hers is not None,
        noted=noted,
        fault=fault,
        token=token,
    )


def _given(poll: Poll, form: Mapping[str, str]) -> list[str]:
    if poll.kind == "multiple":
        return [one.code for one in poll.choices if f"choice.{one.code}" in form]
    answer = form.get("answer", "").strip()
    return [answer] if answer else []


def _find(here: Parts, work: Work, token: str) -> tuple[Poll, int]:
    said = here.house.codes.unsign(KIND, token, now=work.now)
    match said:
        case {"profile": int(profile), "poll": str(slug)}:
            head = here.house.profiles.heads(work, [profile]).get(profile, profile)
            return here.house.polls.get(work, slug), head
    raise NotFound("this link leads nowhere: ask for a new one")
