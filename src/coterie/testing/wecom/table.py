"""Every endpoint by its path below ``/cgi-bin/``."""

from coterie.testing.wecom.api import (
    contacts,
    groups,
    links,
    media,
    members,
    moments,
    sends,
    statistics,
    tags,
    transfers,
    ways,
    welcomes,
)
from coterie.testing.wecom.call import Handler

FAMILIES = (
    contacts, tags, ways, groups, welcomes, sends, transfers, moments, links, statistics, media,
    members,
)  # fmt: skip
ENDPOINTS: dict[str, tuple[str, Handler]] = {
    path: answer for family in FAMILIES for path, answer in family.API.items()
}
