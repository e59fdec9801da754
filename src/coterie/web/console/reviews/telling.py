"""A review in words and tables: what the page shows, the workbook holds, the paper prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.analytics.review.definitions import DEFINITIONS, Key
from coterie.analytics.review.ports import Spread
from coterie.analytics.review.reading import Review
from coterie.web.console.reviews import words
from coterie.web.console.reviews.cells import NOTHING, Table, money, written
from coterie.web.console.reviews.tables import Names, tables_of
from coterie.web.speech import Speech

_HUNDRED = 100


@dataclass(frozen=True)
class Figure:
    """One big number, what stands under it, and how it is counted."""

    key: str
    label: str
    value: str
    hint: str
    means: str
    grey: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a number is called, and how it is counted."""

    key: str
    name: str
    means: str


@dataclass(frozen=True)
class Telling:
    """Everything that is said of a campaign."""

    title: str
    span: str
    headline: str
    verdict: tuple[str, str, str]
    effect: str
    grade: str
    grade_words: str
    figures: tuple[Figure, ...]
    tables: Mapping[str, Table]
    definitions: tuple[Meaning, ...]


def tell(speech: Speech, review: Review, names: Names, currency: str) -> Telling:
    """Say everything of a campaign."""
    verdict, tone, symbol = words.VERDICTS[review.effect.verdict]
    return Telling(
        title=speech.title(review.scope.titles) or review.scope.slug,
        span=speech.gettext(
            "%(since)s to %(until)s",
            since=speech.day(review.scope.since), until=speech.day(review.scope.until - 1),
        ),
        headline=headline(speech, review, currency),
        verdict=(speech.gettext(verdict), tone, symbol),
        effect=effect_words(speech, review, currency),
        grade=review.evidence.grade,
        grade_words=speech.gettext(words.GRADES[review.evidence.why]),
        figures=figures(speech, review, currency),
        tables={table.key: table for table in tables_of(speech, review, names)},
        definitions=tuple(
            Meaning(key, speech.title(one.name), speech.title(one.words))
            for key, one in DEFINITIONS.items()
        ),
    )  # fmt: skip


def headline(speech: Speech, review: Review, currency: str) -> str:
    """Say in one sentence what came of it."""
    total = review.found.total
    return speech.gettext(
        "%(joined)s people joined, %(active)s of them were active; %(visits)s visits and "
        "%(buyers)s buyers brought %(revenue)s %(currency)s, %(offline)s of it in stores.",
        joined=speech.number(total.joined),
        active=speech.percent(total.active, total.joined),
        visits=speech.number(total.visits),
        buyers=speech.number(total.buyers),
        revenue=money(speech, total.revenue),
        currency=currency,
        offline=speech.percent(review.place("offline").revenue, total.revenue),
    )


def effect_words(speech: Speech, review: Review, currency: str) -> str:
    """Say what would not have come by itself, or why that cannot be told."""
    effect = review.effect
    why = words.doubt(speech, effect)
    if effect.total is None or effect.revenue is None:
        return why
    low, middle, high = (money(speech, amount) for amount in effect.total)
    said = speech.gettext(
        "Inviting %(people)s people brought %(middle)s %(currency)s more than they would have "
        "spent anyway; the truth lies between %(low)s and %(high)s.",
        people=speech.number(effect.invited), middle=middle, low=low, high=high,
        currency=currency,
    )  # fmt: skip
    return f"{said} {why}".strip()


def figures(speech: Speech, review: Review, currency: str) -> tuple[Figure, ...]:
    """Return the big numbers, in the order of the way from a group to the till."""
    found, total = review.found, review.found.total
    offline = review.place("offline")
    ahead = speech.gettext("of those who joined")
    given: list[tuple[Key, str, str]] = [
        ("joined", speech.number(total.joined), speech.gettext(
            "%(left)s left a group again", left=speech.number(total.left))),
        ("active", speech.percent(total.active, total.joined),
         speech.gettext("%(n)s people", n=speech.number(total.active))),
        ("visits", speech.number(total.visits),
         speech.gettext("%(n)s visitors", n=speech.number(total.visitors))),
        ("bought", speech.number(total.buyers), speech.gettext(
            "%(n)s orders; %(share)s", n=speech.number(total.orders),
            share=f"{speech.percent(total.buyers, total.joined)} {ahead}")),
        ("revenue", money(speech, total.revenue), speech.gettext(
            "%(currency)s; %(gone)s orders were given back whole",
            currency=currency, gone=speech.number(total.gone))),
        ("place", f"{_whole(offline.revenue, total.revenue)}/"
                  f"{_whole(total.revenue - offline.revenue, total.revenue)}",
         speech.gettext("in stores / online; %(n)s store orders after something online",
                        n=speech.number(offline.assisted))),
        ("spread", *_spread(speech, review.spread)),
        ("cost", money(speech, review.cost), speech.gettext(
            "%(currency)s; %(each)s a buyer; %(coupons)s coupons redeemed", currency=currency,
            each=written(speech, "money", review.cost_per_buyer),
            coupons=speech.number(found.coupons.redeemed - found.coupons.rolled_back))),
        ("owed", speech.number(_out(review)), _owed(speech, review, currency)),
        ("roi", _roi(speech, review), _roi_hint(speech, review)),
    ]  # fmt: skip
    return tuple(
        Figure(key, speech.title(DEFINITIONS[key].name), value, hint,
               speech.title(DEFINITIONS[key].words))
        for key, value, hint in given
    )  # fmt: skip


def _whole(part: int, whole: int) -> str:
    return str(round(_HUNDRED * part / whole)) if whole else NOTHING


def _spread(speech: Speech, spread: Spread | None) -> tuple[str, str]:
    if spread is None:
        return NOTHING, speech.gettext("no programme by which friends bring friends")
    return _ratio(speech, spread.clean), speech.gettext(
        "%(gross)s before those rejected; %(n)s friends came",
        gross=_ratio(speech, spread.gross), n=speech.number(spread.joined),
    )  # fmt: skip


def _ratio(speech: Speech, value: float | None) -> str:
    return NOTHING if value is None else speech.number(value, 2)


def _out(review: Review) -> int:
    return max(0, review.found.coupons.out) if review.owed is None else review.owed.coupons


def _owed(speech: Speech, review: Review, currency: str) -> str:
    if review.owed is None:
        return speech.gettext("coupons still out")
    said = speech.gettext(
        "coupons still out; at most %(amount)s %(currency)s",
        amount=money(speech, review.owed.amount), currency=currency,
    )  # fmt: skip
    if not review.owed.open_ended:
        return said
    more = speech.gettext(
        "%(n)s without a limit beside them", n=speech.number(review.owed.open_ended)
    )
    return f"{said}; {more}"


def _roi(speech: Speech, review: Review) -> str:
    return NOTHING if review.roi is None else speech.number(review.roi[1], 2).replace("-", "−")


def _roi_hint(speech: Speech, review: Review) -> str:
    if review.roi is not None:
        low, _, high = (speech.number(end, 2).replace("-", "−") for end in review.roi)
        return speech.gettext("between %(low)s and %(high)s", low=low, high=high)
    if review.effect.total is None:
        return speech.gettext("cannot be told without the incremental result")
    if review.scope.margin is None:
        return speech.gettext("nobody said what margin a sale leaves")
    return speech.gettext("nothing was spent")
