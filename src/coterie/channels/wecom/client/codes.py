"""What WeCom's errcodes mean, and what to do about each. Pure.

One table; a code is judged by its number and never by ``errmsg``, which WeCom may reword. Sources:
WeCom's page 90313 (2024-04) and the pages of the endpoints; where a number is known to belong to
something, but not what of it is wrong, the sentence says no more than that. The sentences are
English; pages look them up in their catalogue.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "token", "busy", "rate", "crowded", "setup", "absent", "limit", "state", "input", "unknown"
]
"""How a refusal is met.

``token``: renewed and asked once more. ``busy``: asked again, three times. ``rate``: waits out the
window. ``crowded``: fewer at once. ``setup``: somebody must mend something in WeCom's admin.
``absent``: what was named is not there. ``limit``: the platform allows no more of it. ``state``:
not now, as things stand. ``input``: the request is wrong. ``unknown``: not in the table.
"""

LATER: frozenset[Kind] = frozenset({"token", "busy", "rate", "crowded", "setup"})
"""What may be asked again as it is; everything else would be refused again."""
QUERY = "https://developer.work.weixin.qq.com/devtool/query?e="
"""WeCom's own page of a code."""


def N_(text: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """Mark a sentence for the pages' catalogues."""
    return text


@dataclass(frozen=True)
class Code:
    """One errcode: how it is met, what it means, and the mend; no mend where none is ours."""

    kind: Kind
    means: str
    mend: str = ""


_TOKEN = N_("WeCom has ended the access token early.")
_SCOPE = N_("In WeCom's admin, open the app and add the member to its visible range.")
_WAY = N_("WeCom does not take this contact way as it is.")
_SEND = N_("WeCom does not take this mass send as it is.")
_MOMENT = N_("WeCom does not take this moment as it is.")
_OWNER = N_("This group cannot be given to this owner now.")
_GROUP = N_("There is no such group of customers.")
_RIGHT = N_("In WeCom's admin, under customer contact, give the member the right to use it.")

CODES: dict[int, Code] = {
    -1: Code("busy", N_("WeCom is busy.")),
    40014: Code("token", _TOKEN),
    41001: Code("token", _TOKEN),
    42001: Code("token", _TOKEN),
    45009: Code("rate", N_("This API was asked too often; WeCom refuses it for a while.")),
    45011: Code("rate", N_("This API was asked too often; WeCom refuses it for a while.")),
    45033: Code("crowded", N_("Too many requests were under way at once.")),
    # what an administrator mends
    40001: Code(
        "setup",
        N_("The app's secret is wrong."),
        N_("Copy the secret of the app again and set wecom_secret."),
    ),
    40013: Code(
        "setup",
        N_("The corporation's id is wrong."),
        N_("Copy the id from WeCom's admin, My Company, and set wecom_corp_id."),
    ),
    40056: Code(
        "setup",
        N_("The app's number is wrong."),
        N_("Copy AgentId from the app's page and set wecom_agent_id."),
    ),
    60020: Code(
        "setup",
        N_("This server's address is not among the app's trusted IPs."),
        N_("In WeCom's admin, open the app, Trusted IP of the company, and add this address."),
    ),
    48002: Code(
        "setup",
        N_("The app may not use this API."),
        N_("In WeCom's admin, under customer contact, add the app to those that may use the API."),
    ),
    48009: Code(
        "setup",
        N_("The address book refuses this app."),
        N_("In WeCom's admin, allow the app to read what it asks for, and add its trusted IP."),
    ),
    60011: Code("setup", N_("A member, department or tag is outside the app's range."), _SCOPE),
    84074: Code("setup", N_("A member is outside the range of customer contact."), _RIGHT),
    41054: Code(
        "setup",
        N_("A member has not activated WeCom, or may not use customer contact."),
        _RIGHT,
    ),
    50001: Code(
        "setup",
        N_("The page's domain is not among the app's trusted domains."),
        N_("In WeCom's admin, open the app, web authorisation, and add the domain."),
    ),
    # what is not there
    84061: Code("absent", N_("This member and this customer are not in contact.")),
    60111: Code("absent", N_("There is no such member.")),
    60003: Code("absent", N_("There is no such department.")),
    40003: Code("absent", N_("There is no such member.")),
    40068: Code("absent", N_("There is no such tag.")),
    40096: Code("absent", N_("There is no such customer.")),
    86003: Code("absent", _GROUP),
    90001: Code("absent", _GROUP),
    81013: Code("absent", N_("There is nobody in range to tell.")),
    90501: Code("absent", N_("This is no group of customers.")),
    41044: Code("absent", N_("There is no such contact way.")),
    40007: Code(
        "absent",
        N_("The file at WeCom is gone: one lives three days."),
        N_("Upload it again."),
    ),
    40029: Code(
        "absent",
        N_("The code of the sign-in is used up or over."),
        N_("Open the page again from WeCom."),
    ),
    # what the platform allows no more of
    40126: Code("limit", N_("The corporation has all the tags it may have.")),
    40128: Code("limit", N_("This customer was handed over twice within 90 days.")),
    41041: Code("limit", N_("A code has more members than WeCom allows.")),
    41055: Code("limit", N_("All welcomes of groups that WeCom allows are in use.")),
    41091: Code("limit", N_("A live group code has more groups than WeCom allows.")),
    41094: Code("limit", N_("This send was reminded of three times within a day.")),
    45029: Code("limit", N_("The answer would be too large."), N_("Ask for smaller pages.")),
    81017: Code("limit", N_("Too many members are in range for one question.")),
    # not now, as things stand
    40071: Code("state", N_("A tag of this name is there already.")),
    40097: Code("state", N_("This member has not left the company.")),
    40129: Code("state", N_("The handover of this customer is under way.")),
    40131: Code("state", N_("This member does not serve the customer.")),
    41048: Code("state", N_("There is nobody to send this to.")),
    41050: Code("state", N_("The welcome is over: its 20 seconds have passed.")),
    41051: Code("state", N_("A welcome was sent already, or the chat has begun.")),
    41063: Code("state", N_("The send was just created; its results come in a moment.")),
    41093: Code("state", N_("This send cannot be cancelled any more.")),
    41096: Code("state", N_("Another app is sending a welcome right now.")),
    90500: Code("state", N_("The owner of this group has not left the company.")),
    90504: Code("state", _OWNER),
    90507: Code("state", _OWNER),
    90508: Code("state", _OWNER),
    # our request is wrong
    40035: Code("input", N_("A parameter is wrong.")),
    40058: Code("input", N_("A parameter is wrong or too long.")),
    40063: Code("input", N_("A parameter is missing.")),
    41037: Code("input", N_("The type of a contact way is wrong.")),
    47001: Code("input", N_("WeCom cannot read the request.")),
    **dict.fromkeys((41038, 41039, 41040, 41042, 41043, 41045), Code("input", _WAY)),
    41064: Code("input", _SEND),
    41065: Code("input", _SEND),
    41078: Code("input", _MOMENT),
    41079: Code("input", _MOMENT),
}


def judge(errcode: int) -> Code:
    """Return what a code means; one that is not in the table is told to be unknown.

    >>> judge(60020).kind, judge(123456).kind
    ('setup', 'unknown')
    """
    return CODES.get(errcode) or Code(
        "unknown",
        N_("WeCom refused with a code that we do not know."),
        N_("Look it up on WeCom's page of error codes."),
    )
