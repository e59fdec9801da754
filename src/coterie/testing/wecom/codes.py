"""The platform's error codes, all in one place, and the refusal that carries one.

A client judges by ``errcode`` and never by ``errmsg``, so the words here are ours. Numbers are
WeCom's (its list of 2024-04 and the pages of the endpoints). Of 41037 to 41045 only 41037 and
41041 are confirmed; the others are known to belong to contact ways, which is which is our guess.
"""

MEANINGS = {
    -1: "system busy",
    0: "ok",
    40001: "invalid secret",
    40003: "invalid userid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid or used oauth code",
    40058: "invalid request parameter",
    40063: "some parameters are empty",
    40066: "invalid url",
    40068: "invalid tagid",
    40071: "the tag's name exists already",
    40096: "invalid external userid",
    40097: "the member who hands over has not left",
    40100: "the taker is no member with customer contact",
    40126: "too many tags",
    40128: "the customer was handed over too often: 2 in 90 days",
    40129: "the customer is being handed over",
    40131: "the member does not follow this customer",
    41001: "access_token missing",
    41004: "corpsecret missing",
    41037: "invalid contact way type",
    41038: "invalid contact way scene",
    41039: "invalid contact way style",
    41040: "contact way state too long",
    41041: "too many users behind a contact way",
    41042: "too many contact ways",
    41043: "invalid expires_in of a contact way",
    41044: "invalid config_id",
    41045: "a contact way needs users or parties",
    41048: "nobody to send to",
    41050: "welcome code invalid or expired",
    41051: "welcomed already, or the chat has begun",
    41054: "the member has not activated WeCom",
    41055: "too many group welcome templates",
    41063: "the results are being dispatched",
    41064: "invalid msgid",
    41065: "invalid sender",
    41078: "invalid moment attachments",
    41079: "invalid moment jobid or moment_id",
    41091: "too many chats behind a join way",
    41093: "nothing left to cancel",
    41094: "reminded too often: 3 in 24 hours",
    41096: "another app is sending the welcome",
    42001: "access_token expired",
    43001: "GET wanted",
    43002: "POST wanted",
    44001: "empty media",
    45009: "api freq out of limit",
    45029: "the answer would be too large",
    45033: "api concurrent out of limit",
    47001: "data format error",
    48002: "api forbidden",
    50001: "redirect_url is no trusted domain",
    60003: "no such department",
    60011: "no privilege over this member, department or tag",
    60020: "not allowed from this ip",
    60111: "no such userid",
    81013: "no valid receiver",
    81017: "too many members in scope: filter by owner",
    84061: "not an external contact of this member",
    84074: "no privilege for external contacts",
    86003: "no such chat",
    90001: "invalid chat_id",
    90500: "the owner has not left",
    90501: "no customer group",
    90504: "owner changed too often: 2 in 90 days",
    90507: "the new owner is invalid",
    90508: "the new owner took over 300 groups today",
    301051: "no such api",
}  # fmt: skip
"""What each code says. ``-3006`` and its kin belong to the page for joining, not to the API."""

JOIN_PAGE = {
    -3006: "in the group already",
    -3009: "the group is full",
    -3010: "the group is dismissed",
    -3011: "on the group's blacklist",
}
"""What the page says that a customer sees when she scans a group's code."""


class Refused(Exception):
    """The platform says no, with a code of ``MEANINGS``."""

    def __init__(self, code: int, detail: str = "") -> None:
        said = MEANINGS[code]
        self.code = code
        self.said = f"{said}: {detail}" if detail else said
        super().__init__(f"{code} {self.said}")
