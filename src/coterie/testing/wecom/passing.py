"""What time brings at the platform: customers change hands when nobody refused within a day."""

from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import WAY_ASSIGNED, Edge, Transfer

DONE, WAITING, REFUSED, LIMIT, NONE = 1, 2, 3, 4, 5
"""The states of a handover on the wire."""


def pass_time(corp: Corp) -> None:
    """Do what is due."""
    for one in corp.transfers:
        if one.status == WAITING and one.due <= corp.seconds():
            _change_hands(corp, one)


def _change_hands(corp: Corp, one: Transfer) -> None:
    taker, customer = one.takeover, one.external_userid
    if len(corp.followed.get(taker, {})) >= corp.limits.member_customers:
        fail_transfer(corp, one, LIMIT, "customer_limit_exceed")
        return
    one.status, one.done = DONE, corp.seconds()
    old = corp.edges.get((one.handover, customer))
    if old is not None:
        corp.unlink(one.handover, customer)
        if not one.resigned:
            corp.tell("change_external_contact", "del_external_contact", {
                "UserID": one.handover, "ExternalUserID": customer,
                "Source": "DELETE_BY_TRANSFER",
            })  # fmt: skip
    corp.note("transferred", handover=one.handover, takeover=taker, external_userid=customer)
    if (taker, customer) in corp.edges:
        return
    edge = Edge(taker, customer, corp.seconds(), WAY_ASSIGNED, oper_userid=taker)
    if old is not None:
        edge.remark, edge.description = old.remark, old.description
        edge.tags = dict(old.tags)
    corp.link(edge)
    corp.tell(
        "change_external_contact",
        "add_external_contact",
        {"UserID": taker, "ExternalUserID": customer},
    )


def fail_transfer(corp: Corp, one: Transfer, status: int, reason: str) -> None:
    """End a handover without its having happened, and tell why."""
    one.status, one.done = status, corp.seconds()
    corp.note("transfer_failed", takeover=one.takeover, external_userid=one.external_userid,
              reason=reason)  # fmt: skip
    corp.tell("change_external_contact", "transfer_fail", {
        "UserID": one.takeover, "ExternalUserID": one.external_userid, "FailReason": reason,
    })  # fmt: skip
