"""The verbs by which communities keep step with who is who; a part of ``Communities``."""

from collections.abc import Collection, Sequence
from typing import Any

from coterie.communities.keeping import store
from coterie.communities.keeping.meeting import settle_invitations, settle_parts
from coterie.communities.model import Invitation
from coterie.communities.store import definitions
from coterie.core.people import Shift
from coterie.messaging.model import Reason
from coterie.storage.work import Work


class Keeping:
    """Parts and invitations follow their people; nobody takes part twice in one community."""

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let parts and invitations follow the profiles they were born to.

        Of two open parts in one community the elder goes on; the other gives way, and goes on
        where it was once the two are taken apart again.
        """
        heads = {shift.profile: shift.head for shift in shifts}
        store.save(work, settle_parts(store.parts_of_everybody(work, heads), heads, work.now))
        asked = store.invitations_of_everybody(work, heads)
        store.save(work, settle_invitations(asked, heads))

    def invitation(self, work: Work, name: str) -> Invitation | None:
        """Return one invitation by its id, whoever has it now; None when there is none."""
        return store.invitation(work, name)

    def contaminated(self, work: Work) -> list[tuple[str, int]]:
        """Return (community, profile) of who was left out as one and invited as another."""
        return store.contaminated(work)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's parts in communities and her invitations, as plain JSON."""
        titles = {str(one["slug"]): one.get("title") for one in definitions(work)}
        parts, asked = store.of_person(work, profile)
        return {
            "communities": [
                {
                    "community": row["community"],
                    "title": titles.get(row["community"]),
                    **{name: row[name] for name in ("joined", "left", "via", "reason")},
                }
                for row in parts
            ],
            "invitations": [
                {
                    "community": row["community"],
                    **{name: row[name] for name in ("state", "since", "reason", "message")},
                }
                for row in asked
            ],
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """End these people's parts and offers; who came and went stays counted."""
        return store.erase(work, profiles, Reason.ERASED)
