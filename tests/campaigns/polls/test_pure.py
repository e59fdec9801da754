"""Reading polls and answers, and making up for silence."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.campaigns.polls.parse import parse, read_answer
from coterie.campaigns.polls.weighing import weighted, weights
from coterie.core.errors import Invalid

UTC = ZoneInfo("UTC")
WINE: dict[str, Any] = {
    "question": {"en": "Red or white?", "zh": "红还是白？"},
    "choices": [
        {"code": "red", "en": "Red", "zh": "红", "tag": "likes:red"},
        {"code": "white", "en": "White", "zh": "白"},
    ],
    "trait": "colour",
}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"question": {}}, "question"),
        ({"question": {"fr": "Rouge?"}}, "question.fr"),
        ({"kind": "essay"}, "kind"),
        ({"choices": [WINE["choices"][0]]}, "choices"),
        ({"choices": [WINE["choices"][0]] * 2}, "choices[1].code"),
        ({"choices": [{"code": "No Slug", "en": "x"}, WINE["choices"][1]]}, "choices[0].code"),
        ({"choices": [{"code": "x", "en": "x", "points": 3}, WINE["choices"][1]]},
         "choices[0].points"),
        ({"trait": "email"}, "trait"),
        ({"trait": None, "choices": [{"code": "a", "en": "A"}, {"code": "b", "en": "B"}]}, "trait"),
        ({"kind": "number"}, "choices"),
        ({"kind": "number", "choices": [], "low": 5, "high": 5}, "high"),
        ({"kind": "number", "choices": [], "low": True}, "low"),
        ({"segment": "No Slug"}, "segment"),
        ({"answers": 3}, "answers"),
    ],
)  # fmt: skip
def test_a_poll_that_makes_no_sense_is_refused_at_its_place(
    change: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        parse("wine", {**WINE, **change}, UTC, {"email"})
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        ("single", ["white"], ("white",)),
        ("single", ["red", "white"], None),
        ("single", [], None),
        ("single", ["rosé"], None),
        ("multiple", ["white", "red"], ("red", "white")),
        ("multiple", ["red", "rosé"], None),
        ("number", ["7.5"], 7.5),
        ("number", ["11"], None),
        ("number", ["nan"], None),
        ("number", ["many"], None),
        ("number", ["1", "2"], None),
    ],
)
def test_only_what_is_offered_is_an_answer(kind: str, given: list[str], answer: object) -> None:
    choices = [] if kind == "number" else WINE["choices"]
    poll = parse("wine", {**WINE, "kind": kind, "choices": choices}, UTC, ())
    if answer is not None:
        assert read_answer(poll, given) == answer
        return
    with pytest.raises(Invalid):
        read_answer(poll, given)


STRATA = st.dictionaries(
    st.sampled_from("abcde"),
    st.tuples(st.integers(1, 500), st.integers(0, 50)).map(lambda n: (max(n), min(n))),
    min_size=1,
)


@given(STRATA)
def test_weighted_answers_make_the_strata_that_were_asked(
    strata: dict[str, tuple[int, int]],
) -> None:
    """The law: the weights of a stratum's answers are its part of all in whose stratum one did."""
    asked = {name: sizes[0] for name, sizes in strata.items()}
    answered = {name: sizes[1] for name, sizes in strata.items()}
    worth, count = weights(asked, answered), sum(answered.values())
    heard = sum(asked[name] for name in asked if answered[name])
    for name, weight in worth.by.items():
        assert answered[name] * weight == pytest.approx(count * asked[name] / heard)
    assert worth.effective <= count + 1e-9
    assert worth.unheard == pytest.approx(1 - heard / sum(asked.values()))


def test_who_answers_alike_everywhere_weighs_alike() -> None:
    worth = weights({"a": 100, "b": 50}, {"a": 10, "b": 5})
    assert worth.by == {"a": pytest.approx(1), "b": pytest.approx(1)}
    assert worth.effective == pytest.approx(15)


def test_the_loud_ones_are_put_in_their_place() -> None:
    """The loyal are a fifth of those asked and half of those who answered."""
    worth = weights({"loyal": 20, "others": 80}, {"loyal": 10, "others": 10})
    strata = {one: "loyal" if one < 10 else "others" for one in range(20)}
    assert weighted({one: float(one < 10) for one in strata}, strata, worth.by) == pytest.approx(
        0.2
    )
    assert worth.effective == pytest.approx(20**2 / (10 * 0.4**2 + 10 * 1.6**2))
    assert weighted({}, strata, worth.by) is None
