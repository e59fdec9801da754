"""A text as a real person would read it: in her language, in the others, with what is missing."""

from dataclasses import dataclass, replace
from typing import Any

from coterie.core.errors import Invalid
from coterie.messaging import templates
from coterie.messaging.model import Content, Template
from coterie.messaging.plays import Found, lint
from coterie.messaging.texts.model import Filled
from coterie.storage.work import Work
from coterie.web.console.templates.palette import Entry, Hole, holes, palette
from coterie.web.console.templates.readers import Reader, readers, twenty, whoever
from coterie.web.console.templates.reading import Fault, Written, language_name, said_fault
from coterie.web.console.templates.uses import sample
from coterie.web.parts import Parts
from coterie.web.speech import Speech


@dataclass(frozen=True)
class Told:
    """What one wording says to her: the content, or the fault."""

    language: str
    name: str
    content: Content | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class Trial:
    """What came of filling a template in for somebody.

    ``told`` is what she gets, ``others`` the other languages. ``hers`` is her own language, empty
    where she told none. ``place`` is where she stands among the twenty, from 1; 0: elsewhere.
    ``money`` is what no emotional touch may say.
    """

    reader: Reader | None = None
    told: Told | None = None
    others: tuple[Told, ...] = ()
    hers: str = ""
    holes: tuple[Hole, ...] = ()
    palette: tuple[Entry, ...] = ()
    fault: Fault | None = None
    place: int = 0
    many: int = 0
    money: tuple[Found, ...] = ()


def try_on(here: Parts, work: Work, speech: Speech, written: Written, step: int = 0) -> Trial:
    """Fill a template in for the person asked for, or for one of twenty.

    ``step`` goes on to the next of them (1) or back (-1).
    """
    house, template = here.house, written.template
    among = twenty(work, house, template.name)
    reader = whoever(work, house, speech, written.person)
    if reader is None and written.person:
        words = speech.gettext("We know nobody by that: choose another person.")
        return Trial(fault=Fault("person", words))
    if (reader is None or step) and among:
        place = among.index(reader.profile) if reader and reader.profile in among else -1
        place = (place + step) % len(among) if reader and place >= 0 else 0
        reader = readers(work, house, speech, [among[place]])[0]
    if reader is None:
        words = speech.gettext("There are no people yet; they come with the first events.")
        return Trial(fault=Fault("person", words))
    values = sample(here, work, speech, template.name, reader.profile)
    entries = tuple(palette(work, house, speech, reader.profile, values))
    found = Trial(
        reader=reader,
        palette=entries,
        place=among.index(reader.profile) + 1 if reader.profile in among else 0,
        many=len(among),
    )
    if not template.text.strip():
        return found
    return _filled(here, work, speech, template, values, found)


def _filled(
    here: Parts,
    work: Work,
    speech: Speech,
    template: Template,
    values: dict[str, Any],
    trial: Trial,
) -> Trial:
    assert trial.reader is not None, "somebody was found"
    messaging = here.house.messaging
    named = template if template.name else replace(template, name="new")
    try:
        checked = templates.check(named)
    except Invalid as error:
        return replace(trial, fault=said_fault(speech, error))
    profile, channel = trial.reader.profile, template.channel or ""
    gets = messaging.fill_in(work, checked, [profile], values, channel)[0]
    others = [
        told(speech, checked, each)
        for language in messaging.wordings(checked)
        if language != gets.language
        for each in messaging.fill_in(work, checked, [profile], values, channel, language)
    ]
    roots = frozenset(messaging.variables)
    return replace(
        trial,
        told=told(speech, checked, gets),
        others=tuple(others),
        hers=gets.hers,
        money=tuple(lint(checked)),
        holes=tuple(holes(work, here.house, speech, gets.gaps, roots)),
    )


def told(speech: Speech, template: Template, filled: Filled) -> Told:
    """Put what came of one wording into words; a fault names the field of its language."""
    fault = None
    if filled.fault is not None:
        fault = said_fault(speech, filled.fault)
        if filled.language in template.variants:
            fault = replace(fault, path=f"variants.{filled.language}.{fault.path}")
    return Told(filled.language, language_name(speech, filled.language), filled.content, fault)
