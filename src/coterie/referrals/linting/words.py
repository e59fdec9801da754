"""What a text may not say, in English and Chinese: patterns, each with the finding it makes. Pure.

The platform's rules on external links name these patterns (2019-10-28, in force); the regulations
on pyramid selling (2005, article 7) name the last two.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """A finding and how it is said."""

    code: str
    expression: re.Pattern[str]


def _pattern(code: str, *parts: str) -> Pattern:
    return Pattern(code, re.compile("|".join(parts), re.IGNORECASE))


_GET = "get|win|receive|unlock|claim|earn"
PATTERNS = (
    _pattern(
        "share_to_get",
        rf"\b(?:share|forward|repost)\b[^.!?;]{{0,40}}\b(?:to|and|,)\s*(?:{_GET})\b",
        rf"\b(?:{_GET})\b[^.!?;]{{0,40}}\b(?:by|for|when you)\s+(?:shar|forward|repost)\w*",
        r"(?:分享|转发)[^。!!;;]{0,14}(?:领|得|送|赢|抽|解锁|可享|获)",
        r"(?:集赞|点赞)[^。!!;;]{0,8}(?:领|得|送|换)",
    ),
    _pattern(
        "help_me",
        r"\bhelp me (?:cut|bargain|boost|collect|get|win)\b", r"\bcut the price for me\b",
        r"\bgive me a (?:boost|push|vote)\b",
        r"帮(?:我|TA|他|她|忙|好友)?[^。!!;;]{0,4}(?:砍|助力|加速|点一下|投票|集)",
        r"砍(?:一刀|价|到)", r"助力",
    ),
    _pattern(
        "unclear_group_buy",
        r"\bgroup[ -]?buy\b", r"\bteam up (?:to|and) (?:buy|get|save)\b",
        r"拼团", r"(?:\d+|几)人(?:成)?团", r"开团", r"参团",
    ),
    _pattern(
        "avatars",
        r"\b(?:avatar|profile (?:photo|picture))s?\b", r"头像", r"好友(?:都|已|正)?在(?:领|抢|玩)",
    ),
    _pattern(
        "money",
        r"\bred (?:packet|envelope)s?\b", r"\bcash(?:back)?\b", r"红包", r"现金", r"提现", r"返现",
    ),
    _pattern(
        "levels",
        r"\b(?:third|3rd|second|2nd|multi)[ -]?(?:level|tier)\b", r"\bdown[ -]?line\b",
        r"\bfriends of (?:your )?friends\b[^.!?;]{0,20}\b(?:earn|commission|reward)",
        r"(?:三|二|多|3|2)级(?:分销|奖励|返|佣)", r"下线", r"团队(?:业绩|提成|奖)", r"裂变层级",
    ),
    _pattern(
        "reward_per_recruit",
        r"\b(?:per|for (?:each|every)) (?:recruit|head|sign[ -]?up|new member)\b",
        r"\b(?:per|for (?:each|every)) person you (?:bring|recruit|invite)\b",
        r"\bfor (?:each|every) friend you invite\b",
        r"(?:每|拉)(?:一|1)?(?:个)?(?:人头|新人|人)[^。!!;;]{0,8}(?:奖|得|返|领|送|元|¥)",
        r"每(?:邀请|拉新?|推荐)[^。!!;;]{0,6}(?:人|位|名)",
        r"人头(?:费|奖)", r"入(?:门|会)费",
    ),
)  # fmt: skip
