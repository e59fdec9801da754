"""The face of the codes: make a tracked link, read one back, sign an answer page."""

from collections.abc import Collection, Sequence
from typing import Any

from coterie.codes import store
from coterie.codes.model import Draft, Link
from coterie.codes.tokens import Signer, not_ours, pack, pack_id, unpack, unpack_id
from coterie.core.errors import Invalid
from coterie.core.people import Shift
from coterie.storage.keeping import follow
from coterie.storage.work import Work

_LINK = "link"


class Codes:
    """Tracked links and signed tokens under keys derived from ``secret`` (the master key)."""

    name = "codes"

    def __init__(self, secret: bytes) -> None:
        self._signer = Signer(secret)

    def link(
        self,
        work: Work,
        item: str,
        sender: str,
        profile: int | None = None,
        *,
        url: str | None = None,
        campaign: str | None = None,
    ) -> str:
        """Return the token of one link; asking again for the same gives the same token."""
        return self.links(work, [Draft(item, sender, profile, url, campaign)])[0]

    def links(self, work: Work, drafts: Sequence[Draft]) -> list[str]:
        """Return the tokens of many links, in order, with a few statements for all of them."""
        numbers = store.keep(work, drafts)
        return [self._signer.token(_LINK, pack_id(number)) for number in numbers]

    def read(self, work: Work, token: str) -> Link:
        """Return the link behind a token; raises NotFound when it is not one of ours."""
        found = store.load(work, unpack_id(self._signer.body(_LINK, token)))
        if found is None:
            raise not_ours()
        return found

    def links_of(self, work: Work, item: str) -> list[Link]:
        """Return every link made for an item, oldest first: one post's senders and people."""
        return store.made_for(work, item)

    # --- whom they are kept of

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let links follow the profiles they were made for."""
        follow(work, store.link_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return the links made for a person, as plain JSON."""
        return {
            "links": [
                {name: row[name] for name in ("item", "sender", "url", "campaign", "created")}
                for row in store.of_person(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget for whom links were made; whoever follows one still comes to its item."""
        return {"code_links": store.erase(work, profiles)}

    # --- signed pages

    def sign(self, kind: str, payload: dict[str, Any], *, expires: int | None = None) -> str:
        """Sign a small payload (ids, no personal data), good until ``expires`` (ms UTC).

        Raises Invalid for the kind ``link``, whose tokens only ``links`` may make.
        """
        _check_kind(kind)
        return self._signer.token(kind, pack(payload, expires))

    def unsign(self, kind: str, token: str, *, now: int) -> dict[str, Any]:
        """Return what ``sign`` was given; raises NotFound when it is not ours, or expired."""
        _check_kind(kind)
        return unpack(self._signer.body(kind, token), now)


def _check_kind(kind: str) -> None:
    if kind == _LINK:
        raise Invalid("tokens of kind 'link' are made and read by links() and read()", path="kind")
