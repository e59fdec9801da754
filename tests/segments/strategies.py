"""Random rules, people and histories over a small vocabulary, for the laws of the rule language.

Everything is made to collide: few names, few values, and times that sit on the edges of the
windows that the rules use, a millisecond before and after.
"""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, format_time
from coterie.core.ids import derived_id
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.segments.language.parse import parse
from coterie.segments.model import Person, Rule, World
from segments.states import STORES, lists, speaking, state_nodes, whereabouts, words

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z: eight in the morning in Shanghai."""
ZONE = ZoneInfo("Asia/Shanghai")

NAMES = ["Article Read", "Article Shared", "Order Completed", "coterie.tagged"]
PATTERNS = [*NAMES, "Article*", "Article*", "*", "*", "coterie.*", "Never Happened"]
ITEMS_OF = {
    "wine": frozenset({"barolo", "chianti", "rioja"}),
    "wine/italy": frozenset({"barolo", "chianti"}),
    "cheese": frozenset({"brie"}),
    "empty": frozenset[str](),
}
ITEMS = ["barolo", "chianti", "rioja", "brie", "unknown"]
IDENTIFYING = frozenset({"email", "phone"})
TAGS = ["vip", "品酒", "new", "community:italy", "group:pasta"]
DAYS = [0, 1, 2, 7, 30]

TEXTS = ["", "red", "Red", "RED wine", "7", "007", "7.0", "-1.5", "true", "上海", "zebra", "Ünder"]
NUMBERS = [0, 1, 7, 7.0, -1.5, 0.1, 2.5, 19.99, 100, 10_000_000_000]
MOMENTS = [
    *(format_time(NOW + days * DAY + off) for days in (-30, -7, 0, 1, 7) for off in (-1, 0, 1)),
    "2026-01-01", "2025-12-31T23:59:59.999+08:00", "2024-02-29", "1990-02-28", "2025-12-29",
    "2026-02-01T00:00:00", NOW // 1000, NOW - DAY,
]  # fmt: skip
SCALARS: list[Any] = [*TEXTS, *NUMBERS, True, False, None]
WORDS = [
    "today", "yesterday", "tomorrow", "this week", "last month", "next year", "this quarter",
    "+5 days", "-3 months", "+1 weeks", "-1 year", "+2 quarters",
]  # fmt: skip


def blind(name: str, value: Any) -> str:
    """Give the blind index that these tests use: any one-way function of name and value does."""
    return derived_id("blind", name, value)


def world(now: int = NOW, rules: dict[str, Rule] | None = None) -> World:
    """Return the world in which the vocabulary means something."""
    return World(
        now=now, zone=ZONE, items_of=ITEMS_OF, rules=rules or {}, blind=blind,
        identifying=IDENTIFYING, lists=lists(now), stores=STORES,
    )  # fmt: skip


def values() -> st.SearchStrategy[Any]:
    """Draw a value as traits and properties hold them: scalars, moments, arrays, an object."""
    scalars = st.sampled_from(SCALARS) | st.sampled_from(MOMENTS)
    return st.one_of(
        scalars,
        st.lists(st.sampled_from(SCALARS), max_size=3),
        st.builds(lambda inner: {"inner": inner}, scalars),
    )


def objects() -> st.SearchStrategy[dict[str, Any]]:
    """Draw the traits of a person or the properties of an event.

    ``a`` may be an object with ``b`` in it while ``a.b`` is also a key of its own.
    """
    texts, numbers = st.sampled_from(TEXTS), st.sampled_from(NUMBERS)
    flat = st.fixed_dictionaries(
        {},
        optional={
            "city": texts | values(),
            "total": numbers | numbers | values(),
            "when": st.sampled_from(MOMENTS) | st.sampled_from(MOMENTS) | values(),
            "list": st.lists(texts, max_size=3) | values(),
            "a.b": values(),
        },
    )
    nested = st.just({}) | values().map(lambda value: {"a": {"b": value}})
    return st.builds(lambda made, more: {**made, **more}, flat, nested)


PATHS = st.sampled_from(["city", "total", "when", "list", "a.b", "a", "a.b.inner", "absent"])


def moments(now: int = NOW) -> st.SearchStrategy[int]:
    """Draw a moment on, just before or just after the edge of a window, or any other."""
    edges = st.builds(
        lambda days, off, hours: now - days * DAY + off + hours * HOUR,
        st.sampled_from([*DAYS, -1]), st.sampled_from([-1, 0, 0, 1]), st.sampled_from([0, 0, 0, 5]),
    )  # fmt: skip
    return edges | st.integers(now - 40 * DAY, now + 2 * DAY)


def _conditions(subject: str, paths: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    plain = st.sampled_from([value for value in SCALARS if value is not None])
    ordered = st.sampled_from([*TEXTS, *NUMBERS, *WORDS])
    several = st.lists(plain, min_size=1, max_size=3)
    fold = st.sampled_from([{}, {}, {"fold": True}, {"fold": False}])

    mostly_when = st.sampled_from(["when", "when", "when", "total"])

    def node(ops: list[str], more: dict[str, Any], folding: Any = fold, at: Any = paths) -> Any:
        return st.builds(
            lambda path, op, rest, folded: {subject: path, "op": op, **rest, **folded},
            at, st.sampled_from(ops), st.fixed_dictionaries(more), folding,
        )  # fmt: skip

    never = st.just({})
    spans = st.sampled_from(["0d", "1d", "7d", "30d", "12h"])
    forms = [
        node(["=", "!="], {"value": plain | several | st.sampled_from(WORDS)}),
        node([">", ">=", "<", "<="], {"value": ordered}),
        node(["between", "not_between"], {"value": st.lists(ordered, min_size=2, max_size=2)}),
        node(["in", "not_in", "all_of", "any_of", "none_of"], {"value": several}),
        node(["contains", "not_contains"], {"value": plain}),
        node(["starts_with", "ends_with"], {"value": st.sampled_from(TEXTS)}),
        node(["matches"], {"value": st.sampled_from(["^r", "e.*e$", "[0-9]+", "上", "(?i)RED"])}),
        node(["exists", "missing"], {}, never),
        node(["before", "after"], {"value": st.sampled_from(
            [text for text in MOMENTS if isinstance(text, str)] + WORDS)}, never, mostly_when),
        node([">", ">=", "<", "<=", "=", "!="], {"value": st.sampled_from(WORDS)}, never,
             mostly_when),
        node(["within_last", "within_next"], {"duration": spans}, never, mostly_when),
        node(["on_day"], {"value": st.sampled_from([*WORDS, "2026-01-01", "2024-02-29"])}, never,
             mostly_when),
        node(["anniversary"], {"value": st.sampled_from([0, 1, -1, 7, 58, 59])}, never,
             mostly_when),
    ]  # fmt: skip
    if subject == "trait":
        forms.append(node(["unchanged_for", "changed_within"], {"duration": spans}, never))
        forms.append(
            node(["unchanged_for", "changed_within"], {"duration": spans, "value": plain}, never)
        )
    return st.one_of(forms)


def sealed_conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what may be asked of an identifying trait."""
    addresses = ["ada@example.com", "bob@example.com"]
    return st.one_of(
        st.builds(lambda op: {"trait": "email", "op": op}, st.sampled_from(["exists", "missing"])),
        st.builds(lambda one: {"trait": "email", "op": "=", "value": one},
                  st.sampled_from(addresses)),
        st.just({"trait": "email", "op": "in", "value": addresses}),
    )  # fmt: skip


