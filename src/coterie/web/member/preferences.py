"""Her own page: what she allows us, by purpose and channel, given and withdrawn alike by one tap.

A signed link leads here; nobody signs in. Mail programs unsubscribe by a POST without a form
(RFC 8058); looking at the page changes nothing, since preview fetchers look too. A link that the
house made for her alone, good for a week, also hands out her data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import Invalid, NotFound, NotPermitted
from coterie.core.ids import derived_id
from coterie.messaging.channel import Channel, for_people
from coterie.profiles.consents.model import ALL_CHANNELS, MARKETING, PERSONALISATION, Proof
from coterie.storage.work import Work
from coterie.web.bodies import read_up_to
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

KIND = "preferences"
"""The kind of token: signed with profile, purpose and channel by the composition root."""

HERS_FOR = 7 * DAY
"""How long a link is good that hands out her data: it goes to her, by a way that is hers."""

VERSION = "2026-11"
SOURCE = "preferences"
_SHORT = 10_000

_ASKED = {
    MARKETING: N_("You may write to me with news and offers."),
    PERSONALISATION: N_("You may choose for me by what you know of me."),
    "referral": N_("You may note by whose invitation I came."),
}
_OTHER = N_("You may use my data for this purpose.")
_SAID = {
    "given": N_("Thank you. It is noted."),
    "withdrawn": N_("Done. It holds from now on, also for what was waiting to be sent."),
    "erasure": N_("Your request is noted. We answer it within 15 working days."),
}


@dataclass(frozen=True)
class Link:
    """Whose page it is, and what the message was that led here."""

    profile: int
    purpose: str
    channel: str
    hers: bool


@dataclass(frozen=True)
class Choice:
    """One purpose on one channel, and whether she allows it; ``channel`` "*" is all."""

    purpose: str
    channel: str
    given: bool


def link_for(here: Parts, profile: int, base: str) -> str:
    """Return the address of a person's page that also hands out her data, for a week."""
    house = here.house
    said = {"profile": profile, "purpose": MARKETING, "channel": ALL_CHANNELS, "hers": True}
    token = house.codes.sign(KIND, said, expires=house.clock.now() + HERS_FOR)
    return f"{base}/u/{token}"


@router.api_route("/u/{token}", methods=["GET", "HEAD"])
def show(request: Request, here: Here, token: str) -> Response:
    """Show what she allows; nothing is changed by looking."""
    return _page(request, here, token)


async def posted(request: Request) -> bytes:
    """Read what a mail program posts: a form of either kind, with one field."""
    return await read_up_to(request, _SHORT)


Posted = Annotated[bytes, Depends(posted)]


@router.post("/u/{token}")
def one_click(here: Here, token: str, body: Posted) -> Response:
    """Withdraw what the message was sent for, asked by a mail program (RFC 8058).

    Such a POST comes without a cookie and from no page; the signed link is all that it needs.
    """
    if b"List-Unsubscribe" not in body or b"One-Click" not in body:
        raise Invalid("this address takes one-click unsubscribing only", hint="open the page")
    link = _link(here, token)
    _say(here, token, link, Choice(link.purpose, link.channel, False), "one click (RFC 8058)")
    return Response(status_code=200)


@router.post("/u/{token}/choose")
def choose(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Take down a word of hers; it holds before the next message goes out."""
    purpose, _, channel = form.get("about", "").partition("/")
    answer = form.get("answer")
    if answer not in {"give", "withdraw"} or (purpose, channel) not in _offered(here, token):
        raise Invalid("choose one of the buttons", path="answer", hint="give or withdraw")
    speech = here.pages.speech(request)
    given = answer == "give"
    wording = speech.gettext(_ASKED.get(purpose, _OTHER))
    _say(here, token, _link(here, token), Choice(purpose, channel, given), wording)
    return _page(request, here, token, said="given" if given else "withdrawn")


@router.post("/u/{token}/erase")
def ask_for_erasure(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Write down that she wants to be erased; somebody answers it."""
    if form.get("sure") != "yes":
        raise Invalid("tick the box first", path="sure")
    house = here.house
    with house.db.begin(reading.VISITOR, house.clock.now()) as work:
        house.erasing.ask(work, _present(here, work, _link(here, token)), "member")
    return _page(request, here, token, said="erasure")


@router.post("/u/{token}/data")
def take_data(here: Here, token: str, _form: OpenForm) -> Response:
    """Hand out all of her data as one JSON file; only by a link that was made for her alone."""
    link = _link(here, token)
    if not link.hers:
        raise NotPermitted("this link may have been passed on: ask us for one of your own")
    house = here.house
    with house.db.begin(reading.VISITOR, house.clock.now()) as work:
        document = house.erasing.hand_out(work, _present(here, work, link))
    return data_file(document)


def data_file(document: object) -> Response:
    """Answer with a JSON file to be kept."""
    return Response(
        msgspec.json.format(msgspec.json.encode(document), indent=1),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="my-data.json"',
            "Cache-Control": "no-store",
        },
    )


