"""The words in which rules are explained: one set of phrases a language."""

from collections.abc import Callable
from dataclasses import dataclass


def _as_it_is(name: str) -> str:
    return name


@dataclass(frozen=True)
class Naming:
    """What a house calls its events, topics, tags, segments and so on; as written by default."""

    event: Callable[[str], str] = _as_it_is
    topic: Callable[[str], str] = _as_it_is
    trait: Callable[[str], str] = _as_it_is
    tag: Callable[[str], str] = _as_it_is
    segment: Callable[[str], str] = _as_it_is
    community: Callable[[str], str] = _as_it_is
    group: Callable[[str], str] = _as_it_is
    listed: Callable[[str], str] = _as_it_is


@dataclass(frozen=True)
class Phrases:
    """Everything that a sentence about a rule is put together from, in one language.

    ``dated`` names the operators to which the words for a date (``days``) are dates.
    """

    and_: str
    or_: str
    not_: str
    all_of_one: str
    any_of_one: str
    everyone: str
    trait: str
    property: str
    test: str
    fold: str
    at_value: str
    tag: str
    in_segment: str
    participant: dict[str, str]
    consents: str
    consents_on: str
    near: str
    listed: str
    bucket: str
    events: str
    did: str
    measured: str
    share: str
    last: str
    pairs: dict[str, str]
    pair_spans: dict[tuple[bool, bool], str]
    trend: str
    tops: dict[str, str]
    so_many: dict[str, str]
    ranked: str
    ranked_count: str
    any_event: str
    prefixed_event: str
    topic: str
    where: str
    same_key: str
    within: str
    since: str
    before: str
    quote: str
    comma: str
    plural: str
    ago: str
    ahead: str
    units: dict[str, str]
    spans: dict[str, str]
    since_run: dict[str, str]
    measures: dict[str, str]
    calendar: dict[str, str]
    times: dict[str, str]
    limits: dict[str, str]
    operators: dict[str, str]
    days: dict[str, str]
    dated: frozenset[str]
    naming: Naming = Naming()


_DATED = frozenset(
    ["=", "!=", ">", ">=", "<", "<=", "between", "not_between", "before", "after", "on_day"]
)

ENGLISH = Phrases(
    and_=" and ",
    or_=" or ",
    not_="not ({})",
    all_of_one="all of ({})",
    any_of_one="any of ({})",
    everyone="everyone known",
    trait="trait {}",
    property="{}",
    test="{subject} {phrase}",
    fold=", upper or lower case",
    at_value="is {value} and {phrase}",
    tag="has the tag “{}”",
    in_segment="is in the segment “{}”",
    participant={
        "community": "takes part in the community “{}”",
        "group": "is in the group “{}”",
    },
    consents="agrees to “{}” on all channels",
    consents_on="agrees to “{}” by “{}”",
    near="is within {} km of {}, {}",
    listed="is on the list “{}”",
    bucket="falls into the bucket “{}” from {} up to {} (of 10000)",
    events="{event}{details}{window}",
    did="did {events} {times}",
    measured="{measure} {events} {bounds}",
    share="the share{details} of {event}{window} {bounds}",
    last="the newest {events} is one where {has}",
    pairs={
        "then": "did {first}, followed {span} by {second}",
        "then_not": "did {first}, not followed {span} by {second}",
    },
    pair_spans={
        (False, False): "at any later time",
        (True, False): "within {within}",
        (False, True): "after {after} or more",
        (True, True): "after {after} or more and within {within}",
    },
    trend="the number of {events} in the last {window}, divided by that in the {window} before "
    "(at least {least}), {bounds}",
    tops={
        "top": "ranks among the highest {many} by {by}",
        "bottom": "ranks among the lowest {many} by {by}",
    },
    so_many={"percent": "{} %", "count": "{} people"},
    ranked="{measure} {events}",
    ranked_count="how often they did {events}",
    any_event="anything at all",
    prefixed_event="anything that begins with “{}”",
    topic=" on the topic {}",
    where=" where {}",
    same_key=" with this run's key",
    within=" in the last {}",
    since=" since {}",
    before=" before {}",
    quote="“{}”",
    comma=", ",
    plural="s",
    ago="{} before today",
    ahead="{} after today",
    units={"d": " day", "h": " hour", "m": " minute", "s": " second"},
    spans={unit: f" {unit}" for unit in ("day", "week", "month", "quarter", "year")},
    since_run={
        "entry": " since entering the journey",
        "node": " since reaching this step",
    },
    measures={
        "sum": "the sum of {} over",
        "avg": "the average of {} over",
        "min": "the least {} of",
        "max": "the greatest {} of",
        "distinct": "the number of different {} of",
    },
    calendar={"@day": "days", "@week": "weeks", "@month": "months", "@hour": "hours"},
    times={
        "=": "exactly {} times",
        "!=": "not exactly {} times",
        ">": "more than {} times",
        ">=": "at least {} times",
        "<": "fewer than {} times",
        "<=": "at most {} times",
    },
    limits={
        "=": "is {}",
        "!=": "is not {}",
        ">": "is more than {}",
        ">=": "is at least {}",
        "<": "is less than {}",
        "<=": "is at most {}",
    },
    operators={
        "=": "is {value}",
        "!=": "is not {value}",
        ">": "is more than {value}",
        ">=": "is at least {value}",
        "<": "is less than {value}",
        "<=": "is at most {value}",
        "between": "is from {low} to {high}",
        "not_between": "is not from {low} to {high}",
        "in": "is one of {value}",
        "not_in": "is none of {value}",
        "contains": "contains {value}",
        "not_contains": "does not contain {value}",
        "starts_with": "starts with {value}",
        "ends_with": "ends with {value}",
        "matches": "matches the pattern {value}",
        "exists": "has a value",
        "missing": "is missing",
        "before": "is before {value}",
        "after": "is at or after {value}",
        "within_last": "lies in the last {duration}",
        "within_next": "lies in the next {duration}",
        "on_day": "is on {value}",
        "anniversary": "has its anniversary {value} days from today",
        "unchanged_for": "has not changed for {duration}",
        "changed_within": "has changed in the last {duration}",
        "all_of": "has all of {value}",
        "any_of": "has any of {value}",
        "none_of": "has none of {value}",
    },
    days={},
    dated=_DATED,
)

