"""What a list is asked for survives the way through an address; what nobody can mean is refused."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.profiles.directory.model import Order, Place
from coterie.web.console.people import query as queries
from coterie.web.console.people.query import COLUMNS, CONSENTS, SEEN, Query, read

TEXT = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
SLUGS = st.sampled_from(["italy-lovers", "-tasters", "active"])
QUERIES = st.builds(
    Query,
    q=st.one_of(st.just(""), TEXT),
    segments=st.lists(SLUGS, unique=True).map(tuple),
    tags=st.lists(TEXT, unique=True, max_size=3).map(tuple),
    topic=st.sampled_from(["wine", "wine/italy"]),
    least=st.integers(1, 50).map(lambda n: n / 4),
    seen=st.sampled_from(["", *SEEN, "-7d"]),
    consent=st.sampled_from(["", *CONSENTS]),
    rule=st.sampled_from(["", '{"tag": "vip"}']),
    sort=st.sampled_from(["seen", "first", "created", "activity", "interest"]),
    up=st.booleans(),
    columns=st.lists(st.sampled_from([*COLUMNS, "trait:city"]), unique=True).map(tuple),
    after=st.sampled_from(["", "5:7", "-:9"]),
)


@given(QUERIES)
def test_an_address_says_all_that_was_asked(query: Query) -> None:
    address = query.address()
    assert read(parse_qsl(urlsplit(address).query, keep_blank_values=True)) == query


@given(QUERIES)
def test_another_order_or_filter_begins_anew(query: Query) -> None:
    for other in (query.sorted_by("created"), query.without("q"), query.but(up=not query.up)):
        assert other.start is None
    assert query.sorted_by(query.sort).up is not query.up


def test_a_filter_comes_off_by_itself() -> None:
    query = read([("segment", "a"), ("segment", "-b"), ("tag", "vip"), ("least", "3")])
    assert query.without("segments", "-b").segments == ("a",)
    assert query.without("tags", "vip").tags == ()
    assert not query.without("segments", "a").without("segments", "-b").without("tags", "vip")\
        .is_filtered  # fmt: skip


def test_orders_and_places_are_those_of_the_directory() -> None:
    assert read([]).order == Order("seen")
    assert read([("sort", "activity"), ("up", "1")]).order == Order(
        "score", "scores.activity", descending=False
    )
    asked = read([("sort", "interest"), ("topic", "wine"), ("after", "2.5:7")])
    assert asked.order == Order("score", "scores.interest.wine")
    assert asked.start == Place(2.5, 7)
    assert read([("sort", "interest")]).order.score == "scores.activity", "no topic, no interest"


def test_of_two_places_the_one_after_counts() -> None:
    assert read([("after", "1:2"), ("before", "3:4")]).before == ""


@pytest.mark.parametrize(
    "params",
    [
        ("sort", "name"), ("seen", "3y"), ("consent", "perhaps"), ("least", "none"),
        ("least", "0"), ("least", "nan"), ("least", "inf"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(params: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        read([params])
    assert refused.value.path == params[0]


def test_a_rule_that_is_no_json_says_where() -> None:
    with pytest.raises(Invalid) as refused:
        assert read([("rule", '{"a":')]).rule_json
    assert "line 1, column 6" in refused.value.message
    assert queries.read([("rule", '{"tag": "vip"}')]).rule_json == {"tag": "vip"}
