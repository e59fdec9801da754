"""The words for codes of referrals, in English; see ``vocabulary``."""

from collections.abc import Mapping

REFERRAL_STATE = {
    "touched": "opened the invitation",
    "joined": "joined us",
    "pending": "waits for approval",
    "approved": "approved",
    "rewarded": "rewarded",
    "rejected": "rejected",
    "clawed_back": "reward taken back",
}

REFERRAL_REASON = {
    "known": "she was known before the programme began",
    "self": "she is the one who invited herself",
    "takes_part": "she took part herself already",
    "here_already": "she had joined already",
    "before_code": "she was invited before there was such a code",
    "too_late": "she joined too long after the invitation",
    "out_of_time": "the programme was not on",
    "same_person": "she was counted already, under another name",
    "by_hand": "somebody of the house said no",
    "cap_all": "all rewards of the programme were given",
    "cap_person": "who invited her has had all rewards that one may have",
    "cap_day": "who invited her has had all rewards that one may have in a day",
    "refunded": "what she bought was given back",
    "too_small": "her order was too small",
    "erased": "who invited her was erased",
    "to_join": "has yet to join",
    "to_buy": "has yet to buy",
    "to_stay": "has yet to stay long enough",
    "to_be_approved": "waits for approval",
    "to_be_given": "the reward is on its way",
}
"""Why somebody is no friend, a side gets nothing, or what is waited for."""

REWARD_STATE = {
    "asked": "on its way",
    "issued": "given",
    "refused": "refused by the coupons",
    "withheld": "not given",
    "taken_back": "taken back",
}

CARRIER = {
    "poster": "poster with a code",
    "h5": "web page passed on",
    "mini": "mini-program",
    "chat": "WeCom chat of a guide",
    "store": "in the store",
}

REFERRAL_RISK = {
    "carried_in_store": "Handed over in the store: the platform's rules on links hardly touch it.",
    "carried_by_chat": "A guide sends it herself: keep to whom she knows, and to how often.",
    "carried_by_poster": "A poster is passed on by people: its code must lead to us, not to a link "
    "that asks to be spread.",
    "carried_by_mini": "Mini-programs have rules of their own on rewards for sharing.",
    "carried_by_h5": "A web page that is passed on is an external link: the platform's rules on "
    "spreading are about it.",
    "h5_rewards_sharing": "Whoever passes on a link is rewarded: the platform blocks such links, "
    "whatever the reward depends on.",
    "pays_for_heads": "A reward for somebody who merely stays comes near to paying by the head.",
    "one_sided": "Only one side gains: friends feel used. A coupon for both has less risk.",
    "no_cap_per_person": "Nothing limits how much one person gets: farms live on that.",
    "no_time_to_look": "Rewards are given at once: a return comes after the coupon was spent.",
    "share_to_get": "Something is promised for sharing.",
    "help_me": "People are asked to help somebody cut a price or collect something.",
    "unclear_group_buy": "It speaks of group buying without saying what everybody pays.",
    "avatars": "It shows or mentions friends' pictures or names.",
    "money": "It promises cash or red packets.",
    "levels": "It speaks of levels or down-lines.",
    "reward_per_recruit": "It promises something for every person brought.",
}

RISK_LEVEL = {"1": "low risk", "2": "some risk", "3": "high risk"}

TRUST_REASON = {
    "brought_before": "brought friends before",
    "bought": "has bought",
    "bought_lately": "bought lately",
    "known_long": "has been your customer for long",
    "active": "is active now",
}

INVITE_LEFT = {
    "takes_part": "take part already",
    "not_invited": "are not in the segment that may take part",
    "holdout": "are held out on purpose",
    "never_bought": "have never bought",
    "no_consent": "want no advertising",
    "non_personalised": "want nothing chosen for them",
    "cap_day": "were spoken to enough today",
    "cap_week": "were spoken to enough this week",
    "cap_channel": "were spoken to enough on WeCom",
    "cap_touch": "were spoken to enough of this kind",
    "mix": "have had enough advertising for what they like",
    "no_address": "cannot be reached on WeCom",
    "bounced": "cannot be reached on WeCom",
    "quota": "have used up the platform's quota",
}

OF_REFERRALS: Mapping[str, Mapping[str, str]] = {
    "referral_state": REFERRAL_STATE,
    "referral_reason": REFERRAL_REASON,
    "reward_state": REWARD_STATE,
    "carrier": CARRIER,
    "referral_risk": REFERRAL_RISK,
    "risk_level": RISK_LEVEL,
    "trust_reason": TRUST_REASON,
    "invite_left": INVITE_LEFT,
}
