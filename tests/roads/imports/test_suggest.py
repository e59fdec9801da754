"""What a file's columns are taken for, from names and first values."""

import pytest

from coterie.core.errors import Invalid
from coterie.roads.imports.plan import Choice, Plan, document_of, map_of
from coterie.roads.imports.suggest import Column, Suggestion, number_form, suggest, time_form


def suggested(text: str, kind: str | None = None) -> Suggestion:
    header, *rows = [line.split("|") for line in text.strip().splitlines()]
    columns = [Column(name, tuple(row[n] for row in rows)) for n, name in enumerate(header)]
    return suggest(columns, kind)  # type: ignore[arg-type]


def roles(found: Suggestion) -> dict[str, tuple[str, str, str]]:
    return {one.column: (one.role, one.name, one.form) for one in found.plan.choices}


ORDERS = """
订单编号|会员号|下单时间|商品编码|实付金额|门店|收货人|手机号|备注
A1|m1|2026/1/5 10:00|w1|¥1,299.00|浦东店|张三|13800138000|
A2|m2|2026/1/6 10:00|w2|¥12.00|浦东店|李四|13800138001|礼盒
A3|m2|2026/1/6 9:00|w2|¥12.00|静安店|李四|13800138001|
"""


def test_a_chinese_shop_export_is_understood() -> None:
    found = suggested(ORDERS)
    assert (found.plan.kind, found.plan.event) == ("events", "Order Completed")
    assert roles(found) == {
        "订单编号": ("message_id", "", ""),
        "会员号": ("user_id", "", ""),
        "下单时间": ("timestamp", "", "%Y/%m/%d %H:%M"),
        "商品编码": ("item", "", ""),
        "实付金额": ("amount", "", "1,234.5"),
        "门店": ("store", "", ""),
        "收货人": ("ignore", "", ""),
        "手机号": ("ignore", "", ""),
        "备注": ("property", "note", ""),
    }
    sure = {guess.choice.column: (guess.confidence, guess.ground) for guess in found.guesses}
    assert sure["下单时间"] == (0.98, "both")
    assert sure["备注"][0] <= 0.9


def test_a_list_of_customers_without_ids_is_known_by_the_phone_which_stays_a_trait() -> None:
    found = suggested("手机|姓名|城市|生日|口味\n13800138000|张三|上海|1990年1月2日|红\n"
                      "13900138000|李四|北京|1991年10月2日|白\n")  # fmt: skip
    assert found.plan.kind == "profiles"
    assert roles(found)["手机"] == ("user_id", "phone", "")
    assert roles(found)["姓名"] == ("trait", "name", "")
    assert roles(found)["生日"] == ("trait", "birthday", "%Y年%m月%d日")
    assert roles(found)["口味"] == ("trait", "口味", "")
    assert document_of(found.plan) == {
        "kind": "profiles", "user_id": "手机", "skip_blanks": True,
        "traits": {"phone": "手机", "name": "姓名", "city": "城市", "口味": "口味",
                   "birthday": {"time": "生日", "format": "%Y年%m月%d日"}},
    }  # fmt: skip


def test_an_english_list_of_customers() -> None:
    found = suggested(
        "customer_id|firstName|email|signupDate|points\n"
        "c1|Ada|ada@example.org|2026-01-05|1200\nc2|Bob|b@example.org|2026-01-06|5"
    )
    assert found.plan.kind == "profiles"
    assert roles(found) == {
        "customer_id": ("user_id", "", ""),
        "firstName": ("trait", "firstName", ""),
        "email": ("trait", "email", ""),
        "signupDate": ("trait", "registered", ""),
        "points": ("trait", "points", "number"),
    }


def test_products_are_items_with_topics() -> None:
    found = suggested("sku|name|price|category\nw1|Barolo|12.50|Red\nw2|Soave|8|White")
    assert found.plan.kind == "items"
    assert document_of(found.plan) == {
        "kind": "items", "key": "sku", "title": "name", "price": {"number": "price"},
        "topics": ["{category}"],
    }  # fmt: skip


def test_values_say_what_a_name_does_not() -> None:
    found = suggested("a|b|c|d\nx@y.org|2026-01-05|13800138000|\nz@y.org|2026-02-05|13800138001|")
    by_column = {guess.choice.column: guess for guess in found.guesses}
    assert by_column["c"].choice == Choice("c", "user_id", "phone")
    assert by_column["a"].ground == "values"
    assert by_column["d"].choice.role == "ignore"


