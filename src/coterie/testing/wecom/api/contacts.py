"""Customers as the API tells them: who follows whom, and what is written on that edge."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Customer, Edge, Json

_FOLLOWERS = 500
"""Followers told at once of one customer."""


def follow_users(corp: Corp, _call: Call) -> Json:
    """Tell who may have customers, within the app's scope."""
    found = [one.userid for one in corp.members.values() if one.serves and one.visible]
    return {"follow_user": found}


def of_member(corp: Corp, call: Call) -> Json:
    """Tell a member's customers, all at once."""
    userid = call.text("userid", wanted=True)
    corp.server(userid)
    found = [one.external_userid for one in corp.edges_of_member(userid)]
    if not found:
        raise Refused(84061, f"{userid} has none")
    return {"external_userid": found}


def get(corp: Corp, call: Call) -> Json:
    """Tell one customer and who follows her."""
    customer = corp.customer(call.text("external_userid", wanted=True))
    edges = corp.edges_of_customer(customer.external_userid)
    if not edges:
        raise Refused(84061, customer.external_userid)
    sized = Call({**call.given, "limit": _FOLLOWERS})
    page, cursor = sized.page(
        corp, f"get {customer.external_userid}", edges, _FOLLOWERS, _FOLLOWERS
    )
    answer: Json = {
        "external_contact": _of_customer(customer),
        "follow_user": [_of_edge(corp, one) for one in page],
    }
    if cursor:
        answer["next_cursor"] = cursor
    return answer


def by_users(corp: Corp, call: Call) -> Json:
    """Tell the customers of up to 100 members; personal tags are left out."""
    users = call.texts("userid_list", most=100, wanted=True)
    for each in users:
        corp.server(each)
    edges = [one for each in users for one in corp.edges_of_member(each)]
    page, cursor = call.page(corp, f"by {','.join(users)}", edges, 50, 100)
    return {
        "external_contact_list": [
            {
                "external_contact": _of_customer(corp.customers[one.external_userid]),
                "follow_info": {
                    **_about(one),
                    "tag_id": [each for each in one.tags if _named(corp, each)],
                },
            }
            for one in page
        ],
        "next_cursor": cursor,
    }


def remark(corp: Corp, call: Call) -> Json:
    """Change what a member wrote on her customer; the app is not told of it."""
    edge = corp.edge(call.text("userid", wanted=True), call.text("external_userid", wanted=True))
    given = call.given
    told = {"remark", "description", "remark_company", "remark_mobiles", "remark_pic_mediaid"}
    if not told & set(given):
        raise Refused(40063, "one of remark, description, remark_company, remark_mobiles")
    if "remark" in given:
        edge.remark = call.text("remark", most=20)
    if "description" in given:
        edge.description = call.text("description", most=150)
    if "remark_company" in given:
        edge.remark_company = call.text("remark_company", most=20)
    if "remark_mobiles" in given:
        edge.mobiles = [each for each in call.texts("remark_mobiles") if each]
    return {}


def _of_customer(customer: Customer) -> Json:
    told: Json = {
        "external_userid": customer.external_userid,
        "name": customer.name,
        "type": customer.type,
        "avatar": customer.avatar,
        "gender": customer.gender,
    }
    if customer.unionid:
        told["unionid"] = customer.unionid
    if customer.corp_name:
        told |= {"corp_name": customer.corp_name, "corp_full_name": customer.corp_name}
    return told


def _about(edge: Edge) -> Json:
    told: Json = {
        "userid": edge.userid,
        "remark": edge.remark,
        "description": edge.description,
        "createtime": edge.createtime,
        "remark_corp_name": edge.remark_company,
        "remark_mobiles": list(edge.mobiles),
        "oper_userid": edge.oper_userid,
        "add_way": edge.add_way,
    }
    if edge.state:
        told["state"] = edge.state
    return told


def _of_edge(corp: Corp, edge: Edge) -> Json:
    tags: list[Json] = []
    for tag_id in edge.tags:
        named = _named(corp, tag_id)
        if named:
            tags.append({"group_name": named[0], "tag_name": named[1], "tag_id": tag_id, "type": 1})
    tags += [{"group_name": "", "tag_name": name, "type": 2} for name in edge.personal]
    return {**_about(edge), "tags": tags}


def _named(corp: Corp, tag_id: str) -> tuple[str, str] | None:
    for group in corp.tag_groups.values():
        if tag_id in group.tags:
            return group.name, group.tags[tag_id].name
    return None


API: Api = {
    "externalcontact/get_follow_user_list": ("GET", follow_users),
    "externalcontact/list": ("GET", of_member),
    "externalcontact/get": ("GET", get),
    "externalcontact/batch/get_by_user": ("POST", by_users),
    "externalcontact/remark": ("POST", remark),
}
