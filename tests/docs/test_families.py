"""The reference's table of families is the code's."""

from coterie.events.families import FAMILIES, TABLE, Known, family_of, names_of
from coterie.orders.model import STEPS
from coterie.web.console.people.families import FAMILIES as WORDS
from docs.pages import DOCS, table


def row(one: Known) -> list[str]:
    places = ["" if path is None else f"`{path}`" if path else "as above"
              for path in (one.item, one.amount)]  # fmt: skip
    told = ", ".join(f"`{name}`" for name in one.properties)
    return [f"`{one.name}`", one.family, one.step, told, *places]


def test_every_name_of_a_family_is_told_as_it_is() -> None:
    page = DOCS / "reference" / "events.md"
    rows = [one for one in table(page, "name") if one[0] in {f"`{each.name}`" for each in TABLE}]
    assert rows == [row(one) for one in TABLE]


def test_every_family_has_words_and_every_name_is_of_the_family_it_says() -> None:
    assert set(WORDS) == set(FAMILIES)
    assert len({one.name for one in TABLE}) == len(TABLE)
    for one in TABLE:
        assert family_of(one.name) == one.family
    steps = {"created": "created", "completed": "paid", "refunded": "refunded",
             "cancelled": "cancelled"}  # fmt: skip
    for name, step in STEPS.items():
        assert name in names_of("order", steps[step])
    assert names_of("order", "paid") == ["Order Completed"]
    assert family_of("coterie.activity.new") == "activity"
    assert family_of("Coupon Redeemed") == "order"
    assert family_of("Wine Rated", ["w"]) == "content"
