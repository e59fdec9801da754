"""The app itself: whom it may see, and what it says to members."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, at_most

RECIPIENTS = 1_000


class SeenUser(msgspec.Struct, frozen=True):
    """A member in the app's visible range."""

    userid: str


class SeenUsers(msgspec.Struct, frozen=True):
    """The members who are named in the app's visible range."""

    user: tuple[SeenUser, ...] = ()


class SeenParties(msgspec.Struct, frozen=True):
    """The departments that are named in the app's visible range."""

    partyid: tuple[int, ...] = ()


class App(msgspec.Struct, frozen=True):
    """The app. ``close``: 1 when it is switched off."""

    agentid: int
    name: str = ""
    close: int = 0
    allow_userinfos: SeenUsers = SeenUsers()
    allow_partys: SeenParties = SeenParties()


class Untold(msgspec.Struct, frozen=True):
    """Whom a message of the app does not reach, with ``|`` between them."""

    msgid: str = ""
    invaliduser: str = ""
    unlicenseduser: str = ""


class _Addresses(msgspec.Struct, frozen=True):
    ip_list: tuple[str, ...] = ()


class Agent:
    """The app of its own."""

    def __init__(self, api: Api, number: str) -> None:
        self._api, self._number = api, number

    def get(self) -> App:
        """Return the app and whom it may see."""
        return self._api.get("agent/get", App, agentid=self._number)

    def tell(self, userids: Sequence[str], text: str) -> Untold:
        """Send members a message of the app, such as that something waits for them."""
        at_most(userids, RECIPIENTS, "members")
        body = {
            "touser": "|".join(userids),
            "msgtype": "text",
            "agentid": int(self._number or 0),
            "text": {"content": text},
        }
        return self._api.post("message/send", Untold, body, writes=True)

    def callback_addresses(self) -> tuple[str, ...]:
        """Return from where WeCom calls back, for a firewall."""
        return self._api.get("getcallbackip", _Addresses).ip_list
