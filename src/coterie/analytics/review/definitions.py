"""What "joined", "active", "seeded", "visited" and "bought" mean: said once, for people and SQL.

The published cases name such numbers without saying how they were counted; ours print this.
``names`` are the events that the readers go by, ``words`` the same in both languages. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Key = Literal[
    "joined", "how", "active", "seeded", "visits", "bought", "revenue", "place", "assist",
    "readings", "funnel", "cost", "owed", "credit", "spread", "effect", "sharper", "roi", "naive",
    "grade",
]  # fmt: skip


@dataclass(frozen=True)
class Definition:
    """How one number is counted: its name, the sentence, and the events that it reads."""

    key: Key
    name: Mapping[str, str]
    words: Mapping[str, str]
    names: tuple[str, ...] = ()


JOINED = "coterie.group.joined"
LEFT = "coterie.group.left"
REFERRED = "coterie.referral.joined"
VISITED = "coterie.visit.made"
DRAWN = "coterie.campaign.drawn"
ISSUED = "coterie.coupon.issued"
REDEEMED = "coterie.coupon.redeemed"
ROLLED_BACK = "coterie.coupon.rolled_back"
EXPIRED = "coterie.coupon.expired"
REVOKED = "coterie.coupon.revoked"
PAID = "Order Completed"
REFUNDED = "Order Refunded"
CANCELLED = "Order Cancelled"

CONTENT = (
    "Page Viewed", "Screen Viewed", "Article Read", "Item Viewed", "Product Viewed",
    "Product List Viewed", "Products Searched", "Promotion Viewed", "Promotion Clicked",
    "Link Clicked", "Video Playback Started", "Content Dwelt", "Content Finished",
    "Video Playback Completed", "Article Shared", "Content Shared", "Product Shared",
)  # fmt: skip
"""What she reads, watches and passes on; with an item it is product content."""

ONLINE = (*CONTENT, "Poll Answered", "Group Message Sent", "Moment Liked", "Moment Commented")
"""What is done on the phone and nowhere else."""

ACTIVE = (
    *ONLINE, "Activity Registered", "Activity Attended", "Product Scanned", "Product Added",
    "Checkout Started", "Store Visited", VISITED, PAID,
)  # fmt: skip
"""What she does by herself. Being written to, added or given something is none of it."""

STAGES = ("joined", "active", "seeded", "visited", "bought")

DEFINITIONS: dict[Key, Definition] = {
    one.key: one
    for one in (
        Definition(
            "joined",
            {"en": "Joined", "zh": "入群"},
            {
                "en": "People who came into a group of the campaign between its first and its last "
                "day, each counted once, at the first time. Who left again stays counted here.",
                "zh": "活动期间进入本活动任一客户群的人，每人只计一次，以首次入群为准；"
                "之后退群的仍计入。",
            },
            (JOINED,),
        ),
        Definition(
            "how",
            {"en": "How they came", "zh": "入群方式"},
            {
                "en": "Fission: a member's invitation was recorded for her. Invitation: somebody "
                "in the group drew her in, by hand or by a link. Code: she scanned a group code. "
                "The first that applies counts.",
                "zh": "裂变：有老客邀请记录；邀请：由群内成员拉入或点击邀请链接进群；"
                "扫码：扫群码进群。按此顺序，先符合者计。",
            },
            (REFERRED, JOINED),
        ),
        Definition(
            "active",
            {"en": "Active", "zh": "活跃"},
            {
                "en": "Members who, from the moment they joined to the end of the campaign, did at "
                "least one thing by themselves: read, clicked, answered a poll, spoke in the "
                "group, registered or came to something, scanned a product, filled a cart, "
                "visited a store or bought. Receiving messages does not count.",
                "zh": "入群之后至活动结束，至少主动做过一件事的成员：浏览、点击、答题、群内发言、"
                "报名或参加活动、扫商品码、加购、到店或下单。收到消息不算。",
            },
            ACTIVE,
        ),
        Definition(
            "seeded",
            {"en": "Seeded", "zh": "种草"},
            {
                "en": "Active members who, after joining, read, watched, opened or shared "
                "content that is about a product or another item of the catalogue.",
                "zh": "入群之后看过、打开过或分享过与商品（或目录中其他条目）有关内容的活跃成员。",
            },
            CONTENT,
        ),
        Definition(
            "visits",
            {"en": "Visits", "zh": "到店"},
            {
                "en": "A member and a day on which she was in a store, from the day she joined "
                "to the end of the campaign: a check-in, a coupon redeemed there, or a purchase "
                "at its till. Two stores on one day are one visit. Visitors are the people.",
                "zh": "成员自入群当天起至活动结束的到店人次：签到、到店核销或门店收银任一即算，"
                "同一人同一天只计一次，去两家店也只计一次；到店人数按人去重。",
            },
            (VISITED,),
        ),
        Definition(
            "bought",
            {"en": "Buyers", "zh": "成交人数"},
            {
                "en": "Members with at least one paid order from the day they joined to the end "
                "of the campaign. Orders cancelled or given back whole count nowhere.",
                "zh": "成员自入群当天起至活动结束，至少有一笔已支付订单的人数；"
                "已取消或全额退款的订单不计。",
            },
            (PAID, REFUNDED, CANCELLED),
        ),
        Definition(
            "revenue",
            {"en": "Revenue", "zh": "销售额"},
            {
                "en": "What these orders were paid, less every refund told so far, on the day of "
                "the order.",
                "zh": "上述订单的实付金额减去截至目前的全部退款，计入下单支付当天。",
            },
            (PAID, REFUNDED, CANCELLED),
        ),
        Definition(
            "place",
            {"en": "Offline and online", "zh": "线下与线上"},
            {
                "en": "Offline: the order names a physical store of the brand. Online: it names a "
                "cloud store, or none. Elsewhere: it names a store that the brand does not know.",
                "zh": "线下：订单门店为实体店；线上：订单门店为云店或没有门店；其他："
                "门店不在品牌名册内。",
            },
            (PAID,),
        ),
        Definition(
            "assist",
            {"en": "Assists", "zh": "助攻"},
            {
                "en": "Offline orders of members who had done something on the phone between "
                "joining and the order; online orders of members who had visited a store before.",
                "zh": "线下订单：下单前（入群后）在线上有过行为的；线上订单：下单前到过店的。",
            },
            (PAID, *ONLINE, VISITED),
        ),
        Definition(
            "readings",
            {"en": "Two readings of conversion", "zh": "转化率的两种口径"},
            {
                "en": "Visits (or visitors) of every hundred members, and buyers of every hundred "
                "visitors, are both called conversion. Nobody should compare one with the other.",
                "zh": "“到店人次（或人数）÷ 成员数”与“成交人数 ÷ 到店人数”都被叫作转化率，"
                "两者不可相互比较。",
            },
        ),
        Definition(
            "funnel",
            {"en": "Funnel", "zh": "漏斗"},
            {
                "en": "Who did all steps up to this one, each at or after the one before. Beside "
                "it stands everybody who did the step, in any order.",
                "zh": "依次完成到该步的人（每一步不早于上一步）；"
                "旁边列出不论先后做过该步的总人数。",
            },
        ),
        Definition(
            "cost",
            {"en": "Cost", "zh": "成本"},
            {
                "en": "Discounts of the campaign's coupons redeemed, less those rolled back, and "
                "the spending written into the plan.",
                "zh": "本活动券的核销优惠额（扣除撤销核销），加上活动方案中登记的其他支出。",
            },
            (REDEEMED, ROLLED_BACK),
        ),
        Definition(
            "owed",
            {"en": "Still promised", "zh": "未了承诺"},
            {
                "en": "Coupons of the campaign that are issued and neither redeemed nor over.",
                "zh": "本活动已发放、尚未核销也未失效的券。",
            },
            (ISSUED, REDEEMED, ROLLED_BACK, EXPIRED, REVOKED),
        ),
        Definition(
            "credit",
            {"en": "Credit of guides", "zh": "导购功劳"},
            {
                "en": "Each order of the campaign goes 100% to whoever served or holds the "
                "customer when it was paid, by the ledger of bindings; refunds are taken back.",
                "zh": "活动内每笔订单在支付时 100% 归属服务或持有该客户的导购，以归属台账为准，"
                "退款按比例扣回。",
            },
        ),
        Definition(
            "spread",
            {"en": "K, friends a person brings", "zh": "K 值（人均带来新客）"},
            {
                "en": "As the referral programme counts it: new people a participant, of the "
                "same generation; clean is without those found fraudulent.",
                "zh": "以裂变活动的口径为准：同一代参与者人均带来的新客数；"
                "净值为剔除作弊后的结果。",
            },
        ),
        Definition(
            "effect",
            {"en": "Incremental result", "zh": "增量效果"},
            {
                "en": "Net revenue of everybody drawn, invited or held out, from the first to the "
                "last day of the campaign, whether she joined or not: a person invited less a "
                "person held out. The interval holds at 95% at all looks together.",
                "zh": "抽签名单内所有人（邀请组与对照组，无论是否入群）在活动期间的净销售额："
                "邀请组人均减对照组人均；区间在反复查看时仍有 95% 把握。",
            },
            (DRAWN, PAID, REFUNDED, CANCELLED),
        ),
        Definition(
            "sharper",
            {"en": "Sharpened by the past", "zh": "用活动前数据收窄"},
            {
                "en": "What people bought in as many days before the campaign is taken out of "
                "the comparison (CUPED) where that makes the interval narrower.",
                "zh": "若能收窄区间，则用活动前同样天数的成交做校正（CUPED）。",
            },
        ),
        Definition(
            "roi",
            {"en": "Incremental return", "zh": "增量投入产出"},
            {
                "en": "(Incremental value × margin − cost) ÷ cost. Discounts are added back to "
                "what was paid before the margin is taken, and then count as cost, once.",
                "zh": "（增量金额 × 毛利率 − 成本）÷ 成本；"
                "优惠先加回实付金额再乘毛利率，只作为成本计一次。",
            },
        ),
        Definition(
            "naive",
            {"en": "Naive comparison", "zh": "直接对比（仅供参考）"},
            {
                "en": "Members against others known before, as they are. Who joins was fonder of "
                "the brand already, so this shows an effect even where there is none.",
                "zh": "成员与未入群老客直接对比。愿意入群的人本来就更爱买，"
                "没有效果时它也显得有效，不能作为证据。",
            },
        ),
        Definition(
            "grade",
            {"en": "Grade of the evidence", "zh": "证据等级"},
            {
                "en": "A: drawn by lot. B: the change of members less that of others, who had "
                "moved alike before. C: before against after. D: nothing to compare with.",
                "zh": "A：抽签对照；B：与此前走势一致的人群做双重差分；C：前后对比；D："
                "没有可比对象。",
            },
        ),
    )
}
