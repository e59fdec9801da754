"""Members and departments, as far as the app may see them."""

import msgspec

from coterie.channels.wecom.client.asking import Api


class Department(msgspec.Struct, frozen=True):
    """A department; ``name`` may be missing where the app may not read names."""

    id: int
    name: str = ""
    parentid: int = 0
    order: int = 0
    department_leader: tuple[str, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """A member. ``status``: 1 active, 2 disabled, 4 not activated, 5 left; 0 is not told."""

    userid: str
    name: str = ""
    department: tuple[int, ...] = ()
    position: str = ""
    status: int = 0
    avatar: str = ""
    alias: str = ""
    main_department: int = 0


class _Departments(msgspec.Struct, frozen=True):
    department: tuple[Department, ...] = ()


class _Members(msgspec.Struct, frozen=True):
    userlist: tuple[Member, ...] = ()


class Members:
    """The address book."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def departments(self, id: int | None = None) -> tuple[Department, ...]:  # noqa: A002 (WeCom's)
        """Return the departments in range, or those under one."""
        query: dict[str, str | int] = {} if id is None else {"id": id}
        return self._api.get("department/list", _Departments, **query).department

    def list(self, department_id: int = 1, *, children: bool = False) -> tuple[Member, ...]:
        """Return a department's members, or those of the departments below it, too."""
        query: dict[str, str | int] = {"department_id": department_id}
        if children:
            query["fetch_child"] = 1
        return self._api.get("user/list", _Members, **query).userlist

    def get(self, userid: str) -> Member:
        """Return a member."""
        return self._api.get("user/get", Member, userid=userid)
