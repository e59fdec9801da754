"""The page of one person's messages: why she got each, why not, and why nothing came at all."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.segments.person.why import Reason
from coterie.storage.work import Work
from coterie.web.console.journeys.words import Words
from coterie.web.console.messages.texts import TONES
from coterie.web.console.people.got import Teller, look_up
from coterie.web.console.people.notgot import Asking, picked
from coterie.web.console.people.titles import Titles, segment_titles, topic_titles
from coterie.web.console.people.whose import card_of
from coterie.web.console.people.why import Node, tell
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter()

PAGE = 20
_LAST = 100_000


@router.get("/people/{uid}/messages")
def messages(
    request: Request, here: Here, account: Operator, uid: str, of: str = "", page: int = 0
) -> Response:
    """Show what reached her and what did not, each with its proof; ``of`` asks about one sender."""
    house, speech = here.house, here.pages.speech(request, account)
    page = max(0, min(page, _LAST))
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        asking = asking_of(work, house, card.profile, speech)
        choices = asking.choices()
        chosen = picked(choices, of)
        answer = asking.why(chosen) if chosen else None
        newest = sorted(asking.teller.her.messages, key=lambda one: one.at, reverse=True)
        shown = newest[page * PAGE : (page + 1) * PAGE]
        got = [asking.teller.tell(one) for one in shown]
    return here.pages.render(
        request,
        "console/people/messages.html",
        account=account,
        card=card,
        choices=choices,
        chosen=chosen,
        answer=answer,
        got=got,
        count=len(newest),
        page=page,
        older=(page + 1) * PAGE < len(newest),
        tones=TONES,
    )


def asking_of(work: Work, house: Served, profile: int, speech: Speech) -> Asking:
    """Look up what is needed to ask about one person."""
    titles = Titles(work, house, speech)
    segments, topics = segment_titles(work, house, speech), topic_titles(work, house, speech)
    subjects = {one.name: one.subject or one.name for one in house.messaging.templates(work)}
    words = Words(speech, speech.zone, subjects, segments)
    her = look_up(work, house, profile, speech.zone)

    def explain(reason: Reason) -> Node:
        return tell(reason, titles, segments, topics, speech)

    return Asking(
        work=work,
        house=house,
        profile=profile,
        teller=Teller(her, house.messaging.settings, titles, words, speech),
        titles=titles,
        words=words,
        speech=speech,
        tell=explain,
    )
