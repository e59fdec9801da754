"""Emotional plays carry no discount: what in a template speaks of money. Pure.

A birthday wish with a voucher in it is an advertisement, and people notice. So a touch that calls
itself emotional may not name a discount, a coupon or a price, nor write a variable that holds one.
Words are looked for in English and Chinese; it errs towards letting an unusual wording pass.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coterie.core.errors import Invalid
from coterie.messaging.model import Template

CODE = "emotional_discount"

Sort = Literal["word", "amount", "variable"]

_NUMBER = r"[0-9０-９]+(?:[.,，．][0-9０-９]+)*"
_CHINESE_NUMBER = r"[0-9０-９一二两三四五六七八九十百千]"
_WORDS = re.compile(
    r"\b(?:discount(?:s|ed)?|coupons?|vouchers?|promo(?:\s*codes?)?|cash-?back|rebates?"
    r"|half[- ]price|special (?:offers?|price)|on sale|clearance|money off|price cuts?"
    r"|buy one,? get one|bogo)\b"
    r"|折扣|打折|特价|优惠|立减|满减|直减|减免|降价|促销|秒杀|返现|返利|代金|抵用|红包|买一送一"
    rf"|(?<!证)(?<!门)(?<!入场)券|{_CHINESE_NUMBER}[.．点]?{_CHINESE_NUMBER}?折(?!叠|磨|腾|射|断|返|纸|扇|服|衷|桂)|对折|半价"
    rf"|满\s*{_NUMBER}\s*元?\s*(?:减|送|返)(?:\s*{_NUMBER})?",
    re.IGNORECASE,
)
_AMOUNTS = re.compile(
    rf"[¥￥$€£]\s*{_NUMBER}|{_NUMBER}\s*[¥￥$€£]"
    rf"|{_NUMBER}\s*(?:yuan|rmb|cny|usd|eur|dollars?|euros?|pounds?)\b|{_NUMBER}\s*(?:元|块钱)"
    rf"|{_NUMBER}\s*(?:%|％|per ?cent|yuan)\s*(?:off|discount|less|cheaper)\b"
    rf"|\bsave\s+(?:up to\s+)?{_NUMBER}|(?:省|减|便宜)\s*{_NUMBER}",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"[\w.\-]*(?:coupon|discount|voucher|promo_?code|cash_?back|rebate|\bprice|_price|red_?packet"
    r"|优惠|折扣|券|红包|价格)[\w.\-]*",
    re.IGNORECASE,
)
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """One place that speaks of money: ``path`` as in ``variants.en.text``, its line from 1."""

    path: str
    line: int
    says: str
    sort: Sort


def lint(template: Template) -> list[Found]:
    """Find what an emotional touch may not say, in every language of a template.

    >>> [each.says for each in lint(Template("t", "生日快乐！送您一张优惠券，满100减20"))]
    ['优惠', '券', '满100减20']
    >>> lint(Template("t", "Thank you for your note, {{ profile.firstName }}."))
    []
    """
    wordings = [("subject", template.subject), ("text", template.text)]
    for language, (subject, text) in template.variants.items():
        wordings += [
            (f"variants.{language}.subject", subject),
            (f"variants.{language}.text", text),
        ]
    return [found for path, source in wordings for found in _in(path, source)]


def refusals(template: Template, path: str) -> Iterator[Invalid]:
    """Say for a template why it cannot be an emotional touch; ``path`` is where it is chosen."""
    for found in lint(template):
        yield Invalid(
            f"the template {template.name!r} speaks of money, and an emotional touch does not: "
            f"{found.says!r} in its {found.path}, line {found.line}",
            path=path,
            hint="say it without the offer, or call the touch commercial",
            code=CODE,
        )


def _in(path: str, source: str) -> Iterator[Found]:
    hits: list[tuple[int, str, Sort]] = []
    spoken = source
    for pattern in (_LIQUID, _ADDRESS):
        for block in pattern.finditer(spoken):
            hits += [
                (block.start() + name.start(), name[0], "variable")
                for name in _NAMES.finditer(block[0])
            ]
        spoken = pattern.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), spoken)
    hits += [(word.start(), word[0], "word") for word in _WORDS.finditer(spoken)]
    hits += [(amount.start(), amount[0].strip(), "amount") for amount in _AMOUNTS.finditer(spoken)]
    end = 0
    for at, says, sort in sorted(hits):
        if at >= end:  # what lies within another is said already
            yield Found(path, source.count("\n", 0, at) + 1, says, sort)
            end = at + len(says)
