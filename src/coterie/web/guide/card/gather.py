"""Put a customer's card together, as far as this guide may see her."""

from dataclasses import replace

from coterie.core.clock import DAY
from coterie.guides.binding.model import Owner
from coterie.profiles.age import MAJORITY, age_of
from coterie.profiles.consents.model import PERSONALISATION
from coterie.storage.work import Work
from coterie.web.guide.at_work import Staff
from coterie.web.guide.card import facts, offering
from coterie.web.guide.card.growth import growth_of
from coterie.web.guide.card.model import NOT_SAY, Card, NotSay
from coterie.web.guide.people import Whom
from coterie.web.guide.sentences import Sentences
from coterie.web.ports import Served
from coterie.web.speech import Speech

_JUST = 2 * DAY
_TOPICS = 5


def card_of(
    work: Work, house: Served, speech: Speech, staff: Staff, whom: Whom, base: str
) -> Card:  # fmt: skip
    """Return what a guide sees of a customer; ``base`` is how the world reaches this house."""
    timeline = house.log.timelines(work, [whom.profile])[whom.profile]
    complaint = facts.complaint(timeline)
    hold_back = _not_say(work, house, speech, whom.profile, has_case=complaint is not None)
    card = Card(
        whom=whom,
        owner=whom.owner,
        owner_words=_owner(work, house, speech, staff, whom.owner),
        not_say=hold_back,
        complaint=complaint,
    )
    return _filled(work, house, speech, staff, card, base) if card.is_open else card


def _filled(
    work: Work, house: Served, speech: Speech, staff: Staff, card: Card, base: str
) -> Card:  # fmt: skip
    profile = card.whom.profile
    personal = "not_personalised" not in card.not_say
    interests = house.scores.interests(work, profile) if personal else []
    topics = [one.topic for one in interests if one.believed][:_TOPICS]
    titles = {
        one.path: speech.title({"en": one.title_en, "zh": one.title_zh}) or one.path
        for one in house.catalog.topics(work)
    }
    stores = {one.key: one.title for one in house.guides.organisation.stores(work)}
    due = house.attending.due.of(work, {profile: card.owner.since}) if card.owner else []
    may_offer = personal and not {"no_marketing", "case", "minor"} & set(card.not_say)
    sentences = Sentences(work, house, speech, staff, ())
    worn, choices = offering.tags(work, house, speech, profile)
    return replace(
        card,
        facts=facts.three(work, house, speech, profile, personal=personal),
        visit=facts.last_visit(
            house.log.timelines(work, [profile])[profile], stores, speech
        ),
        cases=tuple(
            replace(one, script=sentences.filled(one.script, card.whom))
            for one in house.tasks.about(work, profile)
        ),
        next=offering.next_sentence(
            work, house, speech, staff, card.whom, due,
            titles.get(topics[0], "") if topics else "", personal=may_offer,
        ),
        stuff=offering.stuff(work, house, speech, topics[0] if topics else None, base)
        if may_offer else (),
        tags=worn,
        choices=choices,
        group=offering.group(work, house, speech, card.whom, topics, base),
        promises=offering.promises(work, house, speech, profile),
        growth=growth_of(work, house, speech, card.whom, base, may_offer=may_offer),
    )  # fmt: skip


def _not_say(
    work: Work, house: Served, speech: Speech, profile: int, *, has_case: bool
) -> tuple[NotSay, ...]:
    """Return why to hold back with somebody, the weightiest first."""
    profiles, due = house.profiles, house.attending.due
    words = profiles.words_of(work, [profile]).get(profile, [])
    known = profiles.known(work, [profile], fading=()).get(profile)
    age = None if known is None else age_of(known.traits, work.now, speech.zone)
    holds: dict[NotSay, bool] = {
        "erasing": profiles.erasures.open_of(work, [profile]) is not None,
        "case": has_case,
        "no_marketing": due.refuses([one for one in words if one.purpose != PERSONALISATION]),
        "not_personalised": bool(profiles.not_personalised(work, [profile])),
        "minor": age is not None and age < MAJORITY,
        "just_spoken": due.spoken_since(work, profile, work.now - _JUST),
    }
    return tuple(one for one in NOT_SAY if holds[one])


def _owner(
    work: Work, house: Served, speech: Speech, staff: Staff, owner: Owner | None
) -> str:  # fmt: skip
    """Say whose customer she is, and until when nobody may take her."""
    if owner is None:
        return speech.gettext("Nobody's customer yet")
    organisation = house.guides.organisation
    if owner.guide is None:
        place = None if owner.store is None else organisation.store(work, owner.store)
        return speech.gettext("In the care of %(store)s", store=place.title if place else "")
    protected = owner.protected_until > work.now
    if owner.guide == staff.guide.id:
        until = speech.day(owner.protected_until if protected else owner.until)
        if protected:
            return speech.gettext("Yours, and nobody else's until %(day)s", day=until)
        return speech.gettext("Yours until %(day)s, or longer if you keep in touch", day=until)
    hers = organisation.guide(work, owner.guide)
    return speech.gettext("%(guide)s's customer", guide=hers.name if hers else owner.guide)
