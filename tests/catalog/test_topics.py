"""The tree of topics as functions on paths."""

from hypothesis import given
from hypothesis import strategies as st

from coterie.catalog.topics import ancestors, with_ancestors

paths = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)


@given(paths)
def test_ancestors_are_the_proper_prefixes_by_whole_parts(path: str) -> None:
    above = ancestors(path)
    assert len(above) == path.count("/")
    assert all(path.startswith(topic + "/") for topic in above)
    assert list(above) == sorted(above, key=len)


@given(st.lists(paths, max_size=5))
def test_adding_ancestors_is_a_closure(topics: list[str]) -> None:
    closed = with_ancestors(topics)
    assert set(topics) <= closed
    assert with_ancestors(closed) == closed
