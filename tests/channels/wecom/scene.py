"""A house's codes and welcomes over a simulated platform, with two stores and their guides."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from codes.channel.town import SHANGHAI, Staff
from coterie.channels.wecom.client.service import Wecom as Client
from coterie.channels.wecom.scanning import Scanning, open_scanning
from coterie.channels.wecom.settings import WecomSettings
from coterie.channels.wecom.welcomes.model import Came
from coterie.codes.groups.model import Size
from coterie.core.actor import COMMAND
from coterie.core.errors import NotFound
from coterie.core.ids import derived_id
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing.wecom import Wecom


@dataclass
class Scene:
    """The house beside its platform; ``pictures`` is a folder of files by name."""

    database: Database
    platform: Wecom
    pictures: Path

    def __post_init__(self) -> None:
        platform = self.platform
        for userid in ("AN", "BO", "CAI", "YU"):
            platform.add_member(userid, userid.title())
        settings = WecomSettings(
            platform.corp_id, str(platform.agent_id), platform.secret, base_url=platform.base_url
        )
        self.staff = Staff()
        self.client = Client(
            self.database, settings, b"k" * 32, platform.clock, pause=lambda _: None
        )
        self.scanning = self.open()

    def open(self) -> Scanning:
        """Open the house's side anew, as after a crash."""
        return open_scanning(
            self.database, self.client, self.staff, self, self, SHANGHAI,
            "https://shop.example", self.platform.clock.now,
        )  # fmt: skip

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    @property
    def now(self) -> int:
        return self.platform.clock.now()

    def begin(self) -> AbstractContextManager[Work]:
        return self.database.begin(COMMAND, self.now)

    def code(self, **given: object) -> str:
        with self.begin() as work:
            made = self.scanning.channel.make(work, {"title": "Till", "guides": ["an"], **given})
        return made.state

    def run(self) -> None:
        """Let the errands do all there is to do now."""
        for errand in (self.scanning.welcomes, self.scanning.ways):
            while errand.run(self.now):
                pass

    def config(self, state: str) -> str:
        with self.begin() as work:
            way = self.scanning.ways.of(work, [state])[state]
        assert way.config_id is not None
        return way.config_id

    def came(self, state: str, *, name: str = "Lin", kind: int = 1) -> Came:
        """Let a customer scan a code, and note what the callback says."""
        person = self.platform.new_customer(name, type=kind)
        scanned = self.platform.scan(self.config(state), person)
        return self.note(scanned.userid, person, state, scanned.welcome_code)

    def note(self, userid: str, person: str, state: str, code: str, *, half: bool = False) -> Came:
        came = Came(derived_id(userid, person, half, code), userid, person, state, code,
                    self.now // 1000 * 1000, half)  # fmt: skip
        with self.begin() as work:
            self.scanning.welcomes.note(work, [came])
        return came

    def outcomes(self, state: str | None = None) -> list[tuple[str, str | None]]:
        with self.begin() as work:
            page = self.scanning.welcomes.page(work, state)
        return [(one.status, one.origin) for one in page]

    # what the ports of groups and welcomes ask

    def sizes(self, _work: Work, chats: Collection[str]) -> dict[str, Size]:
        corp = self.platform.corp
        return {
            one: Size(chat.name, len(chat.members), not chat.dismissed)
            for one, chat in corp.chats.items()
            if one in chats
        }

    def bytes_of(self, _work: Work, slug: str) -> tuple[None, Path]:
        path = self.pictures / slug
        if not path.exists():
            raise NotFound(f"there is no picture {slug!r}")
        return None, path