def _windows() -> st.SearchStrategy[dict[str, Any]]:
    times = st.sampled_from([NOW - days * DAY for days in DAYS]).map(format_time)
    pairs = st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True).map(
        lambda days: [format_time(NOW - day * DAY) for day in sorted(days, reverse=True)]
    )
    within = st.sampled_from(DAYS).map(lambda days: {"within": f"{days}d"})
    return _weighted(
        [
            (2, st.just({})),
            (5, within),
            (1, st.sampled_from(["1h", "36h", "90s"]).map(lambda text: {"within": text})),
            (1, pairs.map(lambda pair: {"between": pair})),
            (1, pairs.map(lambda pair: {"since": pair[0], "before": pair[1]})),
            (1, times.map(lambda time: {"since": time})),
            (1, times.map(lambda time: {"before": time})),
        ]
    )


def bounds() -> st.SearchStrategy[dict[str, Any]]:
    """Draw comparisons of a number."""
    numbers = st.sampled_from([0, 1, 2, 3, 0.5, 7, 19.99, 26.99, 0.1, -1.5, 0.00005])
    single = st.dictionaries(
        st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), numbers, min_size=1, max_size=2
    )
    return single | st.lists(numbers, min_size=2, max_size=2).map(
        lambda pair: {"between": sorted(pair)}
    )


