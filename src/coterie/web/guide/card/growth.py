"""What is hers to use, and how her friends come along: on a customer's card, with words to send."""

from dataclasses import dataclass

from coterie.storage.work import Work
from coterie.web.guide.people import Whom
from coterie.web.member.promises import USABLE, Promise, promised
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

_COUPONS = N_("Hello %(name)s, your coupons with their codes for the till are here: %(link)s")
_FRIENDS = N_("Hello %(name)s, %(benefit)s. Your own poster and how it goes are here: %(link)s")
MOST = 3


@dataclass(frozen=True)
class Bringing:
    """How far she came in one programme; ``text`` is what goes into the chat."""

    slug: str
    title: str
    takes_part: bool
    joined: int
    qualified: int
    rewarded: int
    text: str
    invite: str


@dataclass(frozen=True)
class Growth:
    """Her coupons that can be used, words that lead her to them, and the programmes that run."""

    coupons: tuple[Promise, ...] = ()
    coupons_text: str = ""
    friends: tuple[Bringing, ...] = ()


def growth_of(
    work: Work, house: Served, speech: Speech, whom: Whom, base: str, *, may_offer: bool
) -> Growth:
    """Return it; who wants nothing offered is not asked for friends, her coupons stay hers."""
    name = whom.name or speech.gettext("there")
    own = f"{base}/k/{house.growing.links.token(whom.profile, work.now)}"
    held = house.growing.coupons.of_profile(work, whom.profile)
    alive = [one for one in held if one.state_at(work.now) in USABLE]
    coupons = promised(work, house, speech, alive)[:MOST]
    friends = []
    for mine in house.growing.referrals.of_member(work, whom.profile) if may_offer else ():
        if mine.state != "on":
            continue
        programme, progress = mine.programme, mine.progress
        benefit = speech.title(programme.benefit) or speech.title(programme.headline)
        friends.append(Bringing(
            slug=programme.slug,
            title=speech.title(programme.titles),
            takes_part=mine.code is not None,
            joined=progress.joined if progress else 0,
            qualified=progress.qualified if progress else 0,
            rewarded=progress.rewarded if progress else 0,
            text=speech.gettext(
                _FRIENDS, name=name, benefit=benefit.rstrip("。.!！"), link=f"{own}/friends"
            ),
            invite=f"/g/invite/{whom.uid}",
        ))  # fmt: skip
    return Growth(
        tuple(coupons),
        speech.gettext(_COUPONS, name=name, link=own) if coupons else "",
        tuple(friends),
    )
