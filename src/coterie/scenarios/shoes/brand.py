"""What the brand has: two stores and a cloud store, guides, shoes, groups. Pure."""

from dataclasses import dataclass

CLOUD = "cloud"
STORES = ("xujiahui", "jingan", CLOUD)
PHYSICAL = STORES[:2]
STORE_TITLES = {"xujiahui": "徐家汇店", "jingan": "静安店", CLOUD: "云店"}
PLACES = {"xujiahui": (31.1945, 121.4365), "jingan": (31.2290, 121.4480)}
CAMPAIGN = "anniversary"
PROGRAMME = "friends"
JOIN_COUPON, FRIEND_COUPON = "join30", "friend50"
BASE = "old-customers"
POLL = "colour"
CHOICES = ("red", "nude", "black")
FEEDS = {"xujiahui": "till-xujiahui", "jingan": "till-jingan", CLOUD: "shop"}
"""Which feed tells of what is sold in a store."""
ARTICLES = tuple(f"article-{number}" for number in range(1, 9))


@dataclass(frozen=True)
class Shoe:
    """A shoe that is sold; ``price`` in yuan."""

    sku: str
    title: str
    price: int


SHOES = (
    Shoe("ballet-flat", "羊皮芭蕾平底鞋", 499), Shoe("loafer", "经典乐福鞋", 599),
    Shoe("mary-jane", "玛丽珍单鞋", 699), Shoe("kitten-heel", "小猫跟单鞋", 799),
    Shoe("slingback", "后空凉鞋", 659), Shoe("pump", "尖头高跟鞋", 899),
    Shoe("derby", "德比小皮鞋", 759), Shoe("chelsea", "切尔西短靴", 1_099),
    Shoe("ankle-boot", "方头短靴", 1_199), Shoe("sneaker", "软底小白鞋", 459),
    Shoe("mule", "穆勒拖鞋", 429), Shoe("knee-boot", "骑士长靴", 1_499),
)  # fmt: skip

TOPICS = ("heels", "flats", "care", "preview")
TOPIC_TITLES = {
    "heels": "高跟美学", "flats": "舒适通勤", "care": "养护课堂", "preview": "新品抢先看",
}  # fmt: skip
FULL_TOPIC = "preview"
"""Its group takes no more once it is full: nobody makes a second one."""

_NAMES = (
    "李雷", "韩梅梅", "王芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "黄磊", "周婷",
    "吴昊", "徐丽", "孙杰", "马超", "朱琳", "何洁", "高远", "林悦", "罗兰", "宋佳",
)  # fmt: skip


def guide_name(guide: int) -> str:
    """Return a guide's userid."""
    return f"guide{guide + 1:02}"


def guide_called(guide: int) -> str:
    """Return a guide's name."""
    return _NAMES[guide % len(_NAMES)] + ("" if guide < len(_NAMES) else str(guide))


def store_of_guide(guide: int) -> str:
    """Return where a guide serves: two of five in each store, one at the cloud store.

    >>> [store_of_guide(one) for one in range(5)]
    ['xujiahui', 'jingan', 'xujiahui', 'jingan', 'cloud']
    """
    return STORES[2] if guide % 5 == 4 else STORES[guide % 5 % 2]


def guides_of(store: str, guides: int) -> list[int]:
    """Return who serves in a store."""
    return [one for one in range(guides) if store_of_guide(one) == store]
