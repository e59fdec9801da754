"""Contact ways: the platform's side of a channel code."""

from typing import Any

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, Page, given

MOST_STATE = 30
"""Characters of a state."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way to add a member. ``type``: 1 one, 2 several. ``scene``: 1 in a mini-program, 2 QR.

    ``state`` comes back with whoever was added by it. ``user`` and ``party`` may reach 100 members.
    """

    type: int
    scene: int = 2
    style: int = 0
    remark: str = ""
    skip_verify: bool | None = None
    state: str = ""
    user: tuple[str, ...] = ()
    party: tuple[int, ...] = ()
    is_temp: bool = False
    expires_in: int = 0
    chat_expires_in: int = 0
    unionid: str = ""
    is_exclusive: bool = False
    mark_source: bool | None = None


class NewWay(msgspec.Struct, frozen=True):
    """What WeCom made; ``qr_code`` is a picture's address, for scene 2."""

    config_id: str
    qr_code: str = ""


class KeptWay(msgspec.Struct, frozen=True, kw_only=True):
    """A contact way as WeCom holds it."""

    config_id: str
    type: int = 1
    scene: int = 2
    style: int = 0
    remark: str = ""
    skip_verify: bool = True
    state: str = ""
    qr_code: str = ""
    user: tuple[str, ...] = ()
    party: tuple[int, ...] = ()
    is_temp: bool = False
    expires_in: int = 0
    chat_expires_in: int = 0
    unionid: str = ""
    is_exclusive: bool = False
    mark_source: bool = True


class _Kept(msgspec.Struct, frozen=True):
    contact_way: KeptWay


class _Id(msgspec.Struct, frozen=True):
    config_id: str


class _List(msgspec.Struct, frozen=True):
    contact_way: tuple[_Id, ...] = ()
    next_cursor: str = ""


class Ways:
    """Contact ways."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add(self, way: Way) -> NewWay:
        """Make one; 500,000 a corporation, join ways among them."""
        api = "externalcontact/add_contact_way"
        return self._api.post(api, NewWay, _told(way), writes=True)

    def get(self, config_id: str) -> KeptWay:
        """Return one as WeCom holds it."""
        body = {"config_id": config_id}
        return self._api.post("externalcontact/get_contact_way", _Kept, body).contact_way

    def update(self, config_id: str, way: Way) -> None:
        """Overwrite one, but for its type and scene, which WeCom keeps for ever."""
        body = {name: one for name, one in _told(way).items() if name not in _FOR_EVER}
        api = "externalcontact/update_contact_way"
        self._api.post(api, Nothing, body | {"config_id": config_id})

    def delete(self, config_id: str) -> None:
        """Delete one; whoever scans it afterwards gets nowhere."""
        self._api.post("externalcontact/del_contact_way", Nothing, {"config_id": config_id})

    def list(
        self,
        start_time: int | None = None,
        end_time: int | None = None,
        cursor: str = "",
        limit: int = 1000,
    ) -> Page[str]:
        """Return the ids of those made between two moments (s), by default the last 90 days."""
        body = given(start_time=start_time, end_time=end_time, cursor=cursor, limit=limit)
        said = self._api.post("externalcontact/list_contact_way", _List, body)
        return Page(tuple(one.config_id for one in said.contact_way), said.next_cursor)

    def picture(self, qr_code: str) -> bytes:
        """Fetch the picture of a code."""
        return self._api.picture(qr_code)


_FOR_EVER = {"type", "scene", "is_temp", "is_exclusive"}
_TEMPORARY = ("is_temp", "expires_in", "chat_expires_in", "unionid")


def _told(way: Way) -> dict[str, Any]:
    """Write a way as WeCom reads it: whole, but for what concerns other kinds of ways."""
    told = {name: one for name, one in msgspec.to_builtins(way).items() if one is not None}
    if not way.is_temp:
        told = {name: one for name, one in told.items() if name not in _TEMPORARY}
    if not way.is_exclusive:
        told.pop("is_exclusive")
    if way.scene == 2:
        told.pop("style")
    return told
