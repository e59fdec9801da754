"""The words of campaigns: phases, tiers, roles, gates, targets, states, and their tones."""

from coterie.web.speech import N_

PHASES = {
    "build": N_("Build"),
    "warm_up": N_("Warm-up"),
    "sale": N_("Sale"),
    "extension": N_("Extension"),
    "care": N_("Care"),
}
PHASE_TONES = {
    "build": "quiet",
    "warm_up": "amber",
    "sale": "wine",
    "extension": "amber",
    "care": "sea",
}
TIERS = {
    "seed": N_("Seed"),
    "core": N_("Core"),
    "general": N_("General"),
    "lurker": N_("Lurker"),
}
TIER_MEANS = {
    "seed": N_("brought a friend, or was among the first %(n)s to join"),
    "core": N_("activity of %(n)s or more"),
    "general": N_("activity of %(n)s or more, below the core"),
    "lurker": N_("quieter than that"),
}
TIER_TONES = {"seed": "wine", "core": "amber", "general": "sea", "lurker": "quiet"}
TIER_WHY = {
    "referrer": N_("brought %(friends)s friends"),
    "first_joiner": N_("number %(place)s to join"),
    "activity": N_("activity %(activity)s, from %(from)s on"),
    "quiet": N_("activity %(activity)s, below %(below)s"),
}
ROLES = {
    "operator": N_("Operations"),
    "store_manager": N_("Store manager"),
    "guide": N_("Guides"),
    "designer": N_("Designer"),
    "buyer": N_("Merchandise"),
}
GATES = {
    "base": N_("People in the groups"),
    "stock": N_("Coupons in stock"),
    "scripts": N_("Scripts published"),
    "guides": N_("Guides at the stores"),
}
TARGETS = {
    "joined": N_("Joined the groups"),
    "active": N_("Active"),
    "visits": N_("Visits"),
    "buyers": N_("Buyers"),
    "revenue": N_("Revenue"),
}
STATES = {
    "draft": N_("Draft"),
    "running": N_("Running"),
    "done": N_("Over"),
    "cancelled": N_("Cancelled"),
}
STATE_TONES = {"draft": "quiet", "running": "sea", "done": "quiet", "cancelled": "wine"}
STEPS = {
    "joined": N_("Joined a group"),
    "active": N_("Took part"),
    "seeded": N_("Looked at a product"),
    "visited": N_("Came to the store"),
    "bought": N_("Bought something"),
}
ACTS = {
    "template": N_("Message “%(name)s”"),
    "poll": N_("Poll “%(name)s”"),
    "task": N_("A task for her guide: %(name)s"),
}
