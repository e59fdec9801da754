"""The tables of a review: the same on the page, in the workbook and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coterie.analytics.review.definitions import DEFINITIONS, Key
from coterie.analytics.review.effect import Difference
from coterie.analytics.review.reading import Review
from coterie.web.console.reviews import words
from coterie.web.console.reviews.cells import NOTHING, Cell, Column, Kind, Table, written
from coterie.web.speech import Speech

_HUNDRED = 100


@dataclass(frozen=True)
class Names:
    """What stores, groups and guides are called."""

    stores: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    guides: Mapping[str, str] = field(default_factory=dict)


def tables_of(speech: Speech, review: Review, names: Names) -> tuple[Table, ...]:
    """Return every table."""
    return (
        _funnel(speech, review), _ways(speech, review), _places(speech, review),
        _readings(speech, review), _groups(speech, review, names), _stores(speech, review, names),
        _guides(speech, review, names), _effect(speech, review), _evidence(speech, review),
        _days(speech, review),
    )  # fmt: skip


def _columns(*given: tuple[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(label, kind) for label, kind in given)


def _named(speech: Speech, key: Key) -> str:
    return speech.title(DEFINITIONS[key].name)


def _means(speech: Speech, key: Key) -> str:
    return speech.title(DEFINITIONS[key].words)


def _funnel(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    joined = review.found.total.joined
    rows = [
        (_(words.STEPS[one.key]), one.people, one.people / joined if joined else None,
         one.lost, one.in_all, one.median)
        for one in review.found.steps
    ]  # fmt: skip
    columns = _columns(
        (_("Step"), "text"), (_("People so far"), "count"), (_("Of those who joined"), "share"),
        (_("Lost before it"), "count"), (_("Did it in any order"), "count"),
        (_("Median time to it"), "time"),
    )  # fmt: skip
    return Table("funnel", _named(speech, "funnel"), columns, rows, _means(speech, "funnel"))


def _parts(speech: Speech, first: str) -> tuple[Column, ...]:
    _ = speech.gettext
    return _columns(
        (first, "text"), (_("Joined"), "count"), (_("Active"), "count"), (_("Visitors"), "count"),
        (_("Buyers"), "count"), (_("Revenue"), "money"),
    )  # fmt: skip


def _ways(speech: Speech, review: Review) -> Table:
    rows = [
        (speech.gettext(words.HOWS[one.key]), one.joined, one.active, one.visitors, one.buyers,
         one.revenue)
        for one in review.found.ways
    ]  # fmt: skip
    title = _named(speech, "how")
    return Table("ways", title, _parts(speech, title), rows, _means(speech, "how"))


def _groups(speech: Speech, review: Review, names: Names) -> Table:
    rows = [
        (names.groups.get(one.key, one.key) or NOTHING, one.joined, one.active, one.visitors,
         one.buyers, one.revenue)
        for one in review.found.groups
    ]  # fmt: skip
    hint = speech.gettext("Everybody counts in the first group of the campaign that she joined.")
    columns = _parts(speech, speech.gettext("Customer group"))
    return Table("groups", speech.gettext("By group"), columns, rows, hint)


def _stores(speech: Speech, review: Review, names: Names) -> Table:
    _ = speech.gettext
    rows = [
        (names.stores.get(one.key, one.key) or _("no store named"), one.visits, one.orders,
         one.buyers, one.revenue)
        for one in review.found.stores
    ]  # fmt: skip
    columns = _columns(
        (_("Store"), "text"), (_("Visits"), "count"), (_("Orders"), "count"),
        (_("Buyers"), "count"), (_("Revenue"), "money"),
    )  # fmt: skip
    hint = _("A day on which somebody visits two stores is a visit of each here.")
    return Table("stores", _("By store"), columns, rows, hint)


def _guides(speech: Speech, review: Review, names: Names) -> Table:
    _ = speech.gettext
    ways = [way for way in words.WAYS if any(way in one.ways for one in review.guides)]
    rows: list[tuple[Cell, ...]] = [
        (_("nobody's work") if one.guide is None else names.guides.get(one.guide, one.guide),
         one.orders, one.revenue, *(one.ways.get(way, 0) for way in ways))
        for one in review.guides
    ]  # fmt: skip
    columns = _columns(
        (_("Guide"), "text"), (_("Orders"), "count"), (_("Credit"), "money")
    )  # fmt: skip
    columns += tuple(Column(_(words.WAYS[way]), "money") for way in ways)
    return Table("guides", _named(speech, "credit"), columns, rows, _means(speech, "credit"))


def _places(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    revenue = review.found.total.revenue
    rows = [
        (_(words.PLACES[one.place]), one.orders, one.revenue,
         one.revenue / revenue if revenue else None, one.assisted, one.assisted_revenue)
        for one in review.found.places
        if one.orders or one.place != "elsewhere"
    ]  # fmt: skip
    columns = _columns(
        (_("Bought"), "text"), (_("Orders"), "count"), (_("Revenue"), "money"),
        (_("Share"), "share"), (_("Helped by the other"), "count"),
        (_("Revenue of these"), "money"),
    )  # fmt: skip
    hint = f"{_means(speech, 'place')} {_means(speech, 'assist')}"
    return Table("places", _named(speech, "place"), columns, rows, hint)


def _readings(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    claimed = speech.percent(review.scope.claimed, 1)
    rows = [
        (_(words.RATES[one.key]), one.part, one.whole, one.share if one.whole else None,
         _("fits best") if one.fits else "", one.implied)
        for one in review.rates
    ]  # fmt: skip
    columns = _columns(
        (_("Read as"), "text"), (_("Part"), "count"), (_("Whole"), "count"), (_("Share"), "share"),
        (_("Claimed %(share)s", share=claimed), "text"), (_("For that it would take"), "count"),
    )  # fmt: skip
    hint = _means(speech, "readings")
    return Table("readings", _named(speech, "readings"), columns, rows, hint)


def _effect(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    effect = review.effect
    rows: list[tuple[Cell, ...]] = [
        (_("People drawn"), speech.number(effect.invited), speech.number(effect.held_out),
         None, None, None),
    ]  # fmt: skip
    for label, kind, of in (
        (_("Net revenue a person"), "plain", effect.revenue),
        (_("Share that bought"), "share", effect.buyers),
    ):
        if of is not None:
            rows.append((label, *_compared(speech, kind, of)))
    columns = _columns(
        ("", "text"), (_("Invited group"), "text"), (_("Held out"), "text"),
        (_("Difference"), "text"), (_("95% at all looks"), "text"), (_("95% at one look"), "text"),
    )  # fmt: skip
    hint = _means(speech, "effect")
    if effect.kept is not None:
        hint += " " + speech.gettext(
            "What people bought before took %(share)s of the variance out (CUPED).",
            share=speech.percent(1 - effect.kept, 1),
        )
    return Table("effect", _named(speech, "effect"), columns, rows, hint)


def _compared(speech: Speech, kind: str, of: Difference) -> tuple[str, ...]:
    def write(value: float) -> str:
        if kind == "share":
            return f"{speech.number(_HUNDRED * value, 1)}%".replace("-", "−")
        return written(speech, "plain", value)

    def ends(low: float, high: float) -> str:
        return speech.gettext("%(low)s to %(high)s", low=write(low), high=write(high))

    return (
        write(of.invited), write(of.held_out), write(of.difference),
        ends(of.interval.low, of.interval.high), ends(of.once.low, of.once.high),
    )  # fmt: skip


def _evidence(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    rows: list[tuple[Cell, ...]] = [
        (_(words.READINGS[one.how]), one.grade, written(speech, "plain", one.difference),
         _("%(low)s to %(high)s", low=written(speech, "plain", one.interval.low),
           high=written(speech, "plain", one.interval.high)))
        for one in reversed(review.evidence.readings)
    ]  # fmt: skip
    flattery = review.evidence.flattery
    if flattery is not None:
        rows.append((
            _("Naive: members against others, as they are"), "–",
            written(speech, "plain", flattery.difference),
            _("%(low)s to %(high)s", low=written(speech, "plain", flattery.interval.low),
              high=written(speech, "plain", flattery.interval.high)),
        ))  # fmt: skip
    columns = _columns(
        (_("Read as"), "text"), (_("Grade"), "text"), (_("Revenue a person"), "text"),
        (_("95% at one look"), "text"),
    )  # fmt: skip
    return Table("evidence", _("Weaker readings, for comparison only"), columns, rows,
                 _means(speech, "naive"), grey=True)  # fmt: skip


def _days(speech: Speech, review: Review) -> Table:
    _ = speech.gettext
    rows = [
        (one.day.isoformat(), one.joined, one.left, one.active, one.visits, one.visitors,
         one.buyers, one.orders, one.revenue)
        for one in review.found.days
    ]  # fmt: skip
    columns = _columns(
        (_("Day"), "text"), (_("Joined"), "count"), (_("Left"), "count"),
        (_("First active"), "count"), (_("Visits"), "count"), (_("First visit"), "count"),
        (_("First purchase"), "count"), (_("Orders"), "count"), (_("Revenue"), "money"),
    )  # fmt: skip
    return Table("days", _("By day"), columns, rows)
