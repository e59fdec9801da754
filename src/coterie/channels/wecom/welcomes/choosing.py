"""Which welcome a newcomer gets, and what it says, for many newcomers at once.

Precedence: a fission's, the code's for a special day, for the hours, in general, the guide's, the
brand's. The first that is written counts, also when it says that nothing is to be said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coterie.channels.wecom.welcomes import store
from coterie.channels.wecom.welcomes.model import Due, Origin
from coterie.channels.wecom.welcomes.ports import First, Page
from coterie.codes.channel.model import ChannelCode
from coterie.codes.channel.ports import Spot
from coterie.codes.channel.schedule import running, special_of
from coterie.codes.channel.service import ChannelCodes
from coterie.codes.channel.showing import zone_of
from coterie.codes.channel.welcome import Welcome, asks_for, parse_welcome
from coterie.codes.groups.model import Offer
from coterie.codes.groups.service import GroupCodes
from coterie.core.clock import local_date
from coterie.storage.work import Work

BRAND = "brand"


@dataclass(frozen=True)
class Chosen:
    """A welcome with what it needs: names to put in, the group that is offered."""

    due: Due
    origin: Origin
    welcome: Welcome
    values: Mapping[str, str]
    offer: Offer | None


def guide_key(guide: str) -> str:
    """Return the key of a guide's own welcome."""
    return f"guide:{guide}"


def choose(
    work: Work, dues: Sequence[Due], channel: ChannelCodes, groups: GroupCodes,
    first: Sequence[First], page: Page,
) -> dict[str, Chosen | None]:  # fmt: skip
    """Return the welcome of each newcomer by id; None where nobody wrote one.

    ``page`` makes the address of a newcomer's own page.
    """
    codes = channel.effective(work, {one.state for one in dues if one.state})
    guides = channel.guides.of_userids(work, {one.userid for one in dues})
    names = {key: one.name for key, one in channel.standings(work, set(guides.values())).items()}
    places = {one.key: one for one in channel.guides.stores(work)}
    texts = store.texts(work, {BRAND} | {guide_key(one) for one in guides.values()})
    offers: dict[str, Offer | None] = {}
    found: dict[str, Chosen | None] = {}
    for due in dues:
        code, guide = codes.get(due.state), guides.get(due.userid)
        said = _said(work, due, code, guide, places, texts, channel, first)
        if said is None:
            found[due.id] = None
            continue
        origin, welcome = said
        if code is not None and code.state not in offers:
            offers[code.state] = _offer(work, code, groups)
        offer = offers.get(code.state) if code is not None else None
        place = places.get(code.key.store or "") if code is not None else None
        values = {
            "guide": names.get(guide or "", "") or due.userid,
            "store": "" if place is None else place.title,
            "group": "" if offer is None else offer.title,
            "coupons": page(due.external_userid, work.now) if asks_for(welcome, "coupons") else "",
        }
        found[due.id] = Chosen(due, origin, welcome, values, offer)
    return found


def _said(
    work: Work, due: Due, code: ChannelCode | None, guide: str | None,
    places: Mapping[str, Spot], texts: Mapping[str, Mapping[str, object]],
    channel: ChannelCodes, first: Sequence[First],
) -> tuple[Origin, Welcome] | None:  # fmt: skip
    for each in first:
        welcome = each.welcome(work, due)
        if welcome is not None:
            return "fission", welcome
    if code is not None:
        said = of_code(code, due.at, channel, places)
        if said is not None:
            return said
    kept: tuple[tuple[Origin, str], ...] = (
        ("guide", guide_key(guide or "")), ("brand", BRAND),
    )  # fmt: skip
    for origin, key in kept:
        welcome = parse_welcome(texts.get(key), key)
        if welcome is not None:
            return origin, welcome
    return None


def of_code(
    code: ChannelCode, at: int, channel: ChannelCodes, places: Mapping[str, Spot]
) -> tuple[Origin, Welcome] | None:
    """Return what a code says to whoever comes at a moment: its day's, its hours', its own."""
    plan, zone = code.definition.plan, zone_of(code, places, channel.zone)
    special = special_of(plan, local_date(at, zone))
    slots = [one.welcome for one in running(plan, at, zone) if one.welcome is not None]
    if special is not None:
        if slots:
            return "special", slots[0]
        if special.welcome is not None:
            return "special", special.welcome
    if slots:
        return "slot", slots[0]
    return None if code.definition.welcome is None else ("code", code.definition.welcome)


def _offer(work: Work, code: ChannelCode, groups: GroupCodes) -> Offer | None:
    definition = code.definition
    if definition.group == "store":
        return groups.for_store(work, code.key.store)
    if definition.group == "topic" and definition.topic is not None:
        return groups.for_topics(work, [definition.topic])
    return None