CHINESE = Phrases(
    and_=" 且 ",
    or_=" 或 ",
    not_="并非({})",
    all_of_one="全部满足({})",
    any_of_one="任一满足({})",
    everyone="所有已知客户",
    trait="属性 {} ",
    property="{} ",
    test="{subject}{phrase}",
    fold="(不区分大小写)",
    at_value="为 {value} 且{phrase}",
    tag="有标签“{}”",
    in_segment="属于分群“{}”",
    participant={"community": "参加社群“{}”", "group": "在群“{}”中"},
    consents="同意全部渠道的“{}”",
    consents_on="同意“{}”(渠道“{}”)",
    near="距离 {1}, {2} 不超过 {0} 公里",
    listed="在名单“{}”中",
    bucket="落在分桶“{}”的 {} 至 {}(不含,共 10000)",
    events="{window}{event}{details}",
    did="行为 {events} {times}",
    measured="行为 {events} 的{measure}{bounds}",
    share="行为 {window}{event} 中{details}的占比{bounds}",
    last="行为 {events} 中最近一次满足:{has}",
    pairs={
        "then": "行为 {first},{span}有 {second}",
        "then_not": "行为 {first},{span}没有 {second}",
    },
    pair_spans={
        (False, False): "之后",
        (True, False): "其后 {within}内",
        (False, True): "{after}以后",
        (True, True): "{after}以后、{within}以内",
    },
    trend="行为 {events} 最近 {window}的次数除以之前 {window}的次数(至少 {least} 次){bounds}",
    tops={
        "top": "按{by}排名最高的 {many}",
        "bottom": "按{by}排名最低的 {many}",
    },
    so_many={"percent": "{}%", "count": "{} 人"},
    ranked="行为 {events} 的{measure}",
    ranked_count="行为 {events} 的次数",
    any_event="任意行为",
    prefixed_event="以“{}”开头的任意行为",
    topic="(主题 {})",
    where="(条件:{})",
    same_key="(与本次旅程的键相同)",
    within="最近 {}内 ",
    since="自 {} 起 ",
    before="在 {} 之前 ",
    quote="“{}”",
    comma="、",
    plural="",
    ago="{}前",
    ahead="{}后",
    spans={"day": " 天", "week": " 周", "month": " 个月", "quarter": " 个季度", "year": " 年"},
    units={"d": " 天", "h": " 小时", "m": " 分钟", "s": " 秒"},
    since_run={"entry": "自进入旅程起 ", "node": "自到达本步骤起 "},
    measures={
        "sum": "{}之和",
        "avg": "{}平均值",
        "min": "{}最小值",
        "max": "{}最大值",
        "distinct": "不同{}的个数",
    },
    calendar={"@day": "日期", "@week": "周", "@month": "月份", "@hour": "小时"},
    times={
        "=": "恰好 {} 次",
        "!=": "不是 {} 次",
        ">": "多于 {} 次",
        ">=": "至少 {} 次",
        "<": "少于 {} 次",
        "<=": "至多 {} 次",
    },
    limits={
        "=": "等于 {}",
        "!=": "不等于 {}",
        ">": "大于 {}",
        ">=": "不小于 {}",
        "<": "小于 {}",
        "<=": "不大于 {}",
    },
    operators={
        "=": "等于 {value}",
        "!=": "不等于 {value}",
        ">": "大于 {value}",
        ">=": "不小于 {value}",
        "<": "小于 {value}",
        "<=": "不大于 {value}",
        "between": "介于 {low} 与 {high} 之间",
        "not_between": "不在 {low} 与 {high} 之间",
        "in": "属于 {value}",
        "not_in": "不属于 {value}",
        "contains": "包含 {value}",
        "not_contains": "不包含 {value}",
        "starts_with": "以 {value} 开头",
        "ends_with": "以 {value} 结尾",
        "matches": "匹配模式 {value}",
        "exists": "有值",
        "missing": "没有值",
        "before": "早于 {value}",
        "after": "不早于 {value}",
        "within_last": "在最近 {duration}内",
        "within_next": "在未来 {duration}内",
        "on_day": "在 {value}",
        "anniversary": "的周年日距今天 {value} 天",
        "unchanged_for": "已有 {duration}未变",
        "changed_within": "在最近 {duration}内变过",
        "all_of": "包含全部 {value}",
        "any_of": "包含任一 {value}",
        "none_of": "不含任何 {value}",
    },
    days={
        "today": "今天", "yesterday": "昨天", "tomorrow": "明天",
        "this week": "本周", "last week": "上周", "next week": "下周",
        "this month": "本月", "last month": "上月", "next month": "下月",
        "this quarter": "本季度", "last quarter": "上季度", "next quarter": "下季度",
        "this year": "今年", "last year": "去年", "next year": "明年",
    },
    dated=_DATED,
)  # fmt: skip

LANGUAGES = {"en": ENGLISH, "zh": CHINESE}
