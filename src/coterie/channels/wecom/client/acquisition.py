"""Acquisition links (获客助手): links that open a chat with a member, and their quota."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, given

CHANNEL_BYTES = 64
"""Bytes of ``customer_channel``, which comes back as the state."""


class LinkRange(msgspec.Struct, frozen=True):
    """Who may be added by a link; up to 100 members."""

    user_list: tuple[str, ...] = ()
    department_list: tuple[int, ...] = ()


class Link(msgspec.Struct, frozen=True):
    """A link; ``url`` may carry ``?customer_channel=``."""

    link_id: str
    link_name: str = ""
    url: str = ""
    create_time: int = 0
    skip_verify: bool = True


class LinkKept(msgspec.Struct, frozen=True):
    """A link with its members."""

    link: Link
    range: LinkRange = LinkRange()
    skip_verify: bool = True


class LinkCustomer(msgspec.Struct, frozen=True):
    """Somebody who came by a link. ``chat_status``: 0 said nothing, 1 has spoken, 2 unclear."""

    external_userid: str
    userid: str = ""
    chat_status: int = 0
    state: str = ""


class Statistic(msgspec.Struct, frozen=True):
    """What a link brought between two days."""

    click_link_customer_cnt: int = 0
    new_customer_cnt: int = 0


class QuotaPart(msgspec.Struct, frozen=True):
    """A part of the quota that ends at one moment (s)."""

    expire_date: int
    balance: int


class Quota(msgspec.Struct, frozen=True):
    """How many may still be added by links."""

    total: int = 0
    balance: int = 0
    quota_list: tuple[QuotaPart, ...] = ()


class _Ids(msgspec.Struct, frozen=True):
    link_id_list: tuple[str, ...] = ()
    next_cursor: str = ""


class _Made(msgspec.Struct, frozen=True):
    link: Link


class _Customers(msgspec.Struct, frozen=True):
    customer_list: tuple[LinkCustomer, ...] = ()
    next_cursor: str = ""


_LINKS = "externalcontact/customer_acquisition/"


class Acquisition:
    """Acquisition links."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def list(self, cursor: str = "", limit: int = 100) -> Page[str]:
        """Return a page of links' ids."""
        said = self._api.post(_LINKS + "list_link", _Ids, given(limit=limit, cursor=cursor))
        return Page(said.link_id_list, said.next_cursor)

    def get(self, link_id: str) -> LinkKept:
        """Return a link with its members."""
        return self._api.post(_LINKS + "get", LinkKept, {"link_id": link_id})

    def create(
        self,
        name: str,
        users: Sequence[str] = (),
        departments: Sequence[int] = (),
        *,
        skip_verify: bool = True,
    ) -> Link:
        """Make a link."""
        body = {
            "link_name": name,
            "range": LinkRange(tuple(users), tuple(departments)),
            "skip_verify": skip_verify,
        }
        return self._api.post(_LINKS + "create_link", _Made, body, writes=True).link

    def update(
        self,
        link_id: str,
        *,
        name: str = "",
        reach: LinkRange | None = None,
        skip_verify: bool | None = None,
    ) -> None:
        """Change what is given of a link."""
        body = given(link_id=link_id, link_name=name, range=reach, skip_verify=skip_verify)
        self._api.post(_LINKS + "update_link", Nothing, body)

    def delete(self, link_id: str) -> None:
        """Delete a link."""
        self._api.post(_LINKS + "delete_link", Nothing, {"link_id": link_id})

    def customers(self, link_id: str, cursor: str = "", limit: int = 1000) -> Page[LinkCustomer]:
        """Return a page of who came by a link."""
        body = given(link_id=link_id, limit=limit, cursor=cursor)
        said = self._api.post(_LINKS + "customer", _Customers, body)
        return Page(said.customer_list, said.next_cursor)

    def statistic(self, link_id: str, start_time: int, end_time: int) -> Statistic:
        """Return what a link brought between two moments (s)."""
        body = {"link_id": link_id, "start_time": start_time, "end_time": end_time}
        return self._api.post(_LINKS + "statistic", Statistic, body)

    def quota(self) -> Quota:
        """Return how many may still be added."""
        return self._api.get("externalcontact/customer_acquisition_quota", Quota)
