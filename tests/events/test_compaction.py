from hypothesis import given
from hypothesis import strategies as st

from coterie.events.compaction import BLOCK_DAYS, groups, merged
from coterie.events.model import NameSpan, Segment


def segment(file: str, day: int, *spans: NameSpan) -> Segment:
    return Segment(
        file=file,
        day=day,
        events=sum(span.events for span in spans),
        first=min((span.first for span in spans), default=0),
        last=max((span.last for span in spans), default=0),
        low_profile=day,
        high_profile=day + 5,
        names=spans,
    )


@given(days=st.lists(st.integers(0, 100)), today=st.integers(0, 100))
def test_only_closed_days_and_closed_blocks_are_put_together(days: list[int], today: int):
    segments = [segment(str(index), day) for index, day in enumerate(days)]
    found = groups(segments, today)
    grouped = [each.file for group in found for each in group]
    assert len(grouped) == len(set(grouped))
    for group in found:
        assert len(group) > 1
        assert all(each.day < today for each in group)
        blocks = {each.day // BLOCK_DAYS for each in group}
        assert len(blocks) == 1
        assert max(blocks) < today // BLOCK_DAYS or len({each.day for each in group}) == 1
    whole = [merged(group, str(index)) for index, group in enumerate(found)]
    rest = [each for each in segments if each.file not in grouped]
    assert groups([*rest, *whole], today) == []  # nothing is left to do


def test_a_merged_segment_is_described_like_its_parts_together():
    one = segment("a", 3, NameSpan("x", 2, 10, 90), NameSpan("y", 1, 5, 5))
    two = segment("b", 2, NameSpan("z", 4, 1, 2), NameSpan("x", 3, 20, 30))
    for group in ([one, two], [two, one]):
        assert merged(group, "c") == Segment(
            file="c",
            day=2,
            events=10,
            first=1,
            last=90,
            low_profile=2,
            high_profile=8,
            names=(NameSpan("x", 5, 10, 90), NameSpan("y", 1, 5, 5), NameSpan("z", 4, 1, 2)),
        )
