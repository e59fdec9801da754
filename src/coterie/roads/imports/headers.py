"""What the names of columns mean, in the words of the trade, in Chinese and in English. Pure data.

A concept is what a column is about; what it becomes depends on what the rows are (``suggest``).
"""

import re
from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "user_id": (
        "user id", "uid", "user", "customer id", "customer no", "customer number", "customer",
        "client id", "member id", "member no", "member number", "buyer id", "external userid",
        "unionid", "openid", "会员号", "会员编号", "会员id", "会员卡号", "会员", "客户编号",
        "客户id", "客户号", "客户", "用户id", "用户编号", "用户", "顾客编号", "顾客",
        "买家id", "买家会员名", "买家昵称", "买家",
    ),
    "phone": (
        "phone", "phone number", "mobile", "mobile number", "cell", "cellphone", "tel",
        "telephone", "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式",
        "联系手机", "收货人手机",
    ),
    "email": ("email", "e mail", "mail", "email address", "邮箱", "电子邮箱", "邮件", "电子邮件"),
    "name": (
        "name", "full name", "customer name", "member name", "姓名", "名字", "客户姓名", "会员姓名",
        "客户名称", "收货人", "收件人", "收货人姓名", "联系人",
    ),
    "firstName": ("first name", "given name", "名"),
    "lastName": ("last name", "surname", "family name", "姓"),
    "gender": ("gender", "sex", "性别"),
    "birthday": ("birthday", "birth date", "date of birth", "dob", "生日", "出生日期"),
    "city": ("city", "town", "城市", "所在城市", "市"),
    "province": ("province", "state", "region", "省", "省份", "地区"),
    "country": ("country", "国家"),
    "address": (
        "address", "street", "shipping address", "地址", "收货地址", "详细地址", "联系地址",
    ),
    "tier": ("tier", "level", "member level", "vip", "等级", "会员等级", "会员级别", "客户等级"),
    "points": ("points", "积分", "会员积分", "剩余积分"),
    "company": ("company", "organisation", "organization", "公司", "单位", "公司名称"),
    "wechat": ("wechat", "wechat id", "weixin", "微信", "微信号"),
    "registered": (
        "registered", "registered at", "registration date", "signup date", "joined",
        "注册时间", "注册日期", "入会时间", "入会日期", "加入时间", "开卡时间",
    ),
    "time": (
        "time", "date", "datetime", "timestamp", "when", "order date", "order time", "ordered at",
        "created", "created at", "paid at", "placed at", "purchase date", "event time", "时间",
        "日期", "下单时间", "下单日期", "订单时间", "订单日期", "付款时间", "支付时间", "成交时间",
        "交易时间", "创建时间", "发生时间", "购买时间", "购买日期", "消费时间", "消费日期",
        "订单创建时间", "订单付款时间",
    ),
    "order": (
        "order id", "order no", "order number", "order", "transaction id", "receipt",
        "receipt no", "invoice", "订单号", "订单编号", "订单", "单号", "流水号", "交易号", "小票号",
        "主订单编号",
    ),
    "item": (
        "sku", "product id", "product", "product code", "item", "item id", "item no", "article id",
        "wine id", "商品", "商品编码", "商品编号", "商品id", "商品货号", "货号", "商品代码",
        "文章id", "内容id", "产品编号", "产品", "条码",
    ),
    "title": (
        "title", "product name", "item name", "标题", "商品名称", "名称", "宝贝标题", "商品标题",
    ),
    "amount": (
        "amount", "total", "total amount", "price", "revenue", "value", "paid", "payment", "sum",
        "order total", "金额", "总价", "总额", "实付", "实付金额", "实付款", "订单金额", "支付金额",
        "付款金额", "消费金额", "成交金额", "买家实际支付金额", "价格", "单价", "售价", "应付金额",
    ),
    "quantity": ("quantity", "qty", "count", "数量", "件数", "购买数量", "商品数量"),
    "store": (
        "store", "store id", "shop", "branch", "门店", "门店编号", "门店名称", "店铺", "店铺名称",
    ),
    "event": ("event", "event name", "action", "activity", "事件", "行为", "事件名称", "动作"),
    "url": ("url", "link", "page", "website", "链接", "网址", "商品链接"),
    "topic": ("topic", "category", "类目", "分类", "品类", "主题", "商品类目", "商品分类", "栏目"),
    "kind": ("kind", "type", "item kind", "类型", "种类"),
    "note": ("note", "notes", "remark", "comment", "备注", "留言", "说明"),
}  # fmt: skip


def plain(header: str) -> str:
    """Reduce a column's name to what is compared: lower case, words apart by one blank.

    >>> plain("Customer_ID"), plain("orderDate"), plain("手机号码 (必填)")
    ('customer id', 'order date', '手机号码')
    """
    text = re.sub(r"[(（\[【].*?[)）\]】]", " ", header)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[\W_]+", " ", text).strip().lower()


_EXACT = {plain(word): concept for concept, words in WORDS.items() for word in words}
_CHINESE = sorted(
    ((word, concept) for word, concept in _EXACT.items() if len(word) > 1 and not word.isascii()),
    key=lambda pair: -len(pair[0]),
)


def concept_of(header: str) -> tuple[str, float] | None:
    """Say what a column is about by its name, and how sure that is; None when nothing is known."""
    text = plain(header)
    if text in _EXACT:
        return _EXACT[text], 0.9
    squeezed = text.replace(" ", "")
    if squeezed in _EXACT:
        return _EXACT[squeezed], 0.9
    for word, concept in _CHINESE:  # the longest first: Chinese names put words together
        if word in squeezed:
            return concept, 0.7
    last = " ".join(text.split()[-2:]), text.split()[-1] if text else ""
    return next(((_EXACT[end], 0.6) for end in last if end in _EXACT), None)
