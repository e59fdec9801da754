"""What the families of events are called on a page; ``events.families`` sorts events into them."""

from collections.abc import Mapping

from coterie.events.families import Family
from coterie.web.speech import N_

FAMILIES: Mapping[Family, str] = {
    "content": N_("Content"),
    "activity": N_("Activities"),
    "order": N_("Orders"),
    "group": N_("Groups and communities"),
    "contact": N_("Her guides"),
    "message": N_("Messages"),
    "scan": N_("Scans"),
    "other": N_("Other activity"),
    "house": N_("What the house noted"),
}
