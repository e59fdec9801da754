"""Where everything is, in the words of the trade. A section appears when it works."""

from dataclasses import dataclass

from coterie.web.speech import N_


@dataclass(frozen=True)
class Link:
    """One room of the desk; ``title`` in English, ``icon`` names one of the sprite's.

    ``also`` are the addresses of pages that belong to it.
    """

    address: str
    title: str
    icon: str
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Say whether a page lies in this room."""
        if self.address == "/":
            return path == "/"
        places = (self.address, *self.also)
        return any(path == one or path.startswith(one + "/") for one in places)


@dataclass(frozen=True)
class Section:
    """Some rooms under one heading; the first has none."""

    title: str
    links: tuple[Link, ...]


NAV = (
    Section("", (Link("/", N_("Today"), "layout-dashboard"),)),
    Section(
        N_("Customers"),
        (
            Link("/people", N_("People"), "users"),
            Link("/identities", N_("Identities"), "git-fork"),
            Link("/segments", N_("Segments"), "filter"),
            Link("/tags", N_("Tags"), "tag"),
            Link("/topics", N_("Interests and topics"), "tags"),
            Link("/imports", N_("Imports"), "file-up"),
            Link("/events", N_("Events"), "activity"),
        ),
    ),
    Section(
        N_("Communities"),
        (
            Link("/campaigns", N_("Campaigns"), "flag"),
            Link("/communities", N_("Communities"), "heart"),
            Link("/groups", N_("Customer groups"), "messages-square"),
            Link("/activities", N_("Activities"), "calendar-days"),
            Link("/polls", N_("Polls"), "circle-help"),
        ),
    ),
    Section(
        N_("Attract"),
        (
            Link("/codes", N_("Codes"), "qr-code"),
            Link("/referrals", N_("Friends bring friends"), "network"),
        ),
    ),
    Section(
        N_("Reach"),
        (
            Link("/journeys", N_("Journeys"), "route"),
            Link("/broadcasts", N_("Broadcasts"), "radio"),
            Link("/sends", N_("Mass sends"), "send"),
            Link("/calendar", N_("Calendar"), "calendar"),
            Link("/messages", N_("Messages"), "message-square"),
            Link("/mix", N_("Touch mix"), "layers"),
            Link("/templates", N_("Templates"), "file-text"),
            Link("/materials", N_("Materials"), "image"),
            Link("/scripts", N_("Scripts"), "message-square-quote"),
            Link("/tasks", N_("Tasks"), "check-check"),
        ),
    ),
    Section(
        N_("Convert"),
        (
            Link("/items", N_("Items"), "package"),
            Link("/recommendations", N_("Recommendations"), "sparkles"),
            Link("/coupons", N_("Coupons"), "ticket", ("/benefits",)),
            Link("/orders", N_("Orders"), "clipboard-list"),
            Link(
                "/guides",
                N_("Guides and stores"),
                "contact",
                ("/stores", "/bindings", "/credit", "/leaderboard", "/handovers"),
            ),
        ),
    ),
    Section(N_("Review"), (Link("/results", N_("Results"), "flask-conical"),)),
    Section(
        N_("House"),
        (
            Link("/wecom", N_("WeCom"), "webhook"),
            Link("/keys", N_("Keys"), "key"),
            Link("/team", N_("Team"), "user-check"),
            Link("/protection", N_("Data protection"), "shield-check"),
            Link("/audit", N_("Audit"), "scroll-text"),
            Link("/limits", N_("Limits of channels"), "timer"),
            Link("/settings", N_("Settings"), "settings"),
            Link("/doctor", N_("Doctor"), "stethoscope"),
            Link("/design", N_("Design"), "palette"),
        ),
    ),
)
