"""Plays everybody at a simulated WeCom, over nothing but its control API."""

from collections.abc import Sequence
from typing import Any

import httpx2
import msgspec

from coterie.core.errors import Invalid, Unavailable

_PATIENCE = 60.0


class Player:
    """Speaks to one simulator; raises Unavailable when it is gone, Invalid for what it refuses."""

    def __init__(self, base_url: str) -> None:
        # nothing is fetched but from this machine, so no certificates are read, which takes long
        self._http = httpx2.Client(base_url=base_url, timeout=_PATIENCE, verify=False)

    def act(self, verb: str, **given: Any) -> Any:
        """Do a deed; return what came of it."""
        try:
            answer = self._http.post(f"/simulate/{verb}", content=msgspec.json.encode(given))
        except httpx2.HTTPError as error:
            raise Unavailable(f"the simulated WeCom does not answer: {error}") from error
        told = answer.json()
        if "result" not in told:
            raise Invalid(f"the simulated WeCom refused {verb}: {told.get('error')}")
        return told["result"]

    def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the lines of some kinds."""
        answer = self._http.get("/simulate/journal", params={"kind": ",".join(kinds)})
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    def people(self, names: Sequence[str]) -> list[str]:
        """Bring customers into being; return their external_userids."""
        return [self.act("new_customer", name=one) for one in names]

    def close(self) -> None:
        """Hang up."""
        self._http.close()
