"""What the pages say, in English and Chinese, by key. Both columns are complete (a test checks)."""

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

WORDS: dict[str, tuple[str, str]] = {
    "nav.label": ("Main", "主导航"),
    "nav.today": ("Today", "今日"),
    "nav.mailbox": ("Mailbox", "发件箱"),
    "nav.sign_out": ("Sign out", "退出登录"),
    "nav.skip": ("Skip to content", "跳到正文"),
    "nav.language": ("中文", "English"),
    "simulated.title": ("Simulated data", "模拟数据"),
    "simulated.text": (
        "Partly played by a script: {name}. The clock here stands at {now}.",
        "部分由脚本扮演：{name}。此处的时钟停在 {now}。",
    ),
    "scenario.wine": (
        "the ratings are real (X-Wines), consent and answers to invitations are drawn",
        "评分是真实的（X-Wines），授权与对邀请的答复为抽样模拟",
    ),
    "today.title": ("Today", "今日"),
    "today.question": (
        "Who is here, what holds them together, and whom did we reach?",
        "有谁在这里，因何相聚，我们触达了谁？",
    ),
    "today.as_of": ("As of {now}", "截至 {now}"),
    "today.people": ("People", "客户"),
    "today.people.hint": ("everyone we know", "我们认识的所有人"),
    "today.events": ("Events", "行为"),
    "today.events.hint": ("things they did, since the beginning", "自开始以来的全部行为"),
    "today.items": ("Items", "内容与商品"),
    "today.items.hint": ("what they can touch", "可供触达的内容与商品"),
    "today.communities": ("Communities", "社群"),
    "today.communities.hint": (
        "From those who are eligible to those who said yes. Nobody is added silently.",
        "从适合的人到答应加入的人。绝不悄悄拉人入群。",
    ),
    "today.communities.none": (
        "No community yet. A playbook gathers people round a topic: for example everyone with "
        "5 ratings of Italian wine.",
        "还没有社群。用方案把人聚在一个主题周围，例如给意大利酒打过 5 次分的人。",
    ),
    "community.eligible": ("eligible", "符合条件"),
    "community.invited": ("invited", "已邀请"),
    "community.joined": ("joined", "已加入"),
    "community.declined": ("{n} declined", "{n} 人谢绝"),
    "community.expired": ("{n} did not answer", "{n} 人未回应"),
    "community.held_out": ("{n} in the control group", "{n} 人在对照组"),
    "today.segments": ("Segments", "分群"),
    "today.segments.hint": (
        "People who meet a rule right now. One person may be in several.",
        "此刻符合规则的人；一个人可以属于多个分群。",
    ),
    "today.segments.none": (
        "No segment yet. Define one by PUT /api/segments/<name> or in a playbook.",
        "还没有分群。可用 PUT /api/segments/<名称> 或在方案中定义。",
    ),
    "segment.name": ("Segment", "分群"),
    "segment.people": ("People", "人数"),
    "segment.share": ("Share of everyone", "占比"),
    "today.journeys": ("Journeys", "自动化旅程"),
    "today.journeys.hint": (
        "People on their way. Held: left out as the control group. Shadow: what they would have "
        "been sent.",
        "正在旅程中的人。对照：作为对照组不触达。影子：他们本应收到的消息。",
    ),
    "today.journeys.none": (
        "No journey yet. A playbook starts one when somebody enters a segment.",
        "还没有旅程。可在方案中设定：有人进入分群时启动。",
    ),
    "journey.name": ("Journey", "旅程"),
    "journey.entered": ("Entered", "进入"),
    "journey.waiting": ("On the way", "进行中"),
    "journey.sent": ("Sent", "已发"),
    "journey.held": ("Held", "对照"),
    "journey.shadow": ("Shadow", "影子"),
    "today.messages": ("Messages", "消息"),
    "today.messages.hint": (
        "What became of each message, and why some were held.",
        "每条消息的去向，以及被拦截的原因。",
    ),
    "today.messages.none": (
        "No message yet. They appear here as soon as a journey or an invitation speaks.",
        "还没有消息。旅程或邀请一开口，就会出现在这里。",
    ),
    "today.messages.held": ("Why messages were held", "拦截原因"),
    "today.messages.none_held": ("None was held.", "没有消息被拦截。"),
    "today.messages.read": ("Read them in the mailbox", "在发件箱中阅读"),
    "status.queued": ("waiting to be sent", "待发"),
    "status.leased": ("being sent", "发送中"),
    "status.sent": ("sent", "已发"),
    "status.shadow": ("shadow, not sent on purpose", "影子（有意不发）"),
    "status.held": ("held", "已拦截"),
    "status.failed": ("failed", "失败"),
    "reason.stopped": ("all sends were stopped", "已停止全部发送"),
    "reason.paused": ("its sender is paused", "发送方已暂停"),
    "reason.no_channel": ("the channel is not set up", "渠道未配置"),
    "reason.no_template": ("the template does not exist", "模板不存在"),
    "reason.no_address": ("no address to write to", "没有可触达的地址"),
    "reason.no_consent": ("has not agreed to be written to", "未获授权"),
    "reason.holdout": ("in the control group", "属于对照组"),
    "reason.expired": ("it was too late to be of use", "已过期"),
    "reason.cap_day": ("enough for one day", "达到每日上限"),
    "reason.cap_week": ("enough for one week", "达到每周上限"),
    "reason.quiet_hours": ("quiet hours", "免打扰时段"),
    "reason.template_failed": ("the template could not be filled in", "模板渲染失败"),
    "reason.erased": ("the data was erased", "客户数据已删除"),
    "reason.rejected": ("the provider refused it", "服务商拒收"),
    "reason.exhausted": ("every attempt failed", "多次尝试均失败"),
    "reason.ambiguous": ("nobody knows whether it arrived", "是否送达未知"),
    "mailbox.title": ("Mailbox", "发件箱"),
    "mailbox.question": (
        "What did we say to whom, and what was held back?",
        "我们对谁说了什么，又拦下了什么？",
    ),
    "mailbox.none": (
        "Nothing has been said yet. Messages appear here as the customer sees them.",
        "还没有消息。消息会按客户看到的样子显示在这里。",
    ),
    "mailbox.to": ("to {who}", "发给 {who}"),
    "mailbox.because": ("because: {reason}", "原因：{reason}"),
    "mailbox.older": ("Older", "更早"),
    "mailbox.newer": ("Newer", "更新"),
    "mailbox.pages": ("Pages", "分页"),
    "mailbox.filter": ("Show", "显示"),
    "mailbox.all": ("all", "全部"),
    "mailbox.unread": ("held before a text was made", "未生成文本：已提前拦截"),
    "touch.emotional": ("emotional", "情感"),
    "touch.informational": ("informational", "资讯"),
    "touch.service": ("service", "服务"),
    "touch.commercial": ("commercial", "商业"),
    "sign_in.title": ("Sign in", "登录"),
    "sign_in.name": ("Name", "账号"),
    "sign_in.password": ("Password", "密码"),
    "sign_in.submit": ("Sign in", "登录"),
    "sign_in.wrong": (
        "Name and password do not belong together. Try again.",
        "账号与密码不匹配，请重试。",
    ),
    "consent.label": ("Your choice", "您的选择"),
    "consent.ask": (
        "May we note what you read, so that we suggest what suits you? We note nothing "
        "before you answer, and you may change your mind at any time.",
        "我们可以记录您阅读的内容，以便推荐更合您心意的吗？在您回答之前我们不会记录，"
        "您也可以随时更改。",
    ),
    "consent.allow": ("Yes, note what I read", "可以，记录我的阅读"),
    "consent.deny": ("No, just let me read", "不，我只想阅读"),
    "consent.allowed": ("You allowed us to note what you read.", "您已允许我们记录阅读。"),
    "consent.denied": ("We note nothing of what you read.", "我们不会记录您的阅读。"),
    "consent.stop": ("Stop noting", "停止记录"),
    "consent.start": ("Allow it", "允许记录"),
    "consent.leads_to": ("This link leads to {host}.", "此链接将前往 {host}。"),
    "article.topics": ("Topics", "主题"),
    "article.more": ("Go to the page of this item", "前往该内容的页面"),
    "invitation.title": ("You are invited", "诚邀您加入"),
    "invitation.accept": ("Yes, I would like to join", "好，我想加入"),
    "invitation.decline": ("No, thank you", "不了，谢谢"),
    "invitation.accepted": ("Welcome! You are in.", "欢迎！您已加入。"),
    "invitation.declined": (
        "Understood. We will not ask again soon.",
        "明白了，近期不会再打扰您。",
    ),
    "invitation.expired": ("This invitation has ended.", "此邀请已结束。"),
    "error.title": ("That did not work", "出了点问题"),
    "error.home": ("Back to the start", "返回首页"),
}


