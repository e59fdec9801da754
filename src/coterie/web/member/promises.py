"""What a coupon promises, in the visitor's words: how much, on what, where, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal, get_currency_symbol

from coterie.core.clock import DAY
from coterie.core.numbers import SCALE
from coterie.loyalty.coupons.model import WHOLE, Coupon, Template
from coterie.storage.work import Work
from coterie.web.ports import Served
from coterie.web.speech import Speech

USABLE = ("available", "locked")
_SOON = 3 * DAY


@dataclass(frozen=True)
class Promise:
    """One coupon as its owner sees it; ``code`` in fours, empty once it cannot be used."""

    figure: str
    title: str
    conditions: tuple[str, ...]
    state: str
    code: str
    starts: int | None
    last: int | None
    ends_soon: bool
    used: int | None


def amount_words(amount: int, currency: str) -> str:
    """Write an amount shortly, with the currency's sign.

    >>> amount_words(300_000, "CNY"), amount_words(19_950_000, "EUR")
    ('¥30', '€1,995')
    """
    number = format_decimal(round(amount / SCALE, 2), "#,##0.##", locale="en")
    return f"{get_currency_symbol(currency, locale='zh_CN')}{number}"


def figure(speech: Speech, one: Template, currency: str) -> str:
    """Say in one short word what a coupon is worth."""
    if one.kind == "amount":
        return amount_words(one.amount, currency)
    if one.kind == "gift":
        return speech.gettext("A gift")
    if speech.language == "zh":  # a tenth off is said as nine tenths to pay
        return f"{speech.number((WHOLE - one.percent) / (WHOLE // 10), 1)} 折"
    return speech.gettext("%(share)s off", share=speech.percent(one.percent, WHOLE))


def conditions(
    speech: Speech, one: Template, currency: str, stores: Mapping[str, str]
) -> tuple[str, ...]:
    """Say on what conditions a coupon is taken, each in a few words."""
    found = []
    if one.kind == "gift" and one.gift:
        found.append(one.gift)
    if one.minimum:
        found.append(speech.gettext("From %(amount)s", amount=amount_words(one.minimum, currency)))
    if one.most:
        found.append(speech.gettext("At most %(amount)s", amount=amount_words(one.most, currency)))
    if one.items or one.topics:
        found.append(speech.gettext("On chosen goods"))
    places = [stores.get(key, key) for key in one.stores]
    found.append(
        speech.gettext("At %(stores)s", stores=" · ".join(places))
        if places else speech.gettext("At every store and online")
    )  # fmt: skip
    return tuple(found)


def promise(
    speech: Speech, coupon: Coupon, one: Template, currency: str, stores: Mapping[str, str]
) -> Promise:
    """Put a coupon into words."""
    state = coupon.state_at(speech.now)
    alive = state in USABLE
    last = None if coupon.expires is None else coupon.expires - 1
    return Promise(
        figure=figure(speech, one, currency),
        title=speech.title(one.titles) or one.slug,
        conditions=conditions(speech, one, currency, stores),
        state=state,
        code=in_fours(coupon.code) if alive and coupon.code else "",
        starts=coupon.starts if coupon.starts and coupon.starts > speech.now else None,
        last=last,
        ends_soon=alive and coupon.expires is not None and coupon.expires - speech.now < _SOON,
        used=coupon.redeemed,
    )


def promised(work: Work, house: Served, speech: Speech, found: Sequence[Coupon]) -> list[Promise]:
    """Put coupons into words, each by the terms that it was given under."""
    stores = {one.key: one.title or one.key for one in house.guides.organisation.stores(work)}
    terms = house.growing.coupons.terms_of(work, found)
    currency = house.instance.currency
    return [promise(speech, one, terms[one.id], currency, stores) for one in found]


def in_fours(code: str) -> str:
    """Write a code as it is read out.

    >>> in_fours("AB12CD34EF56"), in_fours("ab12-cd34")
    ('AB12-CD34-EF56', 'AB12-CD34')
    """
    plain = code.replace("-", "").replace(" ", "").upper()
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
