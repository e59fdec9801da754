"""Who opened a page inside WeCom, and the tickets that sign such a page's JS-SDK."""

from collections.abc import Callable

import msgspec

from coterie.channels.wecom.client.asking import Api
from coterie.channels.wecom.client.tokens import Pass


class Visitor(msgspec.Struct, frozen=True):
    """Who came: a member (``userid``), or somebody from outside."""

    userid: str = ""
    external_userid: str = ""
    openid: str = ""
    user_ticket: str = ""


class _Ticket(msgspec.Struct, frozen=True):
    ticket: str
    expires_in: int = 7200


class Identity:
    """Sign-ins and tickets."""

    def __init__(
        self, api: Api, ticket: Callable[[], Pass], agent_ticket: Callable[[], Pass]
    ) -> None:
        self._api = api
        self.ticket, self.agent_ticket = ticket, agent_ticket
        """The corporation's ticket and the app's, kept as the token is."""

    def of_code(self, code: str) -> Visitor:
        """Return who came back with a code of the sign-in; each is good once, for minutes."""
        return self._api.get("auth/getuserinfo", Visitor, code=code)


def fetch_ticket(api: Api) -> tuple[str, int]:
    """Ask for the corporation's ticket, and how many seconds it is good for."""
    said = api.get("get_jsapi_ticket", _Ticket)
    return said.ticket, said.expires_in


def fetch_agent_ticket(api: Api) -> tuple[str, int]:
    """Ask for the app's ticket, and how many seconds it is good for."""
    said = api.get("ticket/get", _Ticket, type="agent_config")
    return said.ticket, said.expires_in
