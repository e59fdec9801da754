"""WeCom's answers in the words of the mirror. Pure.

Its seconds become milliseconds and its numbers words; personal tags and those of strategies are no
tags of the corporation's and stay out.
"""

from collections.abc import Iterable, Sequence

from coterie.channels.wecom.client import contacts as told
from coterie.channels.wecom.client import groups, members, tags
from coterie.channels.wecom.mirror.model import (
    ChatRead,
    CorpTag,
    Department,
    Followed,
    Member,
    Participant,
    Person,
    Read,
)

_CORPORATION = 1
_CUSTOMER = 2
_ACTIVE = frozenset({0, 1, 2, 4})
_GENDERS = {1: "male", 2: "female"}
_KINDS = {1: "wechat", 2: "wecom"}
_JOINED = {1: "invited", 2: "link", 3: "scanned"}
"""``join_scene`` as ``groupchat/get`` numbers it."""
CAME = {0: "invited", 3: "scanned"}
"""``JoinScene`` as the callback numbers it."""
WENT = {0: "left", 1: "removed"}
"""``QuitScene`` as the callback numbers it."""


def contact(answer: told.Contact, at: int) -> Read:
    """Read a customer with all her edges, as ``externalcontact/get`` gives them."""
    external = answer.external_contact.external_userid
    edges = tuple(
        _followed(external, one, frozenset(tag.tag_id for tag in one.tags
                                           if tag.type == _CORPORATION and tag.tag_id))
        for one in answer.follow_user
    )  # fmt: skip
    return Read(_person(answer.external_contact), edges, at)


def nobody(external: str, at: int) -> Read:
    """Read that the platform knows nobody of an id, or shows her to us no more."""
    return Read(Person(external), (), at, missing=True)


def followed(answers: Iterable[told.Followed], at: int) -> list[Read]:
    """Read a page of ``batch/get_by_user``: a customer of two guides comes once, with both."""
    people: dict[str, Person] = {}
    edges: dict[str, list[Followed]] = {}
    for one in answers:
        external = one.external_contact.external_userid
        people[external] = _person(one.external_contact)
        edge = _followed(external, one.follow_info, frozenset(one.follow_info.tag_id))
        edges.setdefault(external, []).append(edge)
    return [Read(people[one], tuple(some), at, complete=False) for one, some in edges.items()]


def _person(one: told.External) -> Person:
    return Person(
        one.external_userid, one.name, one.avatar, _GENDERS.get(one.gender, ""),
        _KINDS.get(one.type, ""), one.unionid,
    )  # fmt: skip


def _followed(external: str, one: told.Follow, tag_ids: frozenset[str]) -> Followed:
    return Followed(
        one.userid, external, one.createtime * 1_000, one.state, one.add_way, one.remark, tag_ids
    )


def chat(answer: groups.Group, at: int) -> ChatRead:
    """Read a group with everybody in it."""
    return ChatRead(
        chat_id=answer.chat_id,
        at=at,
        name=answer.name,
        owner=answer.owner,
        created=answer.create_time * 1_000 or None,
        version=answer.member_version,
        members=tuple(_participant(answer.chat_id, one) for one in answer.member_list),
        names={one.userid: one.name for one in answer.member_list
               if one.name and one.type == _CUSTOMER},
        unionids={one.userid: one.unionid for one in answer.member_list if one.unionid},
    )  # fmt: skip


def no_chat(chat_id: str, at: int) -> ChatRead:
    """Read that there is no such group any more."""
    return ChatRead(chat_id, at, missing=True)


def _participant(chat_id: str, one: groups.GroupMember) -> Participant:
    return Participant(
        chat_id=chat_id,
        member=one.userid,
        is_customer=one.type == _CUSTOMER,
        joined=one.join_time * 1_000,
        scene=_JOINED.get(one.join_scene, ""),
        inviter="" if one.invitor is None else one.invitor.userid,
        state=one.state,
    )


def corp_tags(answers: Iterable[tags.TagGroup]) -> list[CorpTag]:
    """Read the corporation's tags; deleted ones are left out."""
    return [
        CorpTag(one.id, group.group_id, group.group_name, one.name, None, one.order)
        for group in answers
        if not group.deleted
        for one in group.tag
        if not one.deleted
    ]


def staff(
    answers: Sequence[members.Member], may_contact: Iterable[str], known: Iterable[Member], now: int
) -> list[Member]:
    """Read who is there and who may contact customers; of those known, who has left.

    A member outside the address book's range who may contact customers is known by her id alone.
    """
    right = set(may_contact)
    before = {one.userid: one for one in known}
    there = {one.userid: one for one in answers if one.status in _ACTIVE}
    found = []
    for userid in sorted(there.keys() | right):
        told_, was = there.get(userid), before.get(userid)
        found.append(
            Member(
                userid,
                (told_.name if told_ else "") or (was.name if was else ""),
                told_.department if told_ else (was.departments if was else ()),
                userid in right,
                was.since if was else now,
                None,
            )
        )
    gone = [one for userid, one in before.items() if userid not in there and userid not in right]
    left = [Member(one.userid, one.name, one.departments, False, one.since, one.left or now)
            for one in gone]  # fmt: skip
    return found + left


def departments(answers: Iterable[members.Department]) -> list[Department]:
    """Read the departments."""
    return [Department(one.id, one.name, one.parentid, one.order) for one in answers]
