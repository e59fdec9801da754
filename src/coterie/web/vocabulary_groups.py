"""The words for the codes of groups and of what is posted in them, in English."""

from collections.abc import Mapping

OF_GROUPS: Mapping[str, Mapping[str, str]] = {
    "group_kind": {"store": "store group", "topic": "topic group"},
    "group_scene": {
        "scanned": "by scanning a code",
        "invited": "invited by somebody inside",
        "link": "by a link",
        "": "unknown",
    },
    "group_stage": {"early": "early stage", "middle": "middle stage", "late": "late stage"},
    "play": {
        "welcome": "welcome packet",
        "benefit": "small benefit",
        "topic": "topic",
        "poll": "poll",
        "fission": "friends bring friends",
        "reminder": "reminder",
        "material": "material",
    },
    "play_state": {
        "asked": "waits for the guide",
        "sent": "posted by the guide",
        "unsent": "not posted",
        "skipped": "left out",
    },
    "play_reason": {
        "late": "the house stood still when it was due",
        "no_group": "the group is gone",
        "no_poll": "its poll is gone",
        "quota": "the group got all that it may get",
        "unconfirmed": "the guide did not confirm it",
        "expired": "nobody confirmed it in time",
        "cancelled": "it was called off",
        "not_contact": "the guide cannot send into it",
        "rejected": "WeCom refused it",
    },
}