def choose(asked: str | None, kept: str | None, accepted: str | None) -> Language:
    """Pick the language of a page: asked for now, asked for earlier, or what the browser likes.

    >>> choose(None, None, "fr;q=0.9, zh-CN;q=0.8, en;q=0.3"), choose("en", "zh", "zh")
    ('zh', 'en')
    """
    for wish in (asked, kept):
        for known in LANGUAGES:
            if wish == known:
                return known
    return _liked(accepted or "")


def _liked(accepted: str) -> Language:
    best: tuple[float, Language] = (0.0, "en")
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";")
        language = next((known for known in LANGUAGES if tag.strip().lower()[:2] == known), None)
        try:
            liking = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language is not None and liking > best[0]:
            best = (liking, language)
    return best[1]


def say(language: Language, key: str, **values: Any) -> str:
    """Return the words of a key, with ``values`` put in."""
    text = WORDS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def named(language: Language, group: str, name: str) -> str:
    """Return the words of ``group.name``; a name that has none is shown with its dashes undone.

    Rooms and plugins may bring statuses and reasons that this list does not know.
    """
    key = f"{group}.{name}"
    return say(language, key) if key in WORDS else name.replace("_", " ").replace("-", " ")


def in_language(language: Language, text: object) -> str:
    """Pick a title out of ``{"zh": ..., "en": ...}``; plain text is taken as it is."""
    if isinstance(text, Mapping):
        text = text.get(language) or next(iter(text.values()), "")
    return "" if text is None else str(text)
