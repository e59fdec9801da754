"""Whose page it is: a member's own, below a signed token that says no more than which profile.

Nothing on these pages says who she is, since links are passed on. Looking changes nothing.
"""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from coterie.codes.members import whose
from coterie.core.errors import NotFound
from coterie.storage.work import Work
from coterie.web.parts import Parts

UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
"""No search engine keeps a page that one person was sent."""


def member(here: Parts, work: Work, token: str) -> int:
    """Return who a token's person is today; raises NotFound, also once she was erased."""
    house = here.house
    profile = whose(house.codes, token, work.now)
    if isinstance(profile, str):
        known = house.mirror.profiles_of(work, [profile])
        if profile not in known:
            raise NotFound("this page is just being made: open it again in a minute")
        profile = known[profile]
    head = house.profiles.heads(work, [profile]).get(profile, profile)
    if not house.profiles.known(work, [head], fading=()):
        raise NotFound("we know nothing of you any more")
    return head


def page(request: Request, here: Parts, template: str, **values: Any) -> Response:
    """Render a member's page."""
    answer = here.pages.render(request, f"member/{template}.html", **values)
    answer.headers.update(UNSEEN)
    return answer
