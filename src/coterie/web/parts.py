"""What every route has at hand: the house, the limits, the pages, the cookies, the brakes."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from coterie.web.cookies import Cookies
from coterie.web.limits import Limits
from coterie.web.pages import Pages
from coterie.web.ports import Served
from coterie.web.rate import TokenBuckets


@dataclass(frozen=True)
class Parts:
    """One application's parts."""

    house: Served
    limits: Limits
    pages: Pages
    cookies: Cookies
    brakes: TokenBuckets
    taps: TokenBuckets

    def outside(self, request: Request) -> str:
        """Return how visitors reach this house, without a slash at the end."""
        return self.house.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def parts_of(request: Request) -> Parts:
    """Return the parts of the application that serves a request."""
    return cast(Parts, request.app.state.parts)


Here = Annotated[Parts, Depends(parts_of)]
