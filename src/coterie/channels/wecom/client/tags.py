"""The corporation's tags, in groups, and which edge carries them."""

from collections.abc import Sequence

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, given


class Tag(msgspec.Struct, frozen=True):
    """One tag of the corporation; ``create_time`` in s."""

    id: str
    name: str = ""
    create_time: int = 0
    order: int = 0
    deleted: bool = False


class TagGroup(msgspec.Struct, frozen=True):
    """A group of tags."""

    group_id: str
    group_name: str = ""
    create_time: int = 0
    order: int = 0
    deleted: bool = False
    tag: tuple[Tag, ...] = ()


class _List(msgspec.Struct, frozen=True):
    tag_group: tuple[TagGroup, ...] = ()


class _Added(msgspec.Struct, frozen=True):
    tag_group: TagGroup


class Tags:
    """Tags of the corporation."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def list(
        self, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = ()
    ) -> tuple[TagGroup, ...]:
        """Return all groups with their tags, or only those that are named."""
        body = given(tag_id=tuple(tag_ids), group_id=tuple(group_ids))
        return self._api.post("externalcontact/get_corp_tag_list", _List, body).tag_group

    def add(
        self, names: Sequence[str], *, group_name: str = "", group_id: str = "", order: int = 0
    ) -> TagGroup:
        """Add tags to a group, by its id or by its name, which makes it if need be.

        At most 30 characters a name; a name taken is refused with 40071.
        """
        body = given(
            group_id=group_id,
            group_name=group_name,
            order=order,
            tag=[{"name": name} for name in names],
        )
        said = self._api.post("externalcontact/add_corp_tag", _Added, body, writes=True)
        return said.tag_group

    def edit(self, tag_or_group: str, name: str | None = None, order: int | None = None) -> None:
        """Rename or move a tag or a group."""
        body = given(id=tag_or_group, name=name, order=order)
        self._api.post("externalcontact/edit_corp_tag", Nothing, body)

    def delete(self, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = ()) -> None:
        """Delete tags and groups; a group goes with its last tag."""
        body = given(tag_id=tuple(tag_ids), group_id=tuple(group_ids))
        self._api.post("externalcontact/del_corp_tag", Nothing, body)

    def mark(
        self,
        userid: str,
        external_userid: str,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Put tags on an edge and take others off; doing it again changes nothing."""
        body = given(
            userid=userid,
            external_userid=external_userid,
            add_tag=tuple(add),
            remove_tag=tuple(remove),
        )
        self._api.post("externalcontact/mark_tag", Nothing, body)