def _tests() -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(_conditions("property", PATHS), min_size=1, max_size=2)


def _which(
    windows: st.SearchStrategy[dict[str, Any]] | None = None,
    where: str = "where",
    topic: str = "topic",
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw which events a node looks at."""
    return st.builds(
        lambda tests, about, window: {**tests, **about, **window},
        _weighted([(3, st.just({})), (1, _tests().map(lambda tests: {where: tests}))]),
        st.sampled_from([*([{}] * 6), *({topic: one} for one in ITEMS_OF)]),
        _windows() if windows is None else windows,
    )  # fmt: skip


def _pairs() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a pair, or an absence, whose spans sit on the days that events are apart."""
    outer = _weighted([
        (3, st.just({})),
        (3, st.sampled_from(["7d", "8d", "30d"]).map(lambda text: {"during": text})),
        (1, _windows().filter(lambda window: "within" not in window)),
    ])  # fmt: skip
    spans = st.sampled_from([
        {}, {"after": "1d"}, {"within": "1d"}, {"within": "5d"}, {"within": "7d"},
        {"within": "7d", "after": "1d"}, {"within": "6d", "after": "5d"}, {"within": "5h"},
    ])  # fmt: skip
    kinds = st.sampled_from(["then", "then_not"])
    names = st.sampled_from(PATTERNS)
    return st.builds(
        lambda first, rest, kind, second, other, span: {
            "did": first, **rest, kind: second, **other,
            **({"within": "7d"} if kind == "then_not" and "within" not in span else {}), **span,
        },
        names, _which(outer), kinds, names,
        _which(st.just({}), "then_where", "then_topic"), spans,
    )  # fmt: skip


def order_nodes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a node about the order of events: last, a pair, a trend."""
    names = st.sampled_from(PATTERNS)
    lasts = st.builds(
        lambda name, rest, has: {"last": name, **rest, "has": has}, names, _which(), _tests()
    )
    trends = st.builds(
        lambda name, rest, window, found, least: {
            "trend": name, **rest, "window": window, "is": found, **least
        },
        names, _which(st.just({})), st.sampled_from(["1d", "7d", "15d"]), bounds(),
        st.sampled_from([{}, {"at_least_before": 1}, {"at_least_before": 2}]),
    )  # fmt: skip
    return _weighted([(2, lasts), (4, _pairs()), (2, trends)])


def rank_nodes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a rank by a trait or by an aggregate."""
    traits = st.sampled_from(["total", "total", "a.b", "city", "absent"]).map(
        lambda path: {"trait": path}
    )
    of = st.sampled_from(["total", "a.b"])
    measures = st.just({}) | st.builds(
        lambda measure, path: {measure: path},
        st.sampled_from(["sum", "avg", "min", "max", "distinct"]), of,
    )  # fmt: skip
    windows = _windows().filter(lambda window: window.get("since") not in ("entry", "node"))
    events = st.builds(
        lambda name, rest, measure: {"did": name, **rest, **measure},
        st.sampled_from(PATTERNS), _which(windows), measures,
    )  # fmt: skip
    many = st.sampled_from(
        [{"percent": 10}, {"percent": 50}, {"percent": 33.34}, {"percent": 100}, {"count": 1},
         {"count": 2}]
    )  # fmt: skip
    return st.builds(
        lambda kind, by, number: {kind: {**by, **number}},
        st.sampled_from(["top", "bottom"]), traits | events, many,
    )  # fmt: skip


def event_nodes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a node about events: did with every measure, or share."""
    which = _which()
    properties = st.sampled_from(["total", "a.b", "list", "absent"])
    measures = st.one_of(
        st.just({}),
        bounds().map(lambda found: {"count": found}),
        st.builds(lambda measure, of, found: {measure: of, "is": found},
                  st.sampled_from(["sum", "avg", "min", "max", "distinct"]), properties, bounds()),
        st.builds(lambda of, found: {"distinct": of, "is": found},
                  st.sampled_from(["@day", "@week", "@month", "@hour"]), bounds()),
    )  # fmt: skip
    names = st.sampled_from(PATTERNS)
    return _weighted([
        (5, st.builds(lambda name, rest, measure: {"did": name, **rest, **measure},
                      names, which, measures)),
        (1, st.builds(lambda name, rest, found: {"share": name, **rest, "is": found},
                      names, which, bounds())),
    ])  # fmt: skip


def rules(
    segments: tuple[str, ...] = (), max_leaves: int = 5, ranks: bool = True
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a rule as JSON; ``segments`` are those it may look into.

    ``ranks``: with ranks, which compare a person with everybody.
    """
    buckets = st.sampled_from([(0, 5000), (2500, 7500), (0, 0), (0, 10000)]).map(
        lambda edge: {"bucket": {"salt": "s", "from": edge[0], "to": edge[1]}}
    )
    leaves = [
        (1, st.just({"everyone": True})),
        (1, st.sampled_from(TAGS).map(lambda tag: {"tag": tag})),
        (1, buckets),
        (1, sealed_conditions()),
        (5, _conditions("trait", PATHS)),
        (8, event_nodes()),
        (6, order_nodes()),
        (5, state_nodes()),
    ]
    if ranks:
        leaves.append((2, rank_nodes()))
    if segments:
        leaves.append((2, st.sampled_from(segments).map(lambda slug: {"in_segment": slug})))

    def joined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        alone = st.lists(inner, min_size=1, max_size=1)
        several = st.lists(inner, min_size=2, max_size=3)
        parts = _weighted([(1, alone), (4, several)])
        return st.one_of(
            parts.map(lambda rules: {"all": rules}),
            parts.map(lambda rules: {"any": rules}),
            inner.map(lambda rule: {"not": rule}),
        )

    return st.recursive(_weighted(leaves), joined, max_leaves=max_leaves)


def _weighted(choices: list[tuple[int, st.SearchStrategy[Any]]]) -> st.SearchStrategy[Any]:
    """Choose by weight; ``one_of`` would flatten the choices and drown the few in the many."""
    urn = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(urn) - 1).flatmap(lambda drawn: urn[drawn])


