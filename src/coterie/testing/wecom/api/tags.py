"""The corporation's tags, and which customer of whom has them."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Tag, TagGroup

_NAME = 30


def listed(corp: Corp, call: Call) -> Json:
    """Tell the tags by group: all, or those asked for; a tag asked for brings its group."""
    tags, groups = call.texts("tag_id"), call.texts("group_id")
    told: list[Json] = []
    for group in corp.tag_groups.values():
        whole = group.id in groups or not (tags or groups)
        within = [one for one in group.tags.values() if whole or one.id in tags]
        if within:
            told.append(_of_group(group, within))
    return {"tag_group": told}


def add(corp: Corp, call: Call) -> Json:
    """Add tags to a group: of an id, of a name that is there, or to a new one."""
    asked = call.given.get("tag")
    if not isinstance(asked, list) or not asked:
        raise Refused(40063, "tag")
    names = list(dict.fromkeys(_name(Call(each), "name") for each in asked))
    orders = {each["name"]: Call(each).number("order") for each in asked}
    if sum(len(one.tags) for one in corp.tag_groups.values()) + len(names) > corp.limits.tags:
        raise Refused(40126)
    group = _group_for(corp, call)
    taken = {one.name for one in group.tags.values()}
    if taken.intersection(names):
        raise Refused(40071, ", ".join(sorted(taken.intersection(names))))
    made = [Tag(corp.new_id("et"), name, corp.seconds(), orders[name]) for name in names]
    corp.tag_groups[group.id] = group
    group.tags |= {one.id: one for one in made}
    return {"tag_group": _of_group(group, made)}


def edit(corp: Corp, call: Call) -> Json:
    """Give a tag or a group another name or place."""
    wanted = call.text("id", wanted=True)
    for group in corp.tag_groups.values():
        tag = group.tags.get(wanted)
        if wanted != group.id and tag is None:
            continue
        beside = [one.name for one in group.tags.values() if one.id != wanted]
        others = [one.name for one in corp.tag_groups.values() if one.id != wanted]
        if "name" in call.given and _name(call, "name") in (beside if tag else others):
            raise Refused(40071)
        found = tag or group
        found.name = _name(call, "name") if "name" in call.given else found.name
        found.order = call.number("order", found.order)
        return {}
    raise Refused(40068, wanted)


def delete(corp: Corp, call: Call) -> Json:
    """Take tags or groups away; a group without tags goes too."""
    tags, groups = call.texts("tag_id"), call.texts("group_id")
    if not tags and not groups:
        raise Refused(40063, "tag_id or group_id")
    known = set(corp.tag_groups) | {each for one in corp.tag_groups.values() for each in one.tags}
    for each in (*tags, *groups):
        if each not in known:
            raise Refused(40068, each)
    remove(corp, set(tags), set(groups))
    return {}


def mark(corp: Corp, call: Call) -> Json:
    """Put tags on a customer of a member, or take them off; the app is not told of it."""
    edge = corp.edge(call.text("userid", wanted=True), call.text("external_userid", wanted=True))
    on, off = call.texts("add_tag"), call.texts("remove_tag")
    if not on and not off:
        raise Refused(40063, "add_tag or remove_tag")
    known = {each for one in corp.tag_groups.values() for each in one.tags}
    for each in on:
        if each not in known:
            raise Refused(40068, each)
    for each in off:
        edge.tags.pop(each, None)
    edge.tags |= dict.fromkeys(on)
    corp.note("marked", userid=edge.userid, external_userid=edge.external_userid, on=on, off=off)
    return {}


def remove(corp: Corp, tags: set[str], groups: set[str]) -> list[str]:
    """Take tags away everywhere; return the groups that went with them."""
    gone = []
    for group in list(corp.tag_groups.values()):
        lost = set(group.tags) if group.id in groups else tags & set(group.tags)
        for each in lost:
            del group.tags[each]
            for edge in corp.edges.values():
                edge.tags.pop(each, None)
        if not group.tags:
            gone.append(group.id)
            del corp.tag_groups[group.id]
    return gone


def group_for(corp: Corp, name: str) -> TagGroup:
    """Return the group of a name, or a new one that is not yet entered."""
    found = next((one for one in corp.tag_groups.values() if one.name == name), None)
    return found or TagGroup(corp.new_id("et"), name, corp.seconds(), 0)


def _group_for(corp: Corp, call: Call) -> TagGroup:
    group_id = call.text("group_id")
    if group_id:  # then a name and an order beside it say nothing
        if group_id not in corp.tag_groups:
            raise Refused(40068, group_id)
        return corp.tag_groups[group_id]
    group = group_for(corp, _name(call, "group_name"))
    group.order = call.number("order", group.order)
    return group


def _name(call: Call, field: str) -> str:
    return call.text(field, most=_NAME, wanted=True)


def _of_group(group: TagGroup, tags: list[Tag]) -> Json:
    return {
        "group_id": group.id, "group_name": group.name, "create_time": group.created,
        "order": group.order, "deleted": False,
        "tag": [
            {"id": one.id, "name": one.name, "create_time": one.created, "order": one.order,
             "deleted": False}
            for one in tags
        ],
    }  # fmt: skip


API: Api = {
    "externalcontact/get_corp_tag_list": ("POST", listed),
    "externalcontact/add_corp_tag": ("POST", add),
    "externalcontact/edit_corp_tag": ("POST", edit),
    "externalcontact/del_corp_tag": ("POST", delete),
    "externalcontact/mark_tag": ("POST", mark),
}
