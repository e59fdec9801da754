"""What a member's poster says in a language, and the picture of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.loyalty.coupons.model import Template
from coterie.referrals.programmes.model import Programme
from coterie.storage.work import Work
from coterie.web import friend_poster
from coterie.web.friend_poster import Words
from coterie.web.member import own, promises, reading
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

RULE = {
    "order": N_("Both of you are rewarded after a friend's first order. Sharing earns nothing."),
    "stay": N_("Both of you are rewarded once a friend has stayed a while. Sharing earns nothing."),
}
"""When a reward comes: said on the poster, on the friend's page and on the member's."""
_HINT = N_("Scan it\nwith WeChat\nand say hello")
_LOOK = "wine"


@router.api_route("/f/{code}/poster.png", methods=["GET", "HEAD"])
def poster(request: Request, here: Here, code: str, small: str = "", look: str = _LOOK) -> Response:
    """Draw a member's poster; whoever has her code may see it, and it says nothing of her."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        found = house.growing.referrals.landing(work, code)
        words = words_of(here, work, speech, found.programme)
    address = f"{here.outside(request)}/f/{code}"
    width = friend_poster.SMALL if small else friend_poster.WIDTH
    return Response(
        friend_poster.draw(words, address, look, width),
        media_type="image/png",
        headers={
            "Cache-Control": "private, max-age=300",
            "Vary": "Cookie, Accept-Language",
            **own.UNSEEN,
        },
    )


def words_of(here: Parts, work: Work, speech: Speech, programme: Programme) -> Words:
    """Say what a programme's posters say: the friend's benefit comes first."""
    house = here.house
    coupon = friends_coupon(here, work, programme)
    benefit = speech.title(programme.benefit)
    headline = speech.title(programme.headline) or benefit or speech.title(programme.titles)
    figure, line = "", ""
    if coupon is not None:
        currency = house.instance.currency
        stores = {one.key: one.title or one.key for one in house.guides.organisation.stores(work)}
        figure = promises.figure(speech, coupon, currency)
        conditions = promises.conditions(speech, coupon, currency, stores)
        line = "\n".join([speech.title(coupon.titles), *conditions[:1]])
    return Words(
        brand=here.pages.brand, headline=headline,
        line="" if figure or benefit == headline else benefit,
        hint=speech.gettext(_HINT), foot=speech.gettext(RULE[programme.qualifies]),
        figure=figure, figure_line=line,
    )  # fmt: skip


def friends_coupon(here: Parts, work: Work, programme: Programme) -> Template | None:
    """Return what a friend gets, None where the programme gives her nothing."""
    slug = programme.rewards.get("friend")
    return here.house.growing.coupons.template(work, slug) if slug else None