def parsed_rules(**options: Any) -> st.SearchStrategy[Rule]:
    """Draw a rule as a tree."""
    return rules(**options).map(lambda rule: parse(rule, ZONE))


def histories(
    profile: int = 1, first_seq: int = 1, max_size: int = 8
) -> st.SearchStrategy[list[Logged]]:
    """Draw one person's events in (time, seq) order; some are from the future."""
    drafts = st.tuples(
        moments(),
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(ITEMS), max_size=2, unique=True),
        objects(),
    )

    def number(drawn: list[Any]) -> list[Logged]:
        made = [
            Logged(seq=first_seq + index, time=time, received=NOW, profile=profile, name=name,
                   type="fact" if name.startswith("coterie.") else "track", source="test",
                   items=tuple(items), properties=properties)
            for index, (time, name, items, properties) in enumerate(drawn)
        ]  # fmt: skip
        return sorted(made, key=lambda event: (event.time, event.seq))

    few, many = st.lists(drafts, max_size=1), st.lists(drafts, min_size=2, max_size=max_size)
    return _weighted([(1, few), (4, many)]).map(number)


def knowns(profile: int = 1) -> st.SearchStrategy[Known]:
    """Draw what is known of one person; every trait has had its value since some past moment."""
    past = moments().map(lambda moment: min(moment, NOW))
    digests = st.sampled_from([{}, {"email": blind("email", "ada@example.com")}])
    tags = st.frozensets(st.sampled_from(TAGS))
    moments_of_change = st.lists(past, min_size=6, max_size=6)
    return st.builds(
        lambda places, others, changed, sealed, worn: Known(
            profile=profile, bucket_key=f"user_id:u{profile}",
            traits=(traits := {**places, **others}),
            since=dict(zip(traits, changed, strict=False)), digests=sealed, tags=worn,
        ),
        whereabouts(), objects(), moments_of_change, digests, tags,
    )  # fmt: skip


def persons(profile: int = 1, first_seq: int = 1) -> st.SearchStrategy[Person]:
    """Draw one person with a history."""
    return st.builds(
        Person, knowns(profile), histories(profile, first_seq), words(profile, NOW).map(speaking)
    )


def crowds(size: int = 4) -> st.SearchStrategy[list[Person]]:
    """Draw some people, profiles 1 to ``size``; the seqs of their events never collide."""
    return st.tuples(*(persons(profile, profile * 1_000) for profile in range(1, size + 1))).map(
        list
    )
