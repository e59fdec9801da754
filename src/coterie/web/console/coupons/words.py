"""What the pages of coupons and benefits share: tabs, what a coupon is in words, numbers read."""

from collections.abc import Mapping

from coterie.core.clock import parse_time
from coterie.core.errors import Invalid
from coterie.core.numbers import scaled
from coterie.loyalty.coupons.model import Template
from coterie.storage.work import Work
from coterie.web.member.promises import amount_words, conditions, figure
from coterie.web.parts import Parts
from coterie.web.speech import N_, Speech

TABS = ((N_("Coupons"), "/coupons"), (N_("Benefits"), "/benefits"),
        (N_("Budgets"), "/coupons/budgets"))  # fmt: skip
_DAY = len("2026-01-31")
RESERVED = ("new", "budgets")
"""No coupon's name: addresses of pages."""


def tabs(speech: Speech, on: str) -> list[tuple[str, str, bool]]:
    """Return the tabs, the one that is on marked."""
    return [(speech.gettext(words), address, address == on) for words, address in TABS]


def worth(speech: Speech, one: Template, currency: str) -> str:
    """Say what a coupon gives, in one line."""
    if one.kind == "gift":
        return speech.gettext("A gift: %(gift)s", gift=one.gift)
    what = figure(speech, one, currency)
    if one.minimum:
        least = amount_words(one.minimum, currency)
        return speech.gettext("%(what)s from %(least)s", what=what, least=least)
    return what


def terms(
    speech: Speech, one: Template, currency: str, stores: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Say the terms of a coupon, each with its name."""
    found = [(speech.gettext("Worth"), worth(speech, one, currency))]
    found.append((speech.gettext("Taken"), " · ".join(conditions(speech, one, currency, stores))))
    if one.days is not None:
        said = speech.ngettext("%(n)s day after it was given", "%(n)s days after it was given",
                               one.days)  # fmt: skip
        found.append((speech.gettext("Valid"), said))
    if one.starts or one.ends:
        found.append((speech.gettext("Between"), _between(speech, one)))
    if one.per_person is not None:
        found.append((speech.gettext("For one person"), speech.number(one.per_person)))
    if one.floor:
        found.append((speech.gettext("A line keeps at least"), speech.percent(one.floor, 10_000)))
    if one.shared:
        found.append((speech.gettext("Code for everybody"), one.shared))
    return found


def _between(speech: Speech, one: Template) -> str:
    """Say between which days or moments a coupon is taken, of which one may be open."""
    first, last = (_when(speech, text) if text else "" for text in (one.starts, one.ends))
    if first and last:
        return f"{first} – {last}"
    if first:
        return speech.gettext("from %(day)s", day=first)
    return speech.gettext("until %(day)s", day=last)


def _when(speech: Speech, text: str) -> str:
    """Say a day; a time of day stands as the form has it."""
    if len(text) > _DAY:
        return text.replace("T", " ")
    return speech.day(parse_time(text, speech.zone))


def amount_in(text: str, path: str) -> int:
    """Read an amount of a form; empty is 0. Raises Invalid."""
    amount = scaled(text.replace(",", "").replace("，", "").strip() or "0")
    if amount is None or amount < 0:
        raise Invalid(f"{text!r} is no amount", path=path, hint="such as 20 or 19.90")
    return amount


def count_in(text: str, path: str) -> int | None:
    """Read a number of a form; empty is None. Raises Invalid."""
    plain = text.replace(",", "").strip()
    if not plain:
        return None
    if not plain.isdecimal() or len(plain) > 9:
        raise Invalid(f"{text!r} is no whole number", path=path, hint="such as 500")
    return int(plain)


def segments_in(here: Parts, work: Work, speech: Speech) -> list[tuple[str, str]]:
    """Return the segments there are, as a form offers them."""
    return [
        (one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}) or one.slug)
        for one in here.house.segments.all(work)
    ]
