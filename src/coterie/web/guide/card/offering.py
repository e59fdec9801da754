"""What a guide may offer a customer: the next sentence, something to show, a group, a tag."""

from collections.abc import Sequence

from coterie.catalog.materials.model import Material
from coterie.guides.due.model import DueOne
from coterie.profiles.tags.model import COMMUNITY
from coterie.storage.work import Work
from coterie.web.console.tags.saying import Naming
from coterie.web.guide.at_work import Staff
from coterie.web.guide.card.model import Gathering, Next, Promise, Stuff, TagOn
from coterie.web.guide.people import Whom
from coterie.web.guide.sentences import Sentences
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

_STUFF = 3
_TASTE = N_(
    "Hello %(name)s, we have something new on %(topic)s. Shall I tell you about it, or keep one "
    "for you to look at?"
)
_OPEN = N_("Hello %(name)s, %(guide)s here. Is there anything I can do for you?")
_BECAUSE_LIKES = N_("Because she likes %(topic)s")
_BECAUSE_NOTHING = N_("Nothing presses: just be there for her")
_WHY_GROUP = {
    "topic": N_("for what she likes"),
    "store": N_("of her store"),
    "near": N_("of the nearest store"),
    "all": N_("open to everybody"),
}


def next_sentence(
    work: Work, house: Served, speech: Speech, staff: Staff, whom: Whom,
    due: Sequence[DueOne], topic: str, *, personal: bool,
) -> Next:  # fmt: skip
    """Return the next best sentence for somebody, and why."""
    sentences = Sentences(work, house, speech, staff, {one.reason for one in due})
    if due:
        said = sentences.of(due[0], whom)
        return Next(said.why, said.text, due[0].reason, said.script, said.number)
    name = whom.name or speech.gettext("there")
    if personal and topic:
        text = speech.gettext(_TASTE, name=name, topic=topic)
        return Next(speech.gettext(_BECAUSE_LIKES, topic=topic), text)
    text = speech.gettext(_OPEN, name=name, guide=staff.guide.name)
    return Next(speech.gettext(_BECAUSE_NOTHING), text)


def stuff(
    work: Work, house: Served, speech: Speech, topic: str | None, base: str
) -> tuple[Stuff, ...]:  # fmt: skip
    """Return a few materials for her: those on what she likes, else the newest."""
    found = [] if topic is None else house.materials.offered(work, topic=topic)
    found = [one for one in found if one.language in ("", speech.language)]
    for one in house.materials.for_guides(work, speech.language):
        if one.slug not in {other.slug for other in found}:
            found.append(one)
    return tuple(shown(one, speech, base) for one in found[:_STUFF])


def shown(material: Material, speech: Speech, base: str) -> Stuff:
    """Say what goes into a chat of a material: its words, and where it can be looked at."""
    version = material.version
    address = version.url or (f"{base}/m/{version.address}" if version.file else "")
    return Stuff(
        material.slug,
        speech.title(material.titles),
        material.kind,
        "\n".join(part for part in (version.text, address) if part),
        f"/m/{version.thumb_address}" if version.thumb_address else "",
    )


def tags(
    work: Work, house: Served, speech: Speech, profile: int
) -> tuple[tuple[TagOn, ...], tuple[TagOn, ...]]:
    """Return the tags that she wears, and those that a hand may put on besides.

    Only words that the house has defined are shown: a card holds nothing that somebody once typed.
    """
    naming = Naming(work, house, speech)
    bound = house.tagging.bindings(work)
    known = house.profiles.known(work, [profile], fading=())
    worn = known[profile].tags if profile in known else frozenset()
    mine, choices = [], []
    for name, entry in sorted(naming.book.tags.items()):
        by_hand = name not in bound and entry.retired is None and entry.alias_of is None
        if name in worn and entry.alias_of is None:
            mine.append(TagOn(name, naming.tag(name), by_hand))
        elif by_hand:
            choices.append(TagOn(name, naming.tag(name)))
    mine += [
        TagOn(name, naming.tag(name), by_hand=False)
        for name in sorted(worn)
        if name.startswith(COMMUNITY) and name not in naming.book.tags
    ]
    return tuple(mine), tuple(choices)


def group(
    work: Work, house: Served, speech: Speech, whom: Whom, topics: Sequence[str], base: str
) -> Gathering | None:
    """Return the group that suits her: by what she likes, else by her store."""
    offer = house.scanning.groups.for_topics(work, topics) if topics else None
    if offer is None or offer.why == "all":
        store = whom.owner.store if whom.owner is not None else None
        offer = house.scanning.groups.for_store(work, store) or offer
    if offer is None:
        return None
    chats = set(house.scanning.groups.get(work, offer.state).pool.chats)
    externals = house.mirror.externals_of(work, [whom.profile]).get(whom.profile, [])
    inside = house.mirror.in_chats(work, externals)
    return Gathering(
        offer.state, offer.title, speech.gettext(_WHY_GROUP[offer.why]), offer.members,
        offer.capacity,
        speech.gettext(
            "%(title)s: this is the way in. %(link)s", title=offer.title,
            link=f"{base}/c/{offer.state}",
        ),
        any(chats & set(one) for one in inside.values()),
    )  # fmt: skip


def promises(work: Work, house: Served, speech: Speech, profile: int) -> tuple[Promise, ...]:
    """Return what is hers: seats that she holds, the level that a source tells of."""
    seats = [
        one for one in house.activities.of_person(work, profile)
        if one.state in ("registered", "waiting")
    ]  # fmt: skip
    known = house.activities.several(work, {one.activity for one in seats})
    found = [
        Promise(speech.gettext("A seat: %(title)s", title=speech.title(one.titles)), one.starts)
        for one in known.values()
        if one.starts > work.now
    ]
    traits = house.profiles.known(work, [profile], fading=()).get(profile)
    tier = None if traits is None else traits.traits.get("tier")
    if isinstance(tier, str) and tier:
        found.insert(0, Promise(speech.gettext("Member: %(tier)s", tier=tier)))
    return tuple(sorted(found, key=lambda one: one.at or 0))
