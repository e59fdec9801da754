"""What to say to a customer, and why now: headquarters' script for it, else a plain sentence.

A birthday is wished and not sold at. Nothing is said that a guide cannot know herself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coterie.guides.due.model import DueOne, Reason
from coterie.guides.scripts.slots import fill, gaps
from coterie.storage.work import Work
from coterie.web.guide.at_work import Staff
from coterie.web.guide.people import Whom
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

STAGE: Mapping[Reason, str] = {
    "new": "hello",
    "after_order": "after_sale",
    "dormant": "win_back",
}
"""The stage of scripts that speaks to a reason; a birthday is wished in plain words."""

_WHY: Mapping[Reason, str] = {
    "birthday": N_("Her birthday is on %(day)s"),
    "new": N_("She is yours since %(day)s"),
    "after_order": N_("She bought on %(day)s: ask how it was"),
    "next_order": N_("She usually buys again about now, from %(day)s on"),
    "dormant": N_("She has bought nothing for much longer than usual, since %(day)s"),
}

_PLAIN: Mapping[Reason, str] = {
    "birthday": N_("Happy birthday, %(name)s! I wish you a lovely day with the people you like."),
    "new": N_(
        "Hello %(name)s, I am %(guide)s of %(store)s. If there is anything you are looking for, "
        "write to me here."
    ),
    "after_order": N_(
        "Hello %(name)s, %(guide)s here. Did you enjoy what you took home? If anything is not "
        "right, tell me and I will see to it."
    ),
    "next_order": N_(
        "Hello %(name)s, %(guide)s here. Shall I put something aside for you when you next come by?"
    ),
    "dormant": N_(
        "Hello %(name)s, it has been a while. How are you? If you like, tell me what you enjoy "
        "these days."
    ),
}
_YOU = N_("there")


@dataclass(frozen=True)
class Saying:
    """Why now, and the words; ``script`` and ``number`` name the script that they are of."""

    why: str
    text: str
    script: str = ""
    number: int = 0


@dataclass(frozen=True)
class _Script:
    slug: str
    number: int
    text: str


class Sentences:
    """The words for a guide's customers, read once for a page."""

    def __init__(
        self, work: Work, house: Served, speech: Speech, staff: Staff, reasons: Collection[Reason]
    ) -> None:
        self._speech = speech
        place = staff.store and house.guides.organisation.store(work, staff.store)
        self._of_guide = {"guide": staff.guide.name, "store": place.title if place else ""}
        self._scripts = {
            reason: found
            for reason in set(reasons) & STAGE.keys()
            if (found := _script(work, house, speech, STAGE[reason])) is not None
        }

    def of(self, due: DueOne, whom: Whom) -> Saying:
        """Return what to say to somebody who is due."""
        why = self._speech.gettext(_WHY[due.reason], day=self._speech.day(due.since))
        values = {**self._of_guide, "name": whom.name}
        script = self._scripts.get(due.reason)
        if script is not None and not gaps(script.text, values):
            return Saying(why, fill(script.text, values), script.slug, script.number)
        values["name"] = whom.name or self._speech.gettext(_YOU)
        return Saying(why, self._speech.gettext(_PLAIN[due.reason], **values))

    def filled(self, text: str, whom: Whom | None = None) -> str:
        """Fill the slots of a script's text that are known; the others stay as they are."""
        name = {"name": whom.name} if whom is not None and whom.name else {}
        return fill(text, {**{k: v for k, v in self._of_guide.items() if v}, **name})


def _script(work: Work, house: Served, speech: Speech, stage: str) -> _Script | None:
    found = house.scripts.next_sentence(work, stage)
    if found is None:
        return None
    texts = found.version.texts
    text = texts.get(speech.language) or next(iter(texts.values()))
    return _Script(found.script.slug, found.version.number, text)
