"""Texts as places among words: what is looked up is what was put in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coterie.events.coded import Coded, Laid, as_words, joined, one_after_another
from coterie.events.layout import in_person_order, in_topic_order, spans
from coterie.events.rows import NO_AMOUNT

texts = st.lists(
    st.none() | st.sampled_from(["b", "a", "", "c", "\U0001f377", "\uffff"]), max_size=12
)


@given(texts=texts, more=texts, data=st.data())
def test_texts_come_back_however_they_are_chosen(
    texts: list[str | None], more: list[str | None], data: st.DataObject
) -> None:
    both = one_after_another([Coded.of(texts), Coded.of(more)])
    assert both.texts().tolist() == texts + more
    which = data.draw(st.lists(st.integers(0, max(len(texts + more) - 1, 0)), max_size=9))
    if texts + more:
        chosen = both.take(np.array(which, dtype=np.intp))
        assert chosen.texts().tolist() == [(texts + more)[place] for place in which]
        assert set(chosen.words) == {(texts + more)[place] for place in which}
    told = sorted({text for text in texts + more if text is not None})
    assert both.ranks().tolist() == [0 if t is None else 1 + told.index(t) for t in texts + more]


events = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 5),
        st.sampled_from(["Bought", "Read"]),
        st.sampled_from(["[]", '["a"]', '["b"]', '["b","a"]', '["say \\"a\\""]']),
        st.sampled_from([NO_AMOUNT, 0, 5]),
        st.sampled_from([None, "s1"]),
    ),
    min_size=1,
    max_size=30,
)


def laid_out(rows: list[tuple[int, int, str, str, int, str | None]]) -> Laid:
    profile, time, name, items, amount, store = zip(*rows, strict=True)
    number = len(rows)
    return Laid(
        {
            "time": np.array(time, np.int64),
            "received": np.full(number, 9, np.int64),
            "profile": np.array(profile, np.int32),
            "amount": np.array(amount, np.int64),
        },
        {
            "name": Coded.of(name),
            "type": Coded.all_equal("track", number),
            "source": Coded.all_equal("shop", number),
            "items": Coded.of(items),
            "store": Coded.of(store),
            "properties": Coded(
                np.arange(number), as_words([f'{{"n":{n}}}' for n in range(number)])
            ),
        },
    )


@given(rows=events, cut=st.integers(0, 30))
def test_both_orders_hold_every_event_and_lie_in_order(
    rows: list[tuple[int, int, str, str, int, str | None]], cut: int
) -> None:
    parts = [laid_out(part) for part in (rows[:cut], rows[cut:]) if part]
    laid = joined(parts).numbered(7, np.arange(len(rows)))
    in_order = sorted(range(len(rows)), key=lambda row: (*rows[row][:2], row))
    person = in_person_order(laid)
    assert person["seq"].tolist() == list(range(7, 7 + len(rows)))
    told = list(
        zip(
            *(person[c].tolist() for c in ("profile", "time", "name", "items", "amount", "store")),
            strict=True,
        )
    )
    assert told == [rows[row] for row in in_order]

    topic = in_topic_order(laid)
    columns = ("name", "item", "time", "seq", "line")
    lines = list(zip(*(topic[column].tolist() for column in columns), strict=True))
    assert lines == sorted(lines, key=lambda line: (line[0], line[1] or "", *line[2:]))
    items = {'[]': [None], '["a"]': ["a"], '["b"]': ["b"], '["b","a"]': [None, "b", "a"],
             '["say \\"a\\""]': [None, 'say "a"']}  # fmt: skip
    expected = [
        (rows[row][2], item, rows[row][1], seq, line)
        for seq, row in enumerate(in_order, 7)
        for line, item in enumerate(items[rows[row][3]])
    ]
    assert sorted(lines, key=str) == sorted(expected, key=str)
    assert all(
        (store is None and amount == NO_AMOUNT and properties is None) or not line
        for line, store, amount, properties in zip(
            *(topic[column].tolist() for column in ("line", "store", "amount", "properties")),
            strict=True,
        )
    )
    found = {span.name: (span.events, span.first, span.last) for span in spans(laid)}
    for name in {row[2] for row in rows}:
        times = [row[1] for row in rows if row[2] == name]
        assert found.pop(name) == (len(times), min(times), max(times))
    assert not found
