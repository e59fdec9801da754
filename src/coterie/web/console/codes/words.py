"""What codes' words are called on pages."""

from coterie.channels.wecom.client.codes import judge
from coterie.channels.wecom.ways.model import NOBODY, OUT_OF_ROOM, UNREACHED
from coterie.web.speech import N_

WAY = {
    "together": N_("all at once; WeCom spreads them"),
    "round_robin": N_("one after the other"),
    "sequential": N_("the first until her cap is full"),
    "random": N_("one at random"),
    "weighted": N_("by weight"),
}
STATUS = {"on": N_("in use"), "off": N_("disabled"), "over": N_("over")}
WHY = {
    "duty": N_("On duty"),
    "spare": N_("Nobody is free: those who stand in"),
    "last_resort": N_("Nobody is free, nobody stands in: so that the code is never empty"),
    "nobody": N_("Nobody behind this code can be added"),
}
PASSED = {
    "off_duty": N_("off duty at this hour"),
    "away": N_("takes no newcomers now"),
    "left": N_("has left, or may not add customers"),
    "cap": N_("has reached her daily cap"),
    "warm_up": N_("a young account at its limit"),
    "turn": N_("not her turn"),
}
GROUP = {
    "none": N_("no group at all"),
    "store": N_("the group of the nearest store"),
    "topic": N_("the group of a topic"),
}
WELCOME = {
    "sent": N_("sent"),
    "expired": N_("too late: 20 seconds had passed"),
    "taken": N_("another hand was quicker, or the chat had begun (41051)"),
    "no_code": N_("WeCom gave no welcome code"),
    "none": N_("nothing was to be said"),
    "blocked": N_("her nickname is on the list"),
    "already": N_("she had been welcomed before"),
    "failed": N_("WeCom refused it"),
    "waiting": N_("waiting"),
    "sending": N_("on its way"),
}
ORIGIN = {
    "fission": N_("the fission's"),
    "special": N_("the special day's"),
    "slot": N_("the shift's"),
    "code": N_("the code's"),
    "guide": N_("the guide's"),
    "brand": N_("the brand's"),
}
TONES = {
    "sent": "sea", "expired": "wine", "failed": "wine", "taken": "amber", "no_code": "amber",
}  # fmt: skip
OURS = {
    NOBODY: N_("Nobody to be shown has a WeCom account, or no group is there."),
    OUT_OF_ROOM: N_("The corporation has all the codes that WeCom allows: delete old ones."),
    UNREACHED: N_("WeCom could not be reached."),
}
OFFER = {
    "store": N_("the store's own"),
    "near": N_("the nearest store's"),
    "topic": N_("the topic's"),
    "all": N_("for everybody"),
}
ADDRESS = "/codes"


def mend_of(errcode: int) -> tuple[str, str]:
    """Return what a failure means and what to do, in English that the catalogues know."""
    if errcode in OURS:
        return OURS[errcode], ""
    code = judge(errcode)
    return code.means, code.mend