def _link(here: Parts, token: str) -> Link:
    said = here.house.codes.unsign(KIND, token, now=here.house.clock.now())
    match said:
        case {"profile": int(profile), "purpose": str(purpose), "channel": str(channel)}:
            return Link(profile, purpose, channel, said.get("hers") is True)
    raise NotFound("this link leads nowhere: ask for a new one")


def _present(here: Parts, work: Work, link: Link) -> int:
    """Return who she is today; raises NotFound once she was erased."""
    head = here.house.erasing.heads.heads(work, [link.profile])[link.profile]
    if not here.house.profiles.known(work, [head], fading=()):
        raise NotFound("we know nothing of you any more")
    return head


def _offered(here: Parts, token: str) -> set[tuple[str, str]]:
    with here.house.db.read(reading.VISITOR, here.house.clock.now()) as work:
        head = _present(here, work, _link(here, token))
        return {(one.purpose, one.channel) for one in _choices(here, work, head)}


def _choices(here: Parts, work: Work, profile: int) -> list[Choice]:
    """Return each purpose on each channel that we have, and what she allows now."""
    profiles = here.house.profiles
    said = {word.purpose for word in profiles.consent_words(work, profile)}
    channels = _channels(here.house.messaging.channels)
    return [
        Choice(purpose, channel, bool(profiles.consenting(work, [profile], purpose, channel)))
        for purpose in [MARKETING, *sorted(said - {MARKETING, PERSONALISATION})]
        for channel in [*channels, ALL_CHANNELS]
    ] + [Choice(PERSONALISATION, ALL_CHANNELS, not profiles.not_personalised(work, [profile]))]


def _channels(ways: Mapping[str, Channel]) -> list[str]:
    """Name the channels that reach her; what reaches programs, or nobody, is none of hers."""
    return sorted(name for name in ways if for_people(ways[name])) or sorted(ways)


def _say(here: Parts, token: str, link: Link, choice: Choice, wording: str) -> None:
    house = here.house
    with house.db.begin(reading.VISITOR, house.clock.now()) as work:
        event = house.profiles.say(
            work,
            _present(here, work, link),
            choice.purpose,
            choice.channel,
            given=choice.given,
            source=SOURCE,
            proof=Proof(VERSION, wording, f"link {derived_id(KIND, token)}"),
        )
        house.inbound.tell(work, [event])
    house.poke()


def _page(request: Request, here: Parts, token: str, said: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request)
    link = _link(here, token)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        head = _present(here, work, link)
        choices = _choices(here, work, head)
        request_open = house.profiles.erasures.open_of(work, [head]) is not None
    personal = choices.pop()
    here_by = (link.purpose, link.channel)
    now = [one.given for one in choices if (one.purpose, one.channel) == here_by]
    return here.pages.render(
        request,
        "member/preferences.html",
        token=token,
        link=link,
        now_given=any(now),
        purposes=_by_purpose(choices, speech),
        personal=personal,
        said=speech.gettext(_SAID[said]) if said else "",
        request_open=request_open,
    )


def _by_purpose(choices: list[Choice], speech: Speech) -> list[tuple[str, str, list[Choice]]]:
    """Put choices under their purposes, each with the sentence that is agreed to."""
    purposes = dict.fromkeys(one.purpose for one in choices)
    return [
        (
            purpose,
            speech.gettext(_ASKED.get(purpose, _OTHER)),
            [one for one in choices if one.purpose == purpose and one.channel != ALL_CHANNELS],
        )
        for purpose in purposes
    ]
