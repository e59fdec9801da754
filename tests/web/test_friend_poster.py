"""A member's poster: its code can be scanned, its words can be read, and they are all there."""

import io
from collections import Counter
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from coterie.web.friend_poster import LOOKS, SMALL, WIDTH, Words, contrast, draw
from coterie.web.lettering import even, fitted, font, rows

ZH = Words(
    "玛丽亚女鞋", "首单立减 30 元，好友你我都有", "在任一门店下第一单", "微信扫一扫\n加导购领券",
    "奖励随好友的首单发放，转发本身不产生奖励", "¥30", "好友首单券\n满 ¥199",
)  # fmt: skip
LONG = Words(
    "Maria Shoes of Shanghai and Hangzhou, and of the cloud", "Thirty yuan off your first pair of "
    "shoes, and thirty for the friend who told you, at all of our stores and online",
    "At any of our stores or in the cloud store, from now until the end of the anniversary sale",
    "Scan it\nwith WeChat\nand add\nour guide", "Both are rewarded after the first order.",
    "CN¥1,299.50", "off the first order of a pair of boots from ¥1,999",
)  # fmt: skip
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
ADDRESS = "https://club.maria-shoes.example/f/{}"


def scanned(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=QR)
    return [one.text for one in found]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def photographed(data: bytes) -> Image.Image:
    """A poster as it comes out of a chat: a third of its size, pressed hard."""
    small = opened(data).convert("RGB")
    small.thumbnail((small.width // 2, small.height // 2))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=50)
    return opened(out.getvalue())


@pytest.mark.parametrize(("look", "words"), [("wine", ZH), ("paper", LONG), ("sea", ZH)])
def test_every_code_leads_where_it_should(look: str, words: Words) -> None:
    address = ADDRESS.format("rf_23456789abcd")
    data = draw(words, address, look)
    assert opened(data).size == (WIDTH, 1_620)
    assert scanned(photographed(data)) == [address]
    small = draw(words, address, look, SMALL)
    assert scanned(opened(small)) == [address]
    assert len(small) < 40_000
    assert len(data) < 80_000


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_written_stands_out(look: str) -> None:
    assert min(contrast(*pair) for pair in LOOKS[look].pairs) >= 4.5
    page = opened(draw(ZH, ADDRESS.format("p"), look)).convert("RGB")
    bands = {"headline": (84, 170, 996, 480), "ticket": (120, 610, 560, 840),
             "hint": (640, 1000, 990, 1400), "foot": (84, 1510, 996, 1545)}  # fmt: skip
    for name, box in bands.items():
        pixels: Any = page.crop(box).get_flattened_data()
        colours = Counter[tuple[int, int, int]](pixels)
        (ground, _), *others = colours.most_common()
        ink = max(
            (one for one, n in others if n > 60), key=lambda one: contrast(rgb(one), rgb(ground))
        )
        assert contrast(rgb(ink), rgb(ground)) >= 4.5, (name, ink, ground)


def rgb(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def test_long_words_grow_small_and_lose_nothing() -> None:
    letters, found = fitted(LONG.headline, 112, 912, 3, 40)
    assert "".join(found).replace(" ", "") == LONG.headline.replace(" ", "")
    assert max(letters.getlength(one) for one in found) <= 912
    assert even(ZH.headline, font(112), 912, 4) == ["首单立减 30 元，", "好友你我都有"]
    assert rows("一二三，四", font(40), 130, 4) == ["一二三，", "四"]


def test_posters_differ_by_their_code_alone() -> None:
    drawn = (draw(ZH, ADDRESS.format(one), width=SMALL) for one in ("aa", "bb"))
    first, second = (opened(one).convert("RGB") for one in drawn)
    above = (0, 0, SMALL, 450)
    assert first.crop(above).tobytes() == second.crop(above).tobytes()
    assert scanned(first) != scanned(second)


@pytest.mark.crash
def test_a_thousand_posters_are_drawn_and_read_back() -> None:
    looks = list(LOOKS)
    for number in range(1_000):
        address = ADDRESS.format(f"{number:015x}")
        assert scanned(opened(draw(ZH, address, looks[number % 3]))) == [address]
