"""What advertising law and the platforms object to, as dated data: patterns with their exceptions.

Sources: Advertising Law of the PRC (2021 text), art. 9 (absolute terms), art. 17 and 18 (promises
of health effects outside medicine), art. 23 (alcohol), art. 40 (minors); WeChat's rules for
external links (rewards for spreading). Lists grow; none is complete. Pure.

A pattern is matched on folded text: NFKC, lower case, without the spaces and dots that some put
between the characters of one word. ``unless`` is looked for in the same sentence: a warning that
tells people *not* to drink and drive speaks of driving, too.
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["absolute", "alcohol", "health", "spread", "banned", "slot"]
Grade = Literal["block", "warn"]

CARRIERS = ("chat", "group", "moments", "poster", "h5", "mini_program", "store")
"""Where a script is said: each has its own rules about rewards for spreading."""

SPREAD: dict[str, Grade | None] = {
    "h5": "block", "moments": "block", "group": "block",
    "chat": "warn", "poster": "warn", "mini_program": "warn",
    "store": None,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One thing to look for; ``reason`` is the stable code of why it matters."""

    kind: Kind
    grade: Grade
    reason: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None


def _rule(kind: Kind, grade: Grade, reason: str, pattern: str, unless: str = "") -> Rule:
    return Rule(kind, grade, reason, re.compile(pattern), re.compile(unless) if unless else None)


_OWN_TASTE = "爱|喜欢|喜爱|想|关心|需要|熟悉|习惯|担心|介意|怕|在意|期待"
_TIME_AND_NUMBER = "近|后|多|少|终|初|迟|晚|早|长|短|先|多的是"
_ADVICE = (
    "好(?=提前|先|别|不要|不|在|能|可以|还是|今|明|放|冷藏|醒|预约|早点|是|您|你|和|跟|一次|下)"
)
_LIMITS = "(?:高|低)(?=可减|可享|可省|减|省|消费|不超过|气温|温度|年龄|起订)"
_STRONG = (
    "佳|好|优|强|大|高|低|便宜|先进|正宗|地道|纯|顶|权威|专业|安全|有效|受欢迎|畅销|流行|奢|豪|"
    "实惠|划算|值|美味|好喝|香|醇|完美|健康|天然|优惠|尖|一流|古老|有名|著名|贵|棒|靓|牛"
)
_NOT_SUPERLATIVE = f"{_TIME_AND_NUMBER}|{_OWN_TASTE}|{_ADVICE}|{_LIMITS}"
_ORDINAL = (
    "次|时间|步|天|日|口|瓶|杯|支|款|位|个|件|季|章|届|批|期|周|页|眼|印象|轮|代|层|排|站|手|家|"
    "餐|道|场|课|节|年|月|场|盏|单|感觉|反应"
)
_GRAPES = (
    "赤霞珠|梅洛|美乐|黑皮诺|霞多丽|雷司令|西拉|马尔贝克|桑娇维塞|内比奥罗|长相思|品丽珠|葡萄|"
    "cabernet|merlot|pinot|chardonnay|riesling|syrah|shiraz|malbec|sangiovese|nebbiolo|sauvignon|"
    "grape|纯棉|cotton|橡木|oak|退款|refund"
)
_FIELDS = "全国|中国|世界|全球|行业|亚洲|国内|业内|全网|销量|口碑|品质|排名|市场|天下|本市|历史"

ABSOLUTE = (
    _rule("absolute", "block", "superlative", f"最(?!{_NOT_SUPERLATIVE})(?:{_STRONG})"),
    _rule("absolute", "warn", "superlative", f"最(?!{_NOT_SUPERLATIVE}|{_STRONG})[\u4e00-\u9fff]"),
    _rule("absolute", "block", "first", f"(?:{_FIELDS})第一(?!时间|次)"),
    _rule("absolute", "block", "first", "第一(?:品牌|名|选择|大|强|流|酒|庄)"),
    _rule("absolute", "warn", "first",
          f"(?<!在)第一(?!{_ORDINAL}|品牌|名|选择|大|强|流|酒|庄|[二三四五六七八九十])"),
    _rule("absolute", "block", "level", "国家级|世界级|宇宙级|国际级|国家特供|国宴用?酒|央视推荐"),
    _rule("absolute", "block", "level",
          "顶级|顶尖|极品|极致|极佳|绝佳|尖端|至尊|巅峰|王牌|霸主|领导品牌|领袖品牌|遥遥领先|首屈一指|"
          "登峰造极|驰名商标"),
    _rule("absolute", "block", "only",
          "独一无二|空前绝后|史无前例|前所未有|无与伦比|无可比拟|绝无仅有|举世无双|仅此一家|万能|首选|"
          "全网(?:首发|独家)|唯一(?!码|编号|标识|性|号)"),
    _rule("absolute", "warn", "only", "独家|首家|首个|冠军|专供|特供"),
    _rule("absolute", "block", "promise",
          "百分之?百(?!赤霞珠|葡萄)|绝对(?!湿度|伏特加|不)|零风险|无风险|永久|包你满意"),
    _rule("absolute", "block", "promise", f"100\\s*%(?!\\s*(?:{_GRAPES}))"),
    _rule("absolute", "block", "superlative",
          r"\bthe\s+(?:very\s+)?best\b(?!\s+(?:way|time|before|wishes))|"
          r"\bbest\s+(?:wine|price|quality|in|of|brand|taste|seller|value|ever)\b|"
          r"\b(?:finest|cheapest|lowest\s+price)s?\b"),
    _rule("absolute", "block", "first",
          r"\bno\.?\s?1\b|(?<!\w)#\s?1\b|\bnumber\s+one\b|\btop\s?1\b"),
    _rule("absolute", "block", "level",
          r"\bworld[- ]class\b|\btop[- ]grade\b|\bnational[- ]level\b|\bunrivall?ed\b|"
          r"\bunbeatable\b|\bunmatched\b|\bultimate\b|\bsupreme\b|\bsecond to none\b"),
    _rule("absolute", "warn", "only", r"\bthe only\b|\bexclusive(?:ly)?\b|\bchampion\b"),
    _rule("absolute", "warn", "promise", r"\bguaranteed?\b|\babsolutely\b|\brisk[- ]free\b"),
)  # fmt: skip