def test_values_win_over_a_name_that_they_contradict() -> None:
    found = suggested("uid|amount\nu1|ada@example.org\nu2|bob@example.org")
    assert roles(found)["amount"] == ("trait", "email", "")


def test_an_order_number_that_repeats_is_no_id_of_a_row() -> None:
    found = suggested("order_no|uid|sku|total\nA|u1|w1|3\nA|u1|w2|4")
    assert roles(found)["order_no"] == ("property", "order_id", "")


def test_a_few_bad_values_do_not_hide_what_a_column_is() -> None:
    found = suggested(
        "uid|date|total\nu1|2026/1/5|3\nu1|tomorrow|4\nu2|2026/1/7|many\nu3|2026/1/9|1"
    )
    assert roles(found)["date"] == ("timestamp", "", "%Y/%m/%d")
    assert roles(found)["total"][2] == "number"


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026-01-31T09:30:00Z", "2026-01-31"], ""),
        (["2026-1-5 9:30"], "%Y-%m-%d %H:%M"),
        (["2026/01/31"], "%Y/%m/%d"),
        (["31.01.2026 09:30:00"], "%d.%m.%Y %H:%M:%S"),
        (["31/01/2026"], "%d/%m/%Y"),
        (["01/31/2026"], "%m/%d/%Y"),
        (["2026年1月31日 9:30"], "%Y年%m月%d日 %H:%M"),
        (["20260131"], "%Y%m%d"),
        (["1767225600", "1767225601"], "unix"),
        (["1767225600000"], "unix_ms"),
        (["12345678", "99"], None),
        (["Barolo"], None),
    ],
)
def test_how_times_are_written(values: list[str], form: str | None) -> None:
    assert time_form(values) == form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1", "2.5", "-3"], "number"),
        (["1,234.50", "12"], "1,234.5"),
        (["1.234,50 €", "12,30 €"], "1.234,5"),
        (["010", "021"], None),
        (["310101199001011234"], None),
        (["x"], None),
    ],
)
def test_how_numbers_are_written(values: list[str], form: str | None) -> None:
    assert number_form(values) == form


def test_a_date_that_reads_both_ways_is_doubted() -> None:
    (_, either) = suggested("uid|signed\na|03/04/2026\nb|05/06/2026").guesses
    (_, clear) = suggested("uid|signed\na|13/04/2026\nb|05/06/2026").guesses
    assert either.confidence == 0.5
    assert clear.confidence > 0.8


@pytest.mark.parametrize("kind", ["profiles", "events", "items"])
def test_every_suggestion_for_a_kind_that_was_chosen_is_of_that_kind(kind: str) -> None:
    found = suggested(ORDERS, kind)
    assert found.plan.kind == kind
    map_of(found.plan)


def plan(*choices: Choice, kind: str = "events", event: str = "X") -> Plan:
    return Plan(kind, (Choice("uid", "user_id"), *choices), event)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        (plan(Choice("id", "user_id")), "id"),
        (plan(event=" "), "event"),
        (plan(Choice("a", "trait", "a")), "a"),
        (plan(Choice("a", "property")), "a"),
        (plan(Choice("a", "property", "x.y")), "a"),
        (plan(Choice("a", "property", "x"), Choice("b", "property", "x")), "b"),
        (plan(Choice("a", "amount"), Choice("b", "property", "amount")), "b"),
        (plan(Choice("a", "timestamp", form="%H:%M")), "timestamp.format"),
        (Plan("profiles", (Choice("a", "trait", "a"),)), "user_id"),
        (Plan("items", (Choice("a", "title"),)), "key"),
    ],
)
def test_a_plan_that_is_no_map_names_the_column(bad: Plan, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        map_of(bad)
    assert caught.value.path == path


def test_a_plan_says_what_a_map_says() -> None:
    found = document_of(plan(
        Choice("no", "message_id"), Choice("at", "timestamp"), Choice("sku", "item"),
        Choice("sum", "amount", form="1.234,5"), Choice("shop", "store"),
        Choice("n", "property", "count", "number"), Choice("x", "ignore"), event="Order Completed",
    ))  # fmt: skip
    assert found == {
        "kind": "events", "user_id": "uid", "event": {"value": "Order Completed"},
        "message_id": "order-completed-{no}", "timestamp": "at", "skip_blanks": True,
        "properties": {"item": "sku", "amount": {"number": "sum", "like": "1.234,5"},
                       "store_id": "shop", "count": {"number": "n"}},
    }  # fmt: skip
