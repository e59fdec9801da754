"""A house in which members bring friends: coupons, a programme, a guide, a customer of hers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from coterie.channels.wecom.ways import store as ways
from coterie.core.actor import COMMAND
from coterie.guides.organisation.model import Guide, Store
from coterie.loyalty.coupons.model import Template, Want
from coterie.storage.work import Work
from coterie.testing.house import House
from coterie.web.member.promises import in_fours
from coterie.web.posters import png
from coterie.web.server import create_app
from web.conftest import BROWSER
from web.test_guide_pages import customer

FRIENDS = {
    "slug": "friends", "title": {"zh": "老友带新", "en": "Bring a friend"},
    "from": "2025-12-01", "until": "2026-03-01",
    "headline": {"zh": "首单立减 30 元，你我都有", "en": "30 off, for you and a friend"},
    "benefit": {"zh": "首单立减 30 元", "en": "30 off your first order"},
    "reward": {"referrer": "thanks", "friend": "welcome"}, "caps": {"person": 5},
}  # fmt: skip
SHOP = Store("bund", "The Bund")


@dataclass
class Stage:
    """A house in which a programme runs, and its people."""

    house: House
    lin: int
    uid: str
    door: str
    served: Any

    def browser(self, language: str = "en") -> TestClient:
        headers = {"user-agent": BROWSER, "accept-language": language}
        return TestClient(
            self.served, base_url="http://127.0.0.1:8000",
            client=("10.0.0.7", 50_000), follow_redirects=False, headers=headers,
        )  # fmt: skip

    def own(self, path: str = "", profile: int | None = None) -> str:
        app = self.house.app
        token = app.growing.links.token(profile or self.lin, app.clock.now())
        return f"/k/{token}{path}"

    def give(self, template: str, key: str) -> str:
        """Give Lin a coupon; returns its code."""
        app = self.house.app
        with app.db.begin(COMMAND, app.clock.now()) as work:
            facts = app.growing.coupons.issue(work, [Want(self.lin, template, key, "manual:test")])
            app.inbound.tell(work, facts)
            coupon = app.growing.coupons.get(work, facts[0].properties["coupon"])
        app.settle(app.clock.now())
        return in_fours(str(coupon.code))

    def code(self) -> str:
        """Lin's personal code."""
        app = self.house.app
        with app.db.begin(COMMAND, app.clock.now()) as work:
            return app.growing.referrals.take_part(work, "friends", self.lin)


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Open the house, with all of it in place."""
    with House(brand="Maria") as house:
        app = house.app
        with app.db.begin(COMMAND, app.clock.now()) as work:
            organisation = app.guides.organisation
            organisation.save_store(work, SHOP)
            organisation.save_guide(work, Guide("li-na", "Li Na", "li-na", stores=("bund",)))
            kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
                ("welcome", "好友首单券", {"minimum": 1_990_000}), ("thanks", "老友谢礼", {}),
                ("day", "一日券", {"days": 1}),
            )  # fmt: skip
            for slug, title, more in kinds:
                titles = {"zh": title, "en": slug}
                terms = Template(slug=slug, titles=titles, kind="amount", amount=300_000, **more)
                app.growing.coupons.define(work, terms)
            door = app.scanning.channel.make(
                work, {"title": "Door", "store": "bund", "guides": "store", "tags": ["door"]}
            )
            said = {"way": "contact", "state": door.state}
            app.growing.referrals.programmes.define(work, {**FRIENDS, "door": said})
            stand(work, door.state)
        uid = customer(house, "lin", "li-na")
        with app.db.read(COMMAND, app.clock.now()) as work:
            lin = app.profiles.by_uid(work, uid)
        assert lin is not None
        yield Stage(house, lin, uid, door.state, create_app(app))


def stand(work: Work, state: str) -> None:
    """Let a code stand at the platform, with a picture of it."""
    ways.want(work, [{"state": state, "kind": "contact", "wanted": {}, "tries": 0, "retry": None}])
    ways.keep_picture(work, state, png(state), 0)