_WARNING = (
    "请?(?:勿|不要|别|不可|不能|禁止|切勿|不宜|避免|拒绝)|不(?:得|向|卖|开车|喝|劝)|理性饮酒|适量|"
    r"\b(?:do not|don't|never|not|no)\b|drink responsibly"
)
ALCOHOL = (
    _rule("alcohol", "block", "urges_to_drink",
          "一醉方休|不醉不(?:归|休)|千杯不醉|喝到吐|干了这杯|感情深,?一口闷|一口闷|往死里喝|喝个痛快|"
          r"拼酒|劝酒|酒量(?:好|大|越)|喝醉|"
          r"\bget (?:drunk|wasted)\b|\bbinge\b|\bbottoms up\b",
          _WARNING),
    _rule("alcohol", "warn", "urges_to_drink", r"畅饮|豪饮|干杯|无限量|\ball you can drink\b"),
    _rule("alcohol", "block", "drives",
          r"开车|驾车|驾驶|自驾|代驾前|\bdriv(?:e|ing)\b|\bbehind the wheel\b", _WARNING),
    _rule("alcohol", "block", "soothes",
          "(?:缓解|消除|释放|赶走|忘掉?|告别)(?:您的|你的|一天的?|所有)?(?:紧张|焦虑|压力|烦恼|疲劳|疲惫)|"
          "解压|减压|助眠|睡得?更?香|提神|增加体力|壮阳|补肾|借酒消愁|"
          r"\b(?:relieves?|reduces?|melts?|takes?) (?:away )?(?:your )?"
          r"(?:stress|anxiety|tension)\b|"
          r"\bhelps? you sleep\b", _WARNING),
    _rule("alcohol", "block", "minors",
          r"未成年|中学生|小学生|孩子(?:也|都)?(?:能|可以|爱)?喝|学生党|儿童|\bminors?\b|\bteens?\b|\bkids?\b",
          _WARNING + "|满18|满十八|18岁以上|成年人|over 18|adults only"),
)  # fmt: skip

HEALTH = (
    _rule("health", "block", "health_effect",
          "治疗|治愈|根治|疗效|预防(?:疾病|癌|心脏病|感冒|三高|血栓)|降(?:血)?(?:压|脂|糖)|软化血管|抗癌|防癌|"
          "护肝|养肝|排毒|减肥|瘦身|燃脂|延年益寿|长寿|抗衰老?|美容养颜|养颜|增强(?:体质|免疫力?)|"
          "提高免疫力?|活血化瘀|通血管|药到病除|包治|无(?:毒)?副作用|保护心脏|对心脏好"),
    _rule("health", "warn", "health_effect", "养生|保健|养胃|暖宫|滋补|有益健康|对身体好|助消化"),
    _rule("health", "block", "health_effect",
          r"\bcures?\b|\bheals?\b|\bprevents? (?:disease|cancer|heart|illness)|\blowers? (?:your )?"
          r"(?:blood|cholesterol)|\banti-?ag(?:e?ing)\b|\bdetox|"
          r"\bgood for (?:your|the) (?:heart|health)|\bboosts? (?:your )?immun|"
          r"\blose weight\b|\bslimming\b|\bno side effects\b"),
)  # fmt: skip

_ASK = (
    "转发|分享|扩散|集赞|集\\d+个?赞|点赞|砍(?:一?刀|价)|"
    "邀请?\\d*[一二两三四五六七八九十]?[个位名]?(?:好友|朋友|闺蜜)|"
    "拉\\d*[一二两三四五六七八九十]?[个位名]?(?:人|好友|朋友)"
)
_REWARD = (
    "领|送|(?<![心值觉记懂获])得(?!到您)|获|赢|免费|返|抽奖|有奖|"
    "奖励|红包|优惠券|券|积分|礼(?!貌|拜)"
)
_NEAR = "[^。!?;\n]{0,18}?"
REWARDED_SPREAD = (
    _rule("spread", "block", "rewarded_spread",
          f"(?:{_ASK}){_NEAR}(?:{_REWARD})|(?:{_REWARD}){_NEAR}(?:{_ASK})|"
          "(?:帮我|求|请)(?:点一?下|助力|砍)|好友助力|助力(?:领|得|免)"),
    _rule("spread", "block", "rewarded_spread",
          r"\b(?:share|forward|repost|like|invite|refer)\b[^.!?\n]{0,60}?\b(?:get|win|free|coupon|reward|"
          r"points|gift|cash|voucher)s?\b|\b(?:get|win|earn|free)\b[^.!?\n]{0,60}?\b(?:sharing|forwarding|"
          r"reposting|when you (?:share|invite))\b"),
)  # fmt: skip
