"""Acquisition links: addresses that add a member and carry a channel."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Link

_NAME = 30
_QUOTA = 1_000


def create(corp: Corp, call: Call) -> Json:
    """Make a link."""
    name = call.text("link_name", most=_NAME, wanted=True)
    users, parties = _range(corp, call)
    link_id = corp.new_id("cawc")
    url = f"https://work.weixin.qq.com/ca/{link_id}"
    made = Link(link_id, name, url, corp.seconds(), users, parties, call.flag("skip_verify", True))
    corp.links[link_id] = made
    return {"link": _told(made)}


def get(corp: Corp, call: Call) -> Json:
    """Tell a link and who stands behind it."""
    link = _link(corp, call)
    behind = {"user_list": list(link.users), "department_list": list(link.parties)}
    return {"link": _told(link), "range": behind}


def listed(corp: Corp, call: Call) -> Json:
    """Tell the links' ids."""
    page, cursor = call.page(corp, "links", list(corp.links), 100, 100)
    return {"link_id_list": page, "next_cursor": cursor}


def update(corp: Corp, call: Call) -> Json:
    """Change a link."""
    link = _link(corp, call)
    if "link_name" in call.given:
        link.name = call.text("link_name", most=_NAME, wanted=True)
    if "range" in call.given:
        link.users, link.parties = _range(corp, call)
    link.skip_verify = call.flag("skip_verify", link.skip_verify)
    return {}


def delete(corp: Corp, call: Call) -> Json:
    """Take a link away."""
    del corp.links[_link(corp, call).link_id]
    return {}


def customers(corp: Corp, call: Call) -> Json:
    """Tell who came over a link: 0 has not spoken, 1 has."""
    link = _link(corp, call)
    page, cursor = call.page(corp, f"customers {link.link_id}", link.customers, 50, 1_000)
    return {"customer_list": page, "next_cursor": cursor}


def quota(corp: Corp, _call: Call) -> Json:
    """Tell how many more may come over links."""
    used = sum(len(one.customers) for one in corp.links.values())
    expires = {"expire_date": corp.seconds() + 365 * 86_400, "balance": _QUOTA - used}
    return {"total": _QUOTA, "balance": _QUOTA - used, "quota_list": [expires]}


def statistic(corp: Corp, call: Call) -> Json:
    """Tell how often a link was clicked and who came."""
    link = _link(corp, call)
    return {"click_link_customer_cnt": link.clicks, "new_customer_cnt": len(link.customers)}


def _link(corp: Corp, call: Call) -> Link:
    found = corp.links.get(call.text("link_id", wanted=True))
    if found is None:
        raise Refused(40058, "link_id")
    return found


def _range(corp: Corp, call: Call) -> tuple[list[str], list[int]]:
    behind = call.inner("range")
    users, parties = behind.texts("user_list"), behind.numbers("department_list")
    if not users and not parties:
        raise Refused(40063, "range")
    for each in users:
        corp.server(each)
    if len({*users, *corp.in_departments(parties)}) > corp.limits.way_members:
        raise Refused(41041)
    return users, parties


def _told(link: Link) -> Json:
    return {
        "link_id": link.link_id,
        "link_name": link.name,
        "url": link.url,
        "create_time": link.created,
        "skip_verify": link.skip_verify,
    }


API: Api = {
    "externalcontact/customer_acquisition/create_link": ("POST", create),
    "externalcontact/customer_acquisition/get": ("POST", get),
    "externalcontact/customer_acquisition/list_link": ("POST", listed),
    "externalcontact/customer_acquisition/update_link": ("POST", update),
    "externalcontact/customer_acquisition/delete_link": ("POST", delete),
    "externalcontact/customer_acquisition/customer": ("POST", customers),
    "externalcontact/customer_acquisition/statistic": ("POST", statistic),
    "externalcontact/customer_acquisition_quota": ("GET", quota),
}
